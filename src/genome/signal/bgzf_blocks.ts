/** Finds and inflates the blocks of a BGZF file (SAM specification, section 4.1). */

import { crc32 } from "../../base/crc32.ts";
import { inflatePortable } from "../inflate.ts";
import type { Inflater } from "../inflate/inflater.ts";

export const LARGEST_BLOCK_BYTES = 1 << 16;
const HEADER_BYTES = 12;
const TRAILER_BYTES = 8;
/** gzip, deflated, with extra fields. */
const MAGIC = 0x04088b1f;
/** `BC`, the extra field with the block's size, as a little-endian number. */
const SIZE_FIELD = 0x4342;

/** A block, by places in what was read. */
export interface MeasuredBlock {
  readonly start: number;
  /** Where its deflated data start. */
  readonly dataStart: number;
  readonly end: number;
  /** How many bytes it claims to inflate to, at most {@linkcode LARGEST_BLOCK_BYTES}. */
  readonly inflatedBytes: number;
}

/** Finds the complete blocks at the front of `compressed`, up to and including one that starts at `last`. */
export function measureBlocks(compressed: Uint8Array, last: number): MeasuredBlock[] {
  const view = new DataView(compressed.buffer, compressed.byteOffset, compressed.length);
  const blocks: MeasuredBlock[] = [];
  for (let at = 0; at <= last;) {
    const block = measureBlock(view, at);
    if (block === undefined || block.end > compressed.length) break;
    blocks.push(block);
    at = block.end;
  }
  return blocks;
}

/** Measures the block at `at`; `undefined` if there is no complete header of a block. */
function measureBlock(view: DataView, at: number): MeasuredBlock | undefined {
  if (at + HEADER_BYTES > view.byteLength) return undefined;
  if (view.getUint32(at, true) !== MAGIC) return undefined;
  const dataStart = at + HEADER_BYTES + view.getUint16(at + 10, true);
  let field = at + HEADER_BYTES;
  while (field + 6 <= Math.min(dataStart, view.byteLength)) {
    if (view.getUint16(field, true) === SIZE_FIELD) {
      const end = at + view.getUint16(field + 4, true) + 1;
      if (end <= dataStart + TRAILER_BYTES) return undefined;
      const isWhole = end <= view.byteLength;
      const inflatedBytes = isWhole ? view.getUint32(end - 4, true) : 0;
      // A block that claims to inflate to more is not BGZF, and is not inflated.
      if (inflatedBytes > LARGEST_BLOCK_BYTES) return undefined;
      return { start: at, dataStart, end, inflatedBytes };
    }
    field += 4 + view.getUint16(field + 2, true);
  }
  return undefined;
}

/** Some blocks of a file, and perhaps a part of the next, in a region of an inflater. */
export interface ReadBlocks {
  readonly compressed: Uint8Array<ArrayBuffer>;
  readonly input: 0 | 1;
}

/** Inflates blocks, and checks their lengths and checksums. */
export class BlockInflater {
  readonly #inflater: Inflater | undefined;

  /** @param inflater What inflates; `undefined` without WebAssembly, where it takes far longer. */
  constructor(inflater: Inflater | undefined) {
    this.#inflater = inflater;
  }

  /** Where to put some bytes of the file; there are two such regions. */
  region(input: 0 | 1, length: number): Uint8Array<ArrayBuffer> {
    return this.#inflater?.inputs[input].subarray(0, length) ?? new Uint8Array(length);
  }

  /**
   * Inflates blocks that were read. The result is valid until the next call.
   *
   * @throws {Error} If one is damaged.
   */
  async inflate(read: ReadBlocks, blocks: readonly MeasuredBlock[]): Promise<Uint8Array> {
    return this.#inflater === undefined
      ? await inflateSlowly(read, blocks)
      : inflateInto(this.#inflater, read, blocks);
  }
}

function inflateInto(
  inflater: Inflater,
  { compressed, input }: ReadBlocks,
  blocks: readonly MeasuredBlock[],
): Uint8Array {
  let at = 0;
  for (const block of blocks) {
    const { dataStart, end, inflatedBytes } = block;
    const range = { input, from: dataStart, to: end - TRAILER_BYTES };
    const length = inflater.inflateRaw(range, { at, limit: inflatedBytes });
    checkBlock(compressed, block, inflater.output.subarray(at, at + length));
    at += length;
  }
  return inflater.output.subarray(0, at);
}

/** Inflates blocks with the web's own API. */
async function inflateSlowly(
  { compressed }: ReadBlocks,
  blocks: readonly MeasuredBlock[],
): Promise<Uint8Array> {
  const total = blocks.reduce((sum, { inflatedBytes }) => sum + inflatedBytes, 0);
  const inflated = new Uint8Array(total);
  let at = 0;
  for (const block of blocks) {
    const { dataStart, end, inflatedBytes } = block;
    const data = compressed.subarray(dataStart, end - TRAILER_BYTES);
    const bytes = await inflatePortable(data, inflatedBytes, "deflate-raw");
    checkBlock(compressed, block, bytes);
    inflated.set(bytes, at);
    at += bytes.length;
  }
  return inflated;
}

/** Throws unless a block has the length and the CRC-32 that it claims. */
function checkBlock(
  compressed: Uint8Array,
  { end, inflatedBytes }: MeasuredBlock,
  bytes: Uint8Array,
): void {
  const view = new DataView(compressed.buffer, compressed.byteOffset, compressed.length);
  if (bytes.length !== inflatedBytes) {
    throw new Error(`${bytes.length} bytes, expected ${inflatedBytes}`);
  }
  if (crc32(bytes, 0) !== view.getUint32(end - TRAILER_BYTES, true)) {
    throw new Error("CRC-32 differs");
  }
}
