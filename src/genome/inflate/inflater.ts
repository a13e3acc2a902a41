/**
 * Inflates many small pieces of data without making garbage: the blocks of BAM files and the sections of bigWig files.
 * The built-in zlib of Deno makes several objects and two copies for each.
 */

import {
  type CodeTable,
  DISTANCE_BITS,
  DISTANCE_ENTRIES,
  DISTANCE_LONG_BITS,
  ENTRY,
  fillTable,
  joinMatches,
  LENGTH_ENTRIES,
  SYMBOL_BITS,
  SYMBOL_ENTRIES,
  SYMBOL_LONG_BITS,
} from "./_code_tables.ts";
import { type DecodeExports, decodeModule, OUTCOME } from "./_decode_module.ts";
import { INPUT_BYTES, INPUTS, LAYOUT, OUTPUT, OUTPUT_BYTES } from "./_layout.ts";
import { LENGTH_ORDER } from "./_symbol_tables.ts";

export { INPUT_BYTES, OUTPUT_BYTES };

/** Data in an input region: from a byte up to, but not including, another. */
export interface InputRange {
  /** Number of the region, 0 or 1. */
  readonly input: 0 | 1;
  readonly from: number;
  readonly to: number;
}

/** Where the result goes, in the output region. */
export interface OutputRange {
  readonly at: number;
  /** Most bytes that it may have. */
  readonly limit: number;
}

const KIND = { stored: 0, fixed: 1, dynamic: 2 };
const BLOCK_END = 256;
/** Of the code of lengths: repeat the last length, some zeros, many zeros. */
const REPEAT = { last: 16, zeros: 17, manyZeros: 18 };
const ZLIB_HEADER_BYTES = 2;
const ZLIB_TRAILER_BYTES = 4;
const DEFLATE = 8;
const WITH_DICTIONARY = 32;

/** A memory with two regions for input and one for output, and what inflates from one to the other. */
export class Inflater {
  /** The regions for input, {@linkcode INPUT_BYTES} each. */
  readonly inputs: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  /** The region for output, {@linkcode OUTPUT_BYTES}. */
  readonly output: Uint8Array<ArrayBuffer>;
  readonly #exports: DecodeExports;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #symbols: CodeTable;
  readonly #distances: CodeTable;
  readonly #lengthCode: CodeTable;
  readonly #lengths = new Uint8Array(288 + 32);
  /** The place in the memory, in bits, of what is read next. */
  #bit = 0;

