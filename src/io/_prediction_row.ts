/** Reads the lines of files of ids and values. Any field may stand in quotes, as R and spreadsheets write it. */

import { COMMA, QUOTE, TAB } from "../text/characters.ts";
import type { Line } from "../text/lines.ts";
import { decodeText, parseDecimal } from "../text/numbers.ts";

const HEADER = /^(?:id|"id")([,\t])(?:expression|"expression")$/;

/** Finds the byte that separates the fields below a header; `undefined` if it is not the header of such a file. */
export function separatorByte(header: string): number | undefined {
  const [, separator] = HEADER.exec(header) ?? [];
  return separator === undefined ? undefined : separator === "\t" ? TAB : COMMA;
}

/** Says what to do about a header that has names of rows before its columns. */
export function adviseRowNames(header: string): string {
  return /^(?:"")?[,\t]/.test(header)
    ? ". Write it without names of rows: row.names = FALSE in R, index=False in pandas"
    : "";
}

/**
 * Reads a row. A field that is not in quotes is read from its bytes, since files have hundreds of thousands of rows.
 *
 * @returns The id and the value, or `undefined` if the line does not hold two fields, the second a finite number.
 */
export function readPredictionRow(
  line: Line,
  separator: number,
): { readonly id: string; readonly value: number } | undefined {
  const { bytes, start, end } = line;
  const isQuoted = bytes[start] === QUOTE;
  const idEnd = isQuoted ? endOfQuotes(line) : bytes.indexOf(separator, start);
  if (idEnd <= start || idEnd >= end || bytes[idEnd] !== separator) return undefined;
  const text = decodeText(bytes, start, idEnd);
  const id = isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text;
  const value = parseValue(bytes, idEnd + 1, end);
  return id === "" || Number.isNaN(value) ? undefined : { id, value };
}

/** The place after the quote that closes a line's first field; −1 if none does. */
function endOfQuotes({ bytes, start, end }: Line): number {
  for (let i = start + 1; i < end; i++) {
    if (bytes[i] !== QUOTE) continue;
    // Two quotes stand for one within the field.
    if (bytes[i + 1] !== QUOTE || i + 1 === end) return i + 1;
    i++;
  }
  return -1;
}

function parseValue(bytes: Uint8Array, start: number, end: number): number {
  const isQuoted = end - start > 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE;
  return isQuoted ? parseDecimal(bytes, start + 1, end - 1) : parseDecimal(bytes, start, end);
}
