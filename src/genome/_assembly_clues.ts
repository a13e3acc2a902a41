/** Finds the assembly that an annotation names. */

import { readAccession } from "./_accessions.ts";
import { knownAssembly } from "./_known_assemblies.ts";
import { assemblyName, identifyAssembly } from "./assembly.ts";
import type { Contig } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";

/** Collects what an annotation says about its assembly. */
export class AssemblyClues {
  /** The known names in its header, as UCSC writes them. */
  readonly #names = new Set<string>();
  /** A name that UCSC does not have. */
  #otherName: string | undefined;
  readonly #contigs: Contig[] = [];

  /** Reads a line that starts with `#`, or a browser's `track` line. */
  readComment(text: string): void {
    const [, name, length] = /^##sequence-region\s+(\S+)\s+1\s+(\d+)/.exec(text) ?? [];
    if (name !== undefined) return this.addContig({ name, length: Number(length) });
    for (const name of namesIn(text)) {
      const known = knownAssembly(name);
      if (known !== undefined) this.#names.add(known);
    }
    const build = /^#!genome-(?:build|version)\s+(\S+)\s*$/.exec(text)?.[1];
    if (build !== undefined) this.#otherName ??= assemblyName(build);
  }

  /** Notes a chromosome's length. */
  addContig(contig: Contig): void {
    this.#contigs.push(contig);
  }

  /**
   * Returns UCSC's name of the assembly, or the file's name for it if UCSC's is not known.
   *
   * @param genes The genes, whose chromosomes may be named by accession numbers.
   * @param onConflict Called if the file contradicts itself; the assembly is then undefined.
   */
  finish(genes: readonly Gene[], onConflict: (message: string) => void): string | undefined {
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
  const named = /^#+!?\s*(?:assembly|genome|genome[-_ ]build|build)\s*[:=]\s*(\S+)\s*$/i.exec(text)
    ?.[1];
  if (named !== undefined) return [named];
  const track = /^track\s.*\bdb="?([\w.]+)/.exec(text)?.[1];
  if (track !== undefined) return [track];
  const description = /^##?description:?\s+(.+)$/.exec(text)?.[1];
  if (description === undefined) return [];
  // GENCODE's files for GRCh37 may also name the assembly that they were made from.
  const mapped = /\bmapped to (\S+)/.exec(description)?.[1];
  return mapped === undefined ? description.split(/[\s(),;]+/) : [mapped];
}
