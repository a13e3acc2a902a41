/** Explains the prediction of a gene, as the command `explain` does by integrated gradients. */

import { geneKey } from "../../gene_id.ts";
import type { Dataset } from "../../data/mod.ts";
import type { EngineName } from "../../engine/select.ts";
import { ContractError } from "../../errors.ts";
import { attribute, type Attributions, spreadOverBins } from "../../explain/mod.ts";
import { storedSignal } from "../../explain/stored_signal.ts";
import type { TrainedModel } from "../../model/mod.ts";
import type { Explanation } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { Progress } from "../../progress.ts";

/** Steps between baseline and sample, as the command's default. */
export const STEPS = 50;

/** What is explained. */
export interface ExplainJob {
  readonly model: TrainedModel;
  readonly data: Dataset;
  /** Id or symbol. */
  readonly gene: string;
  readonly cellType: string;
  /** The predictions of the table, if there are any: those of the whole model, not of its network alone. */
  readonly predictions?: ArrayLike<number> | undefined;
  /** Whether data of another assembly than the model's are taken. */
  readonly acceptAssembly?: boolean | undefined;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
}

/** An explanation, and what pages about it are made of. */
export interface ExplainedGene {
  readonly explanation: Explanation;
  readonly position: number;
  readonly attributions: Attributions;
}

/**
 * Explains a prediction.
 *
 * @throws {ContractError} If the data lack the sample, or the model reads no marks.
 * @throws The reason of the signal, if it is aborted.
 */
export async function explainGene(
  job: ExplainJob,
  { signal, onProgress }: CallContext,
): Promise<ExplainedGene> {
  const { model, data, acceptAssembly, engine, threads } = job;
  const position = findSample(data, job);
  const notes: string[] = [];
  const found = await attribute([model], data, {
    method: "integrated-gradients",
    baseline: "zero",
    steps: STEPS,
    rows: [position],
    acceptAssembly,
    engine,
    threads,
    signal,
    onNote: (text) => void notes.push(text),
    onProgress: ({ done, total }: Progress) => onProgress({ doing: "Explaining", done, total }),
  });
  const attributions = found.inputs.summary === undefined
    ? found
    : spreadOverBins(found, model, data);
  const explanation = describeSample(job, { position, attributions, notes });
  return { explanation, position, attributions };
}

/** The position of a sample. */
function findSample(
  data: Dataset,
  { gene, cellType }: Pick<ExplainJob, "gene" | "cellType">,
): number {
  const wanted = gene.trim();
  const key = geneKey(wanted);
  const isWanted = (position: number) =>
    geneKey(data.geneOf(position)) === key ||
    data.geneDetailsOf(position)?.symbol?.toLowerCase() === wanted.toLowerCase();
  for (let position = 0; position < data.length; position++) {
    if (data.cellTypeOf(position) === cellType && isWanted(position)) return position;
  }
  throw new ContractError(
    `Cannot explain gene "${wanted}" in ${cellType}: the data lack it, expected the id or the symbol of one of their genes`,
  );
}

function describeSample(
  { data, model, predictions: whole }: ExplainJob,
  { position, attributions, notes }: {
    readonly position: number;
    readonly attributions: Attributions;
    readonly notes: readonly string[];
  },
): Explanation {
  const { inputs: { signal }, predictions, baselinePredictions, completenessErrors } = attributions;
  if (signal === undefined) {
    throw new ContractError(
      `Cannot explain by marks: ${model.spec.name} reads no bins, expected a model that does, such as waka2`,
    );
  }
  const { bins, marks, record } = data;
  const byMark = (values: ArrayLike<number>) =>
    marks.map((_, mark) =>
      Array.from({ length: bins }, (_, bin) => values[bin * marks.length + mark]!)
    );
  const parts = byMark(signal.values);
  const symbol = data.geneDetailsOf(position)?.symbol;
  const error = completenessErrors?.[0];
  return {
    gene: data.geneOf(position),
    ...(symbol !== undefined && { symbol }),
    cellType: data.cellTypeOf(position),
    prediction: predictions[0]!,
    baseline: baselinePredictions?.[0] ?? NaN,
    marks,
    signal: byMark(storedSignal(data, position) as ArrayLike<number>),
    attributions: parts,
    totals: parts.map((values) => values.reduce((sum, value) => sum + value, 0)),
    ...(record.binSizeBp !== undefined && { binSizeBp: record.binSizeBp }),
    notes: [
      "Each figure is what the signal of a bin adds to the prediction, compared with no signal at all " +
      `(integrated gradients, ${STEPS} steps).`,
      ...error === undefined || Number.isNaN(error) ? [] : [
        `The parts add up to the prediction, with an error of ${
          (100 * Math.abs(error)).toPrecision(2)
        }%.`,
      ],
      ...describeOtherInputs(attributions),
      ...describeGeneEffect(model, predictions[0]!, whole?.[position]),
      ...notes,
    ],
  };
}

/** What other inputs than the marks are, in words, and that they add something. */
const OTHER_INPUTS: Readonly<Record<string, string>> = {
  sequence: "DNA adds",
  references: "marks of the gene in other cell types add",
  referenceLabels: "expression of the gene in other cell types adds",
  context: "what is known of the gene's expression in other cell types adds",
  markMask: "which marks were measured adds",
};

/** What inputs besides the marks add. */
function describeOtherInputs({ inputs: { signal: _, ...others } }: Attributions): string[] {
  return Object.entries(others).map(([name, { values }]) => {
    const sum = values.reduce((total, value) => Number.isNaN(value) ? total : total + value, 0);
    return `Besides the marks, ${OTHER_INPUTS[name] ?? `${name} adds`} ${withSign(sum)}.`;
  });
}

/** An effect with its sign, a minus being as long as those of the figures. */
function withSign(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** What the model knows of a gene that it was trained on, which is not the network's, and so has no parts. */
function describeGeneEffect(
  { geneEffects }: TrainedModel,
  prediction: number,
  whole: number | undefined,
): string[] {
  if (geneEffects === undefined) return [];
  if (whole === undefined) {
    return ["The effect that the model knows of the gene itself is not among the parts."];
  }
  return [
    `The prediction of ${
      whole.toFixed(2)
    } in the table adds what the model knows of the gene itself, ${
      withSign(whole - prediction)
    }, which is not among the parts.`,
  ];
}
