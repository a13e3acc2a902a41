/** Members of an npz file that hold a text: its bytes in UTF-8, as an array uint8 `[byte]`. */

import { FormatError } from "../errors.ts";
import { LINE_FEED } from "../text/characters.ts";
import type { NpzReader } from "./npz_types.ts";

/** A member that holds a text, and how large the text may be. */
export interface TextMember {
  /** Name of the member. */
  readonly name: string;
  /** Most bytes of its npy file. */
  readonly maxBytes: number;
  /** Most lines. */
  readonly maxLines: number;
}

/**
 * Reads the lines of a text.
 *
 * @returns The lines without their ends; `undefined` if the file lacks the member.
 * @throws {FormatError} If the member is damaged, too large or not UTF-8 text.
 */
export async function readTextMember(
  npz: NpzReader,
  { name, maxBytes, maxLines }: TextMember,
): Promise<string[] | undefined> {
  const member = npz.members.find((other) => other.name === name);
  if (member === undefined) return undefined;
  const place = { name, file: npz.name };
  const { dtype, shape } = await npz.header(name);
  if (dtype !== "uint8" || shape.length !== 1 || member.size > maxBytes) {
    const found = `it is ${dtype} [${shape.join(", ")}]`;
    const wanted = `the bytes of a text, uint8 [bytes], at most ${maxBytes} of them`;
    throw memberError(`${found}, expected ${wanted}`, place);
  }
  const { data } = await npz.read(name);
  const bytes = data as Uint8Array<ArrayBuffer>;
  let lineCount = 0;
  for (const byte of bytes) if (byte === LINE_FEED) lineCount++;
  if (lineCount > maxLines) {
    throw memberError(`it has ${lineCount} lines, expected at most ${maxLines}`, place);
  }
  // Programs on Windows may end lines with both characters.
  const lines = decode(bytes, place).split(/\r?\n/);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** The bytes of a text with these lines, each of them cells between tabs. */
export function encodeLines(
  lines: readonly (readonly (string | number)[])[],
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.map((cells) => `${cells.join("\t")}\n`).join(""));
}

/** Where a fault of a member was found. */
export interface MemberPlace {
  readonly name: string;
  readonly file: string;
}

/** The error for a member that cannot be read. */
export function memberError(
  found: string,
  { name, file }: MemberPlace,
  options: ErrorOptions = {},
): FormatError {
  return new FormatError(`Cannot read npz member "${name}": ${found}`, { file, ...options });
}

function decode(bytes: Uint8Array, place: MemberPlace): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw memberError("it is not UTF-8 text", place, { cause });
  }
}
