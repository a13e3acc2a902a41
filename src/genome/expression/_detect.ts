/** Finds out from the first lines of a table how it is laid out. */

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

/** The layout of a table, and how many of its first lines are no rows. */
export interface Detected {
  readonly layout: Layout;
  /** Lines of the head before the first row. */
  readonly linesBefore: number;
}

/** The largest tables of bulk samples have some 20,000; what has more is a matrix of single cells. */
const MOST_COLUMNS = 100_000;
const EXCLAMATION = 33;

/** Whether a line before the header is a comment: as most programs write, as GEO does, and Excel's `sep=;`. */
export function isComment(line: Line): boolean {
  const first = line.bytes[line.start];
  if (first === HASH || first === EXCLAMATION) return true;
  return line.end - line.start <= 7 && /^"?sep=.?"?$/.test(lineText(line));
}

/**
 * Tells the layout of a table.
 *
 * @param head Its first lines that are not blank: as many as needed to see rows after the header.
 * @param file Its name, for messages.
 * @param samples Names of the columns that are asked for: a column of numbers that has one holds values.
 * @throws {FormatError} If it is no table of expression.
 */
export function detectLayout(
  head: readonly Line[],
  file: string,
  samples: ReadonlySet<string> = new Set(),
): Detected {
  refuseByName(head, file);
  const comments = head.findIndex((line) => !isComment(line));
  const first = comments < 0 ? head.length : comments;
  const size = /^#1\.[23]\s*$/.test(lineText(head[0])) ? readGctSize(head, file) : undefined;
  if (size !== undefined) return detectGct(head, size, file);
  const commented = findCommentedHeader(head, first);
  if (commented !== undefined) {
    return detectWithHeader(commented, {
      rows: head.slice(first),
      linesBefore: first,
      file,
      samples,
    });
  }
  if (first === head.length) failLine(file, head[0], `${CANNOT} there are comments only`);
  const separator = findSeparator(head[first], head[first + 1]);
  checkWidth(head[first], separator, file);
  const cells = splitLine(head[first], separator);
  const next = head[first + 1] === undefined ? cells : splitLine(head[first + 1], separator);
  const columns = next.length === cells.length ? readHeaderless(cells, next) : undefined;
  if (columns !== undefined) {
    const width = columns.values[0].column + 1;
    const nameTitles = columns.names.map(() => "");
    const layout = { ...columns, nameTitles, separator, width, textFrom: width };
    return { layout, linesBefore: first };
  }
  const linesBefore = first + 1;
  return detectWithHeader(head[first], {
    rows: head.slice(linesBefore),
    linesBefore,
    file,
    samples,
  });
}

const CANNOT = "Cannot read expression table:";

/** A header that is written as a comment, `#gene_id liver`, above rows that fit it. */
function findCommentedHeader(head: readonly Line[], first: number): Line | undefined {
  if (first === 0 || first >= head.length) return undefined;
  const { bytes, start, end, number } = head[first - 1];
  const header = { bytes, start: bytes[start + 1] === SPACE ? start + 2 : start + 1, end, number };
  const separator = findSeparator(header, head[first]);
  const cells = splitLine(head[first], separator);
  const titles = new CellSplitter(separator).split(header);
  const isData = cells.length > 1 && cells.slice(1).some(isNumber);
  return isData && titles === cells.length ? header : undefined;
}

/**
 * The columns of a file without a header: a gene and its value, as htseq-count writes, or a gene, its name and its
 * value.
 */
function readHeaderless(
  cells: readonly string[],
  next: readonly string[],
): Columns | undefined {
  const last = cells.length - 1;
  // No title is an id, but a cell type may be called "none".
  const isValue = isNumber(cells[last]) || isMissing(cells[last]) && looksLikeId(cells[0]);
  const isName = ![cells[1], next[1]].some(isNumber);
  const fits = (last === 1 || last === 2 && isName) && isValue;
  if (!fits || isTitleOfNames(cells[0])) return undefined;
  return {
    program: cells[0].startsWith("__") ? "htseq-count" : undefined,
    names: last === 1 ? [0] : [0, 1],
    values: [{ column: last, name: "" }],
    ofOneSample: true,
    mayBeTranscripts: false,
    adds: false,
    sampleColumns: [],
    differences: [],
  };
}

