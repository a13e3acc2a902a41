/** Finds the assembly that the header of an annotation, or of a text file of reads or signal, names. */

import { readAccession } from "./_accessions.ts";
import { knownAssembly } from "./_known_assemblies.ts";
import { assemblyName, identifyAssembly } from "./assembly.ts";
import type { Contig } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";

/** Options of {@linkcode AssemblyClues}. */
export interface AssemblyCluesOptions {
  /**
   * Whether the words of a description count, as in annotations of GENCODE. Others write there where their data are from.
   *
   * @default {true}
   */
  readonly readsDescriptions?: boolean | undefined;
}

/** Collects what a file says about its assembly. */
export class AssemblyClues {
  readonly #readsDescriptions: boolean;
  /** The known names in its header, as UCSC writes them. */
  readonly #names = new Set<string>();
  /** A name that UCSC does not have. */
  #otherName: string | undefined;
  readonly #contigs: Contig[] = [];

  constructor({ readsDescriptions = true }: AssemblyCluesOptions = {}) {
    this.#readsDescriptions = readsDescriptions;
  }

  /** Reads a line that starts with `#`, or a browser's `track` line. */
  readComment(text: string): void {
    const [, name, length] = /^##sequence-region\s+(\S+)\s+1\s+(\d+)/.exec(text) ?? [];
    if (name !== undefined) return this.addContig({ name, length: Number(length) });
    for (const name of [...namesIn(text), ...this.#namesInDescription(text)]) {
      const known = knownAssembly(name);
      if (known !== undefined) this.#names.add(known);
    }
    const build = /^#!genome-(?:build|version)\s+(\S+)\s*$/.exec(text)?.[1] ?? databaseOf(text);
    if (build !== undefined) this.#otherName ??= assemblyName(build);
  }

  #namesInDescription(text: string): string[] {
    const description = /^##?description:?\s+(.+)$/.exec(text)?.[1];
    if (description === undefined || !this.#readsDescriptions) return [];
    // GENCODE's files for GRCh37 may also name the assembly that they were made from.
    const mapped = /\bmapped to (\S+)/.exec(description)?.[1];
    return mapped === undefined ? description.split(/[\s(),;]+/) : [mapped];
  }

  /** Notes a chromosome's length. */
  addContig(contig: Contig): void {
    this.#contigs.push(contig);
  }

  /**
   * Returns UCSC's name of the assembly, or the file's name for it if UCSC's is not known.
   *
   * @param genes What lies on chromosomes, which may be named by accession numbers.
   * @param onConflict Called if the file contradicts itself; the assembly is then undefined.
   */
  finish(
    genes: readonly Pick<Gene, "chromosome">[],
    onConflict: (message: string) => void,
  ): string | undefined {
    const chromosomes = new Set(genes.map(({ chromosome }) => chromosome));
    const accessions = [...chromosomes].map((name) => readAccession(name)?.assembly);
    const clues = [
      ...Array.from(this.#names, (name) => ({ name, by: "its header" })),
      { name: identifyAssembly(this.#contigs), by: "the lengths of its chromosomes" },
      ...accessions.map((name) => ({ name, by: "the accession numbers of its chromosomes" })),
    ].filter(({ name }) => name !== undefined);
    const [first] = clues;
    if (first === undefined) return this.#otherName;
    const other = clues.find(({ name }) => name !== first.name);
    if (other === undefined) return first.name;
    onConflict(
      `says ${first.name} by ${first.by} and ${other.name} by ${other.by}, ` +
        "so its assembly is not compared with that of other files",
    );
    return undefined;
  }
}

/** Finds the words that may name the assembly in a line of the header. */
function namesIn(text: string): string[] {
  const build = /^#[#!]\s*genome-(?:build-accession|build|version)\s+(.+)$/.exec(text)?.[1];
  if (build !== undefined) return build.split(/[\s:]+/);
  const named = NAMED.exec(text)?.[1];
  if (named !== undefined) return [named];
  const database = databaseOf(text);
  return database === undefined ? [] : [database];
}

/** A comment that names the assembly and nothing else, such as `#assembly=hg19`. */
const NAMED =
  /^#+!?\s*(?:(?:reference|genome)[-_ ])?(?:assembly|genome|build|db)\s*[:=]\s*["']?([^\s"']+)["']?\s*$/i;

/** The assembly for which a browser's `track` line is: UCSC's browser refuses to show the track on any other. */
function databaseOf(text: string): string | undefined {
  if (!/^track\s/.test(text)) return undefined;
  const settings = text.matchAll(/(?<=\s)(\w+)=(?:"([^"]*)"|'([^']*)'|(\S+))/g);
  for (const [, key, ...values] of settings) {
    const value = values.find((one) => one !== undefined) ?? "";
    if (key === "db" && /^[\w.-]+$/.test(value) && !value.startsWith("hub_")) return value;
  }
  return undefined;
}
