/** The gradient of a sequential model's output by its inputs, as its definition says, in float64. */

import { convPadding, sampleShapes, weightShapes } from "../../src/model/shapes.ts";
import type { Conv1dLayer, LayerSpec, SequentialSpec } from "../../src/model/spec.ts";
import { plainLayer, type Values } from "./plain_forward.ts";

/** The gradient at one point. */
export interface PlainGradient {
  /** `[bin, mark]`: of the value before a sigmoid. */
  readonly gradient: Float64Array;
  /** The most that its sizes could be if nothing cancelled on the way: by the sizes of weights and slopes. */
  readonly reach: number;
  /** That value. */
  readonly output: number;
  /**
   * How near a decision is to the other way round: the least difference between the two largest values of a pooling's window,
   * or between a value and an activation's kink, relative to the layer's largest value.
   */
  readonly margin: number;
}

type Weight = (name: string) => Float32Array;

/** The gradient by a sample's values. */
export function plainGradient(
  spec: SequentialSpec,
  weights: readonly Float32Array[],
  sample: ArrayLike<number>,
): PlainGradient {
  const shapes = weightShapes(spec);
  const [[rows, channels]] = sampleShapes(spec) as [[number, number]];
  const values: Values[] = [{ rows, channels, values: Float64Array.from(sample) }];
  const weightsOf = (index: number): Weight => {
    const own = new Map(
      shapes.flatMap(({ layer, name }, i) => layer === index ? [[name, weights[i]!]] : []),
    );
    return (name) => own.get(name as never)!;
  };
  for (const [index, layer] of spec.layers.entries()) {
    values.push(plainLayer(layer, values.at(-1)!, weightsOf(index)));
  }
  let [gradient, reach] = [Float64Array.of(1), Float64Array.of(1)];
  let margin = Infinity;
  for (const [index, layer] of [...spec.layers.entries()].toReversed()) {
    const [input, output] = [values[index]!, values[index + 1]!];
    margin = Math.min(margin, marginOf(layer, input));
    const weight = weightsOf(index);
    gradient = passBack(layer, { input, output, gradient, weight });
    const sizes = (name: string) => weight(name).map(Math.abs);
    reach = passBack(layer, { input, output, gradient: reach, weight: sizes }, reachOf);
  }
  return {
    gradient,
    reach: reach.reduce((most, value) => Math.max(most, value), 0),
    output: values.at(-1)!.values[0]!,
    margin,
  };
}

interface Passing {
  readonly input: Values;
  readonly output: Values;
  readonly gradient: Float64Array;
  readonly weight: Weight;
}

/** A slope near zero is as uncertain as one that is not: what is added to it, or taken away, is not. */
function reachOf(slope: number): number {
  return Math.max(Math.abs(slope), 0.1);
}

/** `used` is what is made of a slope. */
function passBack(
  layer: LayerSpec,
  passing: Passing,
  used = (slope: number) => slope,
): Float64Array<ArrayBuffer> {
  const { input: { channels, values }, output, gradient, weight } = passing;
  const back = new Float64Array(values.length);
  switch (layer.type) {
    case "conv1d":
      return convolveBack(layer, passing);
    case "dense":
    case "linear": {
      const kernel = weight("kernel");
      for (const [i, own] of gradient.entries()) {
        const [row, unit] = [Math.floor(i / layer.units), i % layer.units];
        for (let channel = 0; channel < channels; channel++) {
          back[row * channels + channel]! += own * kernel[channel * layer.units + unit]!;
        }
      }
      return back;
    }
    case "maxPool1d":
      for (const [i, own] of gradient.entries()) {
        const places = placesOfWindow(i, channels, layer.size);
        back[places.find((place) => values[place] === output.values[i])!]! += own;
      }
      return back;
    case "batchNorm":
      return back.map((_, i) => {
        const channel = i % channels;
        const spread = Math.sqrt(weight("moving_variance")[channel]! + layer.epsilon);
        return gradient[i]! * weight("gamma")[channel]! / spread;
      });
    case "activation":
      return back.map((_, i) => gradient[i]! * used(slopeOf(layer, values[i]!, passing, i)));
    case "flatten":
    case "dropout":
      return Float64Array.from(gradient);
    case "bidirectionalGru":
    case "lstm":
      throw new Error("recurrent layers have a reference of their own");
  }
}

function placesOfWindow(i: number, channels: number, size: number): number[] {
  const first = Math.floor(i / channels) * size * channels + i % channels;
  return Array.from({ length: size }, (_, step) => first + step * channels);
}

function slopeOf(
  layer: Extract<LayerSpec, { type: "activation" }>,
  value: number,
  { output }: Passing,
  i: number,
): number {
  if (layer.kind === "sigmoid") return 1;
  if (layer.kind !== "gelu") return value > 0 ? 1 : layer.alpha ?? 0;
  const density = Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI);
  const distribution = value === 0 ? 0.5 : output.values[i]! / value;
  return distribution + value * density;
}

function convolveBack(
  layer: Conv1dLayer,
  { input: { rows, channels, values }, gradient, weight }: Passing,
): Float64Array<ArrayBuffer> {
  const { width, dilation, filters } = layer;
  const { left } = convPadding(layer);
  const kernel = weight("kernel");
  const back = new Float64Array(values.length);
  for (const [i, own] of gradient.entries()) {
    if (own === 0) continue;
    const [position, filter] = [Math.floor(i / filters), i % filters];
    for (let tap = 0; tap < width; tap++) {
      const row = position - left + tap * dilation;
      if (row < 0 || row >= rows) continue;
      for (let channel = 0; channel < channels; channel++) {
        back[row * channels + channel]! += own *
          kernel[(tap * channels + channel) * filters + filter]!;
      }
    }
  }
  return back;
}

/** Exact zeros are what a ReLU leaves, where no decision matters. */
function marginOf(layer: LayerSpec, { channels, rows, values }: Values): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  if (layer.type === "activation" && layer.kind !== "gelu" && layer.kind !== "sigmoid") {
    const distances = values.filter((value) => value !== 0).map(Math.abs);
    return Math.min(...distances, Infinity) / largest;
  }
  if (layer.type !== "maxPool1d" || layer.size === 1) return Infinity;
  let margin = Infinity;
  for (let i = 0; i < Math.floor(rows / layer.size) * channels; i++) {
    const window = placesOfWindow(i, channels, layer.size).map((place) => values[place]!);
    const [first, second] = window.toSorted((a, b) => b - a);
    if (first !== 0 || second !== 0) margin = Math.min(margin, first! - second!);
  }
  return margin / largest;
}
