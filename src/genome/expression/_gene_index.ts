/** The genes of an annotation by their names. */

import { geneKey } from "../../gene_id.ts";
import { stripGenePrefix } from "../id_prefixes.ts";
import { choosePrimary } from "../primary_chromosome.ts";
import type { Gene } from "../gene.ts";

/** By what the rows of a table are known for genes. */
export type Naming = "id" | "symbol" | "entrez";

/** Every {@linkcode Naming}, the surest first. */
export const NAMINGS: readonly Naming[] = ["id", "symbol", "entrez"];

/** Stands for a gene that cannot be told, since several genes have the name. */
export const SEVERAL = -2;
/** Stands for no gene. */
export const NONE = -1;

/** Finds genes by name. */
export class GeneIndex {
  readonly #indices: Readonly<Record<Naming, ReadonlyMap<string, number>>>;

  constructor(genes: readonly Gene[]) {
    this.#indices = {
      id: withAliases(makeIndex(genes, ({ id }) => indexKey(id)), genes),
      // A gene without a name is called by its id in tables of symbols.
      symbol: makeIndex(genes, ({ id, symbol }) => symbol ?? geneKey(id)),
      entrez: makeIndex(genes, ({ entrezId }) => entrezId),
    };
  }

  /** Place of a gene; {@linkcode NONE} or {@linkcode SEVERAL}. */
  find(naming: Naming, name: string): number {
    return this.#indices[naming].get(naming === "id" ? indexKey(name) : name) ?? NONE;
  }

  /** How many names there are. */
  size(naming: Naming): number {
    return this.#indices[naming].size;
  }
}

/** What an annotation's spelling of an id and a table's have in common; GTF made of GFF3 keeps what it puts before ids. */
function indexKey(id: string): string {
  return geneKey(stripGenePrefix(id));
}

/** Adds the ids that other data bases have of the genes, where no gene has them as its own. */
function withAliases(ids: Map<string, number>, genes: readonly Gene[]): Map<string, number> {
  const aliases = new Map<string, number>();
  for (const [place, { aliases: others = [] }] of genes.entries()) {
    for (const key of new Set(others.map(indexKey))) {
      if (!ids.has(key)) aliases.set(key, aliases.has(key) ? SEVERAL : place);
    }
  }
  return new Map([...ids, ...aliases]);
}

function makeIndex(
  genes: readonly Gene[],
  nameOf: (gene: Gene) => string | undefined,
): Map<string, number> {
  const index = new Map<string, number>();
  const shared = new Map<string, number[]>();
  for (const [place, gene] of genes.entries()) {
    const name = nameOf(gene);
    if (name === undefined) continue;
    const earlier = index.get(name);
    if (earlier === undefined) index.set(name, place);
    else if (shared.has(name)) shared.get(name)!.push(place);
    else shared.set(name, [earlier, place]);
  }
  for (const [name, places] of shared) index.set(name, chooseOne(places, genes));
  return index;
}

/**
 * Of genes of one name that which tables mean: the others are its copies on alternate loci and patches, or its
 * pseudoautosomal copy on Y.
 */
function chooseOne(places: readonly number[], genes: readonly Gene[]): number {
  const primary = choosePrimary(places.map((place) => genes[place]));
  return places.find((place) => genes[place] === primary) ?? SEVERAL;
}
