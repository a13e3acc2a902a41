/**
 * Trained models on disk, in tf.js' layers format: `model.json` and `weights.bin`. Plain tf.js loads them;
 * the model as plain data, its data record, its training settings and its gene effects lie in `userDefinedMetadata`.
 * A model that reads a reference panel has that beside it, in `panel.npz`. The digests that seal all files are there too: a
 * file that was damaged or edited does not load.
 *
 * @module
 */

import { isUrl } from "../base/kinds.ts";
import { readAll } from "../base/platform.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { makeDirectory, openFile, pathKind, pathOf, writeFileAtomic } from "../files/file.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { PANEL_FILE, writePanel } from "../panel/panel_file.ts";
import { parseRecord } from "../record.ts";
import { describeInputs } from "./describe_input.ts";
import { metadataOf } from "./_foreign_model.ts";
import {
  type LoadModelOptions,
  plainLoadOptions,
  plainSaveOptions,
  type SaveModelOptions,
} from "./_file_options.ts";
import {
  directoryOf,
  type ModelSources,
  type NamedModelFiles,
  openModelFiles,
  openTopology,
  TOPOLOGY_FILE,
} from "./_model_files.ts";
import {
  BRANCHED_VERSION,
  MAX_JSON_BYTES,
  readErrors,
  readModel,
  readModelJson,
  SEQUENTIAL_VERSION,
} from "./_read_model.ts";
import { describeTopology } from "./_topology.ts";
import { packWeights, WEIGHTS_FILE, weightsManifest } from "./_weights_file.ts";
import { checkTrainedModel } from "./check_trained.ts";
import { checkFiniteWeights, checkWeights } from "./check_weights.ts";
import { digestWeights } from "./digest_weights.ts";
import { encodeGeneEffects } from "./gene_effects.ts";
import { parseSpec } from "./parse_spec.ts";
import { readTraining } from "./read_training.ts";
import { digestJson } from "./seal.ts";
import { isBranched } from "./spec.ts";
import type { TrainedModel } from "./trained_model.ts";

export type { LoadModelOptions, SaveModelOptions } from "./_file_options.ts";

export type { ModelSources, NamedModelFiles } from "./_model_files.ts";

/** The files of a saved model. */
export interface SerializedModel {
  /** Content of `model.json`. */
  readonly json: string;
  /** Content of `weights.bin`: float32, little-endian, in the order of `weightShapes(spec)`. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Content of `panel.npz`, for a model that has a panel. */
  readonly panel?: Uint8Array<ArrayBuffer>;
}

