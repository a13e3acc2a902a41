import { showValue } from "../base/show_value.ts";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { type Axis, cellTypeAxis, geneGroupAxis } from "./axis.ts";

/** With fewer cell types, all are trained on: a model of a single cell type has no other one to compare genes with. */
export const FEWEST_CELL_TYPES = 3;

/** Options of {@linkcode calibrationFolds}. */
export interface CalibrationFoldOptions {
  /**
   * Number of groups that genes, and cell types, are divided into; at least 2.
   *
   * @default {5}
   */
  readonly folds?: number | undefined;
  /**
   * Seed of the division.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
}

/** Samples to train on, and samples of which the model then knows the gene, the cell type or neither. */
export interface CalibrationFold {
  /** Samples to train on. */
  readonly training: Dataset;
  /** All others: those whose gene, cell type or both were held out. */
  readonly heldOut: Dataset;
}

/**
 * Divides labelled samples for a calibration. Genes are divided into groups at random, and so are cell types; fold i
 * holds out every sample of the genes of group i and every sample of the cell types of group i. So one model for each
 * fold shows the errors in all three regimes, and each cell type is held out exactly once.
 *
 * With fewer than 3 cell types only genes are held out. Replicates of a cell type, and transcripts of a gene, stay
 * together. There are no more folds than cell types, if these are held out, or else than genes.
 *
 * @param data The labelled samples. Views of them are returned, in the same order.
 * @param options Number of folds, and the seed.
 * @returns The folds.
 * @throws {RangeError} If `folds` is not an integer of at least 2, or there are too few genes and cell types.
 *
 * @example Four cell types, a fifth of the genes each time
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { calibrationFolds } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 50, bins: 4 }).train);
 * const sizes = calibrationFolds(data).map(({ training, heldOut }) => [training.length, heldOut.length]);
 * deepStrictEqual(sizes, Array(4).fill([3 * 40, 200 - 3 * 40]));
 * ```
 */
export function calibrationFolds(
  data: Dataset,
  { folds = 5, seed = 0 }: CalibrationFoldOptions = {},
): CalibrationFold[] {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(
      `Cannot calibrate with ${showValue(folds)} folds: expected an integer >= 2`,
    );
  }
  const [cellTypes, genes] = [cellTypeAxis(data), geneGroupAxis(data)];
  const holdsCellTypes = cellTypes.names.length >= FEWEST_CELL_TYPES;
  const geneGroups = genes.names.length > 1 ? Math.min(folds, genes.names.length) : 0;
  const cellTypeGroups = holdsCellTypes ? Math.min(folds, cellTypes.names.length) : 0;
  if (geneGroups + cellTypeGroups === 0) {
    throw new RangeError(
      `Cannot calibrate: the data have ${formatCountOf(genes.names.length, "gene")} in ${
        formatCountOf(cellTypes.names.length, "cell type")
      }, expected two genes or ${FEWEST_CELL_TYPES} cell types, so that some can be held out`,
    );
  }
  const geneOfRow = groupRows(genes, geneGroups, streamOf(seed, "gene"));
  const cellTypeOfRow = groupRows(cellTypes, cellTypeGroups, streamOf(seed, "cell type"));
  return Array.from({ length: cellTypeGroups || geneGroups }, (_, fold) => {
    const isHeldOut = (row: number) =>
      cellTypeOfRow[row] === fold || (geneGroups > 0 && geneOfRow[row] === fold % geneGroups);
    const training = data.filter((row) => !isHeldOut(row));
    const heldOut = data.filter(isHeldOut);
    refuseEmpty(fold, training, heldOut);
    return { training, heldOut };
  });
}

function streamOf(seed: number, what: string): RandomStream {
  return new RandomStream(deriveKey(seed, "calibration", what));
}

/** The group of each row's name, `[position]`; −1 if there are no groups. It depends on the sorted names alone. */
function groupRows({ names, places, placeOfRow }: Axis, groups: number, stream: RandomStream) {
  if (groups === 0) return new Int32Array(placeOfRow.length).fill(-1);
  const groupOfPlace = new Int32Array(names.length);
  const sorted = names.toSorted();
  shuffledIndices(names.length, stream).forEach((item, rank) => {
    groupOfPlace[places.get(sorted[item]!)!] = Math.floor(rank * groups / names.length);
  });
  return Int32Array.from(placeOfRow, (place) => groupOfPlace[place]!);
}

function refuseEmpty(fold: number, training: Dataset, heldOut: Dataset): void {
  if (training.length > 0 && heldOut.length > 0) return;
  throw new RangeError(
    `Cannot calibrate: fold ${
      fold + 1
    } has ${training.length} samples to train on and ${heldOut.length} held out, ` +
      "expected some of each. The genes and cell types of the data overlap too little",
  );
}
