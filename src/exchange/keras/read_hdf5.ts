/**
 * Models of Keras in HDF5: whole models (`.h5` of Keras 2 and 3), weights alone, and `.keras` files, which are zip files of
 * a configuration and weights.
 *
 * @module
 */

import { parseJson } from "../../base/parse_json.ts";
import type { Bytes } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { readZipMembers } from "../../io/zip.ts";
import type { ForeignNetwork } from "../network.ts";
import { Hdf5Reader } from "../hdf5/reader.ts";
import type { Tensor } from "../tensor.ts";
import { assembleKeras, findByPath, type FindWeight, inFile } from "./assemble.ts";
import { type KerasModel, readKerasConfig, readKerasLoss } from "./config.ts";
import type { KerasLayer } from "./layer_config.ts";

/** The file is kept in memory while it is read. */
const MOST_BYTES = 2 ** 30;
const MOST_CONFIG_BYTES = 16 * 2 ** 20;
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
const METADATA = "metadata.json";

/**
 * Reads a whole model of Keras from HDF5.
 *
 * @param source The file.
 * @returns The network.
 * @throws {FormatError} If it is damaged, holds weights alone, or has layers that this package lacks.
 */
export async function readKerasHdf5(source: ByteSource): Promise<ForeignNetwork> {
  const { name: file } = source;
  const reader = new Hdf5Reader(await readWhole(source), file);
  const config = reader.text("", "model_config");
  if (config === undefined) {
    throw new FormatError(
      "Cannot read Keras model: it has weights and no layers, expected what model.save writes, as .keras or .h5",
      { file },
    );
  }
  const model = inFile(file, () => readKerasConfig(parse(config, file)));
  const training = reader.text("", "training_config");
  return assembleKeras(model, {
    find: findByPath(readLegacyWeights(reader, "model_weights")),
    origin: `keras ${reader.text("", "keras_version") ?? "of an unknown version"}`,
    loss: readKerasLoss(training === undefined ? undefined : parse(training, file)),
    file,
  });
}

/**
 * Reads a `.keras` file.
 *
 * @param source The file.
 * @returns The network.
 * @throws {FormatError} If it is damaged, or has layers that this package lacks.
 */
export async function readKerasZip(source: ByteSource): Promise<ForeignNetwork> {
  const { name: file } = source;
  const texts = await readZipMembers(source, {
    names: [CONFIG, METADATA],
    mostBytes: MOST_CONFIG_BYTES,
  });
  const weights = await readZipMembers(source, { names: [WEIGHTS], mostBytes: MOST_BYTES });
  const [config, bytes] = [texts.get(CONFIG), weights.get(WEIGHTS)];
  if (config === undefined || bytes === undefined) {
    const missing = config === undefined ? CONFIG : WEIGHTS;
    throw new FormatError(`Cannot read Keras model: found no ${missing} in the zip file`, { file });
  }
  const content = parse(new TextDecoder().decode(config), file);
  const model = inFile(file, () => readKerasConfig(content));
  const metadata = texts.get(METADATA);
  const said = metadata && Object(parse(new TextDecoder().decode(metadata), file)).keras_version;
  const reader = new Hdf5Reader(bytes, file);
  return assembleKeras(model, {
    find: findByClass(reader, model, file),
    origin: `keras ${typeof said === "string" ? said.slice(0, 40) : "of an unknown version"}`,
    loss: readKerasLoss(Object(content).compile_config),
    file,
  });
}

async function readWhole(source: ByteSource): Promise<Bytes> {
  if (source.size > MOST_BYTES) {
    throw new FormatError(
      `Cannot read HDF5: it has ${source.size} bytes, expected at most ${MOST_BYTES}`,
      { file: source.name },
    );
  }
  return await source.read(0, source.size);
}

function parse(json: string, file: string): unknown {
  try {
    return parseJson(json);
  } catch (cause) {
    throw new FormatError(`Cannot read Keras model: not valid JSON: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}

/** Weights as Keras 2 wrote them: groups by the layers' names, whose attributes list the arrays. */
function readLegacyWeights(reader: Hdf5Reader, root: string): Tensor[] {
  const layers = reader.texts(root, "layer_names") ?? [];
  return layers.flatMap((layer) => {
    const group = `${root}/${layer}`;
    return (reader.texts(group, "weight_names") ?? []).flatMap((name) => {
      const tensor = reader.tensor(`${group}/${name}`);
      // The layer's own name stands in front of whatever the path begins with.
      return tensor === undefined ? [] : [{
        name: `${layer}/${name}`,
        shape: tensor.shape,
        values: tensor.values,
      }];
    });
  });
}

/** Folders of layers in files of Keras 3, and in those of Keras 2.13 to 2.15. */
const FOLDERS = ["layers", "_layer_checkpoint_dependencies"];

/**
 * Finds weights as Keras 3 names them: by the layer's class and its place among those of its class, `dense`, `dense_1`, …,
 * each with its arrays by number.
 */
function findByClass(reader: Hdf5Reader, model: KerasModel, file: string): FindWeight {
  const folder = FOLDERS.find((name) => reader.has(name));
  if (folder === undefined) {
    throw new FormatError("Cannot read Keras model: found no weights of layers in it", { file });
  }
  const counts = new Map<string, number>();
  const places = new Map<KerasLayer, string>();
  for (const layer of model.layers) {
    const name = snakeCase(layer.className);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    places.set(layer, `${folder}/${count === 0 ? name : `${name}_${count}`}`);
  }
  return (layer, weight) => {
    const place = places.get(layer)!;
    const said = reader.text(`${place}/vars`, "name");
    if (said !== undefined && said !== layer.name) {
      throw new FormatError(
        `Cannot read Keras model: ${place} holds the weights of "${said}", expected "${layer.name}"`,
        { file },
      );
    }
    const isBoth = layer.className === "Bidirectional";
    const own = isBoth ? layer.weights.length / 2 : layer.weights.length;
    const way = weight < own ? "forward_layer" : "backward_layer";
    const cell = isBoth
      ? `${place}/${way}/cell`
      : layer.className === "LSTM"
      ? `${place}/cell`
      : place;
    return reader.tensor(`${cell}/vars/${weight % own}`);
  };
}

/** The name of a class as Keras writes it: `MaxPooling1D` is `max_pooling1d`. */
function snakeCase(name: string): string {
  return name.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
