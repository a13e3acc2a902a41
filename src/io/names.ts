/** Checks names of cell types and marks, whichever file they come from. */

import { isPlainLine } from "../base/printable.ts";
import { FormatError } from "../errors.ts";

/** Longer than any real name of a cell type or a mark, and short enough for one line. */
const LONGEST_NAME = 200;

/** The kind of thing that has a name, and where the name was found. */
export interface NamePlace {
  /** The kind of thing, such as `cell type`. */
  readonly what: string;
  /** The file. */
  readonly file?: string | undefined;
  /** The line in it. */
  readonly line?: number | undefined;
}

/** Why a text cannot be the name of something; `undefined` if it can. */
export function faultOfName(name: string): string | undefined {
  if (name === "") return "it is empty, expected a name";
  if (name.length > LONGEST_NAME) {
    const start = name.slice(0, 20);
    return `"${start}…" has ${name.length} characters, expected at most ${LONGEST_NAME}`;
  }
  // It stands for bytes that are not text in the name's encoding; zip files with it are refused.
  if (name.includes("\ufffd") || !name.isWellFormed()) {
    return `"${name}" has a character that could not be decoded`;
  }
  return isPlainLine(name) ? undefined : `"${name}" has control characters, expected none`;
}

/** Whether the name of a member of an npz file shows that it holds something about the data instead of a cell type. */
export function isReservedName(name: string): boolean {
  return name.startsWith("__");
}

/** Why a text cannot be the name of a cell type; `undefined` if it can. */
export function faultOfCellType(name: string): string | undefined {
  return isReservedName(name)
    ? `"${name}" starts with "__", which is reserved for other members of npz files`
    : faultOfName(name);
}

/** Whether a text can be the name of a member of an npz file, which programs that unpack it take for a path. */
export function isMemberName(name: string): boolean {
  const parts = name.split("/");
  return !parts.some((part) => ["", ".", ".."].includes(part)) && !/[\0\\]|^[A-Za-z]:/.test(name);
}

/**
 * Throws unless a text can be the name of something: neither empty nor too long, without line ends and other characters
 * that a terminal might obey.
 *
 * @throws {FormatError} With the file and the line.
 */
export function checkName(name: string, { what, file, line }: NamePlace): void {
  const fault = what === "cell type" ? faultOfCellType(name) : faultOfName(name);
  if (fault === undefined) return;
  throw new FormatError(`Cannot take name of ${what}: ${fault}`, { file, line });
}
