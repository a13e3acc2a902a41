/** Chooses some of many genes by a fixed rule. */

/**
 * Chooses genes by a hash of their identifiers, so that the choice does not depend on their order, on the cell types or
 * on chance.
 *
 * @returns The place of each gene among those that were chosen, `[gene]`, −1 for the others; and their number.
 */
export function chooseGenes(
  genes: readonly string[],
  most: number,
): { readonly places: Int32Array<ArrayBuffer>; readonly count: number } {
  const places = new Int32Array(genes.length);
  if (genes.length <= most) return { places: places.map((_, gene) => gene), count: genes.length };
  const hashes = Uint32Array.from(genes, hashOf);
  const limit = hashes.toSorted()[most]!;
  let count = 0;
  for (const [gene, hash] of hashes.entries()) places[gene] = hash < limit ? count++ : -1;
  return { places, count };
}

/** FNV-1a of 32 bits over the text's UTF-16, with a last mixing, since identifiers differ in few letters. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
