/** Puts right the checksums of damaged CRAM files, so that the damage reaches the code that follows the check. */

import { crc32 } from "../../src/base/crc32.ts";
import type { Bytes } from "./seed.ts";

const DEFINITION_BYTES = 26;
const CRC_BYTES = 4;

/** Reads numbers, of which some may be damaged. */
class LooseCursor {
  readonly #bytes: Bytes;
  at: number;

  constructor(bytes: Bytes, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  int32(): number {
    return this.byte() | this.byte() << 8 | this.byte() << 16 | this.byte() << 24;
  }

  itf8(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    if (first < 0xc0) return (first & 0x3f) << 8 | this.byte();
    if (first < 0xe0) return (first & 0x1f) << 16 | this.byte() << 8 | this.byte();
    if (first < 0xf0) {
      return (first & 0x0f) << 24 | this.byte() << 16 | this.byte() << 8 | this.byte();
    }
    this.at += 4;
    return -1;
  }

  ltf8(): void {
    const first = this.byte();
    this.at += Math.clz32(~(first << 24));
  }
}

/** Returns a copy of a CRAM 3 file with right checksums of containers and blocks, as far as its structure can be read. */
export function fixCramChecksums(damaged: Bytes): Bytes {
  const bytes = damaged.slice();
  if (bytes[4] !== 3) return bytes;
  const view = new DataView(bytes.buffer);
  for (let at = DEFINITION_BYTES; at + CRC_BYTES < bytes.length;) {
    const cursor = new LooseCursor(bytes, at);
    const length = cursor.int32();
    for (let i = 0; i < 4; i++) cursor.itf8();
    cursor.ltf8();
    cursor.ltf8();
    cursor.itf8();
    const slices = cursor.itf8();
    if (length < 0 || slices < 0 || slices > length) break;
    for (let i = 0; i < slices; i++) cursor.itf8();
    if (!writeCrc(view, at, cursor.at)) break;
    const start = cursor.at + CRC_BYTES;
    fixBlocks(bytes, start, Math.min(bytes.length, start + length));
    at = start + length;
  }
  return bytes;
}

function fixBlocks(bytes: Bytes, start: number, end: number): void {
  const view = new DataView(bytes.buffer);
  for (let at = start; at < end;) {
    const cursor = new LooseCursor(bytes, at);
    cursor.at += 2;
    cursor.itf8();
    const size = cursor.itf8();
    cursor.itf8();
    const crcAt = cursor.at + size;
    if (size < 0 || crcAt + CRC_BYTES > end || !writeCrc(view, at, crcAt)) return;
    at = crcAt + CRC_BYTES;
  }
}

function writeCrc(view: DataView, start: number, at: number): boolean {
  if (at + CRC_BYTES > view.byteLength) return false;
  view.setUint32(at, crc32(new Uint8Array(view.buffer, start, at - start), 0), true);
  return true;
}
