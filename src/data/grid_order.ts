import { checkInteger } from "../base/check_integer.ts";
import { type RandomStream, shuffledIndices } from "../random.ts";
import type { Dataset } from "./dataset.ts";

/** How samples are grouped in a {@linkcode gridOrder}. */
export interface GridOrderOptions {
  /** Number of genes in a block. */
  readonly genes: number;
  /** Number of cell types in a block. */
  readonly cellTypes: number;
  /** The source of randomness. */
  readonly stream: RandomStream;
}

/**
 * Makes a random order of samples in blocks of `genes × cellTypes`, gene by gene. In a batch of that size, what the
 * samples of a gene share, such as its sequence or its references, is computed once. Each call combines genes and cell
 * types differently. A block is smaller where the data lack samples.
 *
 * @param data The samples.
 * @param options Sizes of a block, and the source of randomness.
 * @returns Rows of `data.columns`, with each of `data.rows` once, as the order of an epoch.
 * @throws {RangeError} If a size is not an integer ≥ 1.
 *
 * @example Blocks of two genes in two cell types
 * ```ts
 * import { Dataset, gridOrder } from "@waka/histone/data";
 * import { deriveKey, RandomStream } from "@waka/histone/random";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 6, newGenes: 1 }).train);
 * const stream = new RandomStream(deriveKey(7, "order", 0));
 * const order = gridOrder(data, { genes: 2, cellTypes: 2, stream });
 * deepStrictEqual(order.toSorted(), data.rows.toSorted());
 * const block = [...order.subarray(0, 4)].map((row) => data.columns.geneIndex[row]);
 * strictEqual(new Set(block).size, 2);
 * ```
 */
export function gridOrder(
  data: Dataset,
  { genes, cellTypes, stream }: GridOrderOptions,
): Uint32Array<ArrayBuffer> {
  for (const [name, size] of [["genes", genes], ["cellTypes", cellTypes]] as const) {
    checkInteger(size, { action: "order samples", name, least: 1 });
  }
  const byGene = rowsByGene(data);
  const names = shuffledIndices(byGene.length, stream);
  const blocks: number[][] = [];
  for (let first = 0; first < names.length; first += genes) {
    const members = Array.from(names.subarray(first, first + genes), (gene) => byGene[gene]!);
    const types = shuffledIndices(data.columns.cellTypes.length, stream);
    for (let start = 0; start < types.length; start += cellTypes) {
      const wanted = types.subarray(start, start + cellTypes);
      const block = members.flatMap((rows) =>
        Array.from(wanted).flatMap((cellType) => rows.get(cellType) ?? [])
      );
      if (block.length > 0) blocks.push(block);
    }
  }
  const order = shuffledIndices(blocks.length, stream);
  return Uint32Array.from(Array.from(order, (block) => blocks[block]!).flat());
}

/** Groups the rows of each gene by cell type. */
function rowsByGene({ columns, rows }: Dataset): Map<number, number[]>[] {
  const { geneIndex, cellTypeIndex } = columns;
  const byGene = new Map<number, Map<number, number[]>>();
  for (const row of rows) {
    const gene = byGene.get(geneIndex[row]!) ?? new Map<number, number[]>();
    byGene.set(geneIndex[row]!, gene);
    const cell = gene.get(cellTypeIndex[row]!) ?? [];
    gene.set(cellTypeIndex[row]!, cell);
    cell.push(row);
  }
  return [...byGene.values()];
}
