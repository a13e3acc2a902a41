/** What the metadata of an array say, of Zarr v3 and v2 alike. */

import { showValue } from "../../base/show_value.ts";
import type { Packing } from "./_unpack.ts";

/** Types of items that can be read, and the arrays that they become. */
export const READ_TYPES = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The type of an array's items. */
export type ReadType = keyof typeof READ_TYPES | "string";

/** The bytes of an item of a type as it is stored; 0 for texts, whose lengths differ. */
export function storedBytes(type: ReadType): number {
  if (type === "string") return 0;
  return type === "float16" ? 2 : READ_TYPES[type].BYTES_PER_ELEMENT;
}

/** How the bytes of a chunk are made, the last step first. */
export interface ChunkCoding {
  /** The chunk's shape. */
  readonly shape: readonly number[];
  /** What to undo, in this order, before the items themselves. */
  readonly packings: readonly Packing[];
  /** Whether the first byte of a number is its highest. */
  readonly isBigEndian: boolean;
  /** The smaller chunks of which it consists, for sharded arrays. */
  readonly inner?: ChunkCoding | undefined;
}

/** An array that can be read. */
export interface ArrayMetadata {
  readonly kind: "array";
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly type: ReadType;
  readonly shape: readonly number[];
  readonly chunk: ChunkCoding;
  /** The value of items whose chunk was not written. */
  readonly fill: unknown;
  /** The key of a chunk, after the path of the array. */
  readonly keyOf: (place: readonly number[]) => string;
}

/** A JSON object whose content is not known. */
type Json = Readonly<Record<string, unknown>>;

/** The most items of a chunk: 1 GiB of float64. */
const MOST_CHUNK_ITEMS = 2 ** 27;
/** The most items of an array of which there is memory. */
const MOST_ITEMS = 2 ** 32;
const MOST_AXES = 4;

/**
 * Reads metadata of Zarr v3.
 *
 * @throws {Error} With what was found and expected.
 */
export function parseArrayV3(json: Json, attributes: Json): ArrayMetadata {
  const shape = readShape(json.shape, "shape", 0);
  const grid = asObject(json.chunk_grid, "chunk_grid");
  const { chunk_shape } = asObject(grid.configuration, "chunk_grid.configuration");
  if (grid.name !== "regular") throw wrong("chunk_grid", grid.name, "regular");
  const encoding = asObject(json.chunk_key_encoding, "chunk_key_encoding");
  const isV2Key = encoding.name === "v2";
  const configuration = asObject(encoding.configuration ?? {}, "chunk_key_encoding.configuration");
  const separator = readSeparator(configuration.separator ?? (isV2Key ? "." : "/"));
  const type = readType(json.data_type);
  const chunkShape = readShape(chunk_shape, "chunk_shape", 1);
  checkAxes(shape, chunkShape);
  return {
    kind: "array",
    attributes,
    type,
    shape,
    chunk: readCoding(json.codecs, { shape: chunkShape, type }),
    fill: json.fill_value,
    keyOf: (place) =>
      isV2Key
        ? `/${place.length === 0 ? "0" : place.join(separator)}`
        : `/${["c", ...place].join(separator)}`,
  };
}

/** The codecs of Zarr v3: at first the items become bytes, or chunks of a shard, and then these are packed. */
function readCoding(
  codecs: unknown,
  { shape, type, isInner = false }: {
    readonly shape: readonly number[];
    readonly type: ReadType;
    /** Whether the chunks are those of a shard, which are no shards themselves. */
    readonly isInner?: boolean;
  },
): ChunkCoding {
  if (!Array.isArray(codecs)) throw wrong("codecs", codecs, "a list");
  const [first, ...others] = codecs.map((codec) => asObject(codec, "a codec"));
  const configuration = asObject(first?.configuration ?? {}, "configuration");
  const packings = others.map(({ name }) => readPacking(name)).toReversed();
  if (first?.name === "sharding_indexed" && !isInner) {
    const inner = readShape(configuration.chunk_shape, "chunk_shape", 1);
    checkAxes(shape, inner);
    if (shape.some((length, axis) => length % inner[axis]! !== 0)) {
      throw wrong("chunk_shape of a shard", inner, "a divisor of the shard's");
    }
    const { index_location = "end", index_codecs = INDEX_CODECS } = configuration;
    if (index_location !== "end") throw wrong("index_location", index_location, "end");
    checkIndexCodecs(index_codecs);
    const coding = readCoding(configuration.codecs, { shape: inner, type, isInner: true });
    return { shape, packings, isBigEndian: false, inner: coding };
  }
  const wanted = type === "string" ? "vlen-utf8" : "bytes";
  if (first?.name !== wanted) throw wrong("the first codec", first?.name, wanted);
  const { endian = "little" } = configuration;
  if (endian !== "little" && endian !== "big") throw wrong("endian", endian, "little or big");
  return { shape, packings, isBigEndian: endian === "big" };
}

