/** Which assembly an annotation is of, by what it says of itself. */

import { readAccession } from "./_accessions.ts";
import { knownAssembly } from "./_known_assemblies.ts";
import { assemblyName, identifyAssembly } from "./assembly.ts";
import type { Contig } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";

/** Gathers what an annotation says of its assembly. */
export class ToldAssembly {
  /** Names in its header, as UCSC has them. */
  readonly #names = new Set<string>();
  /** A name that is none of UCSC's. */
  #otherName: string | undefined;
  readonly #contigs: Contig[] = [];

  /** Reads a line that starts with `#`, or a browser's `track` line. */
  readComment(text: string): void {
    const region = /^##sequence-region\s+(\S+)\s+1\s+(\d+)/.exec(text);
    if (region !== null) return this.addContig({ name: region[1], length: Number(region[2]) });
    for (const name of namesIn(text)) {
      const known = knownAssembly(name);
      if (known !== undefined) this.#names.add(known);
    }
    const build = /^#!genome-(?:build|version)\s+(\S+)\s*$/.exec(text)?.[1];
    if (build !== undefined) this.#otherName ??= assemblyName(build);
  }

  /** Takes note of a chromosome's length. */
  addContig(contig: Contig): void {
    this.#contigs.push(contig);
  }

  /**
   * The assembly's name at UCSC, or its own where that is not known.
   *
   * @param genes The genes, whose chromosomes may be named by accession numbers.
   * @param onConflict Called if the file says different things, and so nothing.
   */
  finish(genes: readonly Gene[], onConflict: (message: string) => void): string | undefined {
    const chromosomes = new Set(genes.map(({ chromosome }) => chromosome));
    const accessions = [...chromosomes].map((name) => readAccession(name)?.assembly);
    const told = [
      ...Array.from(this.#names, (name) => ({ name, by: "its header" })),
      { name: identifyAssembly(this.#contigs), by: "the lengths of its chromosomes" },
      ...accessions.map((name) => ({ name, by: "the accession numbers of its chromosomes" })),
    ].filter(({ name }) => name !== undefined);
    if (told.length === 0) return this.#otherName;
    const other = told.find(({ name }) => name !== told[0].name);
    if (other === undefined) return told[0].name;
    onConflict(
      `says ${told[0].name} by ${told[0].by} and ${other.name} by ${other.by}, ` +
        "so its assembly is not compared with that of other files",
    );
    return undefined;
  }
}

/** What may name the assembly in a line of the header. */
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
  // GENCODE's files for GRCh37 may name the assembly that they were made from as well.
  const mapped = /\bmapped to (\S+)/.exec(description)?.[1];
  return mapped === undefined ? description.split(/[\s(),;]+/) : [mapped];
}
