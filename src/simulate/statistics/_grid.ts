import { formatCountOf } from "../../base/count.ts";
import { meanOf } from "../../base/mean.ts";
import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import { pearson } from "../../metrics/pearson.ts";

/** The samples of a data set as a table without gaps: the genes that all cell types have. */
export interface Grid {
  /** Names of the cell types. */
  readonly cellTypes: readonly string[];
  /** Number of genes. */
  readonly genes: number;
  /** Position of each sample in the data set, by cell type, `[cellType][gene]`. */
  readonly positions: readonly Uint32Array[];
}

/**
 * Arranges samples by cell type and gene.
 *
 * @throws {ContractError} If fewer than 2 genes are in all cell types.
 */
export function arrangeGrid(data: Dataset): Grid {
  const { cellTypes: names } = data.columns;
  const byCellType = new Map<number, Map<number, number>>();
  const geneIndices = data.geneIndices();
  for (const [position, cellType] of data.cellTypeIndices().entries()) {
    const own = byCellType.get(cellType) ?? new Map<number, number>();
    own.set(geneIndices[position]!, position);
    byCellType.set(cellType, own);
  }
  const cells = [...byCellType.values()];
  const genes = [...cells[0]?.keys() ?? []].filter((gene) => cells.every((own) => own.has(gene)));
  if (genes.length < 2) {
    throw new ContractError(
      `Cannot compare statistics: found ${
        formatCountOf(genes.length, "gene")
      } in all cell types, expected at least 2`,
    );
  }
  return {
    cellTypes: [...byCellType.keys()].map((cellType) => names[cellType]!),
    genes: genes.length,
    positions: cells.map((own) => Uint32Array.from(genes, (gene) => own.get(gene)!)),
  };
}

/** Calls a function for each pair of cell types, and returns what it returns. */
export function mapPairs<Item>(
  items: readonly Item[],
  valueOf: (first: Item, second: Item) => number,
): number[] {
  return items.flatMap((first, i) => items.slice(i + 1).map((second) => valueOf(first, second)));
}

/** Pearson's r of the differences of two pairs of columns: how changes of one quantity follow those of another. */
export function pearsonOfChanges(
  [a, b]: readonly [ArrayLike<number>, ArrayLike<number>],
  [c, d]: readonly [ArrayLike<number>, ArrayLike<number>],
): number {
  const difference = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Float64Array.from(x, (value, i) => value - y[i]!);
  return pearson(difference(a, b), difference(c, d));
}

/** Mean squared distance of some values from their mean. */
export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return sum / values.length;
}
