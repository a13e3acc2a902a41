/**
 * Writes the gzip blocks of `bgzip` (SAM specification, section 4.1), which every program for gzip reads and `tabix`
 * can index.
 */

import { type Bytes, concatenateAll } from "../../base/bytes.ts";
import { crc32 } from "../../base/crc32.ts";
import { deflateRaw } from "./_deflate.ts";
import { packFields } from "./_little_endian.ts";

/** The most bytes of a block before it is deflated, as in `bgzip`: deflated, it always has fewer than 65,536. */
const MOST_BYTES = 0xff00;
const HEADER_BYTES = 18;
const TRAILER_BYTES = 8;
const MAGIC = 0x04088b1f;
const UNKNOWN_SYSTEM = 0xff;
/** The extra field "BC" has two bytes: the length of the block less 1. */
const BLOCK_LENGTH_FIELD = 0x4342;

/** Writes bytes as blocks. */
export class BgzipWriter {
  readonly #write: (bytes: Bytes) => Promise<void>;
  #rest: Bytes = new Uint8Array();

  /** @param write Writes bytes to the file; it may keep them. */
  constructor(write: (bytes: Bytes) => Promise<void>) {
    this.#write = write;
  }

  /** Takes bytes that follow those before. */
  async write(bytes: Bytes): Promise<void> {
    const all = concatenateAll([this.#rest, bytes]);
    let at = 0;
    for (; all.length - at >= MOST_BYTES; at += MOST_BYTES) {
      await this.#write(await packBlock(all.subarray(at, at + MOST_BYTES)));
    }
    this.#rest = all.slice(at);
  }

  /** Writes what is left, and the empty block that ends a file. */
  async close(): Promise<void> {
    if (this.#rest.length > 0) await this.#write(await packBlock(this.#rest));
    await this.#write(await packBlock(new Uint8Array()));
  }
}

async function packBlock(bytes: Bytes): Promise<Bytes> {
  const deflated = await deflateRaw(bytes, "well");
  const header = packFields([
    [4, MAGIC],
    [4, 0],
    [1, 0],
    [1, UNKNOWN_SYSTEM],
    [2, 6],
    [2, BLOCK_LENGTH_FIELD],
    [2, 2],
    [2, HEADER_BYTES + deflated.length + TRAILER_BYTES - 1],
  ]);
  return concatenateAll([
    header,
    deflated,
    packFields([[4, crc32(bytes, 0)], [4, bytes.length]]),
  ]);
}