/** What follows a header, and what is asked for. */
interface RowsPlace {
  /** The first rows. */
  readonly rows: readonly Line[];
  /** Lines of the head before them. */
  readonly linesBefore: number;
  readonly file: string;
  readonly samples: ReadonlySet<string>;
}

/** The layout of a table with a header. */
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
  const isSample = (column: number) => samples.has(titles[column]) && areNumbers(rows, column);
  const columns = nameBesideRowNumbers(readColumns(titles, isSample), titles, rows);
  const { differences, values } = columns;
  if (differences.length > 0 && values.length === 0) {
    failLine(file, line, `${CANNOT} ${describeDifferences(differences)}`);
  }
  const nameTitles = columns.names.map((column) => titles[column]);
  const textFrom = findText(columns, titles.length, rows);
  const layout = { ...columns, nameTitles, separator, width: titles.length, textFrom };
  return { layout, linesBefore };
}

/**
 * Whether a header that is a cell shorter than all rows lacks the title of the first column, as R writes; or the rows
 * are closed by a separator, as Roadmap writes. Throws where it may as well lack another title.
 */
function lacksCorner(
  titles: readonly string[],
  { line, rows, file, samples }: HeaderPlace & Pick<RowsPlace, "samples">,
): boolean {
  const isClosed = rows.every((cells) => cells.at(-1) === "");
  const isSample = samples.has(titles[0]) && areNumbers(rows, 1) && !areNumbers(rows, 0);
  const isTitled = isTitleOfNames(titles[0]) && !isSample;
  if (isClosed && isTitled) return false;
  // Below a title of names there are names, after row names as everywhere.
  const hasNames = titles[0] !== "" && rows.every((cells) => !isNumber(cells[1]));
  if (!isClosed && (!isTitled || hasNames)) return true;
  return failLine(
    file,
    line,
    `${CANNOT} all rows have ${
      titles.length + 1
    } columns, expected ${titles.length} as in the header, ` +
      `which has "${titles[0].slice(0, 80)}" first: does it lack a title?`,
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
  const [first, ...others] = titles;
  const isData = others.some(isNumber) &&
    others.every((cell) => isNumber(cell) || isMissing(cell)) && !isTitleOfNames(first);
  if (isData && rows.length > 0) {
    failLine(file, line, `${CANNOT} the header holds numbers only, expected names of cell types`);
  }
}

/** The first column that names no gene and holds no number in any of some rows. */
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
  /** Columns that describe the rows, beside their names. */
  readonly rowFields: number;
  /** Rows after the header that describe the samples. */
  readonly sampleFields: number;
}

/** The line of sizes: rows and samples, and in version 1.3 how many columns and rows describe them. */
function readGctSize(head: readonly Line[], file: string): GctSize {
  if (head.length < 3) failLine(file, head[0], `${CANNOT} GCT ends before its header`);
  const sizes = splitLine(head[1], "\t").filter((cell) => cell !== "")
    .map((cell) => /^\d+$/.test(cell) ? Number(cell) : NaN);
  if (sizes.length < 2 || !sizes.every(Number.isSafeInteger)) {
    failLine(file, head[1], `${CANNOT} "${lineText(head[1]).slice(0, 80)}", expected GCT's sizes`);
  }
  const [, , rowFields = 1, sampleFields = 0] = sizes;
  return { rowFields, sampleFields };
}

function detectGct(
  head: readonly Line[],
  { rowFields, sampleFields }: GctSize,
  file: string,
): Detected {
  const line = head[2];
  checkWidth(line, "\t", file);
  const titles = dropEmptyEnd(splitLine(line, "\t"));
  const first = 1 + rowFields;
  if (titles.length <= first) failLine(file, line, `${CANNOT} GCT's header names no samples`);
  const values = titles.slice(first).map((name, i) => ({ column: first + i, name }));
  const fields = titles.slice(1, first).map((title, i) => ({ title, column: 1 + i }));
  const named = fields.filter(({ title }) => title === "Description" || isTitleOfNames(title));
  const names = [0, ...named.map(({ column }) => column)];
  const layout: Layout = {
    program: "GCT",
    names,
    nameTitles: names.map((column) => titles[column]),
    values,
    ofOneSample: false,
    mayBeTranscripts: false,
    adds: false,
    sampleColumns: [],
    differences: [],
    separator: "\t",
    width: titles.length,
    textFrom: titles.length,
  };
  return { layout, linesBefore: 3 + sampleFields };
}
