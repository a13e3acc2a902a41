/**
 * Files of models of any kind that is read, told apart by their content.
 *
 * @module
 */

import { parseJson } from "../base/parse_json.ts";
import { ContractError, FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { loadModel } from "../model/save_load.ts";
import type { ModelSpec } from "../model/spec.ts";
import { readTfjsNetwork } from "./keras/read_tfjs.ts";
import { readKerasHdf5, readKerasZip } from "./keras/read_hdf5.ts";
import { takeWeights, type WeightLayout } from "./named_weights.ts";
import type { OnnxChainOptions } from "./onnx/read_graph.ts";
import { refuseForeign } from "./_foreign_model.ts";
import { type ReadModel, readOnnx } from "./read_onnx.ts";
import { readSafetensorsHeader, readTensors } from "./safetensors.ts";
import { isOwnSafetensors, readSafetensorsModel } from "./safetensors_model.ts";

/** A kind of file that holds a model. */
export type ModelFileKind = "safetensors" | "onnx" | "keras" | "hdf5";

/** Options of {@linkcode readModelFile}. */
export interface ReadModelOptions extends OnnxChainOptions {
  /** The layers, for a file that holds weights alone. */
  readonly spec?: ModelSpec | undefined;
  /**
   * The layout of weights in such a file; see {@linkcode takeWeights}.
   *
   * @default {"keras"}
   */
  readonly layout?: WeightLayout | undefined;
  /**
   * Names of the tensors in such a file by this package's names.
   *
   * @default {as `takeWeights` finds them}
   */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/** Bytes at the start of a file by which its kind is told; the name of a zip file's first member is among them. */
const START_BYTES = 128;
/** Of safetensors, the header follows its length. */
const HEADER_PLACE = 8;
const BRACE = 0x7b;
/** How zip files begin, as those of Keras 3 are, and HDF5. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const HDF5 = [0x89, 0x48, 0x44, 0x46];
/** The first field of an ONNX file: the version of its form. */
const IR_VERSION_TAG = 0x08;
/** The kinds, for messages. */
const KINDS = "safetensors, ONNX, .keras or .h5";
/** The longest `model.json` that is read. */
const MOST_JSON_BYTES = 64 * 2 ** 20;

/**
 * Tells the kind of a model's file by its first bytes.
 *
 * @param source The file.
 * @returns The kind; `undefined` if no kind that is known begins so.
 */
export async function detectModelFile(source: ByteSource): Promise<ModelFileKind | undefined> {
  const start = await readStart(source);
  if (start[HEADER_PLACE] === BRACE && start.subarray(5, 8).every((byte) => byte === 0)) {
    return "safetensors";
  }
  if (startsWith(start, ZIP)) return "keras";
  if (startsWith(start, HDF5)) return "hdf5";
  // The version is below 128, and the next field is a text or the graph.
  const isOnnx = start[0] === IR_VERSION_TAG && start[1]! > 0 && start[1]! < 64 &&
    [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42].includes(start[2] ?? 0);
  return isOnnx ? "onnx" : undefined;
}

/**
 * Reads a model from a file of any kind that this package knows.
 *
 * @param file The file.
 * @param options What the file may lack.
 * @returns A model of this package, or layers and weights of another program.
 * @throws {FormatError} If the file is damaged, of no kind that is known, or has layers that this package lacks.
 * @throws {ContractError} If weights do not fit the given layers, or layers are needed and not given.
 *
 * @example A file of this package
 * ```ts
 * import { modelToSafetensors, readModelFile } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { strictEqual } from "node:assert";
 *
 * const file = await modelToSafetensors(await loadStarter());
 * const { model } = await readModelFile(file);
 * strictEqual(model?.spec.name, "starter");
 * ```
 */
export async function readModelFile(
  file: BinarySource,
  options: ReadModelOptions = {},
): Promise<ReadModel> {
  using source = await openSource(file);
  if (source.size === 0) {
    throw new FormatError(
      `Cannot import model: the file has 0 bytes, expected ${KINDS}`,
      { file: source.name },
    );
  }
  refuseForeign(await readStart(source), source.name);
  switch (await detectModelFile(source)) {
    case "safetensors":
      return await readAnySafetensors(source, options);
    case "onnx":
      return await readOnnx(source, options);
    case "keras":
      return { network: await readKerasZip(source) };
    case "hdf5":
      return { network: await readKerasHdf5(source) };
    case undefined:
      throw new FormatError(
        `Cannot import model: the file is of no kind that is read, expected ${KINDS}`,
        { file: source.name },
      );
  }
}

async function readAnySafetensors(
  source: ByteSource,
  { spec, layout, names }: ReadModelOptions,
): Promise<ReadModel> {
  const header = await readSafetensorsHeader(source);
  if (isOwnSafetensors(header)) return { model: await readSafetensorsModel(source) };
  if (spec === undefined) {
    throw new ContractError(
      `Cannot import model: ${source.name} has weights and no layers, expected a spec of these`,
    );
  }
  const tensors = await readTensors(source, header);
  const weights = takeWeights(tensors, { spec, layout, names, file: source.name });
  const origin = `safetensors${describeFormat(header.metadata.get("format"))}`;
  return { network: { spec, weights, origin, notes: [] } };
}

function readStart(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, Math.min(START_BYTES, source.size));
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function describeFormat(format: string | undefined): string {
  return format === undefined ? "" : ` of format ${format.slice(0, 40)}`;
}

/**
 * Reads a model of tf.js' layers format: one that this package saved, one of plain tf.js, or what tensorflowjs_converter
 * made of a model of Keras.
 *
 * @param modelJson `model.json`.
 * @param openFile Opens a file beside it by its name, such as `group1-shard1of1.bin`. It is closed.
 * @returns A model of this package, or layers and weights of another program.
 * @throws {FormatError} If a file is damaged, or has layers that this package lacks.
 *
 * @example A model in memory
 * ```ts
 * import { readLayersModel } from "@waka/histone/exchange";
 * import { bytesSource } from "@waka/histone/io";
 * import { serializeModel } from "@waka/histone/model";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const starter = await loadStarter();
 * const { json, weights, panel } = await serializeModel(starter);
 * const files = new Map([["weights.bin", weights], ["panel.npz", panel!]]);
 * const { model } = await readLayersModel(
 *   new TextEncoder().encode(json),
 *   (name) => Promise.resolve(bytesSource(files.get(name)!, name)),
 * );
 * deepStrictEqual(model, starter);
 * ```
 */
export async function readLayersModel(
  modelJson: BinarySource,
  openFile: (name: string) => Promise<ByteSource>,
): Promise<ReadModel> {
  using json = await openSource(modelJson);
  const { name: file } = json;
  if (json.size > MOST_JSON_BYTES) {
    throw new FormatError(
      `Cannot import model: its JSON has ${json.size} bytes, expected at most ${MOST_JSON_BYTES}`,
      { file },
    );
  }
  if (json.size === 0) {
    throw new FormatError("Cannot import model: its JSON has 0 bytes, expected a model.json", {
      file,
    });
  }
  const text = new TextDecoder().decode(await json.read(0, json.size));
  let content: unknown;
  try {
    content = parseJson(text);
  } catch (cause) {
    throw new FormatError(`Cannot import model: not valid JSON: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
  const { histone } = Object(Object(content).userDefinedMetadata);
  if (histone === undefined) {
    return { network: await readTfjsNetwork(content, { file, openShard: openFile }) };
  }
  const weights = await openFile("weights.bin");
  try {
    const panel = Object(histone).panelSha256 === undefined
      ? undefined
      : await openFile("panel.npz");
    return { model: await loadModel({ json, weights, panel }) };
  } finally {
    weights.close();
  }
}
