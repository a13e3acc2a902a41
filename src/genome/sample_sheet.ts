/**
 * The sample sheet, which names the file of each mark in each cell type.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { HASH } from "../text/characters.ts";
import { failLine, type Line, withSource } from "../text/lines.ts";
import { checkName } from "../io/names.ts";
import { COMPETITION_RECORD } from "../record.ts";
import { type ExpressionFiles, SheetExpression } from "./sheet_expression.ts";
import { readTableHeader, type TableRowReader } from "./table_columns.ts";
import { visitTextLines } from "./text_lines.ts";

/** One row of a sample sheet. */
export interface SampleSheetEntry {
  /** Name of the cell type. */
  readonly cellType: string;
  /** Name of the mark. */
  readonly mark: string;
  /** Path of the file as the sheet has it. Relative paths start at the sheet's own directory. */
  readonly path: string;
  /** Line of the sheet, counted from 1; for messages. */
  readonly line: number;
}

/** A complete table of cell types and marks. */
export interface SampleSheet {
  /** Cell types, in order of first appearance. */
  readonly cellTypes: readonly string[];
  /** Marks: the competition's marks first, in its order, then others by first appearance. */
  readonly marks: readonly string[];
  /** The files, `[cellType, mark]` row-major. */
  readonly entries: readonly SampleSheetEntry[];
  /** The files of expression of each cell type, if the sheet has a column `expression`. */
  readonly expression?: ReadonlyMap<string, ExpressionFiles>;
}

/** Options for reading a sample sheet. */
export interface ReadSampleSheetOptions {
  /** Called with a warning about what is odd about the file but does not prevent reading it: mixed line ends. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const COLUMNS = ["cell_type", "mark", "path"] as const;
const OPTIONAL = ["expression"] as const;

/**
 * Reads a sample sheet: tab-separated text with the header `cell_type mark path`, where cells may have spaces or double
 * quotes around them. Every cell type has every mark exactly once. Replicates are refused rather than summed, because
 * they look just like the same reads given twice: merge them first. Lines that start with `#` and blank lines are
 * skipped.
 *
 * A column `expression` may name the file of each cell type's expression, in one of the cell type's rows or in all of
 * them. Replicates are several paths separated by commas.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What to do with warnings.
 * @returns The sheet, sorted by cell type and mark.
 * @throws {FormatError} With the line, if the header lacks a column, a cell is empty, a cell type's name starts with
 * two underscores, a cell type has a mark twice, a mark is capitalised in two ways, a path occurs twice (its reads
 * would be counted twice), or a cell type has two files of expression; with the cell type, the mark and the lines, if a
 * cell type lacks a mark that another one has; also if the sheet has no rows.
 *
 * @example Two marks of a cell type
 * ```ts
 * import { readSampleSheet } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "cell_type\tmark\tpath\nliver\tH3K9me3\tb.bam\nliver\tH3K4me3\ta.bam\n";
 * const { marks, entries } = await readSampleSheet(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(marks, ["H3K4me3", "H3K9me3"]);
 * deepStrictEqual(entries.map(({ path }) => path), ["a.bam", "b.bam"]);
 * ```
 */
export function readSampleSheet(
  input: string | URL | ByteSource,
  options: ReadSampleSheetOptions = {},
): Promise<SampleSheet> {
  return withSource(input, async (source) => {
    const collector = new SheetCollector(source.name);
    await visitTextLines(source, (line) => collector.readLine(line), options.onWarning);
    return collector.finish();
  });
}

class SheetCollector {
  readonly #file: string;
  #readRow: TableRowReader<typeof COLUMNS[number] | typeof OPTIONAL[number]> | undefined;
  readonly #expression: SheetExpression;
  /** The rows, by cell type and by mark. */
  readonly #cellTypes = new Map<string, Map<string, SampleSheetEntry>>();
  /** The first row of each mark, by its name in lower case. */
  readonly #marks = new Map<string, SampleSheetEntry>();
  /** The line of each path. */
  readonly #paths = new Map<string, number>();
  #empty = true;

  constructor(file: string) {
    this.#file = file;
    this.#expression = new SheetExpression(file);
  }

