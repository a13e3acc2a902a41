import { takeBackwardPlaces, takePassPlaces } from "../ops/conv/transformed/own_places.ts";
import { convPadding, kernelSpan } from "../../../model/shapes.ts";
import type { Conv1dLayer } from "../../../model/spec.ts";
import type { Allocator, Tensor } from "../layout.ts";
import type { ConvShape } from "../ops/conv/shape.ts";
import type { TransformedConv } from "../ops/conv/transformed/types.ts";
import {
  backwardKernelBytes,
  layOut,
  transformedKernelBytes,
} from "../ops/conv/transformed/tiling.ts";
import { chooseTrainingTiling, paysBackward } from "./training_tiling.ts";

/** A convolution's shape, and the rows of zeros that it needs around its output. */
export interface PlannedConv {
  readonly shape: ConvShape;
  readonly around: { readonly before: number; readonly after: number };
}

/** Lays out a convolution over an input. */
export function planConv(
  input: Tensor,
  spec: Conv1dLayer,
  pooledPositions: number | undefined,
): PlannedConv {
  const { left, right } = convPadding(spec);
  const { width, dilation, filters } = spec;
  const span = kernelSpan(spec) - 1;
  const outputPositions = input.rows + left + right - span;
  const groups = dilation === 1 ? 1 : width;
  const groupBytes = groups === 1 ? width * input.stride : 4 * input.channels;
  const shape: ConvShape = {
    inputPositions: input.rows,
    outputPositions,
    filters,
    filterVectors: Math.ceil(filters / 4),
    taps: width,
    dilation,
    left,
    channels: input.channels,
    inputStride: input.stride,
    groups,
    groupVectors: Math.ceil(groupBytes / 16),
    pooledPositions,
  };
  // Where every position has a gradient, the backward pass reads rows of zeros around the derivatives.
  const around = pooledPositions === undefined
    ? { before: span - left, after: input.rows - outputPositions + left }
    : { before: 0, after: 0 };
  return { shape, around };
}

/** Plans what training needs to transform a convolution, where that pays. */
export function planTransformed(
  shape: ConvShape,
  { pool, ofNetwork, memory }: {
    readonly pool: number | undefined;
    readonly ofNetwork: boolean;
    readonly memory: Allocator;
  },
): TransformedConv | undefined {
  const tiling = chooseTrainingTiling(shape, pool);
  if (tiling === undefined) return undefined;
  const layout = layOut(shape, tiling, 1);
  const backward = paysBackward(shape, tiling, ofNetwork);
  const { samples } = tiling;
  return {
    tiling,
    kernel: memory.take(transformedKernelBytes(layout)),
    backwardKernel: backward ? memory.take(backwardKernelBytes(layout)) : undefined,
    own: {
      forward: takePassPlaces(memory.own, layOut(shape, tiling, samples.forward)),
      backward: backward
        ? takeBackwardPlaces(memory.own, layOut(shape, tiling, samples.backward))
        : undefined,
    },
  };
}
