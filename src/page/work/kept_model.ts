/** The page's model in its store: the files of a saved model. */

import { blobSource } from "../../files/byte_source.ts";
import { loadModel, serializeModel, type TrainedModel } from "../../model/mod.ts";
import type { PageStore } from "./store.ts";

const FILES = { json: "model.json", weights: "weights.bin", panel: "panel.npz" };

/** What the names of a model's files end in until all of them are written. */
const NEXT = ".next";

/** Keeps a model in place of the one that was kept, which stays if there is no room for this one. */
export async function keepModel(store: PageStore, model: TrainedModel): Promise<void> {
  const { json, weights, panel } = await serializeModel(model);
  // The file that names the others comes last.
  const contents = [[FILES.weights, weights], [FILES.panel, panel], [FILES.json, json]] as const;
  try {
    for (const [name, content] of contents) {
      if (content !== undefined) await store.write(`${name}${NEXT}`, content);
    }
  } catch (error) {
    for (const [name] of contents) await store.remove(`${name}${NEXT}`);
    throw error;
  }
  await store.remove(FILES.json);
  for (const [name, content] of contents) {
    if (content === undefined) await store.remove(name);
    else await store.rename(`${name}${NEXT}`, name);
  }
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
