/** Turns the bytes of a chunk into its items. */

import { readFloat16 } from "../../base/float16.ts";
import { FormatError } from "../../errors.ts";
import { type ChunkCoding, READ_TYPES, type ReadType, storedBytes } from "./_array_metadata.ts";
import type { ByteRange } from "../../files/byte_source.ts";
import { CHECKSUM_BYTES, takeChecked, unpack, unpackSync } from "./_unpack.ts";

/** Typed arrays of the numbers that are read. */
export type ReadNumbers = InstanceType<(typeof READ_TYPES)[keyof typeof READ_TYPES]>;

/** Items of an array. */
export type ReadItems = ReadNumbers | string[];

/** The longest text of a chunk in all: far more than names of samples need. */
const MOST_TEXT_BYTES = 2 ** 28;
/** Bytes of an entry of a shard's index: offset and length. */
const ENTRY_BYTES = 16;
/** Packed chunks hold at most this many items a byte: more than any codec reaches, even on zeros, with its
 * part of an index. */
export const MOST_ITEMS_PER_BYTE = 16_384;
/** Items of chunks that need not be there, since all of them may be zero. */
export const FREE_ITEMS = 2 ** 22;
/** The offset of a chunk of a shard that was not written. */
const ABSENT = 2n ** 64n - 1n;

