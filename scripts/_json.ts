/** JSON files that commands read and write. */

import { FormatError } from "../src/errors.ts";
import { writeFileAtomic } from "../src/io/file.ts";

/**
 * Reads a file of JSON.
 *
 * @param path Its path.
 * @param purpose What it is read for, such as `load ensemble`, for the message.
 * @throws {FormatError} If it is not JSON.
 */
export async function readJson(path: string, purpose: string): Promise<unknown> {
  const text = await Deno.readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`Cannot ${purpose}: ${(cause as Error).message}`, { file: path, cause });
  }
}

/** Writes a value as indented JSON. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, formatJson(value));
}

/** A value as indented JSON, with the end of its last line. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
