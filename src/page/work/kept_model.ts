/**
 * The page's model in its store: as plain data and weights. `model.json` of a saved model has layers of tf.js too, which
 * is loaded for that; the page does without it until a model is saved for others.
 */

import { sha256 } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import { blobSource } from "../../files/byte_source.ts";
import { parseCalibration } from "../../model/calibration.ts";
import { checkWeights } from "../../model/check_weights.ts";
import { encodeGeneEffects, parseGeneEffects } from "../../model/gene_effects.ts";
import { parseSpec, type TrainedModel } from "../../model/mod.ts";
import { readTraining } from "../../model/read_training.ts";
import { withInputRecord } from "../../model/trained_model.ts";
import { parseTypicalSignal } from "../../model/typical_signal.ts";
import { readPanel, writePanel } from "../../panel/mod.ts";
import { parseRecord } from "../../record.ts";
import type { PageStore } from "./store.ts";

const FILES = { about: "model.json", weights: "weights.bin", panel: "panel.npz" };

/** Keeps a model in place of the one that was kept. */
export async function keepModel(store: PageStore, model: TrainedModel): Promise<void> {
  await forgetModel(store);
  const { spec, record, training, labelScale, calibration, typicalSignal, panel } = model;
  const weights = joinWeights(model.weights);
  await store.write(FILES.weights, weights);
  if (panel !== undefined) await store.write(FILES.panel, (sink) => writePanel(sink, panel));
  const about = {
    spec,
    record,
    training,
    labelScale,
    calibration,
    typicalSignal,
    geneEffects: model.geneEffects && encodeGeneEffects(model.geneEffects),
    lengths: model.weights.map(({ length }) => length),
    weightsSha256: await digestOf(weights),
    hasPanel: panel !== undefined,
  };
  // The last file says that the others are whole.
  await store.write(FILES.about, JSON.stringify(about));
}

/**
 * Reads the model that was kept.
 *
 * @returns The model; `undefined` if none was kept.
 * @throws {FormatError} If it is damaged.
 */
export async function readKeptModel(store: PageStore): Promise<TrainedModel | undefined> {
  const [about, weights] = [await store.read(FILES.about), await store.read(FILES.weights)];
  if (about === undefined || weights === undefined) return undefined;
  const file = "the kept model";
  const found = JSON.parse(await about.text()) as KeptModel;
  const bytes = new Uint8Array(await weights.arrayBuffer());
  if (await digestOf(bytes) !== found.weightsSha256) {
    throw new FormatError("Cannot read model: its weights are not those that were kept", { file });
  }
  const panel = found.hasPanel ? await store.read(FILES.panel) : undefined;
  const spec = parseSpec(found.spec);
  const split = splitWeights(bytes, found.lengths);
  checkWeights(spec, split);
  return withInputRecord({
    spec,
    weights: split,
    record: parseRecord(found.record, file),
    training: readTraining(found.training, file),
    ...(found.geneEffects !== undefined &&
      { geneEffects: parseGeneEffects(found.geneEffects, file) }),
    ...(panel && { panel: await readPanel(blobSource(panel, FILES.panel)) }),
    ...(found.labelScale && { labelScale: found.labelScale }),
    ...(found.calibration !== undefined &&
      { calibration: parseCalibration(found.calibration, file) }),
    ...(found.typicalSignal !== undefined &&
      { typicalSignal: parseTypicalSignal(found.typicalSignal, file) }),
  });
}

/** Forgets the model that was kept. */
export async function forgetModel(store: PageStore): Promise<void> {
  for (const name of [FILES.about, FILES.weights, FILES.panel]) await store.remove(name);
}

/** What `model.json` of the store holds. */
interface KeptModel {
  readonly spec: unknown;
  readonly record: unknown;
  readonly training: unknown;
  readonly labelScale?: { readonly mean: number; readonly sd: number };
  readonly calibration?: unknown;
  readonly typicalSignal?: unknown;
  readonly geneEffects?: unknown;
  readonly lengths: readonly number[];
  readonly weightsSha256: string;
  readonly hasPanel: boolean;
}

/** The weights as bytes of this machine, which alone reads them again. */
function joinWeights(weights: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Float32Array(weights.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of weights) {
    joined.set(values, at);
    at += values.length;
  }
  return new Uint8Array(joined.buffer);
}

function splitWeights(
  bytes: Uint8Array<ArrayBuffer>,
  lengths: readonly number[],
): Float32Array<ArrayBuffer>[] {
  let at = 0;
  return lengths.map((length) => {
    const values = new Float32Array(bytes.buffer.slice(at, at + 4 * length));
    at += 4 * length;
    return values;
  });
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(await sha256(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
