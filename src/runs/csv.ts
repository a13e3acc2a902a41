/** Tables of numbers as a run keeps them. */

import { FormatError } from "../errors.ts";
import { readText } from "./json.ts";

/** Numbers, and words without commas, as CSV text: empty where there is none. */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly (number | string | null | undefined)[])[],
): string {
  const lines = rows.map((row) => row.map((value) => value ?? "").join(","));
  return [header.join(","), ...lines].join("\n") + "\n";
}

/** A row of numbers by the names of its columns; `undefined` where a field is empty. */
export type CsvRow = Readonly<Record<string, number | undefined>>;

/**
 * Reads numbers under a header.
 *
 * @throws {FormatError} If a row has another number of fields than the header, or a field that is no number.
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
