/**
 * Shapes of a sample along a list of layers.
 *
 * @module
 */

import { refuseModel } from "./_refuse_model.ts";
import type { Conv1dLayer, LayerSpec, RecurrentLayer } from "./spec.ts";

/** Shape of one sample between two layers: `[positions, channels]`, or `[values]` after flattening. */
export type SampleShape = readonly [number, number] | readonly [number];

/** A list of layers with the shape of what the first of them reads. */
export interface LayerList {
  /** Name of the model, for messages. */
  readonly model: string;
  /** Where the layers are in the spec, such as `head.layers`. */
  readonly place: string;
  /** The layers. */
  readonly layers: readonly LayerSpec[];
  /** Shape of a sample before the first of them. */
  readonly input: SampleShape;
  /** What a position of the input is, in the plural, such as `bins`. */
  readonly positions: string;
}

/**
 * Shapes along a list of layers: the input's first, then each layer's output.
 *
 * @param list The layers and their input.
 * @returns One shape more than there are layers.
 * @throws {UnsupportedModelError} Naming the first layer that does not fit the shape before it.
 */
export function layerShapes(list: LayerList): [SampleShape, ...SampleShape[]] {
  const shapes: [SampleShape, ...SampleShape[]] = [list.input];
  let input = list.input;
  for (const [index, layer] of list.layers.entries()) {
    const output = outputShape(layer, input);
    if (output === undefined) {
      refuseModel(
        { name: list.model },
        `${list.place}[${index}] (${layer.type}) does not fit its ` +
          `input of shape [${input.join(", ")}]${describeLeastPositions(list)}`,
      );
    }
    shapes.push(output);
    input = output;
  }
  return shapes;
}

function describeLeastPositions({ layers, input, positions }: LayerList): string {
  const least = leastPositions(layers);
  return input.length === 1 || input[0] >= least
    ? ""
    : `; the model takes at least ${least} ${positions}, not ${input[0]}`;
}

/** The fewest positions that leave at least one after the layers before the first flat row. */
function leastPositions(layers: readonly LayerSpec[]): number {
  const end = layers.findIndex(makesRow);
  return layers.slice(0, end < 0 ? layers.length : end).reduceRight((positions, layer) => {
    if (layer.type === "maxPool1d") return positions * layer.size;
    return layer.type === "conv1d" && layer.padding === "valid"
      ? positions + kernelSpan(layer) - 1
      : positions;
  }, 1);
}

function outputShape(layer: LayerSpec, input: SampleShape): SampleShape | undefined {
  switch (layer.type) {
    case "conv1d": {
      if (input.length !== 2) return undefined;
      const positions = layer.padding === "same" ? input[0] : input[0] - kernelSpan(layer) + 1;
      return positions >= 1 ? [positions, layer.filters] : undefined;
    }
    case "maxPool1d": {
      if (input.length !== 2) return undefined;
      const positions = Math.floor(input[0] / layer.size);
      return positions >= 1 ? [positions, input[1]] : undefined;
    }
    case "flatten":
      return input.length === 2 ? [input[0] * input[1]] : undefined;
    case "bidirectionalGru":
    case "lstm": {
      if (input.length !== 2) return undefined;
      const values = countDirections(layer) * layer.units;
      return layer.returnSequences ? [input[0], values] : [values];
    }
    case "dense":
      return input.length === 1 ? [layer.units] : undefined;
    case "linear":
      return input.length === 1 ? [layer.units] : [input[0], layer.units];
    case "activation":
    case "batchNorm":
    case "dropout":
      return input;
  }
}

/**
 * Whether a layer makes one row of values of the positions.
 *
 * @param layer Any layer.
 * @returns True for `flatten` and for a recurrent layer that returns its last states alone.
 *
 * @example Two ways to end the positions, and one that keeps them
 * ```ts
 * import { makesRow } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const gru = { type: "bidirectionalGru", units: 8 } as const;
 * const layers = [{ type: "flatten" } as const, gru, { ...gru, returnSequences: true }];
 * deepStrictEqual(layers.map(makesRow), [true, true, false]);
 * ```
 */
export function makesRow(layer: LayerSpec): boolean {
  return layer.type === "flatten" || isRecurrent(layer) && !layer.returnSequences;
}

/**
 * Whether a layer is recurrent: reads the positions one after another.
 *
 * @param layer Any layer.
 * @returns True for a GRU or an LSTM.
 *
 * @example A dense layer is not
 * ```ts
 * import { isRecurrent } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const layers = [{ type: "lstm", units: 8 } as const, { type: "dense", units: 8 } as const];
 * deepStrictEqual(layers.map(isRecurrent), [true, false]);
 * ```
 */
export function isRecurrent(layer: LayerSpec): layer is RecurrentLayer {
  return layer.type === "bidirectionalGru" || layer.type === "lstm";
}

/**
 * Counts the directions in which a recurrent layer reads the positions, each with weights of its own.
 *
 * @param layer A recurrent layer.
 * @returns 2 for a bidirectional one, else 1.
 *
 * @example An LSTM reads forward unless it says otherwise
 * ```ts
 * import { countDirections } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(countDirections({ type: "lstm", units: 8 }), 1);
 * strictEqual(countDirections({ type: "lstm", units: 8, bidirectional: true }), 2);
 * ```
 */
export function countDirections(layer: RecurrentLayer): 1 | 2 {
  return layer.type === "bidirectionalGru" || layer.bidirectional ? 2 : 1;
}

/**
 * Counts the positions that a dilated kernel spans.
 *
 * @param layer Width of the kernel in taps, and the distance between them in positions.
 * @returns (width − 1) · dilation + 1.
 *
 * @example Three taps, two positions apart
 * ```ts
 * import { kernelSpan } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(kernelSpan({ width: 3, dilation: 2 }), 5);
 * ```
 */
export function kernelSpan(layer: Pick<Conv1dLayer, "width" | "dilation">): number {
  return (layer.width - 1) * layer.dilation + 1;
}

/**
 * Counts the zeros that a convolution's padding adds, as TensorFlow does: the floor of half of them on the left.
 *
 * @param layer The convolution.
 * @returns Positions added on the left and on the right.
 *
 * @example An even width
 * ```ts
 * import { convPadding } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const layer = { type: "conv1d", filters: 50, width: 10, dilation: 1, padding: "same" } as const;
 * deepStrictEqual(convPadding(layer), { left: 4, right: 5 });
 * ```
 */
export function convPadding(layer: Conv1dLayer): { left: number; right: number } {
  const total = layer.padding === "same" ? kernelSpan(layer) - 1 : 0;
  const left = Math.floor(total / 2);
  return { left, right: total - left };
}

/**
 * Counts the values of a shape.
 *
 * @param shape The extent of each axis.
 * @returns The product of all extents, 1 for no axis.
 *
 * @example A kernel
 * ```ts
 * import { sizeOf } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(sizeOf([10, 5, 50]), 2500);
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
