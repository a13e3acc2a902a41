/** Reads the header of a BAM file (SAM specification, section 4.2): its sequences, and how its reads are sorted. */

import { FormatError } from "../../errors.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import { inflateRange, type Piece } from "./bgzf.ts";

const MAX_SEQUENCES = 2 ** 20;
const MAX_NAME_BYTES = 2 ** 16;
/** Bytes of the text that are read; its first line says how the reads are sorted. */
const FIRST_LINE_BYTES = 4096;

/** The contents of the header. */
export interface BamHeader {
  readonly contigs: readonly Required<Contig>[];
  /** How the reads are sorted (`SO` of `@HD`), such as `coordinate`; `undefined` if the header does not say. */
  readonly sortOrder: string | undefined;
}

/**
 * Reads the sequences in the header, and the first line of the text before them.
 *
 * @throws {FormatError} If the file is not a BAM file, is damaged or ends within its header.
 */
export async function readBamHeader(source: ByteSource): Promise<BamHeader> {
  const start = { blockPosition: 0, dataPosition: 0 };
  const end = { blockPosition: source.size, dataPosition: 0 };
  const pieces = inflateRange(source, { minv: start, maxv: end });
  const bytes = new HeaderBytes(source.name, pieces);
  try {
    const magic = await bytes.take(4);
    if (decodeLoosely(magic) !== "BAM\x01") bytes.fail("it lacks the BAM magic number");
    const textBytes = await bytes.int32();
    const sortOrder = await readSortOrder(bytes, Math.min(textBytes, FIRST_LINE_BYTES));
    await bytes.skip(Math.max(0, textBytes - FIRST_LINE_BYTES));
    const contigs: Required<Contig>[] = [];
    const count = await bytes.int32();
    if (count > MAX_SEQUENCES) bytes.fail(`its header has ${count} sequences`);
    while (contigs.length < count) contigs.push(await readContig(bytes));
    return { contigs, sortOrder };
  } finally {
    await pieces.return(undefined);
  }
}

async function readSortOrder(bytes: HeaderBytes, length: number): Promise<string | undefined> {
  const text = decodeLoosely(await bytes.take(length));
  return /^@HD\t(?:[^\n]*\t)?SO:([^\t\r\n]*)/.exec(text)?.[1];
}

async function readContig(bytes: HeaderBytes): Promise<Required<Contig>> {
  const nameBytes = await bytes.int32();
  if (nameBytes < 2 || nameBytes > MAX_NAME_BYTES) {
    bytes.fail(`the name of a sequence in its header has ${nameBytes} bytes`);
  }
  // The last byte is a NUL.
  const name = decodeLoosely((await bytes.take(nameBytes)).subarray(0, -1));
  return { name, length: await bytes.int32() };
}

/** Takes bytes from the front of a stream. */
class HeaderBytes {
  readonly #file: string;
  readonly #pieces: AsyncGenerator<Piece>;
  #piece: Uint8Array = new Uint8Array();

  constructor(file: string, pieces: AsyncGenerator<Piece>) {
    this.#file = file;
    this.#pieces = pieces;
  }

  /** Takes the next bytes. Ask for few, since they are collected in memory. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (this.#piece.length === 0) await this.#next();
      const part = this.#piece.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#piece = this.#piece.subarray(part.length);
    }
    return taken;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (this.#piece.length === 0) await this.#next();
      const part = Math.min(left, this.#piece.length);
      left -= part;
      this.#piece = this.#piece.subarray(part);
    }
  }

  /** Takes a count or a length, which must not be negative. */
  async int32(): Promise<number> {
    const { buffer } = await this.take(4);
    const value = new DataView(buffer).getInt32(0, true);
    if (value < 0) this.fail(`its header holds the length ${value}`);
    return value;
  }

  fail(found: string): never {
    throw new FormatError(`Cannot read BAM: ${found}`, { file: this.#file });
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    if (done) this.fail("it ends within its header");
    else this.#piece = value.bytes;
  }
}
