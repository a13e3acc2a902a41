/**
 * The places of a model's weights on the GPU: in the order of `weightShapes(spec)`, kernels padded with zeros to
 * vectors of four, so that they are read a vector at a time without a check for their end. Gradients and moments are
 * laid out in the same way. No gradient reaches the zeros, so they stay.
 *
 * @module
 */

import { layerChains, modelGraph } from "../../model/graph.ts";
import { countDirections, isRecurrent } from "../../model/layer_shapes.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { LayerSpec, ModelSpec, RecurrentLayer } from "../../model/spec.ts";

/** With fewer channels than this, padding each tap to vectors wastes too much: all taps are made one segment. */
const LEAST_CHANNELS = 16;

/** A kernel of rows of `columns` values: all `[tap, channel]` in sequence, or padded after each tap. */
export interface KernelLayout {
  /** Place of the first row among a model's weights; a multiple of four. */
  readonly start: number;
  /** Segments of consecutive rows, each padded: the taps, or 1. */
  readonly segments: number;
  /** Rows of a segment, without and with its padding. */
  readonly segmentLength: number;
  readonly paddedSegment: number;
  /** Values of a row, its padding included. */
  readonly columns: number;
  /** Place of the bias. */
  readonly bias: number;
  /** Values of kernel and bias. */
  readonly size: number;
}

/**
 * The weights of a GRU or an LSTM: for each direction the rows of its kernel, of its recurrent kernel and of its bias,
 * all of the same length.
 */
export interface RecurrentLayout {
  /** Place of the first row among a model's weights; a multiple of four. */
  readonly start: number;
  readonly directions: number;
  readonly channels: number;
  readonly units: number;
  /** Gates, with the candidate: 3 or 4. */
  readonly gates: number;
  /** Values of a row, its padding included. */
  readonly columns: number;
  /** Values from one direction to the next. */
  readonly directionSize: number;
  /** Values of all directions. */
  readonly size: number;
}

/** All places of a model's weights. */
export interface WeightLayout {
  /** Kernels of convolutions and dense layers, by layer. */
  readonly kernels: ReadonlyMap<number, KernelLayout>;
  /** Weights of GRUs and LSTMs, by layer. */
  readonly recurrents: ReadonlyMap<number, RecurrentLayout>;
  /** Place of γ of each batch normalisation, by layer; β, the moving mean and variance follow it. */
  readonly norms: ReadonlyMap<number, number>;
  /** Place of the trained factor k of each distance-weighted mean, by its index in the join. */
  readonly scales: ReadonlyMap<number, number>;
  /** For each value of each weight, in the order of `weightShapes(spec)`, its place. */
  readonly places: readonly Uint32Array[];
  /** Values of a model. */
  readonly size: number;
}

/** Rounds up to whole vectors. */
export function roundUp(values: number): number {
  return Math.ceil(values / 4) * 4;
}

/** Lays out the weights of a valid model. */
export function layoutWeights(spec: ModelSpec): WeightLayout {
  const layers = layerChains(modelGraph(spec)).flatMap((chain) => chain.layers);
  const kernels = new Map<number, KernelLayout>();
  const recurrents = new Map<number, RecurrentLayout>();
  const norms = new Map<number, number>();
  const scales = new Map<number, number>();
  let size = 0;
  const places = weightShapes(spec).map((weight) => {
    const start = size;
    if (weight.layer === undefined) {
      scales.set(weight.term, start);
      size = roundUp(start + 1);
      return range(start, 1);
    }
    const { layer: number, name, shape } = weight;
    const layer = layers[number]!;
    if (isRecurrent(layer)) {
      const known = recurrents.get(number);
      if (known === undefined) recurrents.set(number, layoutRecurrent(layer, shape, start));
      const { columns } = recurrents.get(number)!;
      size += sizeOf(shape) / shape.at(-1)! * columns;
      return rowPlaces(shape, { start, columns });
    }
    if (name === "kernel") {
      const layout = layoutKernel(layer, shape, start);
      kernels.set(number, layout);
      size += layout.size;
      return kernelPlaces(layout, shape);
    }
    const kernel = kernels.get(number);
    if (kernel !== undefined) return range(kernel.bias, sizeOf(shape));
    if (name === "gamma") norms.set(number, start);
    size += sizeOf(shape);
    if (name === "moving_variance") size = roundUp(size);
    return range(start, sizeOf(shape));
  });
  return { kernels, recurrents, norms, scales, places, size };
}

function layoutKernel(layer: LayerSpec, shape: readonly number[], start: number): KernelLayout {
  const [columns = 0, channels = 0, taps = 1] = shape.toReversed();
  const oneSegment = taps > 1 && isOneSegment(layer, channels);
  const segments = oneSegment ? 1 : taps;
  const segmentLength = oneSegment ? taps * channels : channels;
  const padded = { paddedSegment: roundUp(segmentLength), columns: roundUp(columns) };
  const bias = start + segments * padded.paddedSegment * padded.columns;
  const size = bias + padded.columns - start;
  return { start, segments, segmentLength, ...padded, bias, size };
}

/** Without dilation a window is one segment of its input. */
function isOneSegment(layer: LayerSpec, channels: number): boolean {
  return layer.type === "conv1d" && layer.dilation === 1 && channels < LEAST_CHANNELS;
}

function kernelPlaces(layout: KernelLayout, shape: readonly number[]): Uint32Array {
  const { start, segmentLength, paddedSegment, columns } = layout;
  const width = shape.at(-1)!;
  return Uint32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const row = Math.floor(i / width);
    const paddedRow = Math.floor(row / segmentLength) * paddedSegment + row % segmentLength;
    return start + paddedRow * columns + i % width;
  });
}

/** The layout of a recurrent layer, whose first kernel, `[channels, gates · units]`, begins at `start`. */
function layoutRecurrent(
  layer: RecurrentLayer,
  [channels = 0, width = 0]: readonly number[],
  start: number,
): RecurrentLayout {
  const { units } = layer;
  const directions = countDirections(layer);
  const columns = roundUp(width);
  const directionSize = (channels + units + 1) * columns;
  const size = directions * directionSize;
  return { start, directions, channels, units, gates: width / units, columns, directionSize, size };
}

/** Places of the values of rows that are padded to `columns`. */
function rowPlaces(
  shape: readonly number[],
  { start, columns }: { readonly start: number; readonly columns: number },
): Uint32Array {
  const width = shape.at(-1)!;
  return Uint32Array.from(
    { length: sizeOf(shape) },
    (_, i) => start + Math.floor(i / width) * columns + i % width,
  );
}

function range(start: number, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => start + i);
}
