/**
 * Trained models on disk, in tf.js' layers format: `model.json` and `weights.bin`. Plain tf.js loads them;
 * the model as plain data, its data record, its training settings and its gene effects lie in `userDefinedMetadata`.
 *
 * @module
 */

import { sha256 } from "../_bytes.ts";
import { showValue } from "../_show_value.ts";
import { FormatError, UnsupportedModelError } from "../errors.ts";
import type { ByteSource } from "../io/byte_source.ts";
import { openFile, pathOf, writeFileAtomic } from "../io/file.ts";
import { parseRecord } from "../record.ts";
import { metadataOf } from "./_foreign_model.ts";
import { checkWeights } from "./check_weights.ts";
import { encodeGeneEffects, parseGeneEffects } from "./gene_effects.ts";
import { layerNames } from "./layer_names.ts";
import { parseSpec } from "./parse_spec.ts";
import { sizeOf, weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";
import type { TrainedModel, TrainingConfig } from "./trained_model.ts";

const TOPOLOGY_FILE = "model.json";
const WEIGHTS_FILE = "weights.bin";
/** Room for the effects of a few hundred thousand genes. */
const MAX_JSON_BYTES = 16 * 2 ** 20;
const FORMAT_VERSION = 1;

/** One weight as tf.js' manifest lists it. */
interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32";
}

/** The two files of a saved model. */
export interface SerializedModel {
  /** Content of `model.json`. */
  readonly json: string;
  /** Content of `weights.bin`: float32, little-endian, in the order of `weightShapes(spec)`. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/**
 * Turns a trained model into the two files of tf.js' layers format. Loads tf.js, which writes the topology.
 *
 * @param trained The model.
 * @throws {UnsupportedModelError} If its spec is invalid.
 * @throws {ContractError} If its weights do not fit the spec.
 * @throws {TypeError} If its data record or training settings could not be loaded again.
 * @throws {RangeError} If it has gene effects of more genes than a model file holds.
 */
export async function serializeModel(trained: TrainedModel): Promise<SerializedModel> {
  checkLoadable(trained);
  const { assembleModel } = await import("./build_model.ts");
  const model = assembleModel(trained.spec, trained.weights);
  const modelTopology: unknown = model.toJSON(null, false);
  model.dispose();
  const { spec, record, training } = trained;
  const geneEffects = trained.geneEffects && encodeGeneEffects(trained.geneEffects);
  const weights = packWeights(trained.weights);
  // Ties the two files together: one of them may be from another time, or damaged.
  const weightsSha256 = (await sha256(weights)).toHex();
  const json = {
    format: "layers-model",
    generatedBy: "@waka/histone",
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: manifest(spec) }],
    userDefinedMetadata: {
      histone: { version: FORMAT_VERSION, spec, record, training, geneEffects, weightsSha256 },
    },
  };
  const text = JSON.stringify(json, null, 1) + "\n";
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_JSON_BYTES) {
    throw new RangeError(
      `Cannot save model: its JSON has ${bytes} bytes, expected at most ${MAX_JSON_BYTES}`,
    );
  }
  return { json: text, weights };
}

/**
 * Saves a model as `model.json` and `weights.bin` in a directory, each whole or not at all.
 *
 * @param trained The model.
 * @param directory Where; created if need be.
 * @throws {WriteError} If it cannot be written.
 * @throws As {@linkcode serializeModel} does.
 */
export async function saveModel(trained: TrainedModel, directory: string | URL): Promise<void> {
  const path = pathOf(directory);
  const { json, weights } = await serializeModel(trained);
  await writeFileAtomic(`${path}/${WEIGHTS_FILE}`, weights);
  await writeFileAtomic(`${path}/${TOPOLOGY_FILE}`, json);
}

/**
 * Loads a model that {@linkcode saveModel} wrote. tf.js is not needed: layers and shapes come from the
 * plain-data model inside.
 *
 * @param directory Directory of `model.json` and `weights.bin`, or the two as sources.
 * @throws {FormatError} If a file is damaged, or was not written by this package.
 */
export async function loadModel(
  directory: string | URL | { readonly json: ByteSource; readonly weights: ByteSource },
): Promise<TrainedModel> {
  if (typeof directory !== "string" && !(directory instanceof URL)) {
    return await readModel(directory.json, directory.weights);
  }
  const path = pathOf(directory);
  const json = await openFile(`${path}/${TOPOLOGY_FILE}`);
  try {
    // Another program's model may have its weights in files of other names.
    metadataOf(await readJson(json), json.name);
    const weights = await openFile(`${path}/${WEIGHTS_FILE}`);
    try {
      return await readModel(json, weights);
    } finally {
      weights.close();
    }
  } finally {
    json.close();
  }
}

/** What cannot be loaded must not be saved: a caller without types may have trained with anything. */
function checkLoadable({ spec, weights, record, training }: TrainedModel): void {
  checkWeights(parseSpec(spec), weights);
  try {
    const plain = JSON.parse(JSON.stringify({ record, training }));
    parseRecord(plain.record, "record");
    readTraining(plain.training, "training");
  } catch (cause) {
    throw new TypeError(`Cannot save model: ${(cause as Error).message}`, { cause });
  }
}

