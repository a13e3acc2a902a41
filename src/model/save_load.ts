/**
 * Trained models on disk, in tf.js' layers format: `model.json` and `weights.bin`. Plain tf.js loads them;
 * the model as plain data, its data record, its training settings and its gene effects lie in `userDefinedMetadata`.
 * There, too, are the digests that seal both files: what was damaged or edited does not load.
 *
 * @module
 */

import { sha256 } from "../base/bytes.ts";
import { type Field, integer, numberWithin, optional, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { showValue } from "../base/show_value.ts";
import { FormatError, UnsupportedModelError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openFile, pathOf, writeFileAtomic } from "../files/file.ts";
import { parseRecord } from "../record.ts";
import { metadataOf } from "./_foreign_model.ts";
import { checkWeights } from "./check_weights.ts";
import { describeInputs } from "./_describe_input.ts";
import { encodeGeneEffects, parseGeneEffects } from "./gene_effects.ts";
import { parseSpec } from "./parse_spec.ts";
import { digestJson } from "./seal.ts";
import { isBranched, type ModelSpec } from "./spec.ts";
import { findContradiction } from "./_topology.ts";
import { type TrainedModel, type TrainingConfig, withInputRecord } from "./trained_model.ts";
import {
  checkManifest,
  packWeights,
  readWeights,
  WEIGHTS_FILE,
  weightsManifest,
} from "./_weights_file.ts";

const TOPOLOGY_FILE = "model.json";
/** Room for the effects of a few hundred thousand genes. */
const MAX_JSON_BYTES = 16 * 2 ** 20;
/**
 * Version of a sequential model, which earlier releases load too. Version 1 had no digest of its own; a file of it cannot be
 * told from one whose digest was taken away.
 */
const SEQUENTIAL_VERSION = 2;
/** Version of a model with branches, which earlier releases refuse by it. */
const BRANCHED_VERSION = 3;

const TRAINING: Field<TrainingConfig> = object({
  engine: text,
  arithmetic: optional(arrayOf(text, { items: "texts" })),
  seed: integer(0),
  epochs: integer(0),
  batchSize: integer(1),
  learningRate: numberWithin({ above: 0 }),
  samples: integer(0),
}, { others: "leave out" });

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
 * @returns The text of `model.json` and the bytes of `weights.bin`.
 * @throws {UnsupportedModelError} If its spec is invalid.
 * @throws {ContractError} If its weights do not fit the spec.
 * @throws {TypeError} If its data record or training settings could not be loaded again.
 * @throws {RangeError} If it has gene effects of more genes than a model file holds.
 *
 * @example The bytes of a model's weights
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { countParameters, serializeModel } from "@waka/histone/model";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const { json, weights } = await serializeModel(model);
 * strictEqual(weights.length, 4 * countParameters(model.spec));
 * strictEqual(JSON.parse(json).format, "layers-model");
 * ```
 */
export async function serializeModel(trained: TrainedModel): Promise<SerializedModel> {
  checkLoadable(trained);
  const { assembleModel } = await import("./tfjs/build_model.ts");
  const model = assembleModel(trained.spec, trained.weights);
  const modelTopology: unknown = model.toJSON(null, false);
  model.dispose();
  const { spec, record, training } = trained;
  const geneEffects = trained.geneEffects && encodeGeneEffects(trained.geneEffects);
  const weights = packWeights(trained.weights);
  // Ties the two files together: one of them may be from another time, or damaged.
  const weightsSha256 = (await sha256(weights)).toHex();
  const json = await seal({
    format: "layers-model",
    generatedBy: "@waka/histone",
    convertedBy: null,
    modelTopology,
    weightsManifest: weightsManifest(spec),
    userDefinedMetadata: {
      // For programs without this package; nothing here reads it.
      ...describeInputs(trained),
      histone: {
        version: isBranched(spec) ? BRANCHED_VERSION : SEQUENTIAL_VERSION,
        spec,
        record,
        training,
        geneEffects,
        weightsSha256,
      },
    },
  });
  const bytes = new TextEncoder().encode(json).length;
  if (bytes > MAX_JSON_BYTES) {
    throw new RangeError(
      `Cannot save model: its JSON has ${bytes} bytes, expected at most ${MAX_JSON_BYTES}`,
    );
  }
  return { json, weights };
}

/** The text of a `model.json` that holds a digest of all the rest of it. */
async function seal(content: Readonly<Record<string, unknown>>): Promise<string> {
  const plain = JSON.parse(JSON.stringify(content));
  plain.userDefinedMetadata.histone.sha256 = await digestJson(plain);
  return JSON.stringify(plain, null, 1) + "\n";
}

/**
 * Saves a model as `model.json` and `weights.bin` in a directory, each whole or not at all.
 *
 * @param trained The model.
 * @param directory Where; created if need be.
 * @throws {WriteError} If it cannot be written.
 * @throws As {@linkcode serializeModel} does.
 *
 * @example A model is the same after saving and loading
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { loadModel, saveModel } from "@waka/histone/model";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const directory = await Deno.makeTempDir();
 * await saveModel(model, directory);
 * deepStrictEqual(await loadModel(directory), model);
 * await Deno.remove(directory, { recursive: true });
 * ```
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
 * @returns The model.
 * @throws {FormatError} If a file is damaged, or was not written by this package.
 *
 * @example A model from memory
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { bytesSource } from "@waka/histone/io";
 * import { loadModel, serializeModel } from "@waka/histone/model";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const { json, weights } = await serializeModel(model);
 * const loaded = await loadModel({
 *   json: bytesSource(new TextEncoder().encode(json), "model.json"),
 *   weights: bytesSource(weights, "weights.bin"),
 * });
 * deepStrictEqual(loaded, model);
 * ```
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
  checkVersion(histone.version, file);
  const spec = readSpec(histone.spec, file);
  const record = parseRecord(histone.record, file);
  const training = readTraining(histone.training, file);
  checkManifest(content?.weightsManifest, spec, file);
  const geneEffects = histone.geneEffects === undefined
    ? undefined
    : parseGeneEffects(histone.geneEffects, file);
  const contradiction = findContradiction(content?.modelTopology, spec);
  if (contradiction !== undefined) {
    throw new FormatError(
      `Cannot load model: its layers contradict its spec: ${contradiction}`,
      { file },
    );
  }
  const digest = await checkSeal(content, histone, file);
  const model = { spec, weights: await readWeights(weights, { spec, digest }), record, training };
  return withInputRecord(geneEffects === undefined ? model : { ...model, geneEffects });
}

function checkVersion(version: unknown, file: string): void {
  if (version === SEQUENTIAL_VERSION || version === BRANCHED_VERSION) return;
  throw new FormatError(
    `Cannot load model: its format version is ${
      showValue(version)
    }, expected ${SEQUENTIAL_VERSION} or ` +
      BRANCHED_VERSION +
      (version === 1 ? ": it has no digest to verify it by. Train it again" : ""),
    { file },
  );
}

/** Throws unless the content is what was saved; returns the digest of the weights that belong to it. */
async function checkSeal(
  content: unknown,
  histone: Readonly<Record<string, unknown>>,
  file: string,
): Promise<string> {
  const { sha256: found, ...sealed } = histone;
  for (
    const [name, digest] of Object.entries({ sha256: found, weightsSha256: sealed.weightsSha256 })
  ) {
    if (typeof digest === "string") continue;
    throw new FormatError(
      `Cannot load model: its digest ${name} is ${showValue(digest)}, so it cannot be verified`,
      { file },
    );
  }
  const { userDefinedMetadata, ...rest } = Object(content);
  const plain = { ...rest, userDefinedMetadata: { ...userDefinedMetadata, histone: sealed } };
  let wanted: string;
  try {
    wanted = await digestJson(plain);
  } catch (cause) {
    throw new FormatError("Cannot load model: its JSON is nested too deeply", { file, cause });
  }
  if (found !== wanted) {
    throw new FormatError(
      "Cannot load model: it is not as it was saved: its digest does not match, so it was damaged or edited",
      { file },
    );
  }
  return sealed.weightsSha256 as string;
}

async function readJson(source: ByteSource): Promise<unknown> {
  if (source.size > MAX_JSON_BYTES) {
    throw new FormatError(
      `Cannot load model: its JSON has ${source.size} bytes, expected at most ${MAX_JSON_BYTES}`,
      { file: source.name },
    );
  }
  const json = new TextDecoder().decode(await source.read(0, source.size));
  try {
    return JSON.parse(json);
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
  return readValue(value, TRAINING, {
    place: "training",
    fail: (found) => {
      throw new FormatError(`Cannot load model: ${found}`, { file });
    },
  });
}
