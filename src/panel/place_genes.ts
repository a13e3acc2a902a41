import { geneKey } from "../gene_id.ts";

/**
 * Finds genes in a panel.
 *
 * @param known Keys of the panel's genes.
 * @param ids Identifiers of the genes to find.
 * @returns The place of each, −1 where the panel lacks it.
 */
export function placeGenes(
  known: readonly string[],
  ids: readonly string[],
): Int32Array<ArrayBuffer> {
  const places = new Map(known.map((gene, place) => [gene, place]));
  return Int32Array.from(ids, (gene) => places.get(geneKey(gene)) ?? -1);
}
