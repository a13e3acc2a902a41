/**
 * A folder with all that others need of a model: its own files, an ONNX file and a card.
 *
 * @module
 */

import { sha256 } from "../base/bytes.ts";
import { toHex } from "../base/platform.ts";
import { serializeModel } from "../model/save_load.ts";
import { serializedFiles } from "../model/serialized_files.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type CardOptions, modelCard } from "./card.ts";
import { modelToOnnx } from "./onnx_model.ts";

/**
 * Makes the files of a folder that holds a model, as hubs of models have them: `README.md`, the card; `model.json` and
 * `weights.bin`, and `panel.npz` if there is a panel, which `loadModel` reads; and `model.onnx`.
 *
 * @param model The model.
 * @param options What the card says beside what the model says.
 * @returns The files by name.
 * @throws As `serializeModel` does.
 *
 * @example The names of the files
 * ```ts
 * import { modelFolder } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const files = await modelFolder(await loadStarter(), { licence: "MIT" });
 * deepStrictEqual([...files.keys()], [
 *   "model.json",
 *   "weights.bin",
 *   "panel.npz",
 *   "model.onnx",
 *   "README.md",
 * ]);
 * ```
 */
export async function modelFolder(
  model: TrainedModel,
  options: Omit<CardOptions, "digests"> = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = serializedFiles(await serializeModel(model));
  files.set("model.onnx", await modelToOnnx(model));
  const digests = new Map<string, string>();
  for (const [name, bytes] of files) digests.set(name, toHex(await sha256(bytes)));
  const { licence, metrics } = options;
  files.set("README.md", new TextEncoder().encode(modelCard(model, { licence, metrics, digests })));
  return files;
}
