/** Checks that the rows of a sheet do not contradict each other. */

import { FormatError } from "../../errors.ts";
import { addressIdentity, isAddress, showPlace } from "../../files/http_address.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** Makes the same of the ways in which one path or address may be written. */
function plainWriting(path: string): string {
  if (isAddress(path)) return URL.canParse(path.trim()) ? addressIdentity(path) : path;
  return path.replace(/\/(?:\.?\/)+/g, "/").replace(/^(?:\.\/)+/, "");
}

/** Throws if a path is in two rows, or is the path of a control too: its reads would be counted twice. */
export function checkPaths(rows: readonly SheetRow[], file: string): void {
  const lines = new Map<string, number>();
  for (const { path, line } of rows) {
    const earlier = lines.get(plainWriting(path));
    if (earlier !== undefined) {
      throw new FormatError(
        `Cannot read sample sheet: path "${
          showPlace(path)
        }" is in line ${earlier} and in line ${line}, ` +
          "expected once: its reads would be counted twice",
        { file, line },
      );
    }
    lines.set(plainWriting(path), line);
  }
  for (const { control, line } of rows) {
    if (control === undefined) continue;
    const markLine = lines.get(plainWriting(control.path));
    if (markLine === undefined) continue;
    throw new FormatError(
      `Cannot read sample sheet: control "${
        showPlace(control.path)
      }" is the file of a mark in line ${markLine}, ` +
        "expected a file that is not counted as a mark",
      { file, line },
    );
  }
}

/**
 * Throws if names of marks differ in nothing but capitals and signs, as `H2A.Z` and `H2AZ` do, and warns if cell types differ
 * in capitals alone.
 */
export function checkSpelling(
  rows: readonly SheetRow[],
  { file, onWarning }: ArrangeOptions & { readonly file: string },
): void {
  const marks = new Map<string, SheetRow>();
  const cellTypes = new Map<string, SheetRow>();
  for (const row of rows) {
    const first = firstOf(marks, plainMark(row.mark), row);
    if (first.mark !== row.mark) {
      throw new FormatError(
        `Cannot read sample sheet: mark "${row.mark}" is "${first.mark}" in line ${first.line}, ` +
          "expected one spelling",
        { file, line: row.line },
      );
    }
    const other = firstOf(cellTypes, row.cellType, row);
    if (other.cellType === row.cellType) continue;
    cellTypes.set(row.cellType.toLowerCase(), row);
    onWarning?.(
      `${file} has cell types "${other.cellType}" (line ${other.line}) and "${row.cellType}" ` +
        `(line ${row.line}), which differ only in capitals: are they one?`,
    );
  }
}

/**
 * A mark's name without the signs and blanks in it, but for those between two digits: `SOX1_1` is not `SOX11`. Other scripts than
 * Latin keep theirs.
 */
function plainMark(mark: string): string {
  return mark.replace(/(?<!\d)[-–_. ]|[-–_. ](?!\d)/g, "") || mark;
}

function firstOf(found: Map<string, SheetRow>, name: string, row: SheetRow): SheetRow {
  const key = name.toLowerCase();
  const first = found.get(key) ?? row;
  found.set(key, first);
  return first;
}
