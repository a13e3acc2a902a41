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
  const table = knownRows.get(data) ?? tableRows(data);
  knownRows.set(data, table);
  const { starts, rows, genes: count, cellTypes: all } = table;
  const names = shuffledIndices(count, stream);
  const ordered = new Uint32Array(rows.length);
  const blocks: [start: number, end: number][] = [];
  let at = 0;
  for (let first = 0; first < names.length; first += genes) {
    const members = names.subarray(first, first + genes);
    const types = shuffledIndices(all, stream);
    for (let start = 0; start < types.length; start += cellTypes) {
      const wanted = types.subarray(start, start + cellTypes);
      const begin = at;
      for (const gene of members) {
        for (const cellType of wanted) {
          const pair = gene * all + cellType;
          for (let i = starts[pair]!; i < starts[pair + 1]!; i++) ordered[at++] = rows[i]!;
        }
      }
      if (at > begin) blocks.push([begin, at]);
    }
  }
  return joinBlocks(ordered, blocks, shuffledIndices(blocks.length, stream));
}

function joinBlocks(
  rows: Uint32Array,
  blocks: readonly (readonly [start: number, end: number])[],
  order: Uint32Array,
): Uint32Array<ArrayBuffer> {
  const joined = new Uint32Array(rows.length);
  let at = 0;
  for (const block of order) {
    const [start, end] = blocks[block]!;
    joined.set(rows.subarray(start, end), at);
    at += end - start;
  }
  return joined;
}

/** The rows of a data set by gene and cell type. */
interface RowTable {
  /** Number of genes; they are numbered in order of their first samples. */
  readonly genes: number;
  /** Number of cell types of the columns. */
  readonly cellTypes: number;
  /** The first row of each pair in `rows`, by gene · cell types + cell type, and the number of all rows. */
  readonly starts: Uint32Array;
  /** Pair after pair; the rows of a pair in the order of the data. */
  readonly rows: Uint32Array;
}

/** Tables that were made already: each epoch orders the same samples. */
const knownRows = new WeakMap<Dataset, RowTable>();

function tableRows({ columns, rows }: Dataset): RowTable {
  const { geneIndex, cellTypeIndex, cellTypes: { length: cellTypes } } = columns;
  const numbers = new Int32Array(columns.genes.length).fill(-1);
  let genes = 0;
  for (const row of rows) if (numbers[geneIndex[row]!]! < 0) numbers[geneIndex[row]!] = genes++;
  const pairOf = (row: number) => numbers[geneIndex[row]!]! * cellTypes + cellTypeIndex[row]!;
  const starts = new Uint32Array(genes * cellTypes + 1);
  for (const row of rows) starts[pairOf(row) + 1]!++;
  for (let pair = 0; pair < genes * cellTypes; pair++) starts[pair + 1]! += starts[pair]!;
  const next = starts.slice();
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[next[pairOf(row)]!++] = row;
  return { genes, cellTypes, starts, rows: sorted };
}
