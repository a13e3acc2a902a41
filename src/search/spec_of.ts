import { parseSpec } from "../model/parse_spec.ts";
import type { InputShape } from "../model/presets.ts";
import type { InputSpec, LayerSpec, Loss, ModelSpec } from "../model/spec.ts";
import { BATCH_NORM, LEAKY_RELU } from "../model/usual_layers.ts";
import { branchedSpec } from "./_branched_spec.ts";
import type { SearchPoint } from "./space.ts";

/** Options of {@linkcode specOf}. */
export interface SpecOfOptions extends InputShape {
  /**
   * Name of the model.
   *
   * @default {"searched"}
   */
  readonly name?: string | undefined;
  /**
   * What training minimises; `binaryCrossentropy` puts a sigmoid at the end.
   *
   * @default {"meanSquaredError"}
   */
  readonly loss?: Loss | undefined;
  /**
   * Inputs of a sample other than its signal and, where `bases` are given, its sequence, which branches of the point may
   * read.
   *
   * @default {none}
   */
  readonly inputs?: readonly InputSpec[] | undefined;
}

/**
 * Makes the model that a point describes: blocks of convolution, activation, batch normalisation where chosen, and
 * pooling unless it is 1; then linear layers where chosen, flattening, dropout unless its rate is 0, dense layers with
 * activations, and one output. With branches, the layers up to the dropout, followed by dense layers of their own, are
 * the branch over the signal; the other dense layers and the output are the head, which joins it with the other branches.
 *
 * @param point The point.
 * @param options Shape of a sample, name and loss.
 * @returns A valid model.
 * @throws {UnsupportedModelError} If the layers do not fit each other: pooling, or a kernel without padding, that is
 * longer than what is left of the bins. Also if a branch reads an input that samples do not have.
 *
 * @example The point that is wakawaka
 * ```ts
 * import { presetSpec } from "@waka/histone/model";
 * import { type SearchPoint, specOf } from "@waka/histone/search";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * const wakawaka: SearchPoint = {
 *   convolutions: [
 *     { filters: 50, width: 10, dilation: 1, pool: 5 },
 *     { filters: 50, width: 5, dilation: 3, pool: 3 },
 *     { filters: 50, width: 3, dilation: 2, pool: 3 },
 *   ],
 *   padding: "same",
 *   activation: "leakyRelu",
 *   batchNorm: false,
 *   dropout: 0.3,
 *   dense: [50, 10],
 *   learningRate: 0.001,
 *   batchSize: 250,
 * };
 * deepStrictEqual(specOf(wakawaka, { name: "wakawaka" }), presetSpec("wakawaka"));
 * throws(() => specOf(wakawaka, { bins: 20 }), /maxPool1d\) does not fit its input of shape \[1, 50\]/);
 * ```
 */
export function specOf(point: SearchPoint, options: SpecOfOptions = {}): ModelSpec {
  const { bins = 100, marks = 5, name = "searched", loss = "meanSquaredError" } = options;
  const activation: LayerSpec = point.activation === "leakyRelu"
    ? LEAKY_RELU
    : { type: "activation", kind: point.activation };
  const trunk = makeTrunk(point, activation);
  const head = [...denseLayers(point.dense, activation), { type: "dense", units: 1 } as const];
  const end: LayerSpec[] = loss === "binaryCrossentropy"
    ? [{ type: "activation", kind: "sigmoid" }]
    : [];
  if (point.branches === undefined) {
    return parseSpec({ name, bins, marks, layers: [...trunk, ...head, ...end], loss });
  }
  return branchedSpec({
    name,
    inputs: [
      { name: "signal", bins, marks },
      ...(options.bases === undefined ? [] : [{ name: "sequence", bases: options.bases } as const]),
      ...options.inputs ?? [],
    ],
    signal: [...trunk, ...denseLayers(point.signal ?? [], activation)],
    branches: point.branches,
    activation,
    padding: point.padding,
    dropout: point.dropout,
    head: [...head, ...end],
    loss,
  });
}

/** Convolutions and what follows them, up to one row of values. */
function makeTrunk(point: SearchPoint, activation: LayerSpec): LayerSpec[] {
  const layers: LayerSpec[] = [];
  for (const { filters, width, dilation, pool } of point.convolutions) {
    const { padding } = point;
    layers.push({ type: "conv1d", filters, width, dilation, padding }, activation);
    if (point.batchNorm) layers.push(BATCH_NORM);
    if (pool > 1) layers.push({ type: "maxPool1d", size: pool });
  }
  for (const units of point.linear ?? []) layers.push({ type: "linear", units }, activation);
  layers.push({ type: "flatten" });
  if (point.dropout > 0) layers.push({ type: "dropout", rate: point.dropout });
  return layers;
}

function denseLayers(units: readonly number[], activation: LayerSpec): LayerSpec[] {
  return units.flatMap((size) => [{ type: "dense", units: size } as const, activation]);
}
