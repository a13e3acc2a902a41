/** A sequential model's output for one sample, as its definition says, in float64. */

import { convPadding, sampleShapes, weightShapes } from "../../src/model/shapes.ts";
import type { Conv1dLayer, LayerSpec, SequentialSpec } from "../../src/model/spec.ts";

/** Values of a sample after a layer, `[row, channel]`. */
export interface Values {
  readonly rows: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** The value before a sigmoid, which belongs to the loss. */
export function plainForward(
  spec: SequentialSpec,
  weights: readonly Float32Array[],
  sample: ArrayLike<number>,
): number {
  const shapes = weightShapes(spec);
  const [[rows, channels]] = sampleShapes(spec) as [[number, number]];
  let current: Values = { rows, channels, values: Float64Array.from(sample) };
  for (const [index, layer] of spec.layers.entries()) {
    const own = new Map(
      shapes.flatMap(({ layer, name }, i) => layer === index ? [[name, weights[i]!]] : []),
    );
    const weight = (name: string) => own.get(name as never)!;
    current = plainLayer(layer, current, weight);
  }
  return current.values[0]!;
}

/** A layer's outputs. */
export function plainLayer(
  layer: LayerSpec,
  input: Values,
  weight: (name: string) => Float32Array,
): Values {
  const { rows, channels, values } = input;
  switch (layer.type) {
    case "conv1d":
      return convolve(layer, input, weight);
    case "dense":
    case "linear":
      return multiply(layer.units, input, weight);
    case "maxPool1d": {
      const pooled = Math.floor(rows / layer.size);
      const largest = Float64Array.from({ length: pooled * channels }, (_, i) => {
        const [row, channel] = [Math.floor(i / channels) * layer.size, i % channels];
        const window = Array.from({ length: layer.size }, (_, step) => {
          return values[(row + step) * channels + channel]!;
        });
        return Math.max(...window);
      });
      return { rows: pooled, channels, values: largest };
    }
    case "batchNorm": {
      const normalised = values.map((value, i) => {
        const channel = i % channels;
        const spread = Math.sqrt(weight("moving_variance")[channel]! + layer.epsilon);
        const centred = (value - weight("moving_mean")[channel]!) / spread;
        return weight("gamma")[channel]! * centred + weight("beta")[channel]!;
      });
      return { rows, channels, values: normalised };
    }
    case "activation":
      return { rows, channels, values: values.map((value) => activate(layer, value)) };
    case "flatten":
      return { rows: 1, channels: rows * channels, values };
    case "dropout":
      return input;
    case "bidirectionalGru":
    case "lstm":
      throw new Error("recurrent layers have a reference of their own");
  }
}

function activate(layer: Extract<LayerSpec, { type: "activation" }>, value: number): number {
  if (layer.kind === "sigmoid") return value;
  if (layer.kind === "gelu") return value * normalDistribution(value);
  return value > 0 ? value : (layer.alpha ?? 0) * value;
}

/** Φ(x) by its series, which float64 sums well up to |x| = 6. */
function normalDistribution(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= -x * x / 2 / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

function convolve(
  layer: Conv1dLayer,
  { rows, channels, values }: Values,
  weight: (name: string) => Float32Array,
): Values {
  const { width, dilation, filters } = layer;
  const { left, right } = convPadding(layer);
  const positions = rows + left + right - (width - 1) * dilation;
  const kernel = weight("kernel");
  const sums = new Float64Array(positions * filters);
  for (let position = 0; position < positions; position++) {
    for (let filter = 0; filter < filters; filter++) {
      let sum = weight("bias")[filter]!;
      for (let tap = 0; tap < width; tap++) {
        const row = position - left + tap * dilation;
        if (row < 0 || row >= rows) continue;
        for (let channel = 0; channel < channels; channel++) {
          sum += values[row * channels + channel]! *
            kernel[(tap * channels + channel) * filters + filter]!;
        }
      }
      sums[position * filters + filter] = sum;
    }
  }
  return { rows: positions, channels: filters, values: sums };
}

function multiply(
  units: number,
  { rows, channels, values }: Values,
  weight: (name: string) => Float32Array,
): Values {
  const kernel = weight("kernel");
  const sums = Float64Array.from({ length: rows * units }, (_, i) => {
    const [row, unit] = [Math.floor(i / units), i % units];
    let sum = weight("bias")[unit]!;
    for (let channel = 0; channel < channels; channel++) {
      sum += values[row * channels + channel]! * kernel[channel * units + unit]!;
    }
    return sum;
  });
  return { rows, channels: units, values: sums };
}
