import { showValue } from "../base/show_value.ts";
import type { OptionKind } from "../base/option_names.ts";
import { plainOptions } from "../base/plain_options.ts";
import { checkDataset } from "../data/check_dataset.ts";
import { listSome } from "../base/wording.ts";
import { chromosomeKey, findChromosomes } from "../data/chromosomes.ts";
import type { Dataset } from "../data/dataset.ts";
import { hasCellTypeGroups, hasGeneGroups } from "../data/sample_groups.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { type Axis, cellTypeAxis, geneGroupAxis } from "./axis.ts";

/** The competition's share of genes, and of cell types, that only its `eval.npz` has. */
const NEW_GENE_SHARE = 1447 / 17_447;
const NEW_CELL_TYPE_SHARE = 6 / 56;

/** Options of {@linkcode splitRegimes}. */
export interface SplitRegimesOptions {
  /**
   * Number of genes to hold out, from 0 to one less than there are. The default is the competition's share, 1,447 of
   * 17,447, rounded, but at least 1; it needs two genes or more.
   *
   * @default {Math.max(1, Math.round(1447 / 17447 * genes))}
   */
  readonly newGenes?: number | undefined;
  /**
   * Chromosomes, such as `chr8` or `8`, of which all genes are held out, in place of `newGenes` genes at random. So no
   * new gene is the neighbour of a trained one, whose window may overlap its own. The data must say on which chromosomes
   * their genes lie; see `placeGenes`.
   *
   * @default {Genes are held out at random}
   */
  readonly newChromosomes?: readonly string[] | undefined;
  /**
   * Number of cell types to hold out, from 0 to one less than there are. The default is the competition's share, 6 of
   * 56, rounded, but at least 1; a single cell type is not held out.
   *
   * @default {cellTypes === 1 ? 0 : Math.max(1, Math.round(6 / 56 * cellTypes))}
   */
  readonly newCellTypes?: number | undefined;
  /**
   * Seed of the choice.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
}

const OPTIONS = {
  newGenes: "number",
  newChromosomes: "list",
  newCellTypes: "number",
  seed: "number",
} as const satisfies Record<keyof SplitRegimesOptions, OptionKind>;

/** Samples divided as the competition divided its own. */
export interface RegimeSplit {
  /** Samples whose gene and cell type are not held out. */
  readonly train: Dataset;
  /** All others; `classifyRows(train, test)` names the regime of each. */
  readonly test: Dataset;
  /** Ids of the genes held out, sorted; transcripts by the id of their gene. */
  readonly newGenes: readonly string[];
  /** Names of the cell types held out, sorted; replicates by the name of their group. */
  readonly newCellTypes: readonly string[];
}

/**
 * Divides labelled samples as the competition did: some genes and some cell types are held out altogether, and every
 * sample of a held-out gene or cell type becomes a test sample. So all three regimes can be judged before any
 * submission.
 *
 * Replicates of one cell type count as one cell type, which has the name of their group, and are held out together; so
 * are the transcripts of one gene.
 *
 * The choice depends on the seed and the sorted names only, not on the order of the samples. Use another seed for
 * another split.
 *
 * @param data The samples to divide. Views of them are returned, in the same order.
 * @param options How many to hold out, and the seed.
 * @returns Views of the samples, and what was held out.
 * @throws {RangeError} If there are fewer than two genes and `newGenes` is left out, if a number is out of range, if
 * neither a gene nor a cell type is to be held out, or if `newChromosomes` are given with `newGenes`, are not chromosomes of
 * the data, or are all of them.
 * @throws {TypeError} If these are no data set, or an option is misspelt or something else.
 * @throws {ContractError} If `newChromosomes` are given and the chromosome of a gene is unknown.
 *
 * @example Ten cell types and 24 genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { splitRegimes } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 10, genes: 24, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const data = new Dataset(simulateColumns(size).train);
 * const { train, test } = splitRegimes(data);
 * strictEqual(train.length, 9 * 22); // 1 of 10 cell types and 2 of 24 genes are held out
 * strictEqual(test.length, 10 * 24 - 9 * 22);
 * ```
 */
export function splitRegimes(data: Dataset, options: SplitRegimesOptions = {}): RegimeSplit {
  checkDataset(data, "split data");
  options = plainOptions(options, { action: "split data", kinds: OPTIONS });
  const { seed = 0 } = options;
  const genesOfData = geneGroupAxis(data);
  const cellTypesOfData = cellTypeAxis(data);
  if (options.newChromosomes !== undefined && options.newGenes !== undefined) {
    throw new RangeError(
      "Cannot split by regime: found newGenes and newChromosomes, expected one of them",
    );
  }
  if (genesOfData.names.length === 1 && options.newGenes === undefined) {
    throw new RangeError(
      "Cannot split by regime: there is 1 gene, which cannot be held out; expected two or more",
    );
  }
  const genes = options.newChromosomes === undefined
    ? holdOut(genesOfData, {
      what: hasGeneGroups(data) ? "gene groups" : "genes",
      count: options.newGenes ?? shareOf(NEW_GENE_SHARE, genesOfData),
      stream: new RandomStream(deriveKey(seed, "regimes", "gene")),
    })
    : holdOutChromosomes(data, genesOfData, options.newChromosomes);
  const only = cellTypesOfData.names.length === 1;
  const cellTypes = holdOut(cellTypesOfData, {
    what: hasCellTypeGroups(data) ? "cell type groups" : "cell types",
    count: options.newCellTypes ?? (only ? 0 : shareOf(NEW_CELL_TYPE_SHARE, cellTypesOfData)),
    stream: new RandomStream(deriveKey(seed, "regimes", "cell type")),
  });
  if (genes.names.length + cellTypes.names.length === 0) {
    throw new RangeError(
      "Cannot split by regime: no gene and no cell type is to be held out, expected at least one",
    );
  }
  const isTest = (row: number) => genes.isHeldOut[row] === 1 || cellTypes.isHeldOut[row] === 1;
  return {
    train: data.filter((row) => !isTest(row)),
    test: data.filter(isTest),
    newGenes: genes.names,
    newCellTypes: cellTypes.names,
  };
}

interface HoldOutOptions {
  readonly what: string;
  readonly count: number;
  readonly stream: RandomStream;
}

interface HeldOut {
  /** The chosen names, sorted. */
  readonly names: readonly string[];
  /** 1 for the samples that have one of them, `[position]`. */
  readonly isHeldOut: Uint8Array;
}

function shareOf(share: number, { names }: Axis): number {
  return Math.max(1, Math.round(share * names.length));
}

function holdOut(axis: Axis, { what, count, stream }: HoldOutOptions): HeldOut {
  const total = axis.names.length;
  if (!Number.isInteger(count) || count < 0 || count >= total) {
    throw new RangeError(
      `Cannot split by regime: ${showValue(count)} of ${total} ${what} are to be held out, ` +
        `expected an integer from 0 to ${total - 1}`,
    );
  }
  const sorted = axis.names.toSorted();
  const order = shuffledIndices(total, stream).subarray(0, count);
  const names = Array.from(order, (place) => sorted[place]!).sort();
  const chosen = new Uint8Array(total);
  for (const name of names) chosen[axis.places.get(name)!] = 1;
  return { names, isHeldOut: Uint8Array.from(axis.placeOfRow, (place) => chosen[place]!) };
}

function holdOutChromosomes(data: Dataset, axis: Axis, wanted: readonly string[]): HeldOut {
  const { names, ofRow } = findChromosomes(data);
  const keys = names.map(chromosomeKey);
  const unknown = wanted.find((name) => !keys.includes(chromosomeKey(name)));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot split by regime: no gene is on chromosome "${unknown}"; genes are on ${
        listSome(names, 30)
      }`,
    );
  }
  const chosen = new Set(wanted.map((name) => keys.indexOf(chromosomeKey(name))));
  if (chosen.size === names.length) {
    throw new RangeError(
      "Cannot split by regime: every chromosome is to be held out, expected some to train on",
    );
  }
  const isHeldOut = Uint8Array.from(ofRow, (chromosome) => Number(chosen.has(chromosome)));
  const genes = new Set(axis.placeOfRow.filter((_, row) => isHeldOut[row] === 1));
  return { names: [...genes].map((place) => axis.names[place]!).sort(), isHeldOut };
}
