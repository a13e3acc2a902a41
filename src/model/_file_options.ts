/** The options with which models are saved and loaded, also as programs without types give them. */

import type { OptionKind } from "../base/option_names.ts";
import { plainOptions } from "../base/plain_options.ts";
import { showValue } from "../base/show_value.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** Options of `loadModel`. */
export interface LoadModelOptions {
  /** Panels by their digests: those that are here are not read again, those that are read are added. */
  readonly panels?: Map<string, ReferencePanel> | undefined;
  /** Gives the reading up, such as of a server that is slow: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `saveModel`. */
export interface SaveModelOptions {
  /**
   * Where `panel.npz` is written, if the model has a panel: beside the other files; in the directory above, where several
   * models with one panel share it; or not at all, since another model's save wrote it.
   *
   * @default {"beside"}
   */
  readonly panel?: "beside" | "above" | "elsewhere" | undefined;
}

const LOAD = { panels: "object", signal: "signal" } as const satisfies Record<
  keyof LoadModelOptions,
  OptionKind
>;
const SAVE = { panel: "string" } as const satisfies Record<keyof SaveModelOptions, OptionKind>;
const PLACES = ["beside", "above", "elsewhere"] as const;

/**
 * Options of loading without those that are `null`.
 *
 * @throws {TypeError} If one is misspelt or something else.
 */
export function plainLoadOptions(options: LoadModelOptions): LoadModelOptions {
  return plainOptions(options, { action: "load model", kinds: LOAD });
}

/**
 * Options of saving without those that are `null`.
 *
 * @throws {TypeError} If one is misspelt.
 * @throws {RangeError} If the panel is to be in another place than these three.
 */
export function plainSaveOptions(options: SaveModelOptions): SaveModelOptions {
  const plain = plainOptions(options, { action: "save model", kinds: SAVE });
  const { panel = "beside" } = plain;
  if (PLACES.includes(panel)) return plain;
  throw new RangeError(
    `Cannot save model: panel is ${showValue(panel)}, expected one of ${PLACES.join(", ")}`,
  );
}
