/**
 * Reading of npz files: zip files of npy arrays, as `numpy.savez` and `numpy.savez_compressed` write them.
 *
 * @module
 */

import { checkNpySize, npyByteLength, npyDataOffset, npyError } from "./_npy_header.ts";
import { decodeItems, NPY_TYPES, toFloat64 } from "./_npy_items.ts";
import { openSource } from "./_open_source.ts";
import { readZipDirectory, type ZipDirectory, type ZipMember } from "./_zip_directory.ts";
import { readMember } from "./_zip_stream.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  decodeNpyData,
  type NdArray,
  type NpyHeader,
  type NpyPlace,
  parseNpyHeader,
} from "./npy.ts";

/** One array of an npz file. */
export interface NpzMember {
  /** Its name, without `.npy`. */
  readonly name: string;
  /** Size of the npy bytes, header included. */
  readonly size: number;
  /** Size in the file; the same where it is not compressed. */
  readonly compressedSize: number;
}

/**
 * An open npz file. Its arrays are read on demand, each with a few megabytes of memory at a time unless it is
 * asked for whole.
 *
 * All that takes a member's name throws a `RangeError` if there is none of that name, and a `FormatError`
 * that names file, member and byte if the member is damaged.
 */
export interface NpzReader extends Disposable {
  /** Name of the file, for messages. */
  readonly name: string;
  /** The arrays in the order of the file's directory; members that are not `.npy` are left out. */
  readonly members: readonly NpzMember[];
  /** Comment of the zip file. */
  readonly comment: string;
  /** Reads type and shape of an array. */
  header(member: string): Promise<NpyHeader>;
  /** Reads a whole array. */
  read(member: string): Promise<NdArray>;
  /**
   * Reads an array as float64 values in C order, piece by piece. A piece may share the source's memory and must
   * not be written to. Checksum errors show at the end, after all pieces. An array in Fortran order is held in
   * memory as a whole. 64-bit integers beyond ±(2^53 − 1) are refused, being inexact in float64.
   */
  numbers(member: string): AsyncGenerator<Float64Array<ArrayBuffer>>;
  /** Closes the file, if it was opened here. */
  close(): void;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Values in a piece of an array that had to be read whole. */
const PIECE_VALUES = 2 ** 19;

/**
 * Opens an npz file, stored or deflated, with or without ZIP64. Only its directory is read.
 *
 * @param source A path, or bytes from anywhere; a source that is given stays open when the reader is closed.
 * @throws {FormatError} If the file is no zip file, cut short, or its directory contradicts itself: two members
 * of one name, overlapping members, sizes that cannot be.
 *
 * @example
 * ```ts
 * import { bytesSource, openNpz, writeNpz } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const [bytes] = await Promise.all([
 *   new Response(readable).bytes(),
 *   writeNpz(writable, [{ name: "x", dtype: "float32", shape: [2], data: new Float32Array([1, 2]) }]),
 * ]);
 * const npz = await openNpz(bytesSource(bytes));
 * deepStrictEqual((await npz.read("x")).data, new Float32Array([1, 2]));
 * npz.close();
 * ```
 */
export async function openNpz(source: string | URL | ByteSource): Promise<NpzReader> {
  const file = await openSource(source);
  try {
    return new ZipNpzReader(file, await readZipDirectory(file, ".npy"));
  } catch (error) {
    file.close();
    throw error;
  }
}

class ZipNpzReader implements NpzReader {
  readonly name: string;
  readonly members: readonly NpzMember[];
  readonly comment: string;
  readonly #source: ByteSource;
  readonly #byName: ReadonlyMap<string, ZipMember>;

  constructor(source: ByteSource, { members, comment }: ZipDirectory) {
    this.name = source.name;
    this.comment = comment;
    this.#source = source;
    this.#byName = new Map(members.map((member) => [member.filename.slice(0, -4), member]));
    this.members = [...this.#byName].map(([name, { size, compressedSize }]) => ({
      name,
      size,
      compressedSize,
    }));
  }

  async header(name: string): Promise<NpyHeader> {
    const { header, rest } = await this.#open(name);
    await rest.return(undefined);
    return header;
  }

  async read(name: string): Promise<NdArray> {
    const { header, rest, place } = await this.#open(name);
    const bytes = new Uint8Array(npyByteLength(header));
    let filled = 0;
    for await (const piece of rest) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    const { dtype, shape } = header;
    return { dtype, shape, data: decodeNpyData(header, bytes, place) };
  }

  async *numbers(name: string): AsyncGenerator<Float64Array<ArrayBuffer>> {
    const { header, rest, place } = await this.#open(name);
    const convert = (data: NdArray["data"], first: number): Float64Array<ArrayBuffer> => {
      const values = toFloat64(data);
      if (typeof values !== "number") return values;
      throw npyError(`value ${first + values} is ${data[values]}, beyond 2^53`, place);
    };
    if (header.fortranOrder) {
      await rest.return(undefined);
      const { data } = await this.read(name);
      for (let start = 0; start < data.length; start += PIECE_VALUES) {
        yield convert(data.slice(start, start + PIECE_VALUES), start);
      }
      return;
    }
    let first = 0;
    for await (const bytes of wholeItems(rest, NPY_TYPES[header.dtype].bytes)) {
      const values = convert(decodeItems(bytes, header), first);
      first += values.length;
      yield values;
    }
  }

  close(): void {
    this.#source.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Reads a member's header and checks it against the member's size; `rest` are the bytes behind it. */
  async #open(
    name: string,
  ): Promise<{ header: NpyHeader; rest: AsyncGenerator<Bytes>; place: NpyPlace }> {
    const member = this.#byName.get(name);
    if (member === undefined) {
      const names = [...this.#byName.keys()].map((other) => `"${other}"`).join(", ") || "none";
      throw new RangeError(`Cannot read npz member "${name}": ${this.name} has ${names}`);
    }
    const place = {
      file: this.name,
      member: name,
      byteOffset: member.deflated ? undefined : member.dataOffset,
    };
    const pieces = readMember(this.#source, member, (found, cause) => {
      throw npyError(found, { ...place, byteOffset: member.dataOffset }, { cause });
    });
    const start = await readStart(pieces, place);
    const header = parseNpyHeader(start, place);
    checkNpySize(header, member.size, place);
    return { header, rest: chain(start.subarray(header.dataOffset), pieces), place };
  }
}

/** Reads pieces until they hold the whole npy header, or end. */
async function readStart(pieces: AsyncGenerator<Bytes>, place: NpyPlace): Promise<Bytes> {
  let start: Bytes = new Uint8Array(0);
  for (let wanted = 12; start.length < wanted;) {
    const { done, value } = await pieces.next();
    if (done) break;
    start = concatenate(start, value);
    if (start.length >= 12) wanted = npyDataOffset(start, place);
  }
  return start;
}

async function* chain(first: Bytes, rest: AsyncGenerator<Bytes>): AsyncGenerator<Bytes> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** Cuts pieces at the ends of items, carrying what is left over into the next. */
async function* wholeItems(
  pieces: AsyncGenerator<Bytes>,
  itemBytes: number,
): AsyncGenerator<Bytes> {
  let carried: Bytes = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = concatenate(carried, piece);
    const end = bytes.length - bytes.length % itemBytes;
    carried = bytes.subarray(end);
    if (end > 0) yield bytes.subarray(0, end);
  }
}

function concatenate(first: Bytes, second: Bytes): Bytes {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
