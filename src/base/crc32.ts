/** CRC-32 of ISO 3309, as zip files use it. */

import { BUILTINS } from "./builtins.ts";

type Crc32 = (bytes: Uint8Array, previous: number) => number;

/** Eight tables, so that eight bytes take one step ("slicing by 8", Kounavis and Berry 2005). */
let tables: Int32Array | undefined;

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    tables[byte] = value;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous >>> 8) ^ tables[previous & 255]!;
  }
  return tables;
}

/** Computes {@linkcode crc32} in plain JavaScript. */
export function crc32Portable(bytes: Uint8Array, previous: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Every index is below 2,048, the number of the tables' entries.
  const known = tables ??= makeTables();
  let crc = ~previous;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    crc = known[1792 + (low & 255)]! ^ known[1536 + (low >>> 8 & 255)]! ^
      known[1280 + (low >>> 16 & 255)]! ^ known[1024 + (low >>> 24)]! ^
      known[768 + (high & 255)]! ^ known[512 + (high >>> 8 & 255)]! ^
      known[256 + (high >>> 16 & 255)]! ^ known[high >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ known[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

/**
 * Computes the CRC-32 of `bytes` that follow other bytes whose CRC-32 is `previous`; it is 0 at the start. The
 * built-in function of Deno and Node, which browsers lack, processes 30 GB/s, and the portable one 1.5 GB/s.
 */
export const crc32: Crc32 = nativeCrc32() ?? crc32Portable;

function nativeCrc32(): Crc32 | undefined {
  return BUILTINS.getBuiltinModule?.("node:zlib")?.crc32;
}
