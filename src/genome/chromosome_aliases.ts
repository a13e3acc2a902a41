/**
 * Tables of the names that sequences have in different sources.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { lineText, withSource } from "../text/lines.ts";
import { AliasRows } from "./_alias_rows.ts";
import { visitTextLines } from "./text_lines.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** The names of one sequence. */
export interface AliasGroup {
  /** The names, in the order of the table. */
  readonly names: readonly string[];
  /** The line of the table that has them, counted from 1. */
  readonly line: number;
}

/**
 * The names by which sequences are known in different sources, such as `chr1`, `1`, `CM000663.2` and `NC_000001.11`.
 *
 * @example
 * ```ts
 * import { ChromosomeAliases } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const aliases = new ChromosomeAliases([{ names: ["scaffold_7", "chr2L"], line: 1 }], "names.tsv");
 * deepStrictEqual(aliases.namesOf("chr2L"), ["scaffold_7", "chr2L"]);
 * deepStrictEqual(aliases.namesOf("chr3L"), []);
 * ```
 */
export class ChromosomeAliases {
  /** Name of the table's file, for messages. */
  readonly file: string;
  readonly #groups = new Map<string, AliasGroup>();

  /**
   * Takes the names of sequences, which {@linkcode readChromosomeAliases} reads from a file.
   *
   * @param groups The names of each sequence, and the line of the table that has them.
   * @param file Name of the table's file, for messages.
   */
  constructor(groups: Iterable<AliasGroup>, file: string) {
    this.file = file;
    for (const group of groups) {
      for (const name of group.names) this.#groups.set(name, group);
    }
  }

  /**
   * Lists the names of the sequence that has a name.
   *
   * @param name Any of its names.
   * @returns All of its names, in the order of the table; none if the table lacks the name.
   */
  namesOf(name: string): readonly string[] {
    return this.#groups.get(name)?.names ?? [];
  }

  /**
   * Finds the line that names a sequence.
   *
   * @param name Any of its names.
   * @returns The line of the table, counted from 1; `undefined` if the table lacks the name.
   */
  lineOf(name: string): number | undefined {
    return this.#groups.get(name)?.line;
  }
}

/** Options of {@linkcode readChromosomeAliases}. */
export interface ReadChromosomeAliasesOptions extends AbortOptions {
  /** Called with a warning about what is odd about the file but does not prevent reading it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads a table of the names of sequences, gzip or not: UCSC's `chromAlias.txt`, with a header such as
 * `# ucsc assembly genbank refseq` or as a dump of its database (alias, name at UCSC, source); NCBI's
 * `assembly_report.txt`; or any table without a header whose rows each name one sequence in two columns or more. Columns
 * are separated by tabs, commas or blanks. In a table of two columns one of the names may stand in several rows, one for
 * each of its aliases.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What to do with warnings.
 * @returns The names.
 * @throws {FormatError} With the line, if a row has only one column, gives a name to two sequences, or says that two
 * chromosomes of human or mouse, known by their accession numbers, are one; also if the file has no rows.
 *
 * @example UCSC's table
 * ```ts
 * import { readChromosomeAliases } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "# ucsc\tassembly\tgenbank\nchr4_GL000008v2_random\tHSCHR4_RANDOM_CTG4\tGL000008.2\n";
 * const aliases = await readChromosomeAliases(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(aliases.namesOf("GL000008.2")[0], "chr4_GL000008v2_random");
 * ```
 */
export function readChromosomeAliases(
  input: BinarySource,
  options: ReadChromosomeAliasesOptions = {},
): Promise<ChromosomeAliases> {
  return withSource(input, async (source, options) => {
    const rows = new AliasRows(source.name);
    await visitTextLines(source, (line) => rows.add(lineText(line), line), options.onWarning);
    const groups = rows.finish();
    if (groups.length > 0) return new ChromosomeAliases(groups, source.name);
    throw new FormatError(
      "Cannot read chromosome aliases: no line names a sequence in two ways, expected rows of two or more names",
      { file: source.name },
    );
  }, options);
}
