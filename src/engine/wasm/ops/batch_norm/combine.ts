/**
 * What is done once for a batch, from the sums of its parts. One thread does it while the others wait, so these are
 * plain loops.
 *
 * @module
 */

import type { ExecutionContext, Part } from "../context.ts";
import type { BatchNormNode } from "./node.ts";

/** Computes the batch's mean and variance from its parts', and the forward factors, and updates the moving averages. */
export function batchNormCombine(
  { floats }: ExecutionContext,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { input, momentum } = node;
  const row = input.stride / 4;
  const total = countRows(node, parts);
  for (let channel = 0; channel < row; channel++) {
    let mean = 0;
    for (const { index, count } of parts) {
      mean += count * input.rows / total * floats[sumsOf(node, index) + channel]!;
    }
    let variance = 0;
    for (const { index, count } of parts) {
      const sums = sumsOf(node, index) + channel;
      const apart = floats[sums]! - mean;
      variance += floats[sums + row]! / total + count * input.rows / total * apart * apart;
    }
    floats[node.mean / 4 + channel] = mean;
    setForward(floats, node, { channel, mean, variance });
    moveAverage(floats, node.movingMean / 4 + channel, { momentum, value: mean });
    moveAverage(floats, node.movingVariance / 4 + channel, { momentum, value: variance });
  }
}

/** Computes the factors for prediction, and for a backward pass through it, from the moving averages. */
export function batchNormFreeze({ floats }: ExecutionContext, node: BatchNormNode): void {
  const row = node.input.stride / 4;
  for (let channel = 0; channel < row; channel++) {
    const mean = floats[node.movingMean / 4 + channel]!;
    const variance = floats[node.movingVariance / 4 + channel]!;
    setForward(floats, node, { channel, mean, variance });
    const backward = node.backward / 4 + channel;
    floats[backward] = floats[node.forward / 4 + channel]!;
    floats[backward + row] = 0;
    floats[backward + 2 * row] = 0;
  }
}

/** Computes the gradients of γ and β, and the backward factors, from the parts' sums. */
export function batchNormCombineDelta(
  { floats }: ExecutionContext,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { gamma, beta } = node;
  const row = node.input.stride / 4;
  const total = countRows(node, parts);
  for (let channel = 0; channel < row; channel++) {
    let [sumDelta, sumProduct] = [0, 0];
    for (const { index } of parts) {
      const sums = sumsOf(node, index) + channel;
      sumDelta += floats[sums]!;
      sumProduct += floats[sums + row]!;
    }
    const backward = node.backward / 4 + channel;
    const inverse = floats[backward]!;
    floats[gamma.gradient / 4 + channel] = sumProduct * inverse;
    floats[beta.gradient / 4 + channel] = sumDelta;
    const a = floats[node.forward / 4 + channel]!;
    const b = -a * inverse ** 2 * sumProduct / total;
    floats[backward] = a;
    floats[backward + row] = b;
    floats[backward + 2 * row] = -a * sumDelta / total - b * floats[node.mean / 4 + channel]!;
  }
}

/** Place of a part's sums in float32. */
function sumsOf({ parts }: BatchNormNode, index: number): number {
  return (parts.address + index * parts.stride) / 4;
}

function countRows({ input }: BatchNormNode, parts: readonly Part[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0) * input.rows;
}

function setForward(
  floats: Float32Array,
  node: BatchNormNode,
  { channel, mean, variance }: Readonly<Record<"channel" | "mean" | "variance", number>>,
): void {
  const gamma = floats[node.gamma.weight / 4 + channel]!;
  const beta = floats[node.beta.weight / 4 + channel]!;
  const inverse = 1 / Math.sqrt(variance + node.epsilon);
  const a = gamma * inverse;
  const row = node.input.stride / 4;
  const forward = node.forward / 4 + channel;
  floats[forward] = a;
  floats[forward + row] = beta - a * mean;
  floats[forward + 2 * row] = Math.sign(a);
  // 1/σ, from which the backward factors are computed before they overwrite it.
  floats[node.backward / 4 + channel] = inverse;
}

function moveAverage(
  floats: Float32Array,
  place: number,
  { momentum, value }: { readonly momentum: number; readonly value: number },
): void {
  floats[place] = momentum * floats[place]! + (1 - momentum) * value;
}
