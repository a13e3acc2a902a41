/**
 * Inflates gzip (RFC 1952) piece by piece, where the run-time has no zlib: the web's own `DecompressionStream` refuses
 * files of several members, which is what bgzip and `cat` make.
 *
 * @module
 */

import type { Bytes } from "../../base/bytes.ts";
import { crc32 } from "../../base/crc32.ts";
import { BitReader } from "./_bit_reader.ts";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  fillSymbols,
  FIXED_CODES,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_ORDER,
  type SymbolTable,
} from "./_symbol_tables.ts";

/** Matches reach so far back. */
const HISTORY_BYTES = 1 << 15;
/** Output is passed on when there is so much. */
const PIECE_BYTES = 1 << 18;
const LONGEST_MATCH = 258;
/** What a header of a block may take, and a header of gzip without its texts. */
const HEADER_BYTES = 1024;
const BLOCK_END = 256;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * Inflates all members of a gzip file.
 *
 * @param pieces The file.
 * @returns Its content, in pieces.
 * @throws {Error} If it is damaged or cut short; the message is as zlib words it.
 */
export async function* gunzipStream(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  const reader = new BitReader(pieces);
  const member = new Member(reader);
  try {
    while (await reader.need(1)) yield* member.inflate();
  } finally {
    await reader.close();
  }
}

/** One member of a gzip file after the other. */
class Member {
  readonly #reader: BitReader;
  readonly #output = new Uint8Array(HISTORY_BYTES + PIECE_BYTES + 2 * LONGEST_MATCH);
  /** Where the output begins that was not passed on yet, what was passed on of this member, and where it ends. */
  #begin = 0;
  #end = 0;
  #crc = 0;
  #length = 0;
  #symbols: SymbolTable = FIXED_CODES.symbols;
  #distances: SymbolTable = FIXED_CODES.distances;

  constructor(reader: BitReader) {
    this.#reader = reader;
  }

