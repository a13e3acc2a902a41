import type { Bytes } from "../base/bytes.ts";
import { PANEL_FILE } from "../panel/panel_file.ts";
import { TOPOLOGY_FILE } from "./_model_files.ts";
import { WEIGHTS_FILE } from "./_weights_file.ts";
import type { SerializedModel } from "./save_load.ts";

/** The files of a saved model by their names, which `loadModel` takes. */
export function serializedFiles({ json, weights, panel }: SerializedModel): Map<string, Bytes> {
  const files = new Map([
    [TOPOLOGY_FILE, new TextEncoder().encode(json)],
    [WEIGHTS_FILE, weights],
  ]);
  return panel === undefined ? files : files.set(PANEL_FILE, panel);
}