/** How every program writes the index of a shard: as plain numbers with a checksum, so that its length is known. */
const INDEX_CODECS = [{ name: "bytes" }, { name: "crc32c" }];

function checkIndexCodecs(codecs: unknown): void {
  const names = Array.isArray(codecs) ? codecs.map((codec) => asObject(codec, "a codec").name) : [];
  const wanted = INDEX_CODECS.map(({ name }) => name);
  if (String(names) !== String(wanted)) throw wrong("index_codecs", names, wanted.join(", "));
}

/** The dtypes of Zarr v2 that there are in Zarr v3. */
const V2_TYPES: Readonly<Record<string, ReadType>> = {
  "|b1": "bool",
  "|i1": "int8",
  "|u1": "uint8",
  "<i2": "int16",
  "<u2": "uint16",
  "<i4": "int32",
  "<u4": "uint32",
  "<i8": "int64",
  "<u8": "uint64",
  "<f2": "float16",
  "<f4": "float32",
  "<f8": "float64",
  "|O": "string",
};

/**
 * Reads metadata of Zarr v2.
 *
 * @throws {Error} With what was found and expected.
 */
export function parseArrayV2(json: Json, attributes: Json): ArrayMetadata {
  const dtype = String(json.dtype);
  const isBigEndian = dtype.startsWith(">");
  const known = isBigEndian ? `<${dtype.slice(1)}` : dtype;
  const type = Object.hasOwn(V2_TYPES, known) ? V2_TYPES[known] : undefined;
  if (type === undefined) throw wrong("dtype", json.dtype, Object.keys(V2_TYPES).join(", "));
  const shape = readShape(json.shape, "shape", 0);
  const chunkShape = readShape(json.chunks, "chunks", 1);
  checkAxes(shape, chunkShape);
  if (json.order !== "C" && shape.length > 1) throw wrong("order", json.order, "C");
  const filters = Array.isArray(json.filters) ? json.filters : [];
  const [name, another] = filters.map((filter) => asObject(filter, "a filter").id);
  const wanted = type === "string" ? "vlen-utf8" : undefined;
  if (name !== wanted || another !== undefined) throw wrong("filters", name, wanted ?? "none");
  const { compressor } = json;
  const separator = readSeparator(json.dimension_separator ?? ".");
  return {
    kind: "array",
    attributes,
    type,
    shape,
    chunk: {
      shape: chunkShape,
      packings: compressor == null ? [] : [readPacking(asObject(compressor, "compressor").id)],
      isBigEndian,
    },
    fill: json.fill_value,
    keyOf: (place) => `/${place.length === 0 ? "0" : place.join(separator)}`,
  };
}

function readType(type: unknown): ReadType {
  if (type === "string") return type;
  if (typeof type === "string" && Object.hasOwn(READ_TYPES, type)) {
    return type as keyof typeof READ_TYPES;
  }
  throw wrong("data_type", type, [...Object.keys(READ_TYPES), "string"].join(", "));
}

const PACKINGS: readonly Packing[] = ["gzip", "zlib", "zstd", "blosc", "crc32c"];

function readPacking(name: unknown): Packing {
  const known = PACKINGS.find((packing) => name === packing || name === `numcodecs.${packing}`);
  if (known === undefined) throw wrong("a codec", name, PACKINGS.join(", "));
  return known;
}

function readSeparator(separator: unknown): string {
  if (separator === "/" || separator === ".") return separator;
  throw wrong("separator", separator, "/ or .");
}

function readShape(value: unknown, name: string, least: number): number[] {
  const isShape = Array.isArray(value) && value.length <= MOST_AXES &&
    value.every((length) => Number.isSafeInteger(length) && length >= least);
  if (!isShape) throw wrong(name, value, `up to ${MOST_AXES} integers >= ${least}`);
  const items = value.reduce((product, length) => product * length, 1);
  const most = least === 0 ? MOST_ITEMS : MOST_CHUNK_ITEMS;
  if (items > most) throw wrong(`items of ${name}`, items, `at most ${most}`);
  return value;
}

function checkAxes(shape: readonly number[], chunkShape: readonly number[]): void {
  if (shape.length === chunkShape.length) return;
  throw wrong("axes of a chunk", chunkShape.length, `${shape.length}`);
}

/** The value as an object, or an error. */
export function asObject(value: unknown, name: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw wrong(name, value, "an object");
}

function wrong(name: string, found: unknown, expected: string): Error {
  return new Error(`${name} is ${showValue(found)}, expected ${expected}`);
}
