/**
 * Digests of JSON, which show whether the content of a file is what was written. They reveal damage and edits, but not
 * forgery: anyone who changes the content can compute a matching digest.
 *
 * @module
 */

import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";

/** Deeper than anything this package writes. */
const MAX_DEPTH = 64;

/**
 * Formats a JSON value as text that depends on its content alone: without white space, the fields of objects sorted.
 *
 * @param value What `JSON.parse` returned, or what `JSON.stringify` takes as plain data.
 * @throws {RangeError} If it is nested too deeply.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) {
    throw new RangeError(`Cannot digest JSON: it is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join()}]`;
  }
  const fields = Object.entries(value)
    // As JSON.stringify does.
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field, depth + 1)}`);
  return `{${fields.join()}}`;
}

/**
 * Computes the SHA-256 digest of a JSON value, as 64 hexadecimal digits; the layout of the JSON does not matter.
 *
 * @param value As {@linkcode canonicalJson} takes it.
 * @throws {RangeError} If it is nested too deeply.
 */
export async function digestJson(value: unknown): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(canonicalJson(value))));
}