  readLine(line: Line): void {
    this.#empty = false;
    if (line.bytes[line.start] === HASH) return;
    if (this.#readRow === undefined) {
      const place = { line, file: this.#file, optional: OPTIONAL };
      this.#readRow = readTableHeader(COLUMNS, "sample sheet", place);
      return;
    }
    const { cell_type: cellType, mark, path, expression } = this.#readRow(line, this.#file);
    const place = { file: this.#file, line: line.number };
    checkName(cellType, { what: "cell type", ...place });
    checkName(mark, { what: "mark", ...place });
    this.#expression.add(cellType, expression, line);
    const entry = { cellType, mark, path, line: line.number };
    this.#checkPath(path, line);
    this.#checkSpelling(entry, line);
    this.#add(entry, line);
  }

  finish(): SampleSheet {
    const cellTypes = [...this.#cellTypes.keys()];
    if (cellTypes.length === 0) {
      const found = this.#empty ? "the file is empty" : "it has no row";
      throw new FormatError(`Cannot read sample sheet: ${found}, expected rows`, {
        file: this.#file,
      });
    }
    const marks = sortMarks(this.#markNames());
    const entries = cellTypes.flatMap((cellType) =>
      marks.map((mark) => this.#cellTypes.get(cellType)!.get(mark) ?? this.#failMissing(cellType))
    );
    const expression = this.#expression.finish(cellTypes);
    return expression === undefined
      ? { cellTypes, marks, entries }
      : { cellTypes, marks, entries, expression };
  }

  #checkPath(path: string, line: Line): void {
    // One path may be written in several ways.
    const plain = path.replace(/\/(?:\.?\/)+/g, "/").replace(/^\.\//, "");
    const earlier = this.#paths.get(plain);
    if (earlier !== undefined) {
      failLine(
        this.#file,
        line,
        `Cannot read sample sheet: path "${path}" is in line ${earlier} and in line ${line.number}, ` +
          "expected once: its reads would be counted twice",
      );
    }
    this.#paths.set(plain, line.number);
  }

  #add(entry: SampleSheetEntry, line: Line): void {
    const { cellType, mark } = entry;
    const entries = this.#cellTypes.get(cellType) ?? new Map<string, SampleSheetEntry>();
    const earlier = entries.get(mark);
    if (earlier !== undefined) {
      failLine(
        this.#file,
        line,
        `Cannot read sample sheet: cell type "${cellType}" has mark "${mark}" in line ${earlier.line} and in ` +
          `line ${line.number}, expected once: merge replicates into one file first`,
      );
    }
    this.#cellTypes.set(cellType, entries.set(mark, entry));
  }

  /** Records the entry's mark. Throws if another row has the same mark capitalised differently. */
  #checkSpelling(entry: SampleSheetEntry, line: Line): void {
    const key = entry.mark.toLowerCase();
    const first = this.#marks.get(key) ?? entry;
    this.#marks.set(key, first);
    if (first.mark === entry.mark) return;
    failLine(
      this.#file,
      line,
      `Cannot read sample sheet: mark "${entry.mark}" is "${first.mark}" in line ${first.line}, ` +
        "expected one spelling",
    );
  }

  #markNames(): string[] {
    return Array.from(this.#marks.values(), ({ mark }) => mark);
  }

  /** Throws an error with every mark that a cell type lacks, and the lines of the cell type and of the marks. */
  #failMissing(cellType: string): never {
    const own = this.#cellTypes.get(cellType)!;
    const missing = this.#markNames().filter((mark) => !own.has(mark)).map((mark) => {
      const { line, cellType } = this.#firstWith(mark);
      return `"${mark}" (which "${cellType}" has in line ${line})`;
    });
    const lines = [...own.values()].map(({ line }) => line);
    throw new FormatError(
      `Cannot read sample sheet: cell type "${cellType}" (line ${lines.join(", ")}) lacks mark ` +
        `${missing.join(" and ")}, expected every mark for every cell type`,
      { file: this.#file },
    );
  }

  #firstWith(mark: string): SampleSheetEntry {
    return [...this.#cellTypes.values()].map((entries) => entries.get(mark))
      .find((entry) => entry !== undefined)!;
  }
}

function sortMarks(marks: readonly string[]): string[] {
  const known = COMPETITION_RECORD.marks.filter((mark) => marks.includes(mark));
  return [...known, ...marks.filter((mark) => !known.includes(mark))];
}
