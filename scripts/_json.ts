/** JSON files that commands read. */

import { FormatError } from "../src/errors.ts";

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
