/**
 * Writes npz files.
 *
 * @module
 */

import { openSink } from "../base/open_sink.ts";
import { writeFloat16 } from "../base/float16.ts";
import { GarbageWatch } from "../base/free.ts";
import { NPY_TYPES } from "./_npy_items.ts";
import { ZipWriter } from "./_zip_writer.ts";
import { isMemberName } from "./names.ts";
import { formatNpyHeader } from "./npy.ts";
import type { NpyDtype } from "./npy_types.ts";

/** Values to write: a typed array of the dtype's own kind (bool as `Uint8Array`, float16 as `Float32Array`). */
export type NpzValues =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array to write. */
export interface NpzMemberData {
  /** Its name, without `.npy`. */
  readonly name: string;
  /** Element type in the file; float16 is rounded to nearest. */
  readonly dtype: NpyDtype;
  /** Length of each axis; empty for a single value. */
  readonly shape: readonly number[];
  /** The values in C order, in one array or in pieces. A piece may be reused once the next is asked for. */
  readonly data: NpzValues | Iterable<NpzValues> | AsyncIterable<NpzValues>;
}

/** Options of {@linkcode writeNpz}. */
export interface WriteNpzOptions {
  /**
   * Whether to deflate the members.
   *
   * @default {false}
   */
  readonly compress?: boolean | undefined;
  /**
   * Comment of the zip file, at most 65,535 bytes in UTF-8.
   *
   * @default {""}
   */
  readonly comment?: string | undefined;
}

type TypedArrayConstructor = { new (length: number): NpzValues; readonly name: string };

const ARRAYS: Readonly<Record<NpyDtype, TypedArrayConstructor>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Large arrays are written in pieces of this many values. */
const PIECE_VALUES = 2 ** 17;
const MAX_COMMENT_BYTES = 65535;
/** Pieces are copied on their way into the file. */
const COLLECT_EVERY_BYTES = 2 ** 25;

/**
 * Writes an npz file that `numpy.load` reads, in one pass and without holding it in memory: data are asked for only when
 * they are about to be written. A file of more than 4 GiB becomes a ZIP64 file.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param members The arrays, in the order of the file.
 * @param options How to write them.
 * @throws {TypeError} If values are of another type than that of the dtype, or their number is not that of the shape.
 * @throws {RangeError} If a name is unusable or repeated, or the comment is too long.
 *
 * @example
 * ```ts
 * import { writeNpz } from "@waka/histone/io";
 * import { ok } from "node:assert";
 *
 * let size = 0;
 * const sink = new WritableStream<Uint8Array>({ write: (chunk) => void (size += chunk.length) });
 * await writeNpz(sink, [{ name: "x", dtype: "int32", shape: [3], data: new Int32Array([1, 2, 3]) }]);
 * ok(size > 128);
 * ```
 */
export async function writeNpz(
  sink: WritableStream<Uint8Array>,
  members: Iterable<NpzMemberData> | AsyncIterable<NpzMemberData>,
  options: WriteNpzOptions = {},
): Promise<void> {
  const { compress = false, comment = "" } = options;
  const writer = openSink(sink, "write npz file");
  try {
    const commentBytes = new TextEncoder().encode(comment);
    if (commentBytes.length > MAX_COMMENT_BYTES) {
      throw new RangeError(
        `Cannot write npz file: the comment is ${commentBytes.length} bytes, ` +
          `expected at most ${MAX_COMMENT_BYTES}`,
      );
    }
    const zip = new ZipWriter((bytes) => writer.write(bytes), { deflate: compress });
    const names = new Set<string>();
    for await (const member of members) {
      checkMemberName(member.name, names);
      const header = formatNpyHeader(member.dtype, member.shape);
      const count = member.shape.reduce((a, b) => a * b, 1);
      const size = header.length + count * NPY_TYPES[member.dtype].bytes;
      await zip.add(`${member.name}.npy`, size, memberBytes(member, header, count));
    }
    await zip.close(commentBytes);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

function checkMemberName(name: string, names: Set<string>): void {
  if (!isMemberName(name)) {
    throw new RangeError(`Cannot write npz member "${name}": the name is not usable as a path`);
  }
  if (names.has(name)) {
    throw new RangeError(`Cannot write npz member "${name}": another member has that name`);
  }
  names.add(name);
}

async function* memberBytes(
  member: NpzMemberData,
  header: Uint8Array<ArrayBuffer>,
  count: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { name, dtype, shape, data } = member;
  const wrongCount = (found: string): TypeError =>
    new TypeError(
      `Cannot write npz member "${name}": ${found} values, expected ${count} for [${shape}]`,
    );
  yield header;
  const garbage = new GarbageWatch(COLLECT_EVERY_BYTES);
  let written = 0;
  for await (const values of ArrayBuffer.isView(data) ? [data] : data) {
    if (!(values instanceof ARRAYS[dtype])) {
      const found = Object.prototype.toString.call(values).slice(8, -1);
      throw new TypeError(
        `Cannot write npz member "${name}": values are ${found}, ` +
          `expected ${ARRAYS[dtype].name} for ${dtype}`,
      );
    }
    written += values.length;
    if (written > count) throw wrongCount(`${written} or more`);
    for (let start = 0; start < values.length; start += PIECE_VALUES) {
      const bytes = encodeItems(values.subarray(start, start + PIECE_VALUES), member);
      garbage.add(bytes.length);
      yield bytes;
    }
  }
  if (written < count) throw wrongCount(`${written}`);
}

/** The bytes of a copy, since the stream may hold them while the caller fills its array again. */
function encodeItems(values: NpzValues, { name, dtype }: NpzMemberData): Uint8Array<ArrayBuffer> {
  if (dtype === "float16") return writeFloat16(values as Float32Array);
  const copy = values.slice();
  if (dtype === "bool" && (copy as Uint8Array).some((value) => value > 1)) {
    throw new RangeError(`Cannot write npz member "${name}": a bool is neither 0 nor 1`);
  }
  return new Uint8Array(copy.buffer as ArrayBuffer);
}
