/** One text for any result, by which run-times are compared. */

import { createHash } from "node:crypto";

/**
 * Makes a digest of a value: every bit of its arrays, names and numbers in order. What a run-time may choose, such as a
 * `Map`, a function or a class of its own, is refused, so that nothing is compared by accident.
 */
export function digest(value: unknown): string {
  const hash = createHash("sha256");
  add(value, (part) => void hash.update(part));
  return hash.digest("hex").slice(0, 20);
}

function add(value: unknown, into: (part: string | Uint8Array) => void): void {
  if (ArrayBuffer.isView(value)) {
    into(`${value.constructor.name} ${value.byteLength}:`);
    return into(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (Array.isArray(value)) {
    into(`[${value.length}:`);
    for (const item of value) add(item, into);
    return;
  }
  if (value instanceof Map || typeof value === "function" || typeof value === "symbol") {
    throw new TypeError("Cannot make a digest: found a map, a function or a symbol");
  }
  if (typeof value !== "object" || value === null) return into(`${typeof value} ${String(value)};`);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1);
  into(`{${entries.length}:`);
  for (const [name, field] of entries) {
    into(`${name}=`);
    add(field, into);
  }
}