  async *inflate(): AsyncGenerator<Bytes> {
    const reader = this.#reader;
    await this.#skipHeader();
    this.#begin =
      this.#end =
      this.#crc =
      this.#length =
        0;
    for (let isLast = false; !isLast;) {
      await reader.need(HEADER_BYTES);
      isLast = reader.take(1) === 1;
      const kind = reader.take(2);
      if (kind === 0) yield* this.#copyStored();
      else {
        if (kind === 1) {
          this.#symbols = FIXED_CODES.symbols;
          this.#distances = FIXED_CODES.distances;
        } else if (kind === 2) this.#readCodes();
        else throw new Error("invalid block type");
        for (let isOpen = true; isOpen;) {
          // So much is there that symbols need not ask, unless the file ends.
          await reader.need(HEADER_BYTES);
          isOpen = !this.#decode();
          if (this.#end >= HISTORY_BYTES + PIECE_BYTES) yield this.#passOn();
        }
      }
    }
    if (this.#end > this.#begin) yield this.#passOn();
    await this.#checkTrailer();
  }

  async #skipHeader(): Promise<void> {
    const reader = this.#reader;
    await reader.need(HEADER_BYTES);
    if (reader.takeByte() !== 0x1f || reader.takeByte() !== 0x8b) {
      throw new Error("incorrect header check");
    }
    if (reader.takeByte() !== 8) throw new Error("unknown compression method");
    const flags = reader.takeByte();
    reader.skip(6);
    if (flags & FLAG.extra) {
      const bytes = reader.takeByte() + 256 * reader.takeByte();
      await reader.need(bytes + HEADER_BYTES);
      reader.skip(bytes);
    }
    for (const flag of [FLAG.name, FLAG.comment]) {
      if ((flags & flag) === 0) continue;
      do await reader.need(HEADER_BYTES); while (reader.takeByte() !== 0);
    }
    if (flags & FLAG.headerCrc) reader.skip(2);
  }

  async #checkTrailer(): Promise<void> {
    const reader = this.#reader;
    reader.alignToByte();
    await reader.need(8);
    const numbers = [0, 0].map(() => {
      const [a, b, c, d] = [0, 0, 0, 0].map(() => reader.takeByte());
      return (a! | b! << 8 | c! << 16 | d! << 24) >>> 0;
    });
    if (numbers[0] !== this.#crc) throw new Error("incorrect data check");
    if (numbers[1] !== this.#length % 2 ** 32) throw new Error("incorrect length check");
  }

  /** A copy of the output that was not passed on yet; keeps what matches may reach. */
  #passOn(): Bytes {
    const piece = this.#output.slice(this.#begin, this.#end);
    this.#crc = crc32(piece, this.#crc);
    this.#length += piece.length;
    const kept = Math.min(HISTORY_BYTES, this.#end);
    this.#output.copyWithin(0, this.#end - kept, this.#end);
    this.#begin = this.#end = kept;
    return piece;
  }

  async *#copyStored(): AsyncGenerator<Bytes> {
    const reader = this.#reader;
    reader.alignToByte();
    const [length, complement] = [0, 0].map(() => reader.takeByte() + 256 * reader.takeByte());
    if (length! + complement! !== 0xffff) throw new Error("invalid stored block lengths");
    for (let left = length!; left > 0;) {
      if (!await reader.need(1)) throw new Error("unexpected end of file");
      const count = Math.min(left, reader.available, PIECE_BYTES);
      reader.copyTo(this.#output, this.#end, count);
      this.#end += count;
      left -= count;
      if (this.#end >= HISTORY_BYTES) yield this.#passOn();
    }
  }

  #readCodes(): void {
    const reader = this.#reader;
    const symbols = reader.take(5) + 257;
    const distances = reader.take(5) + 1;
    const count = reader.take(4) + 4;
    if (symbols > 286 || distances > 30) throw new Error("too many length or distance symbols");
    const ofLengths = new Uint8Array(19);
    for (let i = 0; i < count; i++) ofLengths[LENGTH_ORDER[i]!] = reader.take(3);
    const code = fillSymbols(ofLengths, "code lengths");
    const lengths = new Uint8Array(symbols + distances);
    for (let at = 0; at < lengths.length;) {
      const symbol = reader.symbol(code);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) throw new Error("invalid bit length repeat");
      const value = symbol === 16 ? lengths[at - 1]! : 0;
      const times = symbol === 16
        ? 3 + reader.take(2)
        : symbol === 17
        ? 3 + reader.take(3)
        : 11 + reader.take(7);
      if (at + times > lengths.length) throw new Error("invalid bit length repeat");
      lengths.fill(value, at, at += times);
    }
    if (lengths[BLOCK_END] === 0) throw new Error("invalid code -- missing end-of-block");
    this.#symbols = fillSymbols(lengths.subarray(0, symbols), "literal/lengths");
    this.#distances = fillSymbols(lengths.subarray(symbols), "distances");
  }

  /** Decodes symbols while there is room and input for them; returns whether the block has ended. */
  #decode(): boolean {
    const [reader, output, symbols, distances] = [
      this.#reader,
      this.#output,
      this.#symbols,
      this.#distances,
    ];
    let end = this.#end;
    while (end < HISTORY_BYTES + PIECE_BYTES && reader.hasSymbols) {
      const symbol = reader.symbol(symbols);
      if (symbol < BLOCK_END) {
        output[end++] = symbol;
        continue;
      }
      if (symbol === BLOCK_END) {
        this.#end = end;
        return true;
      }
      if (symbol > 285) throw new Error("invalid literal/length code");
      const length = LENGTH_BASE[symbol - 257]! + reader.take(LENGTH_EXTRA[symbol - 257]!);
      const code = reader.symbol(distances);
      if (code > 29) throw new Error("invalid distance code");
      const distance = DISTANCE_BASE[code]! + reader.take(DISTANCE_EXTRA[code]!);
      if (distance > end) throw new Error("invalid distance too far back");
      for (let from = end - distance, to = end + length; end < to;) output[end++] = output[from++]!;
    }
    this.#end = end;
    return false;
  }
}