/**
 * Turns a trained model into the two files of tf.js' layers format, and its panel into a third.
 *
 * @param trained The model.
 * @returns The text of `model.json`, the bytes of `weights.bin`, and those of `panel.npz` if there is a panel.
 * @throws {UnsupportedModelError} If its spec is invalid.
 * @throws {ContractError} If its weights do not fit the spec, or are NaN or infinite.
 * @throws {TypeError} If it is no trained model, or its data record or training settings could not be loaded again.
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
  checkTrainedModel(trained, "save model");
  const { json, weights } = await serializeLayers(trained);
  if (trained.panel === undefined) return { json, weights };
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [panel] = await Promise.all([
    readAll(readable),
    writePanel(writable, trained.panel),
  ]);
  return { json, weights, panel };
}

/** The two files that every model has. */
async function serializeLayers(trained: TrainedModel): Promise<Omit<SerializedModel, "panel">> {
  checkLoadable(trained);
  const { spec, record, training, labelScale, calibration, typicalSignal } = trained;
  const geneEffects = trained.geneEffects && encodeGeneEffects(trained.geneEffects);
  const weights = packWeights(trained.weights);
  // Ties the two files together: one of them may be from another time, or damaged.
  const weightsSha256 = await digestWeights(trained.weights);
  const json = await seal({
    format: "layers-model",
    generatedBy: "@waka/histone",
    convertedBy: null,
    modelTopology: describeTopology(spec),
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
        labelScale,
        calibration,
        typicalSignal,
        weightsSha256,
        panelSha256: trained.panel?.digest,
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

/** The text of a `model.json` with a digest of everything else in it. */
async function seal(content: Readonly<Record<string, unknown>>): Promise<string> {
  const plain = JSON.parse(JSON.stringify(content));
  plain.userDefinedMetadata.histone.sha256 = await digestJson(plain);
  return JSON.stringify(plain, null, 1) + "\n";
}

/**
 * Saves a model as `model.json`, `weights.bin` and, if it has a panel, `panel.npz` in a directory, each whole or not at
 * all.
 *
 * @param trained The model.
 * @param directory Where; created if need be.
 * @param options Where the panel is written.
 * @throws {WriteError} If it cannot be written.
 * @throws {TypeError} If it is no trained model, or the directory is empty or an address.
 * @throws {RangeError} If the panel is to be in another place than these three.
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
export async function saveModel(
  trained: TrainedModel,
  directory: string | URL,
  options: SaveModelOptions = {},
): Promise<void> {
  checkTrainedModel(trained, "save model");
  const { panel: place = "beside" } = plainSaveOptions(options);
  const path = pathOf(directory);
  const { json, weights } = await serializeLayers(trained);
  const { panel } = trained;
  if (panel !== undefined && place !== "elsewhere") {
    // The directory must be there before the one above it is named by it.
    await makeDirectory(path);
    const file = place === "beside" ? `${path}/${PANEL_FILE}` : `${path}/../${PANEL_FILE}`;
    await writeFileAtomic(file, (sink) => writePanel(sink, panel));
  }
  await writeFileAtomic(`${path}/${WEIGHTS_FILE}`, weights);
  await writeFileAtomic(`${path}/${TOPOLOGY_FILE}`, json);
}

/**
 * Loads a model that {@linkcode saveModel} wrote. tf.js is not needed: layers and shapes come from the
 * plain-data model inside.
 *
 * @param directory Directory of `model.json` and `weights.bin`; or the files, as a list of `File`s, by a `Map` from their
 *   names, or each by itself. The panel of a model is in `panel.npz` beside them, or in the directory above.
 * @param options Panels that are known already, and an abort signal.
 * @returns The model.
 * @throws {NotFoundError} If a file is missing; it names the directory of the model if that is in the one given, as in a run.
 * @throws {FormatError} If a file is damaged, or was not written by this package.
 * @throws {TypeError} If something else is given, such as an address, or an option is something else or misspelt.
 * @throws The reason of `options.signal`, if it is aborted.
 *
 * @example A model from memory
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { loadModel, serializeModel } from "@waka/histone/model";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const { json, weights } = await serializeModel(model);
 * deepStrictEqual(await loadModel({ json: new Blob([json]), weights }), model);
 * const files = new Map([["mine/model.json", new Blob([json])], ["mine/weights.bin", new Blob([weights])]]);
 * deepStrictEqual(await loadModel(files), model);
 * ```
 */
export async function loadModel(
  directory: string | URL | ModelSources | NamedModelFiles | Iterable<File>,
  options: LoadModelOptions = {},
): Promise<TrainedModel> {
  const { panels, signal } = plainLoadOptions(options);
  signal?.throwIfAborted();
  const openWith = (open: () => Promise<ByteSource | undefined>) => async (digest: string) =>
    panels?.get(digest) ?? await open();
  if (typeof directory !== "string" && !isUrl(directory)) {
    const files = await openModelFiles(directory, signal);
    try {
      const { json, weights, openPanel } = files;
      return keepPanel(await readModel(json, weights, openWith(openPanel)), panels);
    } finally {
      files.close();
    }
  }
  const path = directoryOf(directory);
  const json = await openTopology(path);
  try {
    // Another program's model may have its weights in files of other names.
    metadataOf(await readModelJson(json), json.name);
    const weights = await openFile(`${path}/${WEIGHTS_FILE}`);
    try {
      signal?.throwIfAborted();
      return keepPanel(await readModel(json, weights, openWith(() => openPanel(path))), panels);
    } finally {
      weights.close();
    }
  } finally {
    json.close();
  }
}

/** Opens the panel of the model in a directory; `undefined` if there is no file. */
async function openPanel(path: string): Promise<ByteSource | undefined> {
  for (const file of [`${path}/${PANEL_FILE}`, `${path}/../${PANEL_FILE}`]) {
    if (await pathKind(file) === "file") return await openFile(file);
  }
  return undefined;
}

function keepPanel(
  model: TrainedModel,
  panels: Map<string, ReferencePanel> | undefined,
): TrainedModel {
  if (model.panel !== undefined) panels?.set(model.panel.digest, model.panel);
  return model;
}

/** Throws unless the model could be loaded again: a caller without types may have trained with anything. */
function checkLoadable(trained: TrainedModel): void {
  const { spec, weights, record, training, calibration, typicalSignal } = trained;
  const layers = parseSpec(spec);
  checkWeights(layers, weights);
  checkFiniteWeights(layers, weights);
  try {
    const plain = JSON.parse(JSON.stringify({ record, training, calibration, typicalSignal }));
    parseRecord(plain.record, "record");
    readTraining(plain.training, "training");
    readErrors(plain, "model");
  } catch (cause) {
    throw new TypeError(`Cannot save model: ${(cause as Error).message}`, { cause });
  }
}
