/**
 * A model of this package as one safetensors file: weights by the names of their layers, the text of `model.json`, which
 * is sealed, as metadata, and the bytes of `panel.npz` as a tensor.
 *
 * @module
 */

import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { parseJson } from "../base/parse_json.ts";
import { FormatError } from "../errors.ts";
import { type ByteSource, bytesSource } from "../files/byte_source.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { loadModel, serializeModel } from "../model/save_load.ts";
import { sizeOf } from "../model/shapes.ts";
import { weightsInTfjs } from "../model/tfjs_weights.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import {
  formatSafetensors,
  type PlainTensor,
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors.ts";

/** Name of the metadata that hold `model.json`. */
const MODEL = "histone.model";
/** Name of the tensor that holds `panel.npz`. */
const PANEL = "histone/panel.npz";

/**
 * Writes a model as one safetensors file, which {@linkcode readSafetensorsModel} reads whole: weights in float32 by the
 * names that Keras would give their layers, such as `conv1d_1/kernel`, in Keras' layout.
 *
 * @param model The model.
 * @returns The file.
 * @throws As `serializeModel` does.
 *
 * @example A model is the same after it was written and read
 * ```ts
 * import { modelToSafetensors, readSafetensorsModel } from "@waka/histone/exchange";
 * import { bytesSource } from "@waka/histone/io";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const model = await loadStarter();
 * const file = await modelToSafetensors(model);
 * const read = await readSafetensorsModel(bytesSource(file, "starter.safetensors"));
 * deepStrictEqual(read.weights, model.weights);
 * deepStrictEqual(read.record, model.record);
 * ```
 */
export async function modelToSafetensors(
  model: TrainedModel,
): Promise<Uint8Array<ArrayBuffer>> {
  const { json, weights, panel } = await serializeModel(model);
  let offset = 0;
  const tensors = weightsInTfjs(model.spec).map(({ layer, name, shape }): PlainTensor => {
    const bytes = weights.subarray(offset, offset += 4 * sizeOf(shape));
    return { name: `${layer}/${name}`, dtype: "F32", shape, bytes };
  });
  if (panel !== undefined) {
    tensors.push({ name: PANEL, dtype: "U8", shape: [panel.length], bytes: panel });
  }
  return formatSafetensors(tensors, { format: "histone", [MODEL]: json });
}

/** Whether a header is that of a model which {@linkcode modelToSafetensors} wrote. */
export function isOwnSafetensors({ metadata }: SafetensorsHeader): boolean {
  return metadata.has(MODEL);
}

/**
 * Reads a model that {@linkcode modelToSafetensors} wrote.
 *
 * @param file The file.
 * @returns The model.
 * @throws {FormatError} If the file is damaged, was edited, or is not a model of this package.
 *
 * @example What the starter model was trained on
 * ```ts
 * import { modelToSafetensors, readSafetensorsModel } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { strictEqual } from "node:assert";
 *
 * const file = await modelToSafetensors(await loadStarter());
 * strictEqual((await readSafetensorsModel(file)).record.assembly, "hg19");
 * ```
 */
export async function readSafetensorsModel(file: BinarySource): Promise<TrainedModel> {
  using source = await openSource(file);
  const header = await readSafetensorsHeader(source);
  const json = header.metadata.get(MODEL);
  if (json === undefined) {
    throw new FormatError(
      `Cannot load model: found no metadata ${MODEL}, expected a file that @waka/histone wrote; ` +
        "of others, give the spec and the data record",
      { file: source.name },
    );
  }
  const entries = new Map(header.tensors.map((entry) => [entry.name, entry]));
  const bytes = await readOwnWeights(source, { json, entries });
  const panel = entries.get(PANEL);
  return await loadModel({
    json: bytesSource(new TextEncoder().encode(json), source.name),
    weights: bytesSource(bytes, source.name),
    panel: panel && bytesSource(await source.read(panel.offset, panel.length), source.name),
  });
}

/** The weights as `weights.bin` has them; loading verifies their digest. */
async function readOwnWeights(
  source: ByteSource,
  { json, entries }: {
    readonly json: string;
    readonly entries: ReadonlyMap<string, TensorEntry>;
  },
): Promise<Bytes> {
  const pieces: Bytes[] = [];
  for (const { layer, name, shape } of weightsInTfjs(readSpec(json, source.name))) {
    const entry = entries.get(`${layer}/${name}`);
    if (entry?.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      const found = entry === undefined ? "nothing" : `${entry.dtype} [${entry.shape.join(", ")}]`;
      throw new FormatError(
        `Cannot load model: ${layer}/${name} is ${found}, expected F32 [${shape.join(", ")}]`,
        { file: source.name },
      );
    }
    pieces.push(await source.read(entry.offset, entry.length));
  }
  return concatenateAll(pieces);
}

function readSpec(json: string, file: string) {
  try {
    return parseSpec(Object(Object(parseJson(json)).userDefinedMetadata).histone?.spec);
  } catch (cause) {
    throw new FormatError(`Cannot load model: ${(cause as Error).message}`, { file, cause });
  }
}
