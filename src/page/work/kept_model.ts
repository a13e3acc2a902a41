/** The page's model in its store: the files of a saved model. */

import { blobSource } from "../../files/byte_source.ts";
import { loadModel, serializeModel, type TrainedModel } from "../../model/mod.ts";
import type { PageStore } from "./store.ts";

const FILES = { json: "model.json", weights: "weights.bin", panel: "panel.npz" };

/** Keeps a model in place of the one that was kept. */
export async function keepModel(store: PageStore, model: TrainedModel): Promise<void> {
  const { json, weights, panel } = await serializeModel(model);
  for (const name of Object.values(FILES)) await store.remove(name);
  await store.write(FILES.weights, weights);
  if (panel !== undefined) await store.write(FILES.panel, panel);
  // The file that names the others comes last.
  await store.write(FILES.json, json);
}

/**
 * Reads the model that was kept.
 *
 * @returns The model; `undefined` if no model was kept.
 * @throws {FormatError} If it is damaged.
 */
export async function readKeptModel(store: PageStore): Promise<TrainedModel | undefined> {
  const json = await store.read(FILES.json);
  const weights = await store.read(FILES.weights);
  if (json === undefined || weights === undefined) return undefined;
  const panel = await store.read(FILES.panel);
  return await loadModel({
    json: blobSource(json, FILES.json),
    weights: blobSource(weights, FILES.weights),
    panel: panel && blobSource(panel, FILES.panel),
  });
}
