import type { OptionKind } from "../base/option_names.ts";
import { plainOptions } from "../base/plain_options.ts";
import { showValue } from "../base/show_value.ts";
import { checkDataset } from "./check_dataset.ts";
import type { Dataset } from "./dataset.ts";
import type { FoldScheme } from "./fold_scheme.ts";
import { type Partition, partitionSamples } from "./partition.ts";

/** Options of {@linkcode kFold}. */
export interface FoldOptions {
  /** Number of folds, at least 2. */
  readonly folds: number;
  /** How the samples are split. */
  readonly scheme: FoldScheme;
  /**
   * Seed of the random split; of no effect on `contiguous`.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * How often the samples are split, each time at random in another way, at most 1000 times. All folds of the first time come
   * first.
   *
   * @default {1}
   */
  readonly repeats?: number | undefined;
  /**
   * Whether to distribute the labels alike over the folds. What the scheme keeps whole, such as genes, is shared out in
   * order of its mean label; whole chromosomes and groups are put together such that each fifth of the labels is divided
   * evenly.
   *
   * @default {false}
   */
  readonly stratified?: boolean | undefined;
  /**
   * The group of each sample, `[position]`, which `by-group` needs and no other scheme takes: the donor, the laboratory,
   * the tissue, the family of the gene.
   */
  readonly groups?: readonly string[] | undefined;
}

/** One split of the samples into those to train on and those to judge by. */
export interface Fold {
  /** Samples to train on. */
  readonly training: Dataset;
  /** Samples to judge by; none of them is in `training`. */
  readonly validation: Dataset;
  /**
   * Samples in neither: with the schemes that divide genes and cell types, those that share one of the two with
   * `validation`. They are of trained genes in new cell types or of new genes in trained cell types, so a model can be
   * judged on them too. Empty with the other schemes.
   */
  readonly leftOut: Dataset;
  /** The repeat that the fold belongs to, from 1. */
  readonly repeat: number;
}

/** The most folds and repeats: all folds are made together, and each names all samples. */
const [MOST_FOLDS, MOST_REPEATS] = [1_000_000, 1000];

/**
 * Splits samples for k-fold cross-validation. The parts of a fold keep the order of `data`.
 *
 * - `contiguous`, as in the report: fold i of k validates on positions ⌊i·n/k⌋ to ⌊(i+1)·n/k⌋. On data ordered by
 *   cell type nearly every gene is on both sides, as it is with `shuffled`; such scores are better than those on
 *   new genes will be.
 * - `shuffled`: the same after a random reordering.
 * - `by-gene`: no gene is on both sides. `by-cell-type`: no cell type is on both sides.
 * - `by-both`: fold i validates on the genes of group i in the cell types of group i, and trains on the
 *   samples that share neither with them. All others are left out: in a full table of genes and cell types, 1/k² of the
 *   samples validate, (1 − 1/k)² train and 2(k − 1)/k² are left out, so that all folds together judge 1/k of the table.
 * - `by-chromosome`: no chromosome is on both sides. Neighbouring genes share parts of their windows, and are
 *   expressed alike more often than others, so new genes of an unknown chromosome are predicted less well than new genes
 *   next to trained ones.
 * - `by-chromosome-and-cell-type`: as `by-both`, with chromosomes in place of genes.
 * - `by-group`: none of `groups` is on both sides. Groups that share a cell type's replicates or a gene's transcripts
 *   are joined.
 *
 * The sides get equally many samples, genes or cell types, or one more. Chromosomes are put together such that the
 * numbers of their genes are as even as a few random tries find, and groups the numbers of their samples.
 *
 * Samples that belong together are never separated. Where cell types are in groups, as replicates are, a group counts as
 * one cell type, and the samples of a gene in it count as one sample; genes that belong to one, as transcripts do, count
 * as one gene.
 *
 * @param data The samples.
 * @param options Number of folds, scheme and seed.
 * @returns The folds, `[repeat · folds + fold]`.
 * @throws {RangeError} If there are fewer than 2 folds, or more folds than samples, genes, cell types, chromosomes or
 * groups (whichever the scheme splits), if a fold of a scheme that divides genes and cell types would have no samples on
 * one side, or if `contiguous` folds are to be repeated or stratified.
 * @throws {TypeError} If the data are no `Dataset`, there are no options, or one is misspelt or something else; if `groups` are missing, are not one for each sample, or are
 * given to another scheme.
 * @throws {ContractError} If the chromosome of a gene is needed and unknown (see `placeGenes`), or labels are.
 *
 * @example
 * ```ts
 * import { Dataset, kFold } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: new Uint8Array(4),
 *   labels: undefined,
 *   cellTypes: ["E003", "E004"],
 *   cellTypeIndex: Uint32Array.of(0, 0, 1, 1),
 *   genes: ["ENSG00000000003", "ENSG00000000005"],
 *   geneIndex: Uint32Array.of(0, 1, 0, 1),
 *   bins: 1,
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * const [first] = kFold(data, { folds: 2, scheme: "contiguous" });
 * deepStrictEqual(first?.validation.submissionIds(), ["E003_3", "E003_5"]);
 * deepStrictEqual(first?.training.submissionIds(), ["E004_3", "E004_5"]);
 * ```
 */
