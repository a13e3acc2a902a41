/** CSV tables of numbers in a run's directory. */

import { FormatError } from "../errors.ts";
import { readText } from "./json.ts";

/** Formats numbers, and words without commas, as CSV text; a field without a value is empty. */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly (number | string | null | undefined)[])[],
): string {
  const lines = rows.map((row) => row.map((value) => value ?? "").join(","));
  return [header.join(","), ...lines].join("\n") + "\n";
}

/** A row of numbers by column name; `undefined` where a field is empty. */
export type CsvRow = Readonly<Record<string, number | undefined>>;

/**
 * Reads a table of numbers with a header.
 *
 * @throws {FormatError} If a row has more or fewer fields than the header, or a field that is not a number.
 */
export async function readCsv(path: string): Promise<CsvRow[]> {
  const [header = "", ...lines] = (await readText(path)).trimEnd().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line, index) => {
    const fields = line.split(",");
    const values = fields.map((field) => field === "" ? undefined : Number(field));
    if (values.length !== names.length || values.some(isNoNumber)) {
      throw new FormatError(`Cannot read run: found "${line}", expected numbers for ${header}`, {
        file: path,
        line: index + 2,
      });
    }
    return Object.fromEntries(names.map((name, column) => [name, values[column]]));
  });
}

function isNoNumber(value: number | undefined): boolean {
  return value !== undefined && !Number.isFinite(value);
}
