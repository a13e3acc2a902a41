/** Columns in a form that can be compared: a failing comparison of large arrays takes all memory. */

import { createHash } from "node:crypto";
import type { SampleColumns } from "../../src/io/columns.ts";

/** Replaces each array of a data set by its type, its length and the digest of its bytes. */
export function digestColumns(columns: SampleColumns): Record<string, unknown> {
  const fields = Object.entries(columns).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields.map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? digestArray(value) : value,
  ]));
}

function digestArray(array: ArrayBufferView): string {
  const { buffer, byteOffset, byteLength, constructor } = array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return `${constructor.name} ${byteLength} ${createHash("sha256").update(bytes).digest("hex")}`;
}