/** How chunks are decoded. */
export interface DecodeOptions {
  readonly type: ReadType;
  /** The value of items that were not written. */
  readonly fill: unknown;
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * The most bytes that a chunk may have as it is stored: whatever the codecs, its items take no more than twice their own
 * size with 64 bytes for each smaller chunk of a shard.
 */
export function mostPackedBytes({ type, chunk }: {
  readonly type: ReadType;
  readonly chunk: ChunkCoding;
}): number {
  const most = countItems(chunk.shape) * (2 * storedBytes(type) + 64) + 2 ** 16;
  return type === "string" ? MOST_TEXT_BYTES + most : most;
}

/** The number of items of a shape. */
export function countItems(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A chunk that was not written: every item has the fill value. */
export function emptyChunk(shape: readonly number[], { type, fill }: DecodeOptions): ReadItems {
  const length = countItems(shape);
  if (type === "string") {
    return new Array<string>(length).fill(typeof fill === "string" ? fill : "");
  }
  const items = new READ_TYPES[type](length);
  const number = fill === "NaN" ? NaN : typeof fill === "number" ? fill : Number(fill === true);
  if (items instanceof BigInt64Array || items instanceof BigUint64Array) {
    return items.fill(BigInt(Math.trunc(number) || 0));
  }
  return items.fill(number);
}

/**
 * Decodes a chunk.
 *
 * @throws {FormatError} If it is damaged.
 */
export async function decodeChunk(
  bytes: Uint8Array<ArrayBuffer>,
  coding: ChunkCoding,
  options: DecodeOptions,
): Promise<ReadItems> {
  const { file } = options;
  const mostBytes = mostContentBytes(coding, options);
  let content = bytes;
  for (const packing of coding.packings) {
    content = await unpack(content, packing, { mostBytes, file });
  }
  const { inner } = coding;
  if (inner !== undefined) return await decodeShard(content, { ...coding, inner }, options);
  return itemsOf(content, coding, options);
}

/**
 * Decodes a chunk that is no shard, while the caller's thread waits.
 *
 * @throws {FormatError} If it is damaged.
 * @throws {ContractError} If the run-time has its codec for those alone who do not wait.
 */
export function decodeChunkSync(
  bytes: Uint8Array<ArrayBuffer>,
  coding: ChunkCoding,
  options: DecodeOptions,
): ReadItems {
  const { file } = options;
  const mostBytes = mostContentBytes(coding, options);
  let content = bytes;
  for (const packing of coding.packings) {
    content = unpackSync(content, packing, { mostBytes, file });
  }
  return itemsOf(content, coding, options);
}

/** The most bytes that a chunk has once it is unpacked. */
function mostContentBytes({ shape, inner }: ChunkCoding, { type }: DecodeOptions): number {
  const wanted = countItems(shape) * storedBytes(type);
  // A checksum, and the index of a shard, stand beside the items.
  return type === "string" || inner !== undefined
    ? MOST_TEXT_BYTES + 2 * wanted
    : wanted + CHECKSUM_BYTES;
}

/** The items of unpacked bytes. */
function itemsOf(
  content: Uint8Array<ArrayBuffer>,
  { shape, isBigEndian }: ChunkCoding,
  { type, file }: DecodeOptions,
): ReadItems {
  if (type === "string") return decodeTexts(content, countItems(shape), file);
  const itemBytes = storedBytes(type);
  const wanted = countItems(shape) * itemBytes;
  if (content.length !== wanted) {
    throw new FormatError(
      `Cannot read Zarr: a chunk has ${content.length} bytes, expected ${wanted}`,
      { file },
    );
  }
  const own = content.slice();
  if (isBigEndian) reverseItems(own, itemBytes);
  if (type === "float16") return readFloat16(own.buffer, 0, own.length / 2);
  return new READ_TYPES[type](own.buffer);
}

/** Reverses the bytes of each item, in place. */
function reverseItems(bytes: Uint8Array, itemBytes: number): void {
  for (let start = 0; start < bytes.length; start += itemBytes) {
    bytes.subarray(start, start + itemBytes).reverse();
  }
}

function decodeTexts(bytes: Uint8Array<ArrayBuffer>, count: number, file: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (byteOffset: number) =>
    new FormatError("Cannot read Zarr: texts of a chunk are damaged", { file, byteOffset });
  if (bytes.length < 4 + 4 * count || view.getUint32(0, true) !== count) throw damaged(0);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const texts: string[] = [];
  for (let offset = 4; texts.length < count;) {
    if (offset + 4 > bytes.length) throw damaged(offset);
    const length = view.getUint32(offset, true);
    offset += 4;
    if (offset + length > bytes.length) throw damaged(offset);
    try {
      texts.push(decoder.decode(bytes.subarray(offset, offset + length)));
    } catch {
      throw damaged(offset);
    }
    offset += length;
  }
  return texts;
}

/** A shard is its chunks, then an index of where each lies, then the index's checksum. */
async function decodeShard(
  bytes: Uint8Array<ArrayBuffer>,
  { shape, inner }: ChunkCoding & { readonly inner: ChunkCoding },
  options: DecodeOptions,
): Promise<ReadItems> {
  const counts = shape.map((length, axis) => length / inner.shape[axis]!);
  const chunks = countItems(counts);
  const start = bytes.length - shardIndexBytes(chunks);
  // A shard of real signal packs nowhere near as densely.
  if (start < 0 || countItems(shape) > FREE_ITEMS + MOST_ITEMS_PER_BYTE * bytes.length) {
    throw new FormatError(
      `Cannot read Zarr: a shard has ${bytes.length} bytes, too few for ${chunks} chunks`,
      { file: options.file },
    );
  }
  const index = readShardIndex(bytes.subarray(start), chunks, options.file);
  const whole = emptyChunk(shape, options);
  for (const [chunk, place] of index.entries()) {
    if (place === undefined) continue;
    if (place.offset + place.length > start) throw damagedIndex(options.file);
    const part = bytes.slice(place.offset, place.offset + place.length);
    const items = await decodeChunk(part, inner, options);
    copyChunk(items, inner.shape, { into: whole, shape, place: placeOf(chunk, counts) });
  }
  return whole;
}

/** The bytes of the index of a shard, with its checksum. */
export function shardIndexBytes(chunks: number): number {
  return chunks * ENTRY_BYTES + CHECKSUM_BYTES;
}

/**
 * Reads the index of a shard.
 *
 * @param bytes The last bytes of a shard, as many as an index has.
 * @param chunks The number of its chunks.
 * @param file Name of the file, for messages.
 * @returns Where each chunk lies; `undefined` for one that was not written.
 * @throws {FormatError} If it is damaged.
 */
export function readShardIndex(
  bytes: Uint8Array<ArrayBuffer>,
  chunks: number,
  file: string,
): (ByteRange | undefined)[] {
  const { buffer, byteOffset } = takeChecked(bytes, file);
  const index = new DataView(buffer, byteOffset, chunks * ENTRY_BYTES);
  return Array.from({ length: chunks }, (_, chunk) => {
    const at = chunk * ENTRY_BYTES;
    const [offset, length] = [index.getBigUint64(at, true), index.getBigUint64(at + 8, true)];
    if (offset === ABSENT) return undefined;
    if (offset + length > BigInt(Number.MAX_SAFE_INTEGER)) throw damagedIndex(file);
    return { offset: Number(offset), length: Number(length) };
  });
}

/** Writes the index of a shard without its checksum; chunks that are not given were not written. */
export function makeShardIndex(
  places: readonly ByteRange[],
  chunks: number,
): Uint8Array<ArrayBuffer> {
  const index = new BigUint64Array(2 * chunks).fill(ABSENT);
  for (const [chunk, { offset, length }] of places.entries()) {
    index[2 * chunk] = BigInt(offset);
    index[2 * chunk + 1] = BigInt(length);
  }
  return new Uint8Array(index.buffer);
}

function damagedIndex(file: string): FormatError {
  return new FormatError("Cannot read Zarr: the index of a shard is damaged", { file });
}

/** The place of a chunk in a grid, by its number. */
export function placeOf(chunk: number, counts: readonly number[]): number[] {
  const place: number[] = [];
  for (const count of counts.toReversed()) {
    place.unshift(chunk % count);
    chunk = Math.floor(chunk / count);
  }
  return place;
}

/** Copies the items of a chunk that lie within an array to their places. */
export function copyChunk(
  items: ReadItems,
  chunkShape: readonly number[],
  { into, shape, place }: {
    readonly into: ReadItems;
    readonly shape: readonly number[];
    /** The chunk's place in the grid. */
    readonly place: readonly number[];
  },
): void {
  const axes = shape.length;
  if (axes === 0) {
    into[0] = items[0]!;
    return;
  }
  const width = chunkShape[axes - 1]!;
  const column = place[axes - 1]! * width;
  const count = Math.min(width, shape[axes - 1]! - column);
  if (count <= 0) return;
  const rows = countItems(chunkShape.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    const within = placeOf(row, chunkShape.slice(0, -1));
    let to = 0;
    let isInside = true;
    for (let axis = 0; axis < axes - 1; axis++) {
      const at = place[axis]! * chunkShape[axis]! + within[axis]!;
      if (at >= shape[axis]!) isInside = false;
      to = to * shape[axis]! + at;
    }
    if (!isInside) continue;
    const start = to * shape[axes - 1]! + column;
    if (Array.isArray(items) || Array.isArray(into)) {
      for (let i = 0; i < count; i++) into[start + i] = items[row * width + i]!;
    } else {
      into.set(items.subarray(row * width, row * width + count) as never, start);
    }
  }
}
