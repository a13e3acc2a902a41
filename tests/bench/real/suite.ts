/** Labelled data, and what of them is held out in turn: the same for every contestant. */

import type { Dataset } from "../../../src/data/dataset.ts";
import { kFold } from "../../../src/data/kfold.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../../src/random.ts";
import { cellTypeAxis, geneGroupAxis } from "../../../src/validation/axis.ts";
import { classifyRows, type RowKind } from "../../../src/validation/mod.ts";

/** One in so many genes is held out as new. */
const NEW_GENE_SHARE = 5;

/** One division of a data set. */
export interface RealFold {
  /** What is held out, in a word or two. */
  readonly name: string;
  /** Samples to train on. */
  readonly train: Dataset;
  /** Samples to judge by; their labels are not for contestants. */
  readonly test: Dataset;
  /** Regime of each test sample, `[position]`. */
  readonly kinds: readonly RowKind[];
}

/** A data set with its folds. */
export interface Suite {
  /** Short name, for files: `log2`, `competition` or `counts`. */
  readonly id: string;
  /** What the label is, or the data are, for tables. */
  readonly title: string;
  /** The folds. */
  readonly folds: readonly RealFold[];
  /** Digest of the data, with which results are kept. */
  readonly digest: string;
}

/**
 * Holds out each cell type in turn, and with all of them the same fifth of the genes: new genes in the cell types that are
 * left, genes that were trained on in the cell type that is not, and both.
 *
 * @param data Labelled samples.
 * @param seed Seed of the choice of genes, which depends on the sorted names alone.
 * @returns One fold for each cell type; replicates are held out together.
 */
export function holdOutCellTypes(data: Dataset, seed = 0): RealFold[] {
  const genes = geneGroupAxis(data);
  const isNew = chooseGenes(genes.names, seed);
  const cellTypes = cellTypeAxis(data);
  if (cellTypes.names.length < 2) {
    throw new RangeError(
      `Cannot hold cell types out: the data have ${cellTypes.names.length}, expected 2 or more`,
    );
  }
  return cellTypes.names.map((name, place) => {
    const isTraining = (row: number) =>
      cellTypes.placeOfRow[row] !== place && !isNew[genes.placeOfRow[row]!];
    return makeFold(name, {
      train: data.filter(isTraining),
      test: data.filter((row) => !isTraining(row)),
    });
  });
}

/** Holds out a fifth of the genes in turn, in all cell types. */
export function holdOutGenes(data: Dataset, seed = 0): RealFold[] {
  const folds = kFold(data, { folds: NEW_GENE_SHARE, scheme: "by-gene", seed });
  return folds.map(({ training, validation }, place) =>
    makeFold(`genes ${place + 1} of ${folds.length}`, { train: training, test: validation })
  );
}

/**
 * Divides the genes into thirds, as DeepChrome's are: to train on, to choose by, and to judge by. Nothing is chosen here, so
 * the second third is left out.
 */
export function holdOutThird(data: Dataset, seed = 0): RealFold {
  const { names, placeOfRow } = geneGroupAxis(data);
  const sorted = names.toSorted();
  const stream = new RandomStream(deriveKey(seed, "real benchmark", "thirds"));
  const thirdOf = new Map(
    Array.from(shuffledIndices(sorted.length, stream), (gene, i) => [sorted[gene]!, i % 3]),
  );
  const third = (row: number) => thirdOf.get(names[placeOfRow[row]!]!);
  return makeFold("thirds", {
    train: data.filter((row) => third(row) === 0),
    test: data.filter((row) => third(row) === 2),
  });
}

function makeFold(name: string, data: { readonly train: Dataset; readonly test: Dataset }) {
  return { name, ...data, kinds: classifyRows(data.train, data.test) };
}

/** Chooses the new genes, `[gene]`. */
function chooseGenes(names: readonly string[], seed: number): boolean[] {
  if (names.length < NEW_GENE_SHARE) {
    throw new RangeError(
      `Cannot hold genes out: the data have ${names.length}, expected ${NEW_GENE_SHARE} or more`,
    );
  }
  const sorted = names.toSorted();
  const stream = new RandomStream(deriveKey(seed, "real benchmark", "genes"));
  const order = shuffledIndices(sorted.length, stream);
  const chosen = new Set(
    Array.from(order.subarray(0, Math.round(sorted.length / NEW_GENE_SHARE)), (i) => sorted[i]!),
  );
  return names.map((name) => chosen.has(name));
}
