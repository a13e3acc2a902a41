import type { DataRecord, Transform } from "../record.ts";
import { branchInputShape, isOverReferences } from "./inputs.ts";
import { type BranchedSpec, type InputName, type InputSpec, isBranched } from "./spec.ts";
import type { TrainedModel } from "./trained_model.ts";
import { REFERENCE_MASK } from "./_wires.ts";

/**
 * What a program without this package must know to use a saved sequential model's layers: plain JSON, in `model.json`.
 */
export interface InputDescription {
  /** Axes of the layers' input. */
  readonly axes: readonly ["sample", "bin", "mark"];
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Names of the marks, in the order of the last axis. */
  readonly marks: readonly string[];
  /** What one value is before the transform. */
  readonly values: string;
  /** What to apply to each value first; the layers do not. */
  readonly transform: Transform;
  /** All of this as an instruction. */
  readonly toDo: string;
}

/** What a program without this package must feed to one input of a model with branches. */
export interface NamedInputDescription {
  /** Name of the input of the layers. */
  readonly name: string;
  /** Axes of what is fed. */
  readonly axes: readonly string[];
  /** Their lengths, without the samples' axis. */
  readonly shape: readonly number[];
  /** What one value is. */
  readonly values: string;
}

/** The same for a model with branches. */
export interface InputsDescription {
  /** In the order in which the layers take them. */
  readonly inputs: readonly NamedInputDescription[];
  /** Names of the marks, in the order of each axis of marks. */
  readonly marks: readonly string[];
  /** What to apply to each value of the signal first; the layers do not. */
  readonly transform: Transform;
  /** All of this as an instruction. */
  readonly toDo: string;
}

type Described = Pick<
  TrainedModel,
  "spec" | "record" | "geneEffects" | "panel" | "labelScale"
>;

const FORMULAS: Readonly<Record<Transform, string>> = {
  none: "Feed the values as they are.",
  log1p: "Apply ln(1 + x) to every value first: the layers do not.",
  asinh: "Apply asinh(x) = ln(x + sqrt(x * x + 1)) to every value first: the layers do not.",
};

const SIGNAL_FORMULAS: Readonly<Record<Transform, string>> = {
  none: "Feed the values of signal as they are.",
  log1p: "Apply ln(1 + x) to every value of signal first: the layers do not.",
  asinh:
    "Apply asinh(x) = ln(x + sqrt(x * x + 1)) to every value of signal first: the layers do not.",
};

const LABEL_SCALE =
  " Afterwards multiply each output by histone.labelScale.sd and add histone.labelScale.mean: the layers do not.";

const GENE_EFFECTS =
  " Afterwards add histone.geneEffects.mean to each output, and, if the sample's gene is " +
  "histone.geneEffects.genes[i], histone.geneEffects.effects[i]: the layers do not.";

/**
 * Describes what the layers of a model take, and what is to be done before and after them.
 *
 * @param model The model.
 * @returns `input` for a sequential model, `inputs` for one with branches.
 */
export function describeInputs(
  model: Described,
): { input: InputDescription } | { inputs: InputsDescription } {
  const { spec, record, geneEffects, labelScale } = model;
  const after = (labelScale === undefined ? "" : LABEL_SCALE) +
    (geneEffects === undefined ? "" : GENE_EFFECTS);
  if (isBranched(spec)) {
    return { inputs: describeBranched(spec, model, after) };
  }
  return {
    input: {
      axes: ["sample", "bin", "mark"],
      bins: spec.bins,
      marks: record.marks,
      values: describeSignal(record),
      transform: record.transform,
      toDo: FORMULAS[record.transform] + after,
    },
  };
}

function describeSignal(record: DataRecord): string {
  const { countingRule, binSizeBp, orientation, assembly, normalisation = "none" } = record;
  const depth = normalisation === "none" ? "" : `, ${normalisation}`;
  return `${countingRule} in each bin of ${binSizeBp} bp around the TSS, bins in ${orientation} ` +
    `direction, ${assembly}${depth}`;
}

