/**
 * The places of a model's weights on the GPU: in the order of `weightShapes(spec)`, kernels padded with zeros to
 * vectors of four, so that they are read a vector at a time without a check for their end. Gradients and moments are
 * laid out in the same way. No gradient reaches the zeros, so they stay.
 *
 * @module
 */

import { layerChains, modelGraph } from "../../model/graph.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { LayerSpec, ModelSpec } from "../../model/spec.ts";

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

/** All places of a model's weights. */
export interface WeightLayout {
  /** Kernels of convolutions and dense layers, by layer. */
  readonly kernels: ReadonlyMap<number, KernelLayout>;
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
    const { layer, name, shape } = weight;
    if (name === "kernel") {
      const layout = layoutKernel(layers[layer]!, shape, start);
      kernels.set(layer, layout);
      size += layout.size;
      return kernelPlaces(layout, shape);
    }
    const kernel = kernels.get(layer);
    if (kernel !== undefined) return range(kernel.bias, sizeOf(shape));
    if (name === "gamma") norms.set(layer, start);
    size += sizeOf(shape);
    if (name === "moving_variance") size = roundUp(size);
    return range(start, sizeOf(shape));
  });
  return { kernels, norms, scales, places, size };
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

function range(start: number, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => start + i);
}
