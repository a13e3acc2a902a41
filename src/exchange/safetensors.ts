/**
 * The safetensors format: the length of a header in 8 bytes, the header, which is JSON, and the values of all tensors
 * without gaps. The header has `dtype`, `shape` and `data_offsets` by the tensor's name, and texts under
 * `__metadata__`.
 *
 * @module
 */

import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { type Field, integer, oneOf, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { parseJson } from "../base/parse_json.ts";
import { FormatError } from "../errors.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { countValues, decodeFloats, DTYPE_BYTES, isFloatType, type Tensor } from "./tensor.ts";

/** The longest header that is read; the longest of a model of this package is half as long. */
const MOST_HEADER_BYTES = 64 * 2 ** 20;
const LENGTH_BYTES = 8;
/** The data begin at a multiple of it, so that arrays can be mapped into memory. */
const ALIGNMENT = 8;
const BLANK = 32;

/** The bytes of one value of each type that is known. */
const VALUE_BYTES: Readonly<Record<string, number>> = {
  F64: DTYPE_BYTES.F64,
  F32: DTYPE_BYTES.F32,
  F16: DTYPE_BYTES.F16,
  BF16: DTYPE_BYTES.BF16,
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  U32: 4,
  I32: 4,
  U64: 8,
  I64: 8,
};

/** One tensor as the header lists it. */
export interface TensorEntry {
  /** Its name. */
  readonly name: string;
  /** The type of its values, such as `F32`. */
  readonly dtype: string;
  /** The extent of each axis. */
  readonly shape: readonly number[];
  /** Where its first byte is in the file. */
  readonly offset: number;
  /** How many bytes it has. */
  readonly length: number;
}

/** What the header of a file says. */
export interface SafetensorsHeader {
  /** In the order of their values in the file. */
  readonly tensors: readonly TensorEntry[];
  /** Texts by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

const ENTRY = object({
  dtype: oneOf(...Object.keys(VALUE_BYTES)),
  shape: arrayOf(integer(0), { most: 8, items: "axes" }),
  data_offsets: arrayOf(integer(0), { least: 2, most: 2, items: "offsets" }),
});

/** An object of texts. */
const METADATA: Field<ReadonlyMap<string, string>> = {
  wanted: "an object of texts",
  read(value, place) {
    object({}, { others: "leave out" }).read(value, place);
    return new Map(
      Object.entries(Object(value)).map(([name, each]) =>
        [name, text.read(each, `${place}.${name.slice(0, 50)}`)] as const
      ),
    );
  },
};

/**
 * Reads the header of a safetensors file, and checks that its tensors fill the file without gaps.
 *
 * @param file The file; a `Response` can be read once only, so open it first for a later {@linkcode readTensors}.
 * @returns Its tensors and metadata.
 * @throws {FormatError} If the header is damaged, or tensors overlap, leave gaps or end outside the file.
 *
 * @example The tensors of a model
 * ```ts
 * import { modelToSafetensors, readSafetensorsHeader } from "@waka/histone/exchange";
 * import { bytesSource } from "@waka/histone/io";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const file = bytesSource(await modelToSafetensors(await loadStarter()), "starter.safetensors");
 * const { tensors } = await readSafetensorsHeader(file);
 * deepStrictEqual(tensors.map(({ dtype }) => dtype).filter((dtype) => dtype !== "F32"), ["U8"]);
 * ```
 */
export async function readSafetensorsHeader(file: BinarySource): Promise<SafetensorsHeader> {
  using source = await openSource(file);
  const fail = failIn(source.name);
  if (source.size < LENGTH_BYTES) fail(`it has ${source.size} bytes, expected 8 or more`);
  const start = await source.read(0, LENGTH_BYTES);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  const most = Math.min(MOST_HEADER_BYTES, source.size - LENGTH_BYTES);
  if (length > most) fail(`its header has ${length} bytes, expected at most ${most}`);
  const header = parseHeader(await source.read(LENGTH_BYTES, length), fail);
  const { __metadata__: found = {}, ...entries } = header;
  const metadata = readValue(found, METADATA, { place: "__metadata__", fail });
  const first = LENGTH_BYTES + length;
  const tensors = Object.entries(entries).map(([name, entry]) =>
    readEntry(name, { entry, first, fail })
  );
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let end = first;
  for (const { name, offset, length } of tensors) {
    if (offset !== end) {
      fail(`"${name}" begins at byte ${offset}, expected ${end}, where the tensor before it ends`);
    }
    end += length;
  }
  if (end !== source.size) fail(`its tensors end at byte ${end}, expected ${source.size}`);
  return { tensors, metadata };
}

type Fail = (found: string) => never;

function failIn(file: string): Fail {
  return (found) => {
    throw new FormatError(`Cannot read safetensors: ${found}`, { file });
  };
}

function parseHeader(bytes: Bytes, fail: Fail): Record<string, unknown> {
  try {
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    fail(`its header is not JSON: ${(error as Error).message}`);
  }
  return fail("its header is no object, expected one of tensors by name");
}

function readEntry(
  name: string,
  { entry, first, fail }: {
    readonly entry: unknown;
    readonly first: number;
    readonly fail: Fail;
  },
): TensorEntry {
  const { dtype, shape, data_offsets } = readValue(entry, ENTRY, {
    place: name.slice(0, 100),
    fail,
  });
  const [begin, end] = data_offsets as [number, number];
  const values = countValues(shape);
  const bytes = values === undefined ? NaN : values * VALUE_BYTES[dtype]!;
  if (end - begin !== bytes) {
    fail(
      `"${name}" has ${end - begin} bytes, expected ${bytes} for ${dtype} [${shape.join(", ")}]`,
    );
  }
  return { name, dtype, shape, offset: first + begin, length: bytes };
}

/**
 * Reads tensors of a safetensors file as float32.
 *
 * @param file The file.
 * @param header Its header.
 * @param names Which of them; all whose type is F64, F32, F16 or BF16 by default. Others, such as counters, are left out.
 * @returns The tensors, in the order of the file.
 * @throws {FormatError} If one is not finite, or of another type although it is named.
 *
 * @example The weights of a model
 * ```ts
 * import { modelToSafetensors, readSafetensorsHeader, readTensors } from "@waka/histone/exchange";
 * import { bytesSource } from "@waka/histone/io";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const starter = await loadStarter();
 * const file = bytesSource(await modelToSafetensors(starter), "starter.safetensors");
 * const tensors = await readTensors(file, await readSafetensorsHeader(file));
 * deepStrictEqual(tensors.map(({ values }) => values), starter.weights);
 * ```
 */
export async function readTensors(
  file: BinarySource,
  { tensors }: SafetensorsHeader,
  names?: ReadonlySet<string>,
): Promise<Tensor[]> {
  using source = await openSource(file);
  const read: Tensor[] = [];
  for (const { name, dtype, shape, offset, length } of tensors) {
    if (names !== undefined && !names.has(name)) continue;
    if (!isFloatType(dtype)) {
      if (names === undefined) continue;
      throw new FormatError(
        `Cannot read safetensors: "${name}" is ${dtype}, expected F64, F32, F16 or BF16`,
        { file: source.name },
      );
    }
    const bytes = await source.read(offset, length);
    const place = { action: "read safetensors", name, file: source.name };
    read.push({ name, shape, values: decodeFloats(bytes, dtype, place) });
  }
  return read;
}

/** A tensor to be written. */
export interface PlainTensor {
  /** Its name. */
  readonly name: string;
  /** `F32` or `U8`. */
  readonly dtype: "F32" | "U8";
  /** The extent of each axis. */
  readonly shape: readonly number[];
  /** Its values, little-endian. */
  readonly bytes: Uint8Array;
}

/**
 * Writes a safetensors file.
 *
 * @param tensors The tensors, in the order in which their values are written.
 * @param metadata Texts by name.
 * @returns The file.
 */
export function formatSafetensors(
  tensors: readonly PlainTensor[],
  metadata: Readonly<Record<string, string>>,
): Bytes {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT).fill(BLANK);
  padded.set(json);
  const length = new Uint8Array(BigUint64Array.of(BigInt(padded.length)).buffer);
  return concatenateAll([length, padded, ...tensors.map(({ bytes }) => bytes)]);
}
