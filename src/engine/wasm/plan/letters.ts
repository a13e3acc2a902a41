import { convPadding, kernelSpan } from "../../../model/shapes.ts";
import type { Conv1dLayer } from "../../../model/spec.ts";
import { type Allocator, roundUp, type Tensor } from "../layout.ts";
import {
  countEntryCodes,
  cutBlocks,
  LETTERS,
  type SequenceConvShape,
} from "../ops/sequence/shape.ts";

/** A vector load may read past the last code. */
const VECTOR_BYTES = 16;

/** The letters of a sequence as codes, a byte each, for a convolution that reads them. */
export function planLetters(
  bases: number,
  { conv, memory, capacity }: {
    readonly conv: Conv1dLayer;
    readonly memory: Allocator;
    readonly capacity: number;
  },
): Tensor {
  const shape = shapeOfConv(conv, bases);
  const codes = Math.max(countEntryCodes(shape), shape.left + bases);
  const sampleStride = roundUp(codes + VECTOR_BYTES, 64);
  const deltaRow = 4 * LETTERS;
  const deltaSampleStride = roundUp(deltaRow * codes, 64);
  return {
    address: memory.take(sampleStride * capacity) + shape.left,
    delta: memory.take(deltaSampleStride * capacity) + deltaRow * shape.left,
    sampleStride,
    deltaSampleStride,
    ofNetwork: true,
    codes: true,
    before: shape.left,
    rows: bases,
    stride: deltaRow,
    channels: LETTERS,
    segment: { count: LETTERS, padded: LETTERS },
  };
}

/** The shape of a convolution over letters without its pooling. */
export function shapeOfConv(conv: Conv1dLayer, bases: number): SequenceConvShape {
  const { width, dilation, filters } = conv;
  const { left, right } = convPadding(conv);
  return {
    bases,
    windows: bases + left + right - (kernelSpan(conv) - 1),
    pool: 1,
    taps: width,
    dilation,
    left,
    ...cutBlocks(filters),
  };
}
