/** Finds the genes of an annotation by name. */

import { geneKey } from "../../gene_id.ts";
import { stripGenePrefix } from "../id_prefixes.ts";
import { choosePrimary } from "../primary_chromosome.ts";
import type { Gene } from "../gene.ts";
import { transcriptKey } from "../transcript_id.ts";

/** The kind of name by which the rows of a table are joined with genes. */
export type Naming = "id" | "symbol" | "entrez";

/** Every {@linkcode Naming}, the most reliable first. */
export const NAMINGS: readonly Naming[] = ["id", "symbol", "entrez"];

/** Stands for an ambiguous name, which several genes have. */
export const SEVERAL = -2;
/** Stands for a name that no gene has. */
export const NONE = -1;
/** Stands for a cell that names several genes, whose value is no gene's own. */
export const JOINT = -3;

/** Finds genes by name. */
export class GeneIndex {
  readonly #indices: Readonly<Record<Naming, ReadonlyMap<string, number>>>;

  constructor(genes: readonly Gene[]) {
    this.#indices = {
      id: withAliases(makeIndex(genes, ({ id }) => indexKey(id)), genes),
      // In tables of symbols, a gene without a symbol has its id.
      symbol: makeIndex(genes, ({ id, symbol }) => symbol ?? geneKey(id)),
      entrez: makeIndex(genes, ({ entrezId }) => entrezId),
    };
  }

  /** Index of a gene, or {@linkcode NONE} or {@linkcode SEVERAL}. */
  find(naming: Naming, name: string): number {
    return this.#indices[naming].get(naming === "id" ? indexKey(name) : name) ?? NONE;
  }

  /** Number of names of a kind. */
  size(naming: Naming): number {
    return this.#indices[naming].size;
  }
}

/**
 * What all spellings of an id have in common. A GTF made from GFF3 may keep the prefixes of ids, and UCSC's annotations of
 * RefSeq have ids of transcripts for those of genes.
 */
function indexKey(id: string): string {
  return transcriptKey(geneKey(stripGenePrefix(id)));
}

/** Adds the genes' ids in other databases, except those that are also ids of genes in the annotation. */
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
    else shared.set(name, [...shared.get(name) ?? [earlier], place]);
  }
  for (const [name, places] of shared) index.set(name, chooseOne(places, genes));
  return index;
}

/**
 * Chooses among genes of one name the one that tables mean, if the others are its copies on alternate loci and patches
 * or its pseudoautosomal copy on Y.
 */
function chooseOne(places: readonly number[], genes: readonly Gene[]): number {
  const primary = choosePrimary(places.map((place) => genes[place]!));
  return places.find((place) => genes[place] === primary) ?? SEVERAL;
}
