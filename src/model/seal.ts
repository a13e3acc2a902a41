/**
 * Digests of JSON, so that a file tells when its content is not what was written. They find damage and edits; who
 * forges a digest with the content is not found out.
 *
 * @module
 */

import { sha256 } from "../base/bytes.ts";

/** Deeper than anything this package writes. */
const MAX_DEPTH = 64;

/**
 * A JSON value as text that depends on its content alone: without white space, the fields of objects sorted.
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
 * The SHA-256 digest of a JSON value, as 64 hexadecimal digits; the same however the JSON is laid out.
 *
 * @param value As {@linkcode canonicalJson} takes it.
 * @throws {RangeError} If it is nested too deeply.
 */
export async function digestJson(value: unknown): Promise<string> {
  return (await sha256(new TextEncoder().encode(canonicalJson(value)))).toHex();
}
