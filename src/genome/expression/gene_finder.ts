/**
 * Finds the genes that the names of a table, or of sets of genes, mean: by id with or without version, by symbol, or by
 * Entrez number. Names of one list are of one kind.
 *
 * @module
 */

import { listSome, showName } from "../../base/wording.ts";
import { ContractError } from "../../errors.ts";
import { geneGroupKey, geneKey, isPseudoautosomalCopy } from "../../gene_id.ts";
import { stripGenePrefix } from "../id_prefixes.ts";
import { transcriptKey } from "../transcript_id.ts";
import { describeNames, type GeneNames, parseGeneNames } from "./_gene_names.ts";

/** A gene by its names. */
export interface NamedGene {
  /** Its identifier, or that of one of its transcripts or windows. */
  readonly id: string;
  /** The identifier of the gene, where `id` is that of one of its transcripts or windows. */
  readonly gene?: string | undefined;
  /** Its symbol, such as `DPM1`. */
  readonly symbol?: string | undefined;
  /** Its number at NCBI. */
  readonly entrezId?: string | undefined;
}

/** A kind of name. */
export type GeneNaming = "id" | "symbol" | "entrez";

/** What messages call them. */
const NAMING_WORDS: Readonly<Record<GeneNaming, string>> = {
  id: "gene ids",
  symbol: "symbols",
  entrez: "Entrez numbers",
};

/** Genes of a list of names. */
export interface FoundGenes {
  /** The places of each name's genes, `[name]`; empty for a name that no gene has, or several genes share. */
  readonly places: readonly (readonly number[])[];
  /** The kind of the names, in words. */
  readonly naming: string;
  /** Which of the columns of names was used. */
  readonly column: number;
  /** Number of names that are those of genes. */
  readonly found: number;
  /** Names that several genes share. */
  readonly shared: readonly string[];
  /** Cells that name several genes. */
  readonly joint: readonly string[];
}

/**
 * Finds genes by the column and the kind of name that finds the most: ids before symbols before Entrez numbers if they
 * find as many. Ids are compared without their versions. A gene of which several transcripts, or windows, are listed has
 * several places.
 *
 * @param columns Names in one or several columns, `[column][name]`: a table may have ids and symbols.
 * @param genes The genes to find.
 * @param options `what` holds the names, for the message.
 * @returns The places of each name's genes.
 * @throws {ContractError} If no name is that of a gene.
 */
export function findGenes(
  columns: readonly (readonly string[])[],
  genes: readonly NamedGene[],
  { what }: { readonly what: string },
): FoundGenes {
  const index = new NameIndex(genes);
  const tries = columns.flatMap((names, column) => {
    const parsed = names.map(parseGeneNames);
    return (["id", "symbol", "entrez"] as const).map((naming) => ({
      column,
      naming,
      count: parsed.filter((name) => isFound(index.findOne(naming, name))).length,
      parsed,
    }));
  });
  const [best] = tries.toSorted((a, b) => b.count - a.count);
  if (best === undefined || best.count === 0) {
    const names = columns[0] ?? [];
    throw new ContractError(
      `Cannot find genes of ${what}: it has ${describeNames(names)}, such as ${
        listSome(names.slice(0, 3).map(showName))
      }, and the data have ${describeGenes(genes)}${adviseSymbols(genes)}`,
    );
  }
  const { column, naming, parsed } = best;
  const shared: string[] = [];
  const joint: string[] = [];
  const places = parsed.map((name, i) => {
    const found = index.findOne(naming, name);
    if (found === "joint") joint.push(columns[column]![i]!);
    else if (found?.length === 0) shared.push(columns[column]![i]!);
    return isFound(found) ? found : [];
  });
  return { places, naming: NAMING_WORDS[naming], column, found: best.count, shared, joint };
}

/** The places of one gene, empty if its name is shared; `joint` for a cell that names several genes. */
type Found = readonly number[] | "joint" | undefined;

function isFound(found: Found): found is readonly number[] {
  return found !== undefined && found !== "joint" && found.length > 0;
}

function describeGenes(genes: readonly NamedGene[]): string {
  const ids = genes.map(({ id, gene }) => gene ?? id);
  return `${describeNames(ids)}, such as ${showName(ids[0] ?? "")}`;
}

function adviseSymbols(genes: readonly NamedGene[]): string {
  return genes.some(({ symbol }) => symbol !== undefined)
    ? ""
    : ", whose symbols are not known: expected names of one kind, or an annotation that has symbols (--gene-file)";
}

/** The genes of each name. */
class NameIndex {
  readonly #places: Readonly<Record<GeneNaming, Map<string, number[]>>> = {
    id: new Map(),
    symbol: new Map(),
    entrez: new Map(),
  };
  readonly #genes: readonly NamedGene[];

  constructor(genes: readonly NamedGene[]) {
    this.#genes = genes;
    for (const [place, gene] of genes.entries()) {
      const { id, symbol, entrezId } = gene;
      for (const key of new Set([idKey(id), idKey(geneGroupKey(id, gene))])) {
        this.#add("id", key, place);
      }
      // In tables of symbols, a gene without a symbol has its id.
      this.#add("symbol", symbol ?? geneKey(id), place);
      if (entrezId !== undefined) this.#add("entrez", entrezId, place);
    }
  }

  /** The places of the gene that a cell names. */
  findOne(naming: GeneNaming, names: GeneNames): Found {
    const { parts = [], isOfSeveral = false } = names;
    const all = parts.flatMap((part) => this.find(naming, part) ?? []);
    if (isOfSeveral || all.length > 0 && !this.#areOfOneGene(all)) return "joint";
    return this.find(naming, names[naming]);
  }

  /** The places of a name's genes: empty if several genes share it, `undefined` if none has it. */
  find(naming: GeneNaming, name: string | undefined): readonly number[] | undefined {
    if (name === undefined || name === "") return undefined;
    const places = this.#places[naming].get(naming === "id" ? idKey(name) : name);
    if (places === undefined || this.#areOfOneGene(places)) return places;
    // The copy of a gene on chromosome Y shares the symbol of the gene.
    const own = places.filter((place) => !isPseudoautosomalCopy(this.#genes[place]!.id));
    return this.#areOfOneGene(own) ? own : [];
  }

  #add(naming: GeneNaming, name: string, place: number): void {
    const places = this.#places[naming].get(name);
    if (places === undefined) this.#places[naming].set(name, [place]);
    else places.push(place);
  }

  #areOfOneGene(places: readonly number[]): boolean {
    const keys = places.map((place) => geneGroupKey(this.#genes[place]!.id, this.#genes[place]));
    return keys.length > 0 && keys.every((key) => key === keys[0]);
  }
}

function idKey(id: string): string {
  return transcriptKey(geneKey(stripGenePrefix(id)));
}