/** Axes of one sample of an input, or of one reference, and what a value is. */
const MEANINGS: Readonly<
  Record<Exclude<InputName, "signal">, readonly [axis: string[], values: string]>
> = {
  markMask: [["mark"], "1 for each mark that was measured, 0 for the others"],
  sequence: [
    ["base", "letter"],
    "1 for the letter of each base around the TSS, in the order A, C, G, T, 0 for the others; four zeros where no letter is known",
  ],
  summary: [["value"], "the sample's own marks in the compact form of a reference"],
  references: [
    ["value"],
    "the marks of the same gene in other cell types, in compact form; 0 for references that are absent",
  ],
  referenceLabels: [
    ["value"],
    "the known labels of the same references; 0 for references that are absent",
  ],
  context: [["value"], "what is known of the gene"],
};

/** What the inputs mean of a model that has a panel. */
const PANEL_MEANINGS: Readonly<Partial<Record<InputName, string>>> = {
  summary:
    "for each mark, in the order of the panel's: means of ln(1 + x) in windows of nearly equal width, in the direction of " +
    "transcription; the largest of these; ln(1 + mean of x); the share of bins that are not 0; the largest of the four " +
    "windows in the middle; and 1; all of them 0 for a mark that was not measured. Each is rounded to a multiple of the " +
    "panel's scale, of which it is at most 255",
  references:
    "the summaries of the same gene in the panel's other cell types; 0 for references that are absent",
  referenceLabels:
    "the known labels of the same references as (label - labelMean) / labelSd of the panel; their mean for one that is " +
    "not known; 0 for references that are absent",
  context:
    "of these labels, known ones alone: mean, standard deviation, least, most, and 1, or zeros without any; and 1 " +
    "if a reference is present, else 0",
};

function describeBranched(
  spec: BranchedSpec,
  { record, panel }: Described,
  after: string,
): InputsDescription {
  const inputs = spec.inputs.map((input) => {
    const described = describeNamed(input, record);
    const values = panel && PANEL_MEANINGS[input.name];
    return values === undefined ? described : { ...described, values };
  });
  const referenced = spec.inputs.find(isOverReferences);
  if (referenced !== undefined) {
    inputs.push({
      name: REFERENCE_MASK,
      axes: ["sample", "reference"],
      shape: [referenced.references],
      values: "1 for each reference that is present, 0 for the others",
    });
  }
  const signal = spec.inputs.some(({ name }) => name === "signal");
  const names = inputs.map(({ name }) => name).join(", ");
  return {
    inputs,
    marks: record.marks,
    transform: record.transform,
    toDo: `Feed an array of ${inputs.length} tensors: ${names}.` +
      (signal ? ` ${SIGNAL_FORMULAS[record.transform]}` : "") + after,
  };
}

/** Where the letters begin and in which direction they run, as far as the record says. */
function describeSequence({ sequence, assembly }: DataRecord): string {
  if (sequence === undefined) return "";
  const { tssBase, orientation, unknownAs } = sequence;
  return [
    unknownAs === "A" ? "; a letter that stands for several bases, such as N, is an A" : "",
    orientation === "unknown" ? "" : `; letters in ${orientation} direction`,
    tssBase === undefined ? "" : `; base ${tssBase}, counted from 0, is the TSS`,
    `; ${assembly}`,
  ].join("");
}

function describeNamed(input: InputSpec, record: DataRecord): NamedInputDescription {
  const shape = branchInputShape(input);
  if (input.name === "signal") {
    return {
      name: input.name,
      axes: ["sample", "bin", "mark"],
      shape,
      values: describeSignal(record),
    };
  }
  const [axes, meaning] = MEANINGS[input.name];
  const values = input.name === "sequence" ? meaning + describeSequence(record) : meaning;
  return isOverReferences(input)
    ? {
      name: input.name,
      axes: ["sample", "reference", ...axes],
      shape: [input.references, ...shape],
      values,
    }
    : { name: input.name, axes: ["sample", ...axes], shape, values };
}
