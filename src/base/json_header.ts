/** Headers of our own unfinished files: JSON before their bytes. */

import type { Bytes } from "./bytes.ts";
import { type Field, readValue } from "./field.ts";

/**
 * Reads a header.
 *
 * @param bytes UTF-8 text of JSON.
 * @param field What it must be.
 * @returns The header; `undefined` if it is damaged, so that the file's work is done again.
 */
export function readJsonHeader<Value>(bytes: Bytes, field: Field<Value>): Value | undefined {
  try {
    return readValue(JSON.parse(new TextDecoder().decode(bytes)), field, {
      fail(found) {
        throw new SyntaxError(found);
      },
    });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
