/** Reads small tables with a header that names the columns. Columns are separated by tabs by default. */

import { failLine, type Line, lineText } from "../text/lines.ts";

/** Reads the wanted cells of a row, without white space and quotes around them. */
export type TableRowReader<Name extends string> = (
  line: Line,
  file: string,
) => Record<Name, string>;

/** Longer than any path. A longer cell is damaged or an attack. */
const LONGEST_CELL = 4096;

/** What may stand between the columns of a small table. */
export type TableSeparator = "\t" | "," | ";";

/** A cell, in quotes or not, and the separator or line end after it. */
const CELLS = {
  ",": /("[^"]*(?:""[^"]*)*"[^,]*|[^,]*)(,|$)/y,
  ";": /("[^"]*(?:""[^"]*)*"[^;]*|[^;]*)(;|$)/y,
} as const;

const SEPARATOR_NAMES = { "\t": "tabs", ",": "commas", ";": "semicolons" } as const;

/** Splits a line into its cells, without the empty cells at its end. */
export function splitCells(text: string, separator: TableSeparator = "\t"): string[] {
  if (separator === "\t") return text.trimEnd().split("\t").map(plainCell);
  const cells: string[] = [];
  const pattern = CELLS[separator];
  pattern.lastIndex = 0;
  for (;;) {
    const [, cell = "", end] = pattern.exec(text)!;
    cells.push(plainCell(cell));
    if (end === "") break;
  }
  while (cells.at(-1) === "") cells.pop();
  return cells;
}

/** Strips white space and the double quotes that R and spreadsheets put around names. */
function plainCell(text: string): string {
  const cell = text.trim();
  return cell.startsWith('"') && /^".*"$/.test(cell) ? cell.slice(1, -1).trim() : cell;
}

/** A header, and which of the columns may be missing or empty. */
interface TableHeaderOptions<Name extends string, Optional extends string> {
  readonly line: Line;
  readonly file: string;
  /** Columns that may be missing. The cells of a missing column are read as empty. */
  readonly optional?: readonly Optional[];
  /** Columns that must be present but whose cells may be empty. */
  readonly mayBeEmpty?: readonly Name[];
  /**
   * What separates the columns.
   *
   * @default {"\t"}
   */
  readonly separator?: TableSeparator;
  /**
   * A column of integers. It shows whether rows start with a name for which the header has no column, as R writes them.
   */
  readonly isInteger?: Name;
}

/**
 * Finds the wanted columns in a header. The columns may be in any order, with other columns between them.
 *
 * @param names The columns.
 * @param what What the table holds, for messages.
 * @throws {FormatError} If a column is missing or occurs twice. The returned reader throws if a cell that must not be
 * empty is.
 */
export function readTableHeader<Name extends string, Optional extends string = never>(
  names: readonly Name[],
  what: string,
  options: TableHeaderOptions<Name, Optional>,
): TableRowReader<Name | Optional> {
  const { line, file, optional = [], mayBeEmpty = [], separator, isInteger } = options;
  const header = splitCells(lineText(line), separator);
  for (const name of names) {
    const count = header.filter((cell) => cell === name).length;
    if (count === 1) continue;
    const found = count === 0 ? `lacks column "${name}"` : `has column "${name}" ${count} times`;
    const between = SEPARATOR_NAMES[separator ?? "\t"];
    const hint = header.length === 1 ? `, but it has no ${between}` : "";
    failLine(
      file,
      line,
      `Cannot read ${what}: header "${header.join(" ").slice(0, 80)}" ${found}, ` +
        `expected the columns ${names.join(", ")} separated by ${between}${hint}`,
    );
  }
  const needed = new Set<string>(names.filter((name) => !mayBeEmpty.includes(name)));
  const places = [...names, ...optional].map((name) => ({
    name,
    place: header.indexOf(name),
    isNeeded: needed.has(name),
  }));
  let rowNames: number | undefined;
  return (row, file) => {
    const all = splitCells(lineText(row), separator);
    rowNames ??= countRowNames(all, header, isInteger);
    const cells = rowNames === 0 ? all : all.slice(rowNames);
    if (cells.length > header.length) {
      failLine(
        file,
        row,
        `Cannot read ${what}: ${cells.length} columns, expected ${header.length} as in the header`,
      );
    }
    // Annotations have a hundred thousand rows: a list of entries for each would take longer than all else.
    const wanted: Partial<Record<Name | Optional, string>> = {};
    for (const { name, place, isNeeded } of places) {
      // Looking up -1 in an array takes longer than all else here.
      const cell = place < 0 ? "" : cells[place] ?? "";
      if (cell === "" && isNeeded) {
        failLine(file, row, `Cannot read ${what}: column "${name}" is empty`);
      }
      if (cell.length > LONGEST_CELL) {
        failLine(
          file,
          row,
          `Cannot read ${what}: column "${name}" has ${cell.length} characters, expected at most ${LONGEST_CELL}`,
        );
      }
      wanted[name] = cell;
    }
    return wanted as Record<Name | Optional, string>;
  };
}

/**
 * Counts the cells of a row before those that the header names: 1 if only then the integer column holds an integer,
 * else 0.
 */
function countRowNames(
  cells: readonly string[],
  header: readonly string[],
  integer: string | undefined,
): number {
  if (integer === undefined || cells.length !== header.length + 1) return 0;
  const place = header.indexOf(integer);
  const isInteger = (cell: string | undefined) => cell !== undefined && /^\d+$/.test(cell);
  return isInteger(cells[place + 1]) && !isInteger(cells[place]) ? 1 : 0;
}
