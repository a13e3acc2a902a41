import { formatCountOf } from "../base/count.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import type { Dataset } from "./dataset.ts";
import {
  cellTypeGroupIndices,
  geneGroupIndices,
  hasCellTypeGroups,
  hasGeneGroups,
  numberSampleGroups,
} from "./sample_groups.ts";

/** How {@linkcode kFold} splits the samples. */
export type FoldScheme = "contiguous" | "shuffled" | "by-gene" | "by-cell-type" | "by-both";

/** Every {@linkcode FoldScheme}; the first is the report's. */
export const FOLD_SCHEMES: readonly FoldScheme[] = [
  "contiguous",
  "shuffled",
  "by-gene",
  "by-cell-type",
  "by-both",
];

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
}

/** One split of the samples into those to train on and those to judge by. */
export interface Fold {
  /** Samples to train on. */
  readonly training: Dataset;
  /** Samples to judge by; none of them is in `training`. */
  readonly validation: Dataset;
}

/**
 * Splits samples for k-fold cross-validation. Training and validation keep the order of `data`.
 *
 * - `contiguous`, as in the report: fold i of k validates on positions ⌊i·n/k⌋ to ⌊(i+1)·n/k⌋. On data ordered by
 *   cell type nearly every gene is on both sides, as it is with `shuffled`; such scores are better than those on
 *   new genes will be.
 * - `shuffled`: the same after a random reordering.
 * - `by-gene`: no gene is on both sides. `by-cell-type`: no cell type is on both sides.
 * - `by-both`: fold i validates on the genes of group i in the cell types of group i, and trains on the
 *   samples that share neither with them. All others are left out: in a full table of genes and cell types, 1/k² of the
 *   samples validate, (1 − 1/k)² train and 2(k − 1)/k² are left out, so that all folds together judge 1/k of the table.
 *
 * In every scheme the sides get equally many samples, genes or cell types, or one more.
 *
 * Samples that belong together are never separated. Where cell types are in groups, as replicates are, a group counts as
 * one cell type, and the samples of a gene in it count as one sample; genes that belong to one, as transcripts do, count
 * as one gene.
 *
 * @param data The samples.
 * @param options Number of folds, scheme and seed.
 * @returns The folds, `[fold]`.
 * @throws {RangeError} If there are fewer than 2 folds, or more folds than samples, genes or cell types (whichever
 * the scheme splits), or if a fold of `by-both` would have no samples on one side.
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
  const { folds } = options;
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`Cannot split data into ${folds} folds: expected an integer >= 2`);
  }
  const groupings = groupSamples(data, options);
  return Array.from({ length: folds }, (_, fold) => {
    const validation = data.filter((position) =>
      groupings.every((groups) => groups[position] === fold)
    );
    const training = data.filter((position) =>
      groupings.every((groups) => groups[position] !== fold)
    );
    if (validation.length === 0 || training.length === 0) {
      throw new RangeError(
        `Cannot split data into ${folds} folds: fold ${fold} has ${training.length} samples to ` +
          `train on and ${validation.length} to judge by, expected some of each`,
      );
    }
    return { training, validation };
  });
}

/**
 * Groups the samples, `[position]`, once for each thing that must not be on both sides. Fold i validates on the samples
 * whose groups are all i, and trains on those whose groups all differ from i.
 */
function groupSamples(data: Dataset, options: FoldOptions): Uint32Array[] {
  const { scheme } = options;
  switch (scheme) {
    case "contiguous":
    case "shuffled":
      return [groupUnits(data, options)];
    case "by-gene":
      return [groupGenes(data, options)];
    case "by-cell-type":
      return [groupCellTypes(data, options)];
    case "by-both":
      return [groupGenes(data, options), groupCellTypes(data, options)];
    default:
      throw new RangeError(
        `Cannot split data by "${scheme}": expected one of ${FOLD_SCHEMES.join(", ")}`,
      );
  }
}

/** Groups samples, or groups of samples that belong together, in their order or at random. */
function groupUnits(data: Dataset, { folds, scheme, seed = 0 }: FoldOptions): Uint32Array {
  const units = numberSampleGroups(data);
  const count = units === undefined ? data.length : new Set(units).size;
  const grouping = { what: units === undefined ? "sample" : "sample group", folds };
  const groups = scheme === "contiguous"
    ? groupEvenly(count, grouping)
    : groupRandomly(count, { ...grouping, stream: streamOf(seed, "sample") });
  return units === undefined ? groups : units.map((unit) => groups[unit]!);
}

function groupGenes(data: Dataset, { folds, seed = 0 }: FoldOptions): Uint32Array {
  const what = hasGeneGroups(data) ? "gene group" : "gene";
  return groupNames(geneGroupIndices(data), { what, folds, stream: streamOf(seed, "gene") });
}

function groupCellTypes(data: Dataset, { folds, seed = 0 }: FoldOptions): Uint32Array {
  const what = hasCellTypeGroups(data) ? "cell type group" : "cell type";
  const stream = streamOf(seed, "cell type");
  return groupNames(cellTypeGroupIndices(data), { what, folds, stream });
}

function streamOf(seed: number, what: string): RandomStream {
  return new RandomStream(deriveKey(seed, "kfold", what));
}

/** How items are grouped. */
interface Grouping {
  /** The kind of item, for messages. */
  readonly what: string;
  /** Number of groups. */
  readonly folds: number;
}

/** {@linkcode Grouping} at random. */
interface RandomGrouping extends Grouping {
  readonly stream: RandomStream;
}

/** Groups 0 … `count` − 1 into consecutive stretches: group i is ⌊i·count/folds⌋ to ⌊(i+1)·count/folds⌋. */
function groupEvenly(count: number, { what, folds }: Grouping): Uint32Array {
  if (count < folds) {
    const remedy = count > 1
      ? `. Take ${count} folds (--folds ${count})`
      : what.startsWith("cell type")
      ? ". Split the data by gene (--scheme by-gene)"
      : "";
    throw new RangeError(
      `Cannot split data into ${folds} folds: there ${count === 1 ? "is" : "are"} only ${
        formatCountOf(count, what)
      }, expected at least ${folds}${remedy}`,
    );
  }
  const groups = new Uint32Array(count);
  for (let fold = 0; fold < folds; fold++) {
    const start = Math.floor(fold * count / folds);
    const end = Math.floor((fold + 1) * count / folds);
    groups.fill(fold, start, end);
  }
  return groups;
}

function groupRandomly(count: number, { stream, ...grouping }: RandomGrouping): Uint32Array {
  const even = groupEvenly(count, grouping);
  const groups = new Uint32Array(count);
  shuffledIndices(count, stream).forEach((item, place) => groups[item] = even[place]!);
  return groups;
}

/** Groups the names that occur, so that all samples of a name share its group. */
function groupNames(indices: Uint32Array, grouping: RandomGrouping): Uint32Array {
  const present = [...new Set(indices)].sort((a, b) => a - b);
  const groups = groupRandomly(present.length, grouping);
  const groupOf = new Map(present.map((name, place) => [name, groups[place]!]));
  return indices.map((name) => groupOf.get(name)!);
}
