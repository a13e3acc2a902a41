/**
 * One layer of Keras, as JSON has it and as it was read.
 *
 * @module
 */

import { UnsupportedModelError } from "../../errors.ts";
import type { LayerSpec } from "../../model/spec.ts";

/** One layer as JSON has it. */
export interface LayerConfig {
  /** Its class. */
  readonly class_name?: unknown;
  /** Its name, in models of connected layers. */
  readonly name?: unknown;
  /** Its settings. */
  readonly config?: unknown;
  /** What it reads. */
  readonly inbound_nodes?: unknown;
}

/** Where the weights of a layer are: by the layer's name, or by its place among those of its class. */
export interface KerasLayer {
  /** Its name. */
  readonly name: string;
  /** Its class, such as `Conv1D`. */
  readonly className: string;
  /** What it is here: a layer, often with an activation after it. */
  readonly layers: readonly LayerSpec[];
  /**
   * The weights that it has, in Keras' order and by the names of `weightShapes`; the others of its first layer are what
   * Keras takes for them: 0, or 1 for gamma.
   */
  readonly weights: readonly string[];
}

/** Refuses a model; the caller knows the file. */
export function refuseKeras(found: string): never {
  throw new UnsupportedModelError(`Cannot read Keras model: ${found}`);
}

/** A text from JSON; anything else in JSON's words, cut short. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}

/** Name of a layer; empty if it has none. */
export function nameOf({ name, config }: LayerConfig): string {
  const found = Object(config).name ?? name;
  return typeof found === "string" ? found : "";
}
