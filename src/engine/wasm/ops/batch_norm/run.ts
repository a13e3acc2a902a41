import { addressOf, deltaOf } from "../../layout.ts";
import { adamUpdate } from "../adam.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type Part,
  passesBack,
  type Update,
} from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import {
  BATCH_NORM_KERNELS,
  BATCH_NORM_SUM_KERNELS,
  POOLED_BATCH_NORM_KERNELS,
} from "./kernels.ts";
import type { BatchNormNode } from "./node.ts";

/**
 * Computes the mean and summed squared deviations of a part's rows, the first two rows of its sums, in one pass: both from
 * deviations from the first sample's mean, which are too small for their squares to lose digits.
 */
export function batchNormMeasure(
  context: ExecutionContext,
  { input, parts }: BatchNormNode,
  part: Part,
): void {
  const { floats } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum, columnMoments } = context.bind(SUM_KERNELS);
  const { stride, rows } = input;
  const end = part.start + part.count;
  const mean = parts.address + part.index * parts.stride;
  const [squares, centre, vectors] = [mean + stride, mean + 2 * stride, stride / 16];
  clear(mean, 3 * stride);
  columnSum(centre, addressOf(input, part.start), rows, vectors, stride);
  for (let i = centre / 4; i < (centre + stride) / 4; i++) floats[i] = floats[i]! / rows;
  for (let sample = part.start; sample < end; sample++) {
    columnMoments(mean, squares, addressOf(input, sample), centre, rows, vectors, stride);
  }
  const count = part.count * rows;
  for (let column = 0; column < stride / 4; column++) {
    const sum = floats[mean / 4 + column]!;
    floats[mean / 4 + column] = floats[centre / 4 + column]! + sum / count;
    const squared = floats[squares / 4 + column]! - sum ** 2 / count;
    floats[squares / 4 + column] = Math.max(0, squared);
  }
}

/** Normalises a part's samples, and pools them. */
export function batchNormForward(
  context: ExecutionContext,
  { name, input, output, pool, forward: factors }: BatchNormNode,
  { start, count }: Part,
): void {
  const end = start + count;
  if (pool === undefined) {
    const { forward } = context.bind(BATCH_NORM_KERNELS, name);
    for (let sample = start; sample < end; sample++) {
      forward(addressOf(output, sample), addressOf(input, sample), factors);
    }
    return;
  }
  const { forward } = context.bind(POOLED_BATCH_NORM_KERNELS, name);
  for (let sample = start; sample < end; sample++) {
    const kept = sample * output.sampleStride;
    forward(
      addressOf(output, sample),
      addressOf(input, sample),
      factors,
      pool.steps + kept,
      pool.chosen + kept,
    );
  }
}

/** Sums ∂y and ∂y·(x − μ) over a part's rows, into the two rows of its sums. */
export function batchNormMeasureDelta(
  context: ExecutionContext,
  { name, input, output, pool, mean, parts }: BatchNormNode,
  part: Part,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { sumDelta } = context.bind(BATCH_NORM_SUM_KERNELS, name);
  const sums = parts.address + part.index * parts.stride;
  clear(sums, 2 * input.stride);
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const source = pool === undefined
      ? addressOf(input, sample)
      : pool.chosen + sample * output.sampleStride;
    sumDelta(sums, deltaOf(output, sample), source, mean);
  }
}

/** Computes the derivatives with respect to a part's inputs. */
export function batchNormBackward(
  context: ExecutionContext,
  node: BatchNormNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { name, input, output, pool, backward: factors } = node;
  const { start, count } = pass.part;
  const end = start + count;
  if (pool === undefined) {
    const { backward } = context.bind(BATCH_NORM_KERNELS, name);
    for (let sample = start; sample < end; sample++) {
      const delta = deltaOf(output, sample);
      backward(deltaOf(input, sample), delta, addressOf(input, sample), factors);
    }
    return;
  }
  const { backward } = context.bind(POOLED_BATCH_NORM_KERNELS, name);
  for (let sample = start; sample < end; sample++) {
    const steps = pool.steps + sample * output.sampleStride;
    const delta = deltaOf(output, sample);
    backward(deltaOf(input, sample), delta, addressOf(input, sample), factors, steps);
  }
}

/** Takes Adam's step for γ and β. */
export function batchNormUpdate(
  context: ExecutionContext,
  { gamma, beta }: BatchNormNode,
  { adam }: Update,
): void {
  for (const parameter of [gamma, beta]) {
    adamUpdate(context, parameter, { offset: 0, bytes: parameter.bytes, adam });
  }
}
