/** Detects the layout of a table from its first lines. */

import { HASH, SPACE } from "../../text/characters.ts";
import { failLine, type Line, lineText } from "../../text/lines.ts";
import { isMissing } from "../missing.ts";
import { CellSplitter, findSeparator, type Separator, splitLine } from "./_cells.ts";
import { describeDifferences } from "./_differences.ts";
import { isTitleOfNames, readColumns } from "./_formats.ts";
import { looksLikeId } from "./_gene_names.ts";
import type { Columns, Layout } from "./_layout.ts";
import { refuseByName } from "./_refuse.ts";
import { areNumbers, isNumber, nameBesideRowNumbers } from "./_row_numbers.ts";

/** The layout of a table, and the number of lines before its rows. */
export interface Detected {
  readonly layout: Layout;
  /** Number of lines before the first row. */
  readonly linesBefore: number;
}

/** The first lines of a table that are not blank. */
export type Head = readonly [Line, ...Line[]];

/** The largest tables of bulk samples have some 20,000 columns; a table with more is a matrix of single cells. */
const MOST_COLUMNS = 100_000;
const EXCLAMATION = 33;

/** Whether a line before the header is a comment, as most programs write it, as GEO does, or Excel's `sep=;`. */
export function isComment(line: Line): boolean {
  const first = line.bytes[line.start];
  if (first === HASH || first === EXCLAMATION) return true;
  return line.end - line.start <= 7 && /^"?sep=.?"?$/.test(lineText(line));
}

/**
 * Detects the layout of a table.
 *
 * @param head The table's first lines, enough of them to include rows after the header.
 * @param file Name of the file, for messages.
 * @param samples Names of the wanted columns: a column of numbers with such a name holds values.
 * @throws {FormatError} If the file is not a table of expression.
 */
export function detectLayout(
  head: Head,
  file: string,
  samples: ReadonlySet<string> = new Set(),
): Detected {
  refuseByName(head, file);
  const comments = head.findIndex((line) => !isComment(line));
  const first = comments < 0 ? head.length : comments;
  const size = /^#1\.[23]\s*$/.test(lineText(head[0])) ? readGctSize(head, file) : undefined;
  if (size !== undefined) return detectGct(size, file);
  const commented = findCommentedHeader(head, first);
  if (commented !== undefined) {
    return detectWithHeader(commented, {
      rows: head.slice(first),
      linesBefore: first,
      file,
      samples,
    });
  }
  const [line, next] = head.slice(first);
  if (line === undefined) failLine(file, head[0], `${CANNOT} there are only comments`);
  const separator = findSeparator(line, next);
  checkWidth(line, separator, file);
  const cells = splitLine(line, separator);
  const nextCells = next === undefined ? cells : splitLine(next, separator);
  const columns = nextCells.length === cells.length ? readHeaderless(cells, nextCells) : undefined;
  if (columns !== undefined) {
    const width = cells.length;
    const nameTitles = columns.names.map(() => "");
    const layout = { ...columns, nameTitles, separator, width, textFrom: width };
    return { layout, linesBefore: first };
  }
  const linesBefore = first + 1;
  return detectWithHeader(line, {
    rows: head.slice(linesBefore),
    linesBefore,
    file,
    samples,
  });
}

const CANNOT = "Cannot read expression table:";

/** Finds a header that is written as a comment, `#gene_id liver`, above rows that fit it. */
function findCommentedHeader(head: readonly Line[], first: number): Line | undefined {
  const [comment, row] = first === 0 ? [] : head.slice(first - 1);
  if (comment === undefined || row === undefined) return undefined;
  const { bytes, start, end, number } = comment;
  const header = { bytes, start: bytes[start + 1] === SPACE ? start + 2 : start + 1, end, number };
  const separator = findSeparator(header, row);
  const cells = splitLine(row, separator);
  const titles = new CellSplitter(separator).split(header);
  const isData = cells.length > 1 && cells.slice(1).some(isNumber);
  return isData && titles === cells.length ? header : undefined;
}