export function kFold(data: Dataset, options: FoldOptions): Fold[] {
  checkDataset(data, "split data");
  options = checkOptions(options);
  const { folds, scheme, repeats = 1 } = options;
  const bounds = [["folds", folds, 2, MOST_FOLDS], ["repeats", repeats, 1, MOST_REPEATS]] as const;
  for (const [name, value, least, most] of bounds) {
    if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
    throw new RangeError(
      `Cannot split data into ${
        showValue(value)
      } ${name}: expected an integer >= ${least} and <= ${most}`,
    );
  }
  if (repeats > 1 && scheme === "contiguous") {
    throw new RangeError(
      `Cannot split data ${repeats} times: contiguous folds are the same every time. Take another scheme`,
    );
  }
  return Array.from({ length: repeats }, (_, index) => foldOnce(data, index + 1, options)).flat();
}

const OPTIONS = {
  folds: "number",
  scheme: "string",
  seed: "number",
  repeats: "number",
  stratified: "boolean",
  groups: "list",
} as const satisfies Record<keyof FoldOptions, OptionKind>;

/** Options of training may be among them, and have folds, too. */
function checkOptions(options: FoldOptions): FoldOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot split data: options are ${
        showValue(options)
      }, expected an object with folds and scheme`,
    );
  }
  return plainOptions(options, { action: "split data", kinds: OPTIONS });
}

/** Divides samples into folds along each axis of the scheme, as {@linkcode kFold} does. */
export function partitionIntoFolds(
  data: Dataset,
  repeat: number,
  options: FoldOptions,
): Partition[] {
  const { folds, scheme, seed = 0, stratified = false, groups } = options;
  return partitionSamples(data, {
    scheme,
    weights: Array<number>(folds).fill(1),
    action: `data into ${folds} folds`,
    seed,
    // The first repeat has the random numbers of folds that are not repeated.
    purpose: repeat === 1 ? ["kfold"] : ["kfold", repeat],
    stratified,
    groups,
  });
}

function foldOnce(data: Dataset, repeat: number, options: FoldOptions): Fold[] {
  const { folds } = options;
  const partitions = partitionIntoFolds(data, repeat, options);
  return Array.from({ length: folds }, (_, fold) => {
    const parts = takeFold(data, partitions, fold);
    const { training: { length: trained }, validation: { length: judged } } = parts;
    if (judged > 0 && trained > 0) return { ...parts, repeat };
    throw new RangeError(
      `Cannot split data into ${folds} folds: fold ${fold} has ${trained} samples to ` +
        `train on and ${judged} to judge by, expected some of each`,
    );
  });
}

function takeFold(
  data: Dataset,
  partitions: readonly Partition[],
  fold: number,
): Omit<Fold, "repeat"> {
  const isIn = (row: number) => partitions.every(({ partOfRow }) => partOfRow[row] === fold);
  const isOut = (row: number) => partitions.every(({ partOfRow }) => partOfRow[row] !== fold);
  return {
    training: data.filter(isOut),
    validation: data.filter(isIn),
    leftOut: data.filter((row) => partitions.length > 1 && !isIn(row) && !isOut(row)),
  };
}
