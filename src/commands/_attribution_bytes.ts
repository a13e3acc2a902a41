/**
 * Attributions of a block of samples as bytes, in which a stopped command keeps them: a line, then the arrays one after the
 * other, in the machine's byte order. The line has the CRC-32 of all that follows it, and as JSON what the arrays are and a
 * digest of all that they depend on.
 */

import { type Bytes, concatenate, concatenateAll } from "../base/bytes.ts";
import { freeArray } from "../base/free.ts";
import { crc32 } from "../base/crc32.ts";
import { integer, oneOf, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { readJsonHeader } from "../base/json_header.ts";
import type { Attributions, InputAttributions } from "../explain/types.ts";

/** Changes whenever the bytes change their meaning. */
const VERSION = 1;
const LINE_FEED = 10;
/** No header is nearly as long. */
const LONGEST_HEADER_BYTES = 1 << 14;

/** Which block of which work it is. */
export interface BlockOrigin {
  /** Digest of the settings, data and models. */
  readonly plan: string;
  /** Number of the block, from 0. */
  readonly block: number;
}

/** What is kept of the attributions of a block. */
export type AttributionBlock = Pick<
  Attributions,
  "rows" | "predictions" | "baselinePredictions" | "completenessErrors" | "inputs"
>;

/** Arrays of a block by the names under which they are kept. */
type Arrays = Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;

const HEADER = object({
  version: integer(1),
  plan: text,
  block: integer(0),
  shapes: arrayOf(object({ name: text, shape: arrayOf(integer(0)) })),
  arrays: arrayOf(object({ name: text, type: oneOf("float32", "uint32"), length: integer(0) })),
  endian: text,
});

/** The optional arrays of an input. */
const PARTS = ["values", "standardDeviations", "qValues"] as const;

/** Encodes the attributions of a block. */
export function encodeBlock(block: AttributionBlock, { plan, block: number }: BlockOrigin): Bytes {
  const arrays = arraysOf(block);
  const bytes = Object.values(arrays).map(({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  );
  const header = {
    version: VERSION,
    plan,
    block: number,
    shapes: Object.entries(block.inputs).map(([name, { shape }]) => ({ name, shape })),
    arrays: Object.entries(arrays).map(([name, array]) => ({
      name,
      type: array instanceof Uint32Array ? "uint32" : "float32",
      length: array.length,
    })),
    endian: ENDIAN,
  };
  const content = concatenateAll([
    new TextEncoder().encode(`${JSON.stringify(header)}\n`),
    ...bytes,
  ]);
  const check = new TextEncoder().encode(`${crc32(content, 0).toString(16).padStart(8, "0")}\n`);
  return concatenate(check, content);
}

/** Digits and line end of the CRC-32. */
const CHECK_BYTES = 9;

const ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

function arraysOf(
  { rows, predictions, baselinePredictions, completenessErrors, inputs }: AttributionBlock,
): Arrays {
  const arrays: Arrays = {
    rows,
    predictions,
    ...(baselinePredictions && { baselinePredictions }),
    ...(completenessErrors && { completenessErrors }),
  };
  for (const [name, input] of Object.entries(inputs)) {
    for (const part of PARTS) {
      const array = input[part];
      if (array !== undefined) arrays[`${name}.${part}`] = array;
    }
  }
  return arrays;
}

/** Decodes the attributions of a block; `undefined` if the bytes are damaged, cut short, or of another origin. */
export function decodeBlock(
  bytes: Bytes,
  { plan, block }: BlockOrigin,
): AttributionBlock | undefined {
  const content = bytes.subarray(CHECK_BYTES);
  const check = new TextDecoder().decode(bytes.subarray(0, CHECK_BYTES));
  if (check !== `${crc32(content, 0).toString(16).padStart(8, "0")}\n`) return undefined;
  const end = content.subarray(0, LONGEST_HEADER_BYTES).indexOf(LINE_FEED);
  const header = end < 0 ? undefined : readJsonHeader(content.subarray(0, end), HEADER);
  if (
    header?.version !== VERSION || header.plan !== plan || header.block !== block ||
    header.endian !== ENDIAN
  ) {
    return undefined;
  }
  const length = header.arrays.reduce((sum, array) => sum + 4 * array.length, 0);
  if (content.length !== end + 1 + length) return undefined;
  let offset = CHECK_BYTES + end + 1;
  const arrays = new Map(header.arrays.map(({ name, type, length }) => {
    const { buffer } = bytes.slice(offset, offset += 4 * length);
    return [name, type === "uint32" ? new Uint32Array(buffer) : new Float32Array(buffer)];
  }));
  return blockOf(arrays, header.shapes);
}

function blockOf(
  arrays: ReadonlyMap<string, Arrays[string]>,
  shapes: readonly { readonly name: string; readonly shape: readonly number[] }[],
): AttributionBlock {
  const floats = (name: string) => arrays.get(name) as Float32Array<ArrayBuffer> | undefined;
  const inputs = shapes.map(({ name, shape }): [string, InputAttributions] => [name, {
    shape,
    values: floats(`${name}.values`)!,
    standardDeviations: floats(`${name}.standardDeviations`),
    qValues: floats(`${name}.qValues`),
  }]);
  return {
    rows: arrays.get("rows") as Uint32Array<ArrayBuffer>,
    predictions: floats("predictions")!,
    baselinePredictions: floats("baselinePredictions"),
    completenessErrors: floats("completenessErrors"),
    inputs: Object.fromEntries(inputs),
  };
}

/** Gives back the memory of a block, which is not used any more. */
export function freeBlock(block: AttributionBlock): void {
  for (const array of Object.values(arraysOf(block))) freeArray(array);
}
