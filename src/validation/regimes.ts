import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeAxis, geneGroupAxis, placeCellTypes, placeGeneGroups } from "./axis.ts";

/**
 * The novelty of a sample to predict, given the training samples: a new gene in a trained cell type, a trained gene in
 * a new cell type, or both new.
 */
export type Regime = "newGene" | "newCellType" | "bothNew";

/** Every {@linkcode Regime}. */
export const REGIMES: readonly Regime[] = ["newGene", "newCellType", "bothNew"];

/**
 * A {@linkcode Regime}, or one of two kinds of sample that the competition does not ask for: `bothSeen`, whose
 * gene and cell type were trained on but not together, and `trained`, which was itself trained on, or whose gene was in
 * a replicate of its cell type.
 */
export type RowKind = Regime | "bothSeen" | "trained";

/**
 * Samples of each regime in the competition's `eval.npz`: 50 training cell types × 1,447 new genes, 6 new cell
 * types × 16,000 training genes, and those 6 × the 1,447 new genes; together 177,032.
 */
export const COMPETITION_ROWS: Readonly<Record<Regime, number>> = {
  newGene: 50 * 1447,
  newCellType: 6 * 16_000,
  bothNew: 6 * 1447,
};

/**
 * Names the kind of each sample of a test set. Genes and cell types are matched by name, so the two sets may
 * come from different files. Replicates of one cell type are one cell type, and transcripts of one gene are one gene.
 *
 * @param train The samples on which a model was trained.
 * @param test The samples to predict; labels are not needed.
 * @returns The kind of each sample, `[position]`.
 * @throws {ContractError} If cell types are in one group in the test set and in several in the training set.
 * @throws {TypeError} If one of the two is no `Dataset`.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { classifyRows } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const size = { cellTypes: 1, genes: 1, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const { train, eval: test } = simulateColumns(size);
 * deepStrictEqual(
 *   classifyRows(new Dataset(train), new Dataset(test)),
 *   ["newGene", "newCellType", "bothNew"],
 * );
 * ```
 */
export function classifyRows(train: Dataset, test: Dataset): RowKind[] {
  for (const data of [train, test]) checkDataset(data, "classify samples");
  const genes = geneGroupAxis(train);
  const cellTypes = cellTypeAxis(train);
  const geneCount = genes.names.length;
  const trained = new Uint8Array(cellTypes.names.length * geneCount); // [cell type, gene]
  genes.placeOfRow.forEach((gene, row) => {
    trained[cellTypes.placeOfRow[row]! * geneCount + gene] = 1;
  });
  const geneOfRow = placeGeneGroups(genes, test);
  const cellTypeOfRow = placeCellTypes(cellTypes, test);
  return Array.from({ length: test.length }, (_, row) => {
    const gene = geneOfRow[row]!;
    const cellType = cellTypeOfRow[row]!;
    if (gene < 0) return cellType < 0 ? "bothNew" : "newGene";
    if (cellType < 0) return "newCellType";
    return trained[cellType * geneCount + gene] === 1 ? "trained" : "bothSeen";
  });
}

/**
 * Forecasts the competition's score from the mean squared error in each regime: their mean, weighted by
 * {@linkcode COMPETITION_ROWS}.
 *
 * @param errors Mean squared error by regime; `null` or left out if there were no samples.
 * @returns The forecast; `undefined` if a regime is missing, since a part of the score is then unknown.
 * @throws {RangeError} If an error is negative or not finite.
 *
 * @example
 * ```ts
 * import { forecastMix } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(forecastMix({ newGene: 3, newCellType: 3, bothNew: 3 }), 3);
 * strictEqual(forecastMix({ newGene: 3, newCellType: 3 }), undefined);
 * ```
 */
export function forecastMix(
  errors: Readonly<Partial<Record<Regime, number | null>>>,
): number | undefined {
  let sum = 0;
  let rows = 0;
  for (const regime of REGIMES) {
    const error = errors[regime];
    if (error === undefined || error === null) return undefined;
    if (!(error >= 0 && error < Infinity)) {
      throw new RangeError(
        `Cannot forecast the mix: error of ${regime} is ${error}, expected a finite number >= 0`,
      );
    }
    sum += COMPETITION_ROWS[regime] * error;
    rows += COMPETITION_ROWS[regime];
  }
  return sum / rows;
}
