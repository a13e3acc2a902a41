/** Packs the fields of a binary file, least significant byte first. */

import type { Bytes } from "../../base/bytes.ts";

/** A number and its kind: an integer of 1, 2, 4 or 8 bytes, or a float of 8. */
export type Field = readonly [kind: 1 | 2 | 4 | 8 | "float64", value: number];

/** Packs fields one after another. */
export function packFields(fields: readonly Field[]): Bytes {
  const length = fields.reduce((sum, [kind]) => sum + (kind === "float64" ? 8 : kind), 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [kind, value] of fields) {
    if (kind === "float64") view.setFloat64(at, value, true);
    else if (kind === 8) view.setBigUint64(at, BigInt(value), true);
    else if (kind === 4) view.setUint32(at, value, true);
    else if (kind === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
    at += kind === "float64" ? 8 : kind;
  }
  return bytes;
}