  /** @throws {Error} If this place has no WebAssembly with vectors. */
  constructor() {
    this.#exports = new WebAssembly.Instance(compile()).exports as unknown as DecodeExports;
    // It is not shared.
    const buffer = this.#exports.memory.buffer as ArrayBuffer;
    const region = (at: number, bytes: number) => new Uint8Array(buffer, at, bytes);
    this.inputs = [region(INPUTS[0], INPUT_BYTES), region(INPUTS[1], INPUT_BYTES)];
    this.output = region(OUTPUT, OUTPUT_BYTES);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    const symbols = new Int32Array(buffer, LAYOUT.symbols);
    const distances = new Int32Array(buffer, LAYOUT.distances);
    const [bits, longBits] = [DISTANCE_BITS, DISTANCE_LONG_BITS];
    this.#symbols = {
      entries: SYMBOL_ENTRIES,
      bits: SYMBOL_BITS,
      longBits: SYMBOL_LONG_BITS,
      table: symbols.subarray(0, 2 ** SYMBOL_BITS + 288 * 2 ** SYMBOL_LONG_BITS),
      places: new Uint16Array(288),
      codeBits: new Uint8Array(288),
    };
    this.#distances = {
      entries: DISTANCE_ENTRIES,
      bits,
      longBits,
      table: distances.subarray(0, 2 ** bits + 32 * 2 ** longBits),
      places: new Uint16Array(32),
      codeBits: new Uint8Array(32),
    };
    this.#lengthCode = {
      entries: LENGTH_ENTRIES,
      bits: 7,
      longBits: 0,
      table: new Int32Array(2 ** 7),
      places: new Uint16Array(19),
      codeBits: new Uint8Array(19),
    };
  }

  /**
   * Inflates zlib data (RFC 1950) to the start of the output.
   *
   * @returns The result, valid until the next call.
   * @throws {Error} If the data are damaged, or inflate to more than `limit` bytes.
   */
  inflateZlib({ input, from, to }: InputRange, limit: number): Uint8Array<ArrayBuffer> {
    const at = INPUTS[input] + from;
    const end = INPUTS[input] + to;
    if (to - from < ZLIB_HEADER_BYTES + ZLIB_TRAILER_BYTES) fail("unexpected end of data");
    const header = this.#view.getUint16(at);
    const isZlib = header % 31 === 0 && (header >> 8 & 15) === DEFLATE &&
      (header & WITH_DICTIONARY) === 0;
    if (!isZlib) fail("incorrect header check");
    const dataEnd = end - ZLIB_TRAILER_BYTES;
    const range = { at: 0, limit };
    const length = this.#inflateBlocks(at + ZLIB_HEADER_BYTES, dataEnd, range);
    const found = this.#exports.adler32(OUTPUT, OUTPUT + length) >>> 0;
    if (found !== this.#view.getUint32(this.#bit + 7 >>> 3)) fail("incorrect data check");
    return this.output.subarray(0, length);
  }

  /**
   * Inflates deflate data without a header (RFC 1951).
   *
   * @returns The length of the result.
   * @throws {Error} If the data are damaged, do not end with the range, or inflate to more than `limit` bytes.
   */
  inflateRaw({ input, from, to }: InputRange, output: OutputRange): number {
    const end = INPUTS[input] + to;
    const length = this.#inflateBlocks(INPUTS[input] + from, end, output);
    if (this.#bit + 7 >>> 3 !== end) fail("data follow the end");
    return length;
  }

  #inflateBlocks(start: number, end: number, { at, limit }: OutputRange): number {
    if (at + limit > OUTPUT_BYTES) throw new RangeError(`${at + limit} bytes do not fit`);
    const from = OUTPUT + at;
    let to = from;
    this.#bit = start * 8;
    for (let isLast = false; !isLast;) {
      isLast = this.#take(1) === 1;
      const kind = this.#take(2);
      if (kind === KIND.stored) {
        to = this.#copyStored(to, { end, limit: from + limit });
        continue;
      }
      if (kind === KIND.fixed) this.#fillFixed();
      else if (kind === KIND.dynamic) this.#fillDynamic();
      else fail("invalid block type");
      const outcome = this.#exports.decode(this.#bit, end + 8, to, from + limit, from);
      to = this.#view.getInt32(LAYOUT.outputEnd, true);
      this.#bit = this.#view.getInt32(LAYOUT.inputBit, true);
      if (outcome === OUTCOME.tooLong || to > from + limit) fail(`more than ${limit} bytes`);
      if (this.#bit > end * 8) fail("unexpected end of data");
      if (outcome !== OUTCOME.blockEnd) fail("invalid code or distance");
    }
    return to - from;
  }

  /** Takes up to 16 bits. */
  #take(bits: number): number {
    const value = this.#peek() & (1 << bits) - 1;
    this.#bit += bits;
    return value;
  }

  /** The next 25 bits or more. */
  #peek(): number {
    return this.#view.getUint32(this.#bit >>> 3, true) >>> (this.#bit & 7);
  }

  #copyStored(
    to: number,
    { end, limit }: { readonly end: number; readonly limit: number },
  ): number {
    const at = this.#bit + 7 >>> 3;
    const length = this.#view.getUint16(at, true);
    if (length + this.#view.getUint16(at + 2, true) !== 0xffff) fail("invalid stored block");
    const dataEnd = at + 4 + length;
    if (dataEnd > end) fail("unexpected end of data");
    if (to + length > limit) fail("more bytes than expected");
    this.#bytes.copyWithin(to, at + 4, dataEnd);
    this.#bit = dataEnd * 8;
    return to + length;
  }

  #fillFixed(): void {
    const [symbols, distances] = [this.#symbols.table, this.#distances.table];
    if (fixedTables !== undefined) {
      symbols.set(fixedTables.symbols);
      distances.set(fixedTables.distances);
      return;
    }
    const lengths = this.#lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280)
      .fill(8, 280, 288).fill(5, 288);
    fillTable(this.#symbols, lengths.subarray(0, 288));
    fillTable(this.#distances, lengths.subarray(288));
    fixedTables = {
      symbols: symbols.slice(0, 2 ** SYMBOL_BITS),
      distances: distances.slice(0, 2 ** DISTANCE_BITS),
    };
  }

  #fillDynamic(): void {
    const symbols = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const lengthSymbols = this.#take(4) + 4;
    if (symbols > 286 || distances > 30) fail("too many codes");
    const lengths = this.#lengths.fill(0, 0, 19);
    for (let i = 0; i < lengthSymbols; i++) lengths[LENGTH_ORDER[i]!] = this.#take(3);
    if (!fillTable(this.#lengthCode, lengths.subarray(0, 19))) fail("invalid code lengths");
    this.#readLengths(symbols + distances);
    if (lengths[BLOCK_END] === 0) fail("no end of a block");
    const isSound = fillTable(this.#symbols, lengths.subarray(0, symbols)) &&
      fillTable(this.#distances, lengths.subarray(symbols, symbols + distances));
    if (!isSound) fail("invalid codes");
    joinMatches(this.#symbols, this.#distances);
  }

  #readLengths(count: number): void {
    const { table } = this.#lengthCode;
    const lengths = this.#lengths;
    for (let at = 0; at < count;) {
      const entry = table[this.#peek() & 127]!;
      if (entry < 0) fail("invalid code lengths");
      this.#bit += entry & 63;
      const symbol = entry >> ENTRY.valueShift;
      if (symbol < REPEAT.last) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === REPEAT.last && at === 0) fail("no length to repeat");
      const times = symbol === REPEAT.last
        ? 3 + this.#take(2)
        : symbol === REPEAT.zeros
        ? 3 + this.#take(3)
        : 11 + this.#take(7);
      if (at + times > count) fail("too many code lengths");
      const length = symbol === REPEAT.last ? lengths[at - 1]! : 0;
      for (const end = at + times; at < end; at++) lengths[at] = length;
    }
  }
}

function fail(found: string): never {
  throw new Error(found);
}

/** The tables of the fixed codes, none of which needs a second table. Most sections of a bigWig file end with such a block. */
let fixedTables: Record<"symbols" | "distances", Int32Array> | undefined;

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  return compiled ??= new WebAssembly.Module(decodeModule());
}

/** Inflaters that nobody uses. Each has three megabytes. */
const idle: Inflater[] = [];
let isAvailable = true;

/** An inflater for one user at a time. */
export interface BorrowedInflater extends Disposable {
  /** The inflater; `undefined` where there is no WebAssembly with vectors. */
  readonly inflater: Inflater | undefined;
}

/** Borrows an inflater; disposing of what is returned gives it back. */
export function borrowInflater(): BorrowedInflater {
  const inflater = idle.pop() ?? makeInflater();
  return {
    inflater,
    [Symbol.dispose]() {
      if (inflater !== undefined) idle.push(inflater);
    },
  };
}

function makeInflater(): Inflater | undefined {
  if (!isAvailable) return undefined;
  try {
    return new Inflater();
  } catch {
    isAvailable = false;
    return undefined;
  }
}
