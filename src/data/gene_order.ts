import { type RandomStream, shuffledIndices } from "../random.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Puts samples into a random order in which those of a gene stand together, so that a batch has few genes and engines
 * compute what a gene's samples share, such as its DNA, once. Genes are in random order, and so are the samples of each.
 *
 * @param data The samples.
 * @param stream The random numbers.
 * @returns Rows of the columns, `[position]`, each row of the view as often as there.
 *
 * @example Two genes in three cell types
 * ```ts
 * import { Dataset, geneOrder } from "@waka/histone/data";
 * import { deriveKey, RandomStream } from "@waka/histone/random";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 2, newGenes: 1, bins: 4 }).train);
 * const order = geneOrder(data, new RandomStream(deriveKey(1, "order", 0)));
 * const genes = Array.from(order, (row) => data.columns.geneIndex[row]);
 * strictEqual(new Set(genes.slice(0, genes.lastIndexOf(genes[0]) + 1)).size, 1);
 * ```
 */
export function geneOrder(
  { columns: { geneIndex, genes }, rows }: Dataset,
  stream: RandomStream,
): Uint32Array<ArrayBuffer> {
  // Samples that are shuffled first and then put with their genes are in random order there.
  const shuffled = shuffledIndices(rows.length, stream);
  const counts = new Uint32Array(genes.length);
  for (const row of rows) counts[geneIndex[row]!]!++;
  const next = new Uint32Array(genes.length);
  let at = 0;
  for (const gene of shuffledIndices(genes.length, stream)) {
    next[gene] = at;
    at += counts[gene]!;
  }
  const order = new Uint32Array(rows.length);
  for (const position of shuffled) {
    const row = rows[position]!;
    order[next[geneIndex[row]!]!++] = row;
  }
  return order;
}