/**
 * Reads the columns of a file without a header: a gene and its value, as htseq-count writes them, or a gene, its name
 * and its value.
 */
function readHeaderless(
  cells: readonly string[],
  next: readonly string[],
): Columns | undefined {
  const last = cells.length - 1;
  const [gene = "", second = ""] = cells;
  const value = cells.at(-1) ?? "";
  // A title is never an id, but a cell type may be called "none".
  const isValue = isNumber(value) || isMissing(value) && looksLikeId(gene);
  const isName = ![second, next[1] ?? ""].some(isNumber);
  const fits = (last === 1 || last === 2 && isName) && isValue;
  if (!fits || isTitleOfNames(gene)) return undefined;
  return {
    program: gene.startsWith("__") ? "htseq-count" : undefined,
    names: last === 1 ? [0] : [0, 1],
    values: [{ column: last, name: "" }],
    ofOneSample: true,
    mayBeTranscripts: false,
    adds: false,
    sampleColumns: [],
    differences: [],
  };
}

/** The rows after a header, and the wanted samples. */
interface RowsPlace {
  /** The first rows. */
  readonly rows: readonly Line[];
  /** Number of lines before the rows. */
  readonly linesBefore: number;
  readonly file: string;
  readonly samples: ReadonlySet<string>;
}

/** Detects the layout of a table with a header. */
function detectWithHeader(
  line: Line,
  { rows: lines, linesBefore, file, samples }: RowsPlace,
): Detected {
  const separator = findSeparator(line, lines[0]);
  checkWidth(line, separator, file);
  const titles = dropEmptyEnd(splitLine(line, separator));
  const rows = lines.map((row) => splitLine(row, separator));
  const isLonger = rows.length > 0 && rows.every(({ length }) => length === titles.length + 1);
  if (isLonger && lacksCorner(titles, { line, rows, file, samples })) titles.unshift("");
  checkTitles(titles, { line, rows, file });
  const isSample = (column: number) =>
    samples.has(titles[column] ?? "") && areNumbers(rows, column);
  const columns = nameBesideRowNumbers(readColumns(titles, isSample), titles, rows);
  const { differences, values } = columns;
  if (differences.length > 0 && values.length === 0) {
    failLine(file, line, `${CANNOT} ${describeDifferences(differences)}`);
  }
  const nameTitles = columns.names.map((column) => titles[column] ?? "");
  const textFrom = findText(columns, titles.length, rows);
  const layout = { ...columns, nameTitles, separator, width: titles.length, textFrom };
  return { layout, linesBefore };
}

/**
 * Whether a header that is one cell shorter than all rows lacks the title of the first column, as R writes it.
 * Otherwise the rows end with a separator, as Roadmap writes them. Throws if the header may lack another title instead.
 */
function lacksCorner(
  titles: readonly string[],
  { line, rows, file, samples }: HeaderPlace & Pick<RowsPlace, "samples">,
): boolean {
  const isClosed = rows.every((cells) => cells.at(-1) === "");
  const [title = ""] = titles;
  const isSample = samples.has(title) && areNumbers(rows, 1) && !areNumbers(rows, 0);
  const isTitled = isTitleOfNames(title) && !isSample;
  if (isClosed && isTitled) return false;
  // If the rows start with row names, the second column has the names that the first title announces.
  const hasNames = title !== "" && rows.every((cells) => !isNumber(cells[1] ?? ""));
  if (!isClosed && (!isTitled || hasNames)) return true;
  return failLine(
    file,
    line,
    `${CANNOT} all rows have ${
      titles.length + 1
    } columns, expected ${titles.length} as in the header, ` +
      `which has "${title.slice(0, 80)}" first: does it lack a title?`,
  );
}

