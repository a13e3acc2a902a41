/**
 * The competition's genes.
 *
 * @module
 */

import { fromBase64 } from "../base/platform.ts";
import { COMPETITION_GENE_LIST } from "./_competition_gene_list.ts";
import { decodeGeneList, type ListedGene } from "./gene_list.ts";

export type { ListedGene };

let genes: readonly ListedGene[] | undefined;

/**
 * Lists the competition's 17,447 genes by ascending number, the order in which both files have them. The 1,447 that are
 * held out stand in eval.npz only.
 *
 * @returns The genes, always the same array.
 *
 * @example How many are held out
 * ```ts
 * import { competitionGenes } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * const genes = competitionGenes();
 * strictEqual(genes.length, 17_447);
 * strictEqual(genes.filter(({ heldOut }) => heldOut).length, 1_447);
 * strictEqual(genes[0]?.number, 3); // ENSG00000000003
 * ```
 */
export function competitionGenes(): readonly ListedGene[] {
  genes ??= decodeGeneList(fromBase64(COMPETITION_GENE_LIST));
  return genes;
}
