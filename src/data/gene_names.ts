/** Finds the genes of a data set by the names that people use. */

import { formatCountOf } from "../base/count.ts";
import { editDistance } from "../base/edit_distance.ts";
import { listSome, showName } from "../base/wording.ts";
import { ContractError } from "../errors.ts";
import { formatGene, geneKey, readEnsemblDigits } from "../gene_id.ts";
import type { Dataset } from "./dataset.ts";

/** Names further apart than this are not offered in place of one that is not known. */
const LARGEST_DISTANCE = 2;
/** The most names that are offered. */
const MOST_OFFERED = 3;

/** A name of a gene, and how the gene is shown. */
interface KnownName {
  readonly name: string;
  readonly gene: number;
}

/**
 * The names of the genes that have samples in a data set: whole identifiers, identifiers without their versions, the
 * digits of a human Ensembl id, symbols, and for transcripts and windows the names of their genes.
 */
export class GeneNames {
  readonly #data: Dataset;
  readonly #byName = new Map<string, number[]>();
  /** Symbols in lower case: looked up last, since the case of a symbol can tell species apart. */
  readonly #byLowerCase = new Map<string, number[]>();

  /**
   * Lists the names.
   *
   * @param data The samples.
   */
  constructor(data: Dataset) {
    this.#data = data;
    const { genes, geneDetails } = data.columns;
    for (const gene of [...new Set(data.geneIndices())].sort((a, b) => a - b)) {
      const { symbol, gene: group } = geneDetails?.[gene] ?? {};
      const names = new Set([genes[gene]!, geneKey(genes[gene]!)]);
      if (group !== undefined) names.add(group).add(geneKey(group));
      if (symbol !== undefined) names.add(symbol);
      for (const name of names) add(this.#byName, name, gene);
      if (symbol !== undefined) add(this.#byLowerCase, symbol.toLowerCase(), gene);
    }
  }

  /**
   * Finds the genes of a name: several if it is that of a gene whose transcripts are samples, or a symbol that genes share.
   *
   * @param name An identifier, with or without its version, or a symbol.
   * @returns Places in the columns' `genes`, ascending; empty if no gene has that name.
   */
  find(name: string): readonly number[] {
    return this.#byName.get(name) ??
      this.#byName.get(geneKey(name)) ??
      this.#byName.get(readEnsemblDigits(name)) ??
      this.#byLowerCase.get(name.toLowerCase()) ??
      [];
  }

  /**
   * Finds the genes of several names.
   *
   * @param names The names.
   * @param options `action` is what cannot be done without the gene, such as `explain`; `where` follows the name in the
   * message, such as ` (line 3 of genes.txt)`; `hint` says how the data can come to know symbols.
   * @returns Places in the columns' `genes`, each once, in the order of the names.
   * @throws {ContractError} If no gene has one of the names; the message offers the names that are nearest to the first such
   * name, and lists some of the others.
   */
  findAll(
    names: readonly string[],
    { action, where = () => "", hint = "" }: {
      readonly action: string;
      readonly where?: (index: number) => string;
      readonly hint?: string;
    },
  ): number[] {
    const found = new Set<number>();
    const unknown: number[] = [];
    for (const [index, name] of names.entries()) {
      const genes = this.find(name);
      if (genes.length === 0) unknown.push(index);
      for (const gene of genes) found.add(gene);
    }
    const [first, ...others] = unknown;
    if (first === undefined) return [...found];
    const name = names[first]!;
    const known = this.#describeUnknown(name, hint);
    const more = others.length === 0
      ? ""
      : `${known.endsWith("?") ? "" : "."} They lack ${
        formatCountOf(others.length, "more name")
      }: ${listSome(others.map((index) => names[index]!))}`;
    throw new ContractError(
      `Cannot ${action} gene "${showName(name)}"${where(first)}: ${known}${more}`,
    );
  }

  #describeUnknown(name: string, hint: string): string {
    const near = this.#nearest(name);
    if (near.length > 0) {
      return `the data have no gene of that name, did you mean ${
        near.map(({ gene }) => this.#show(gene)).join(" or ")
      }?`;
    }
    const [first] = this.#byName.values();
    const hasSymbols = this.#byLowerCase.size > 0;
    const kinds = hasSymbols
      ? "an identifier or a symbol"
      : `an identifier, since the data know no symbols${hint}`;
    return `the data have no gene of that name, expected ${kinds}${
      first === undefined ? "" : `, such as ${this.#show(first[0]!)}`
    }`;
  }

  #show(gene: number): string {
    const { genes, geneDetails } = this.#data.columns;
    return formatGene(genes[gene]!, geneDetails?.[gene]);
  }

  /** The genes whose names differ in the fewest letters, if these are few. */
  #nearest(name: string): KnownName[] {
    const wanted = name.toLowerCase();
    const near: (KnownName & { readonly distance: number })[] = [];
    for (const [known, [gene]] of this.#byName) {
      if (Math.abs(known.length - wanted.length) > LARGEST_DISTANCE) continue;
      const distance = editDistance(known.toLowerCase(), wanted);
      // A short name is near many others.
      if (distance > Math.min(LARGEST_DISTANCE, Math.floor(wanted.length / 3))) continue;
      near.push({ name: known, gene: gene!, distance });
    }
    near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
    const genes = new Set<number>();
    return near.filter(({ gene }) => !genes.has(gene) && genes.add(gene)).slice(0, MOST_OFFERED);
  }
}

function add(map: Map<string, number[]>, name: string, gene: number): void {
  const genes = map.get(name);
  if (genes === undefined) map.set(name, [gene]);
  else genes.push(gene);
}
