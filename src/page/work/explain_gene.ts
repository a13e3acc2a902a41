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
  { data, model }: ExplainJob,
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
      ...error === undefined || Number.isNaN(error)
        ? []
        : [`The parts add up to the prediction to ${(100 * Math.abs(error)).toPrecision(2)}%.`],
      ...model.geneEffects === undefined
        ? []
        : ["The effect that the model knows of the gene itself is not among the parts."],
      ...notes,
    ],
  };
}
