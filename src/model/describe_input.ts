import type { Transform } from "../record.ts";
import { requireSequential } from "./inputs.ts";
import type { TrainedModel } from "./trained_model.ts";

/** What a program without this package must know to use a saved model's layers: plain JSON, in `model.json`. */
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

const FORMULAS: Readonly<Record<Transform, string>> = {
  none: "Feed the values as they are.",
  log1p: "Apply ln(1 + x) to every value first: the layers do not.",
  asinh: "Apply asinh(x) = ln(x + sqrt(x * x + 1)) to every value first: the layers do not.",
};

const GENE_EFFECTS =
  " Afterwards add histone.geneEffects.mean to each output, and, if the sample's gene is " +
  "histone.geneEffects.genes[i], histone.geneEffects.effects[i]: the layers do not.";

/** Describes what the layers of a model take, and what is to be done before and after them. */
export function describeInput(
  { spec, record, geneEffects }: Pick<TrainedModel, "spec" | "record" | "geneEffects">,
): InputDescription {
  const { countingRule, binSizeBp, orientation, assembly, normalisation = "none" } = record;
  const depth = normalisation === "none" ? "" : `, ${normalisation}`;
  return {
    axes: ["sample", "bin", "mark"],
    bins: requireSequential(spec, "describe").bins,
    marks: record.marks,
    values:
      `${countingRule} in each bin of ${binSizeBp} bp around the TSS, bins in ${orientation} ` +
      `direction, ${assembly}${depth}`,
    transform: record.transform,
    toDo: FORMULAS[record.transform] + (geneEffects === undefined ? "" : GENE_EFFECTS),
  };
}
