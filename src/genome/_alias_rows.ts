/** Reads the rows of tables of chromosome names, and joins those that are of one sequence. */

import { FormatError } from "../errors.ts";
import { failLine, type Line } from "../text/lines.ts";
import { readAccession } from "./_accessions.ts";

/** What tables of names have in the place of a name that a sequence lacks. */
const NO_NAME = /^(?:|na|n\/a|\.|none|null)$/i;

/** The sources of names in dumps of UCSC's database: one or several of these words. */
const SOURCE = "(?:ucsc|ensembl|genbank|refseq|assembly|ncbi|flybase|wormbase|custom)";
const SOURCES = new RegExp(`^${SOURCE}(?:,${SOURCE})*$`, "i");

/** The columns of NCBI's assembly report that name a sequence. Several sequences share an assigned molecule. */
const REPORT_COLUMNS = ["Sequence-Name", "GenBank-Accn", "RefSeq-Accn", "UCSC-style-name"];

/** A row, with the names of one sequence. */
interface AliasRow {
  readonly names: readonly string[];
  readonly line: number;
}

/** Collects the rows of a table. */
export class AliasRows {
  readonly #file: string;
  readonly #rows: AliasRow[] = [];
  /** The places of the columns that hold names; all columns if the table does not say. */
  #columns: readonly number[] | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads a line. */
  add(text: string, line: Line): void {
    if (text.startsWith("#")) return this.#readHeader(text);
    if (text.trim() === "") return;
    const cells = splitNames(text);
    const chosen = this.#columns?.map((column) => cells[column] ?? "") ??
      cells.filter((cell, i) => i < 2 || !SOURCES.test(cell));
    const names = [...new Set(chosen)].filter((name) => !NO_NAME.test(name));
    if (cells.length < 2) {
      failLine(
        this.#file,
        line,
        `Cannot read chromosome aliases: found "${
          text.slice(0, 80)
        }", expected two or more names of a sequence, ` +
          "separated by tabs",
      );
    }
    this.#checkChromosomes(names, line);
    if (names.length > 0) this.#rows.push({ names, line: line.number });
  }

  /**
   * Returns the names of each sequence.
   *
   * @throws {FormatError} With the line, if a name stands for two sequences.
   */
  finish(): AliasRow[] {
    const key = this.#keyColumn();
    const groups = new Map<string, { names: Set<string>; line: number }>();
    const owners = new Map<string, string>();
    for (const { names, line } of this.#rows) {
      const own = names[key] ?? names[0]!;
      const group = groups.get(own) ?? { names: new Set(), line };
      groups.set(own, group);
      for (const name of names) {
        const owner = owners.get(name) ?? own;
        if (owner !== own) {
          this.#failTwice({ name, owner, own, line, first: groups.get(owner)!.line });
        }
        owners.set(name, own);
        group.names.add(name);
      }
    }
    return Array.from(groups.values(), ({ names, line }) => ({ names: [...names], line }))
      .filter(({ names }) => names.length > 1);
  }

  #readHeader(text: string): void {
    const titles = text.replace(/^#+\s*/, "").split("\t").map((title) => title.trim());
    if (titles[0] !== REPORT_COLUMNS[0]) return;
    this.#columns = REPORT_COLUMNS.map((title) => titles.indexOf(title)).filter((at) => at >= 0);
  }

  /**
   * Chooses the column whose names the sequences are told apart by. A table of two columns has a row for each alias, so
   * that one of its columns repeats names: that one.
   */
  #keyColumn(): 0 | 1 {
    if (!this.#rows.every(({ names }) => names.length <= 2)) return 0;
    const repeats = (column: number) => {
      const names = this.#rows.map(({ names }) => names[column] ?? names[0]);
      return names.length - new Set(names).size;
    };
    return repeats(1) > repeats(0) ? 1 : 0;
  }

  /** Refuses a row that joins two chromosomes whose accession numbers, or one's number and the other's name, differ. */
  #checkChromosomes(names: readonly string[], line: Line): void {
    const known = names.flatMap((name) => {
      const accession = readAccession(name);
      return accession === undefined ? [] : [{ name, ...accession }];
    });
    const [first] = known;
    if (first === undefined) return;
    const other = known.find(({ species, chromosome }) =>
      species !== first.species || chromosome !== first.chromosome
    );
    const odd = other?.name ?? names.find((name) => {
      const plain = /^(?:chr)?(\d{1,2}|X|Y|M|MT)$/.exec(name)?.[1];
      return plain !== undefined && (plain === "M" ? "MT" : plain) !== first.chromosome;
    });
    if (odd === undefined) return;
    failLine(
      this.#file,
      line,
      `Cannot read chromosome aliases: ${first.name} is chromosome ${first.chromosome} of ${first.species}, and ` +
        `${odd} is another one, expected names of one sequence`,
    );
  }

  #failTwice({ name, owner, own, line, first }: {
    readonly name: string;
    readonly owner: string;
    readonly own: string;
    readonly line: number;
    readonly first: number;
  }): never {
    throw new FormatError(
      `Cannot read chromosome aliases: found ${name} as a name of ${own}, expected it once, since line ${first} has ` +
        `it as a name of ${owner}`,
      { file: this.#file, line },
    );
  }
}

/** Splits a row at tabs, else at commas, else at blanks. */
function splitNames(text: string): string[] {
  const cells = text.includes("\t")
    ? text.split("\t")
    : text.includes(",")
    ? text.split(",")
    : text.trim().split(/ +/);
  return cells.map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}
