import { deriveKey, RandomStream } from "../random.ts";
import { layerChains, modelGraph } from "./graph.ts";
import { sizeOf, type WeightShape, weightShapes } from "./shapes.ts";
import type { LayerSpec, ModelSpec } from "./spec.ts";

/** Values of a model's weights, one array per tensor, in the order of `weightShapes(spec)`. */
export type Weights = readonly Float32Array<ArrayBuffer>[];

/**
 * Initial weights with Keras' defaults: Glorot uniform kernels (Glorot and Bengio 2010), or normal ones for a
 * convolution that says so, orthogonal recurrent kernels (Saxe et al. 2014), zero biases but for ones in the forget
 * gates of an LSTM, batch normalisation with γ and variance 1, β and mean 0, a scale of 1 for distances. The same seed gives the same weights for every engine.
 *
 * @param spec The model.
 * @param seed An integer from 0 to 2^53 − 1.
 * @returns One array per tensor, in the order of `weightShapes(spec)`.
 * @throws {UnsupportedModelError} If the layers do not fit each other.
 *
 * @example The same seed gives the same weights
 * ```ts
 * import { initialWeights, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const spec = presetSpec("wakawaka");
 * const weights = initialWeights(spec, 7);
 * strictEqual(weights[0]?.length, 10 * 5 * 50);
 * deepStrictEqual(initialWeights(spec, 7), weights);
 * ```
 */
export function initialWeights(spec: ModelSpec, seed: number): Weights {
  const layers = layerChains(modelGraph(spec)).flatMap((chain) => chain.layers);
  return weightShapes<ModelSpec>(spec).map((weight, index) => {
    const values = new Float32Array(sizeOf(weight.shape));
    const stream = new RandomStream(deriveKey(seed, "weights", index));
    const layer = weight.layer === undefined ? undefined : layers[weight.layer];
    // A bidirectional layer has the direction first: `forward_gru/kernel`.
    switch (weight.name.slice(weight.name.indexOf("/") + 1)) {
      case "kernel":
        fillGlorot(values, { weight, stream, isNormal: isNormal(layer) });
        break;
      case "recurrent_kernel":
        fillOrthogonal(values, weight, stream);
        break;
      case "bias":
        if (layer?.type === "lstm") values.fill(1, layer.units, 2 * layer.units);
        break;
      case "gamma":
      case "moving_variance":
      case "distance_scale":
        values.fill(1);
    }
    return values;
  });
}

function isNormal(layer: LayerSpec | undefined): boolean {
  return layer?.type === "conv1d" && layer.initializer === "glorotNormal";
}

/** Standard deviation of the normal distribution of deviation 1 that is cut off at −2 and 2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

function fillGlorot(
  values: Float32Array,
  { weight, stream, isNormal }: {
    readonly weight: WeightShape;
    readonly stream: RandomStream;
    readonly isNormal: boolean;
  },
): void {
  // The shape is [inputs, outputs] or [width, inputs, outputs].
  const [outputs = 1, inputs = 1, width = 1] = weight.shape.toReversed();
  const limit = Math.sqrt(6 / (width * inputs + width * outputs));
  const deviation = limit / Math.sqrt(3) / TRUNCATED_DEVIATION;
  const draw = isNormal
    ? () => deviation * drawTruncated(stream)
    : () => (2 * stream.uniform() - 1) * limit;
  for (let i = 0; i < values.length; i++) values[i] = draw();
}

function drawTruncated(stream: RandomStream): number {
  for (;;) {
    const value = stream.normal();
    if (Math.abs(value) < 2) return value;
  }
}

/**
 * Fills a matrix, no taller than wide, with orthonormal rows: random normal rows, from each of which its projection on
 * the rows before it is subtracted (Gram and Schmidt). That is the QR decomposition whose R has a positive diagonal, so
 * that every matrix with orthonormal rows is equally likely (Mezzadri 2007).
 */
function fillOrthogonal(values: Float32Array, { shape }: WeightShape, stream: RandomStream): void {
  const [height = 1, width = 1] = shape;
  const rows: Float64Array[] = [];
  for (let i = 0; i < height; i++) {
    const row = Float64Array.from({ length: width }, () => stream.normal());
    for (const other of rows) {
      const along = dot(row, other);
      for (let k = 0; k < width; k++) row[k]! -= along * other[k]!;
    }
    const norm = Math.sqrt(dot(row, row));
    for (let k = 0; k < width; k++) row[k]! /= norm;
    values.set(row, i * width);
    rows.push(row);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
