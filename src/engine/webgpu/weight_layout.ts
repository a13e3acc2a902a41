/**
 * Where a model's weights lie on the GPU: in the order of `weightShapes(spec)`, kernels padded with zeros to vectors of
 * four, so that they are read a vector at a time and without asking where they end. Gradients and moments lie
 * likewise. No gradient reaches the zeros, so they stay.
 *
 * @module
 */

import { type LayerWeightShape, sizeOf, weightShapes } from "../../model/shapes.ts";
import type { Conv1dLayer, SequentialSpec as ModelSpec } from "../../model/spec.ts";

/** Fewer channels than this waste too much when each tap is padded to vectors: all taps are made one run. */
const LEAST_CHANNELS = 16;

/** A kernel of rows of `columns` values: all `[tap, channel]` one behind the other, or each tap's padded. */
export interface KernelLayout {
  /** Place of the first row among a model's weights; a multiple of four. */
  readonly start: number;
  /** Runs of rows that are padded: the taps, or 1. */
  readonly runs: number;
  /** Rows of a run, and the same with its padding. */
  readonly runLength: number;
  readonly paddedRun: number;
  /** Values of a row with its padding. */
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
  const kernels = new Map<number, KernelLayout>();
  const norms = new Map<number, number>();
  let size = 0;
  const places = weightShapes(spec).map((weight) => {
    const { layer, name, shape } = weight;
    if (name === "kernel") {
      const layout = layoutKernel(spec, weight, size);
      kernels.set(layer, layout);
      size += layout.size;
      return kernelPlaces(layout, shape);
    }
    const kernel = kernels.get(layer);
    if (kernel !== undefined) return range(kernel.bias, sizeOf(shape));
    if (name === "gamma") norms.set(layer, size);
    const start = size;
    size += sizeOf(shape);
    if (name === "moving_variance") size = roundUp(size);
    return range(start, sizeOf(shape));
  });
  return { kernels, norms, places, size };
}

function layoutKernel(
  spec: ModelSpec,
  { layer, shape }: LayerWeightShape,
  start: number,
): KernelLayout {
  const [taps, channels, columns] = shape.length === 3 ? shape : [1, ...shape];
  const oneRun = taps > 1 && isOneRun(spec.layers[layer] as Conv1dLayer, channels);
  const [runs, runLength] = oneRun ? [1, taps * channels] : [taps, channels];
  const padded = { paddedRun: roundUp(runLength), columns: roundUp(columns) };
  const bias = start + runs * padded.paddedRun * padded.columns;
  const size = bias + padded.columns - start;
  return { start, runs, runLength, ...padded, bias, size };
}

/** Without dilation a window is one run of its input. */
function isOneRun({ dilation }: Conv1dLayer, channels: number): boolean {
  return dilation === 1 && channels < LEAST_CHANNELS;
}

function kernelPlaces(layout: KernelLayout, shape: readonly number[]): Uint32Array {
  const { start, runLength, paddedRun, columns } = layout;
  const width = shape.at(-1)!;
  return Uint32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const row = Math.floor(i / width);
    const paddedRow = Math.floor(row / runLength) * paddedRun + row % runLength;
    return start + paddedRow * columns + i % width;
  });
}

function range(start: number, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => start + i);
}