async function readModel(json: ByteSource, weights: ByteSource): Promise<TrainedModel> {
  const file = json.name;
  const content = await readJson(json) as Record<string, unknown> | null;
  const histone = metadataOf(content, file);
  if (histone.version !== FORMAT_VERSION) {
    throw new FormatError(
      `Cannot load model: its format version is ${
        showValue(histone.version)
      }, expected ${FORMAT_VERSION}`,
      { file },
    );
  }
  const spec = readSpec(histone.spec, file);
  const record = parseRecord(histone.record, file);
  const training = readTraining(histone.training, file);
  checkManifest(content?.weightsManifest, spec, file);
  const geneEffects = histone.geneEffects === undefined
    ? undefined
    : parseGeneEffects(histone.geneEffects, file);
  const digest = histone.weightsSha256;
  const model = { spec, weights: await readWeights(weights, { spec, digest }), record, training };
  return geneEffects === undefined ? model : { ...model, geneEffects };
}

async function readJson(source: ByteSource): Promise<unknown> {
  if (source.size > MAX_JSON_BYTES) {
    throw new FormatError(
      `Cannot load model: its JSON has ${source.size} bytes, expected at most ${MAX_JSON_BYTES}`,
      { file: source.name },
    );
  }
  const text = new TextDecoder().decode(await source.read(0, source.size));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError("Cannot load model: not valid JSON", { file: source.name, cause });
  }
}

function readSpec(value: unknown, file: string): ModelSpec {
  try {
    return parseSpec(value);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new FormatError(cause.message, { file, cause });
  }
}

function readTraining(value: unknown, file: string): TrainingConfig {
  const { engine, seed, epochs, batchSize, learningRate, samples } = Object(value);
  const numbers = { seed, epochs, batchSize, learningRate, samples };
  const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  const sound = {
    seed: isCount(seed, 0),
    epochs: isCount(epochs, 0),
    batchSize: isCount(batchSize, 1),
    learningRate: Number.isFinite(learningRate) && learningRate > 0,
    samples: isCount(samples, 0),
  };
  const bad = Object.entries(sound).find(([, isSound]) => !isSound);
  if (bad !== undefined || typeof engine !== "string") {
    throw new FormatError(
      `Cannot load model: training.${bad?.[0] ?? "engine"} is missing or wrong`,
      { file },
    );
  }
  return { engine, ...numbers };
}

function manifest(spec: ModelSpec): ManifestEntry[] {
  const names = layerNames(spec);
  return weightShapes(spec).map(({ layer, name, shape }) => ({
    name: `${names[layer]}/${name}`,
    shape,
    dtype: "float32",
  }));
}

function checkManifest(found: unknown, spec: ModelSpec, file: string): void {
  const wanted = [{ paths: [WEIGHTS_FILE], weights: manifest(spec) }];
  if (!equalsPlainData(found, wanted)) {
    throw new FormatError("Cannot load model: its weights do not fit its layers", { file });
  }
}

/** Whether a value from outside equals one of ours; looks no deeper than ours is. */
function equalsPlainData(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return false;
  if (Array.isArray(found) !== Array.isArray(wanted)) return false;
  const entries = Object.entries(wanted);
  return Object.keys(found).length === entries.length &&
    entries.every(([key, value]) =>
      equalsPlainData((found as Record<string, unknown>)[key], value)
    );
}

function packWeights(weights: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const size = weights.reduce((sum, { length }) => sum + length, 0);
  const view = new DataView(new ArrayBuffer(size * 4));
  let offset = 0;
  for (const values of weights) {
    for (const value of values) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

async function readWeights(
  source: ByteSource,
  { spec, digest }: { readonly spec: ModelSpec; readonly digest: unknown },
): Promise<Float32Array<ArrayBuffer>[]> {
  const sizes = weightShapes(spec).map(({ shape }) => sizeOf(shape));
  const expected = 4 * sizes.reduce((sum, size) => sum + size, 0);
  if (source.size !== expected) {
    throw new FormatError(
      `Cannot load model: the weights have ${source.size} bytes, expected ${expected}`,
      { file: source.name },
    );
  }
  const bytes = await source.read(0, expected);
  const arrays = unpackWeights(bytes, { sizes, file: source.name });
  // Files that were written before there was a digest have none.
  if (digest !== undefined && (await sha256(bytes)).toHex() !== digest) {
    throw new FormatError(
      "Cannot load model: the weights are not those that its model.json was saved with",
      { file: source.name },
    );
  }
  return arrays;
}

function unpackWeights(
  bytes: Uint8Array<ArrayBuffer>,
  { sizes, file }: { readonly sizes: readonly number[]; readonly file: string },
): Float32Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  return sizes.map((size) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++, offset += 4) {
      values[i] = view.getFloat32(offset, true);
      if (!Number.isFinite(values[i])) {
        throw new FormatError(`Cannot load model: a weight is ${values[i]}`, {
          file,
          byteOffset: offset,
        });
      }
    }
    return values;
  });
}
