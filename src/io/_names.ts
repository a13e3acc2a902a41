/** Names of cell types and marks, from whatever file. */

import { printable } from "../_printable.ts";
import { FormatError } from "../errors.ts";

/** Longer than any name of a cell type or a mark, and short enough for a line. */
const LONGEST_NAME = 200;

/** What a name is of, and where it stands. */
export interface NamePlace {
  /** What has the name, such as `cell type`. */
  readonly what: string;
  /** The file. */
  readonly file?: string;
  /** The line in it. */
  readonly line?: number;
}

/**
 * Throws unless a text can be the name of something: neither empty nor overlong, without line ends and what else a
 * terminal might obey, and without the marks of bytes that were no text.
 *
 * @throws {FormatError} With the place.
 */
export function checkName(name: string, { what, file, line }: NamePlace): void {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot take name of ${what}: ${found}`, { file, line });
  };
  if (name === "") fail("it is empty, expected a text");
  if (name.length > LONGEST_NAME) {
    const start = name.slice(0, 20);
    fail(`"${start}…" has ${name.length} characters, expected at most ${LONGEST_NAME}`);
  }
  if (printable(name) !== name || /[\n\t]/.test(name)) {
    fail(`"${name}" has control characters, expected none`);
  }
}