function checkWidth(line: Line, separator: Separator, file: string): void {
  const count = new CellSplitter(separator).split(line);
  if (count <= MOST_COLUMNS) return;
  failLine(
    file,
    line,
    `${CANNOT} the header has ${count} columns, expected at most ${MOST_COLUMNS}`,
  );
}

function dropEmptyEnd(cells: readonly string[]): string[] {
  const last = cells.findLastIndex((cell) => cell !== "");
  return cells.slice(0, last + 1);
}

interface HeaderPlace {
  readonly line: Line;
  readonly rows: readonly (readonly string[])[];
  readonly file: string;
}

function checkTitles(titles: readonly string[], { line, rows, file }: HeaderPlace): void {
  if (titles.length < 2) {
    const text = lineText(line).slice(0, 80);
    failLine(
      file,
      line,
      `${CANNOT} header is "${text}", expected a column for gene ids and one for each cell type, ` +
        `separated by tabs, commas, semicolons or blanks`,
    );
  }
  const [first = "", ...others] = titles;
  const isData = others.some(isNumber) &&
    others.every((cell) => isNumber(cell) || isMissing(cell)) && !isTitleOfNames(first);
  if (isData && rows.length > 0) {
    failLine(file, line, `${CANNOT} the header has only numbers, expected names of cell types`);
  }
}

/** Finds the first column that does not name genes and holds no number in any of the first rows. */
function findText(
  { names }: Columns,
  width: number,
  rows: readonly (readonly string[])[],
): number {
  const taken = new Set(names);
  for (let column = 1; column < width; column++) {
    if (taken.has(column) || rows.some((cells) => isNumber(cells[column] ?? ""))) continue;
    return column;
  }
  return width;
}

interface GctSize {
  /** Number of rows of genes. */
  readonly rows: number;
  /** Number of columns that describe the rows, besides their names. */
  readonly rowFields: number;
  /** Number of rows after the header that describe the samples. */
  readonly sampleFields: number;
  /** The line with the names of the columns. */
  readonly header: Line;
}

/** Reads the line of sizes: rows and samples, and in version 1.3 the numbers of columns and rows that describe them. */
function readGctSize(head: Head, file: string): GctSize {
  const [version, line, header] = head;
  if (line === undefined || header === undefined) {
    failLine(file, version, `${CANNOT} GCT ends before its header`);
  }
  const sizes = splitLine(line, "\t").filter((cell) => cell !== "")
    .map((cell) => /^\d+$/.test(cell) ? Number(cell) : NaN);
  if (sizes.length < 2 || !sizes.every(Number.isSafeInteger)) {
    failLine(file, line, `${CANNOT} "${lineText(line).slice(0, 80)}", expected GCT's sizes`);
  }
  const [rows = 0, , rowFields = 1, sampleFields = 0] = sizes;
  return { rows, rowFields, sampleFields, header };
}

function detectGct(
  { rows, rowFields, sampleFields, header: line }: GctSize,
  file: string,
): Detected {
  checkWidth(line, "\t", file);
  const titles = dropEmptyEnd(splitLine(line, "\t"));
  const first = 1 + rowFields;
  if (titles.length <= first) failLine(file, line, `${CANNOT} GCT's header does not name samples`);
  const values = titles.slice(first).map((name, i) => ({ column: first + i, name }));
  const fields = titles.slice(1, first).map((title, i) => ({ title, column: 1 + i }));
  const named = fields.filter(({ title }) => title === "Description" || isTitleOfNames(title));
  const names = [0, ...named.map(({ column }) => column)];
  const layout: Layout = {
    program: "GCT",
    names,
    nameTitles: names.map((column) => titles[column] ?? ""),
    values,
    ofOneSample: false,
    mayBeTranscripts: false,
    adds: false,
    sampleColumns: [],
    differences: [],
    separator: "\t",
    width: titles.length,
    textFrom: titles.length,
    declaredRows: rows,
  };
  return { layout, linesBefore: 3 + sampleFields };
}
