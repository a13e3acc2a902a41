/** What attributions are compared with, to know which of them chance gives too. */

import type { Dataset } from "../data/dataset.ts";
import {
  type Attributions,
  type NullAttributions,
  nullFromGenes,
  nullFromModels,
  type NullKind,
  type NullOptions,
  sumOverBins,
  testAttributions,
  trainNullModels,
} from "../explain/mod.ts";
import { countNullSamples } from "../explain/nulls/null_attributions.ts";
import { surveyNullModels } from "../explain/nulls/shuffled_labels.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import type { ExplanationDirectory } from "./_explanation_directory.ts";
import { attributeOptionsOf, type ExplanationWork, optionsOf } from "./_explanation_work.ts";
import { ProgressLine } from "./_progress.ts";

/** Samples with which each is compared; of a cell type at most so many, and in all so many, are explained for that. */
const COMPARED = 1000;
const MOST_OF_CELL_TYPE = 4000;
const MOST_IN_ALL = 60_000;

/** How q-values are found. */
export interface NullTest {
  readonly kind: NullKind;
  readonly nullAttributions: NullAttributions;
}

/**
 * Explains the samples of the null, or reads them if a stopped command kept them.
 *
 * @returns `undefined` if no q-values were asked for.
 * @throws {ContractError} If labels are to be shuffled and the data have none.
 * @throws The reason of the signal, once it is aborted.
 */
export async function prepareNull(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  signal: AbortSignal,
): Promise<NullTest | undefined> {
  const { flags } = work;
  if (flags.null === "none") return undefined;
  const kept = await directory.readNull();
  const compared = flags.null === "labels" ? COMPARED * flags.nullShuffles : COMPARED;
  if (kept !== undefined) {
    return {
      kind: flags.null,
      nullAttributions: { kind: flags.null, compared, attributions: wholeOf(kept, work) },
    };
  }
  const progress = new ProgressLine();
  const options: NullOptions = {
    ...nullOptionsOf(work),
    signal,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "null" }),
  };
  const made = await makeNull(work, options, progress);
  progress.clear();
  // The spread of the null's attributions over models is not used, and takes as much memory.
  const { attributions } = made;
  const inputs = Object.fromEntries(
    Object.entries(attributions.inputs).map(([name, { shape, values }]) => [
      name,
      { shape, values },
    ]),
  );
  const nullAttributions = { ...made, attributions: { ...attributions, inputs } };
  await directory.writeNull(nullAttributions.attributions);
  return { kind: flags.null, nullAttributions };
}

/** How the samples of the null are chosen and explained. */
function nullOptionsOf(work: ExplanationWork): NullOptions {
  const { rows, cellTypes } = work.chosen;
  const ofCellType = Math.min(MOST_OF_CELL_TYPE, Math.floor(MOST_IN_ALL / cellTypes));
  return {
    ...attributeOptionsOf(work),
    rows,
    compared: COMPARED,
    pool: Math.max(COMPARED, ofCellType),
  };
}

/**
 * Says how long the null takes on this machine.
 *
 * @param work What is explained, with a null.
 * @param options How long the explanation of a sample takes.
 * @returns Seconds, without those in which the data are read.
 * @throws As {@linkcode prepareNull} does.
 */
export async function surveyNull(
  work: ExplanationWork,
  { secondsPerSample, signal }: {
    readonly secondsPerSample: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { flags, models, data } = work;
  const explaining = countNullSamples(data, nullOptionsOf(work)) * secondsPerSample;
  if (flags.null !== "labels") return explaining;
  const { nullShuffles: shuffles, engine, threads } = flags;
  const training = await surveyNullModels(models, data, { shuffles, engine, threads, signal });
  return training + shuffles * explaining;
}

async function makeNull(
  { flags, models, data }: ExplanationWork,
  options: NullOptions,
  progress: ProgressLine,
): Promise<NullAttributions> {
  if (flags.null === "matched") return await nullFromGenes(models, data, options);
  const { nullShuffles: shuffles, seed, engine, threads } = flags;
  const trained = await trainNullModels(models, data, {
    shuffles,
    seed,
    engine,
    threads,
    signal: options.signal,
    onProgress: ({ done, total }) =>
      progress.update({ done, total, label: "training on shuffled labels" }),
  });
  return await nullFromModels(trained, data, options);
}

/** The fewest samples of the null with which one of some samples is compared. */
export function countCompared(
  { kind, nullAttributions: { compared, attributions } }: NullTest,
  data: Dataset,
  rows: Uint32Array,
): number {
  const cellTypeOf = data.cellTypeIndices();
  const sizes = new Map<number, number>();
  for (const row of attributions.rows) {
    const cellType = cellTypeOf[row]!;
    sizes.set(cellType, (sizes.get(cellType) ?? 0) + 1);
  }
  const tested = new Set(Array.from(rows, (row) => cellTypeOf[row]!));
  const fewest = Math.min(...Array.from(tested, (cellType) => sizes.get(cellType) ?? 0));
  // A gene is not compared with itself.
  return Math.min(compared, kind === "matched" ? fewest - 1 : fewest);
}

/** A block with what all blocks have in common. */
export function wholeOf(block: AttributionBlock, { flags, models }: ExplanationWork): Attributions {
  const { baseline } = optionsOf(flags);
  return {
    ...block,
    method: flags.method,
    ...(baseline && { baseline }),
    models: models.length,
  };
}

/** Tests the marks of a sample as wholes: the sums of their attributions over the bins, `[sample, 1, mark]`. */
export function makeMarkTest(
  { nullAttributions }: NullTest,
  data: Dataset,
): (found: Attributions) => Attributions {
  const sums = {
    ...nullAttributions,
    attributions: sumOverBins(nullAttributions.attributions),
  };
  return (found) => testAttributions(sumOverBins(found), sums, data);
}

/** Which question q-values answer, in a sentence. */
export function describeNull(kind: NullKind): string {
  return kind === "matched"
    ? "A q-value asks whether a value matters more to this gene than the same bin and mark do to other genes of the cell type " +
      "with as much signal: of a sample's values with q of at most 0.05, one in twenty is expected to be chance. It does not " +
      "ask whether the model learned anything."
    : "A q-value asks whether a value is larger than models of the same kind that learned shuffled labels found it, sign ignored. " +
      "A model whose attributions are larger overall has many small q-values, also where there was nothing to learn: they do " +
      "not say how many findings are chance.";
}
