import { type Bytes, concatenate } from "../base/bytes.ts";
import {
  checkNpySize,
  LONGEST_PREFIX_BYTES,
  npyByteLength,
  npyDataOffset,
  npyError,
} from "./_npy_header.ts";
import { decodeItems, NPY_TYPES, toFloat64 } from "./_npy_items.ts";
import { takeMemory } from "./_memory.ts";
import type { ZipDirectory, ZipMember } from "./_zip_directory.ts";
import { readMember } from "./_zip_stream.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { decodeNpyData, parseNpyHeader } from "./npy.ts";
import type { NdArray, NpyHeader, NpyPlace } from "./npy_types.ts";
import type { NpzMember, NpzReader } from "./npz_types.ts";

/** The number of values in a piece of an array that had to be read whole. */
const PIECE_VALUES = 2 ** 19;

/** The arrays of a zip file whose directory is known. */
export class ZipNpzReader implements NpzReader {
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
    const bytes = takeMemory(this.name, () => new Uint8Array(npyByteLength(header)));
    let filled = 0;
    for await (const piece of rest) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    const { dtype, shape } = header;
    return takeMemory(this.name, () => {
      return { dtype, shape, data: decodeNpyData(header, bytes, place) };
    });
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

  /** Reads a member's header and checks it against the member's size; `rest` are the bytes after it. */
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
  for (let wanted = LONGEST_PREFIX_BYTES; start.length < wanted;) {
    const { done, value } = await pieces.next();
    if (done) break;
    start = concatenate(start, value);
    if (start.length >= LONGEST_PREFIX_BYTES) wanted = npyDataOffset(start, place);
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

/** Splits the bytes at the ends of items, and carries the start of an item over to the next piece. */
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
