/**
 * What tf.js saves, and what tensorflowjs_converter makes of models of Keras: `model.json` and files of weights.
 *
 * @module
 */

import { arrayOf, object } from "../../base/fields.ts";
import { integer, number, oneOf, optional, readValue, text } from "../../base/field.ts";
import { concatenateAll } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { ForeignNetwork } from "../network.ts";
import {
  checkFinite,
  countValues,
  decodeFloats,
  type Tensor,
  type TensorPlace,
} from "../tensor.ts";
import { assembleKeras, findByPath, inFile } from "./assemble.ts";
import { readKerasConfig, readKerasLoss } from "./config.ts";

/** Opens a file of weights by the name that `model.json` has for it, without any folder. */
export type OpenShard = (name: string) => Promise<ByteSource>;

/** Bytes of one value of each type that weights may have; those of integers are quantised. */
const VALUE_BYTES = { float32: 4, float16: 2, uint16: 2, uint8: 1 } as const;

const MANIFEST = arrayOf(
  object({
    paths: arrayOf(text, { items: "paths" }),
    weights: arrayOf(
      object({
        name: text,
        shape: arrayOf(integer(0), { most: 8, items: "axes" }),
        dtype: text,
        quantization: optional(object({
          dtype: oneOf("uint8", "uint16", "float16"),
          scale: optional(number),
          min: optional(number),
        }, { others: "leave out" })),
      }, { others: "leave out" }),
      { items: "weights" },
    ),
  }, { others: "leave out" }),
  { items: "groups" },
);

type Group = ReturnType<typeof MANIFEST.read>[number];
type Entry = Group["weights"][number];

/**
 * Reads a model of tf.js' layers format that another program saved.
 *
 * @param content The JSON of `model.json`.
 * @param options Its name, and how its files of weights are opened.
 * @returns The network.
 * @throws {FormatError} If it is damaged, has layers that this package lacks, or is a graph of operations.
 */
export async function readTfjsNetwork(
  content: unknown,
  { file, openShard }: { readonly file: string; readonly openShard: OpenShard },
): Promise<ForeignNetwork> {
  const { format, generatedBy, convertedBy, modelTopology, weightsManifest, trainingConfig } =
    Object(content);
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read Keras model: ${found}`, { file });
  };
  if (format === "graph-model" || modelTopology === undefined) {
    fail("it has no layers, expected tf.js' layers format: convert it from Keras again as layers");
  }
  const model = inFile(file, () => readKerasConfig(modelTopology));
  const groups = readValue(weightsManifest, MANIFEST, { place: "weightsManifest", fail });
  const tensors: Tensor[] = [];
  for (const group of groups) tensors.push(...await readGroup(group, openShard, fail));
  const programs = [generatedBy, convertedBy].filter((name) => typeof name === "string")
    .map((name: string) => name.slice(0, 60));
  return assembleKeras(model, {
    find: findByPath(tensors),
    origin: `tf.js layers by ${programs.join(" and ") || "an unnamed program"}`,
    loss: readKerasLoss(trainingConfig ?? Object(modelTopology).training_config),
    file,
  });
}

async function readGroup(
  { paths, weights }: Group,
  openShard: OpenShard,
  fail: (found: string) => never,
): Promise<Tensor[]> {
  const sizes = weights.map((entry) => (countValues(entry.shape) ?? NaN) * bytesOf(entry, fail));
  const wanted = sizes.reduce((sum, size) => sum + size, 0);
  const pieces = [];
  let size = 0;
  for (const path of paths) {
    // Only a name: a path could lead anywhere.
    if (!/^[^/\\]+$/.test(path) || path === "..") {
      fail(`it names the file ${path.slice(0, 80)}, expected one beside it`);
    }
    const source = await openShard(path);
    try {
      size += source.size;
      if (size > wanted) break;
      pieces.push(await source.read(0, source.size));
    } finally {
      source.close();
    }
  }
  if (size !== wanted) {
    fail(`its weights have ${size} bytes in ${paths.join(", ").slice(0, 100)}, expected ${wanted}`);
  }
  const bytes = concatenateAll(pieces);
  let offset = 0;
  return weights.map((entry, i): Tensor => {
    const own = bytes.slice(offset, offset += sizes[i]!);
    const place = { action: "read Keras model", name: entry.name, file: paths[0] ?? "" };
    const values = decode(own, entry, place);
    checkFinite(values, place);
    return { name: entry.name, shape: entry.shape, values };
  });
}

function bytesOf({ name, dtype, quantization }: Entry, fail: (found: string) => never): number {
  const stored = quantization?.dtype ?? dtype;
  const isInteger = stored === "uint8" || stored === "uint16";
  if (isInteger && (quantization?.scale === undefined || quantization.min === undefined)) {
    fail(`"${name}" is ${stored} without scale, expected quantised or floating-point weights`);
  }
  if (Object.hasOwn(VALUE_BYTES, stored)) return VALUE_BYTES[stored as keyof typeof VALUE_BYTES];
  return fail(`"${name}" is ${stored.slice(0, 30)}, expected float32`);
}

function decode(
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, quantization }: Entry,
  place: TensorPlace,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stored = quantization?.dtype ?? dtype;
  const { scale = 1, min = 0 } = quantization ?? {};
  switch (stored) {
    case "uint8":
      return Float32Array.from(bytes, (value) => value * scale + min);
    case "uint16":
      return Float32Array.from(
        { length: bytes.length / 2 },
        (_, i) => view.getUint16(2 * i, true) * scale + min,
      );
    case "float16":
      return decodeFloats(bytes, "F16", place);
    default:
      return decodeFloats(bytes, "F32", place);
  }
}
