/** The structure of CRAM files (CRAM 3.1 specification, sections 6 to 8): containers, and the blocks in them. */

import { crc32 } from "../../base/crc32.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import { type BytePlace, CramCursor, failCram } from "./_cram_bytes.ts";

/** Size of the part of a container's header before its list of slices, at most. */
const LONGEST_HEADER_START = 64;
const LONGEST_BLOCK_HEADER = 17;
const DEFINITION_BYTES = 26;
const CRC_BYTES = 4;
/** What stands in place of the first base in the container that ends a file: the letters EOF. */
const END_OF_FILE = 0x454f46;
/** Most slices of a container; programs write one to some hundred. */
const MOST_SLICES = 2 ** 16;

/** A container's header. */
export interface CramContainer {
  /** Offset of its blocks in the file, in bytes. */
  readonly start: number;
  /** Offset of the byte after its last. */
  readonly end: number;
  /** Offsets of its slices from `start`. */
  readonly slices: readonly number[];
  /** Whether it is the one without reads that ends a file. */
  readonly isLast: boolean;
  /** Whether it has reads, all of them on one sequence. */
  readonly isOnSequence: boolean;
}

/** A block whose content was not read yet. */
export interface CramBlock {
  /** Offset of its header in the file. */
  readonly byteOffset: number;
  /** Number of the method by which it is compressed. */
  readonly method: number;
  readonly contentType: number;
  readonly id: number;
  /** Size of its header, its compressed content, and that content when it is inflated, in bytes. */
  readonly headerBytes: number;
  readonly compressedBytes: number;
  readonly rawBytes: number;
  /** Offset of the byte after its last. */
  readonly end: number;
}

/** A block with its bytes, header and checksum included. */
export interface ReadBlock extends CramBlock {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads the structure of a CRAM file. What was read ahead is kept until something elsewhere is read. */
export class CramFileReader {
  readonly name: string;
  readonly size: number;
  /** 2 or 3. */
  readonly majorVersion: number;
  readonly #source: ByteSource;
  #start = 0;
  #bytes = new Uint8Array();

  private constructor(source: ByteSource, majorVersion: number) {
    this.name = source.name;
    this.size = source.size;
    this.majorVersion = majorVersion;
    this.#source = source;
  }

  /** Opens a file whose first four bytes are those of CRAM. */
  static async open(source: ByteSource): Promise<CramFileReader> {
    const place = { file: source.name, byteOffset: 0 };
    if (source.size < DEFINITION_BYTES) failCram("it ends within its definition", place);
    const [major, minor] = await source.read(4, 2);
    if (major !== 2 && major !== 3) failCram(`its version is ${major}.${minor}`, place);
    return new CramFileReader(source, major!);
  }

  /** Offset of the first container, which holds the header. */
  get firstContainer(): number {
    return DEFINITION_BYTES;
  }

  /** The place of an offset, for messages. */
  placeOf(byteOffset: number): BytePlace {
    return { file: this.name, byteOffset };
  }

  /** Reads bytes. If they have to be read from the file, `ahead` bytes are read. */
  async take(offset: number, length: number, ahead = length): Promise<Uint8Array<ArrayBuffer>> {
    if (offset + length > this.size) failCram("it ends too early", this.placeOf(offset));
    const isHeld = offset >= this.#start &&
      offset + length <= this.#start + this.#bytes.length;
    if (!isHeld) {
      const most = Math.min(this.size - offset, Math.max(length, ahead));
      this.#bytes = await this.#source.read(offset, most);
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }

  /**
   * Reads the header of a container.
   *
   * @param ahead Number of bytes that will be needed from there on.
   */
  async container(offset: number, ahead = LONGEST_HEADER_START): Promise<CramContainer> {
    const place = this.placeOf(offset);
    const first = await this.take(offset, this.#most(offset, LONGEST_HEADER_START), ahead);
    const cursor = new CramCursor(first, place);
    const length = cursor.int32();
    const [contig, firstBase, _span, records] = [
      cursor.itf8(),
      cursor.itf8(),
      cursor.itf8(),
      cursor.itf8(),
    ];
    const isLast = contig === -1 && firstBase === END_OF_FILE && records === 0;
    if (this.majorVersion === 2) cursor.itf8();
    else cursor.skipLtf8();
    cursor.skipLtf8();
    cursor.itf8();
    const count = cursor.itf8();
    if (length < 0 || count < 0 || count > Math.min(length, MOST_SLICES)) {
      failCram(`a container of ${length} bytes has ${count} slices`, place);
    }
    const most = this.#most(offset, cursor.at + 5 * count + CRC_BYTES);
    const bytes = await this.take(offset, most, ahead);
    const rest = new CramCursor(bytes, place);
    rest.at = cursor.at;
    const slices = Array.from({ length: count }, () => rest.itf8());
    if (this.majorVersion === 3) checkCrc(bytes.subarray(0, rest.at), rest);
    const start = offset + rest.at;
    if (start + length > this.size) failCram("it ends within a container", place);
    const isOnSequence = contig >= 0 && records > 0;
    return { start, end: start + length, slices, isLast, isOnSequence };
  }

  /** Reads the header of a block that ends before `end`. */
  async blockHeader(offset: number, end: number, ahead?: number): Promise<CramBlock> {
    const most = Math.min(LONGEST_BLOCK_HEADER, Math.max(0, end - offset));
    const cursor = new CramCursor(await this.take(offset, most, ahead), this.placeOf(offset));
    const [method, contentType] = [cursor.byte(), cursor.byte()];
    const [id, compressedBytes, rawBytes] = [cursor.itf8(), cursor.itf8(), cursor.itf8()];
    const crcBytes = this.majorVersion === 3 ? CRC_BYTES : 0;
    const blockEnd = offset + cursor.at + compressedBytes + crcBytes;
    if (compressedBytes < 0 || rawBytes < 0 || blockEnd > end) {
      cursor.fail(`a block of ${compressedBytes} bytes is larger than what holds it`);
    }
    const headerBytes = cursor.at;
    return {
      byteOffset: offset,
      method,
      contentType,
      id,
      headerBytes,
      compressedBytes,
      rawBytes,
      end: blockEnd,
    };
  }

  /** Reads the bytes of a block and checks them. */
  async block(header: CramBlock): Promise<ReadBlock> {
    const { byteOffset, end } = header;
    const bytes = await this.take(byteOffset, end - byteOffset);
    if (this.majorVersion === 3) {
      const cursor = new CramCursor(bytes, this.placeOf(byteOffset));
      cursor.at = bytes.length - CRC_BYTES;
      checkCrc(bytes.subarray(0, cursor.at), cursor);
    }
    return { ...header, bytes };
  }

  #most(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.size - offset));
  }
}

/** Whether a file that starts with these bytes is CRAM. */
export function isCram(head: Uint8Array): boolean {
  return decodeLoosely(head.subarray(0, 4)) === "CRAM";
}

/** Throws unless the cursor is at the CRC-32 of some bytes. */
function checkCrc(bytes: Uint8Array, cursor: CramCursor): void {
  if (cursor.int32() >>> 0 !== crc32(bytes, 0)) cursor.fail("CRC-32 differs");
}
