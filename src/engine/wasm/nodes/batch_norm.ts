/**
 * Batch normalisation (Ioffe and Szegedy 2015) in two passes over a batch, with a barrier in between: each
 * part's mean and squared deviations first, then, from all parts in order (Chan et al. 1979), the batch's.
 *
 * With x̂ = (x − μ)/σ, forward is y = γ·x̂ + β and backward ∂x = γ/σ · (∂y − mean(∂y) − x̂ · mean(∂y·x̂)). Both are
 * affine in the rows at hand: a·first + b·second + c.
 *
 * @module
 */

import type { BatchNormNode } from "../plan_types.ts";
import { applyAdam, type Machine, type Part, type Update } from "./machine.ts";

/** Mean and summed squared deviations of a part's rows, in the two rows of its sums. */
export function measureBatchNorm(
  { kernels, floats }: Machine,
  node: BatchNormNode,
  part: Part,
): void {
  const { input, parts } = node;
  const { stride, slot, rows } = input;
  const mean = parts + 2 * stride * part.index;
  kernels.clear(mean, 2 * stride);
  const eachSample = (visit: (rows: number) => void) => {
    for (let i = part.start; i < part.start + part.count; i++) visit(input.address + i * slot);
  };
  eachSample((from) => kernels.columnSum(mean, from, rows, stride / 16, stride));
  const count = part.count * rows;
  for (let i = mean / 4; i < (mean + stride) / 4; i++) floats[i] /= count;
  eachSample((from) =>
    kernels.columnSumOfSquares(mean + stride, from, mean, rows, stride / 16, stride)
  );
}

/** The batch's mean and variance from its parts', the forward factors, and the moving averages' step. */
export function combineBatchNorm(
  { floats }: Machine,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { input, momentum } = node;
  const row = input.stride / 4;
  const total = parts.reduce((sum, { count }) => sum + count, 0) * input.rows;
  for (let channel = 0; channel < row; channel++) {
    const at = (part: Part, which: number) =>
      floats[node.parts / 4 + (2 * part.index + which) * row + channel];
    const weight = (part: Part) => part.count * input.rows / total;
    const mean = parts.reduce((sum, part) => sum + weight(part) * at(part, 0), 0);
    const variance = parts.reduce((sum, part) => {
      return sum + at(part, 1) / total + weight(part) * (at(part, 0) - mean) ** 2;
    }, 0);
    floats[node.mean / 4 + channel] = mean;
    setForward(floats, node, channel, { mean, variance });
    const move = (address: number, value: number) => {
      const i = address / 4 + channel;
      floats[i] = momentum * floats[i] + (1 - momentum) * value;
    };
    move(node.movingMean, mean);
    move(node.movingVariance, variance);
  }
}

/** The forward factors for prediction, from the moving averages. */
export function freezeBatchNorm({ floats }: Machine, node: BatchNormNode): void {
  for (let channel = 0; channel < node.input.stride / 4; channel++) {
    const mean = floats[node.movingMean / 4 + channel];
    const variance = floats[node.movingVariance / 4 + channel];
    setForward(floats, node, channel, { mean, variance });
  }
}

function setForward(
  floats: Float32Array,
  node: BatchNormNode,
  channel: number,
  { mean, variance }: { mean: number; variance: number },
): void {
  const row = node.input.stride / 4;
  const gamma = floats[node.gamma.weight / 4 + channel];
  const beta = floats[node.beta.weight / 4 + channel];
  const a = gamma / Math.sqrt(variance + node.epsilon);
  setFactors(floats, node.forward / 4 + channel, row, [a, 0, beta - a * mean]);
  // 1/σ, which the backward factors are made from before they take its place.
  floats[node.backward / 4 + channel] = 1 / Math.sqrt(variance + node.epsilon);
}

function setFactors(
  floats: Float32Array,
  first: number,
  row: number,
  factors: readonly number[],
): void {
  factors.forEach((factor, i) => floats[first + i * row] = factor);
}

/** Normalises a part's samples with the forward factors. */
export function forwardBatchNorm({ kernels }: Machine, node: BatchNormNode, part: Part): void {
  const { input, output, forward } = node;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const from = input.address + sample * input.slot;
    const to = output.address + sample * output.slot;
    kernels.affine(to, from, from, forward, input.rows, input.stride / 16, input.stride);
  }
}

/** Sums of ∂y and ∂y·(x − μ) over a part's rows, in the two rows of its sums. */
export function measureBatchNormDelta(
  { kernels }: Machine,
  node: BatchNormNode,
  part: Part,
): void {
  const { input, output, mean } = node;
  const { rows, stride } = input;
  const sums = node.parts + 2 * stride * part.index;
  kernels.clear(sums, 2 * stride);
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const delta = output.delta! + sample * output.slot;
    const from = input.address + sample * input.slot;
    kernels.columnSum(sums, delta, rows, stride / 16, stride);
    kernels.columnSumOfProducts(sums + stride, from, mean, delta, rows, stride / 16, stride);
  }
}

/** Gradients of γ and β, and the backward factors, from the parts' sums. */
export function combineBatchNormDelta(
  { floats }: Machine,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { input, gamma, beta } = node;
  const row = input.stride / 4;
  const total = parts.reduce((sum, { count }) => sum + count, 0) * input.rows;
  for (let channel = 0; channel < row; channel++) {
    const sum = (which: number) =>
      parts.reduce((sum, { index }) => {
        return sum + floats[node.parts / 4 + (2 * index + which) * row + channel];
      }, 0);
    const inverse = floats[node.backward / 4 + channel];
    const [sumDelta, sumProduct] = [sum(0), sum(1)];
    floats[gamma.gradient / 4 + channel] = sumProduct * inverse;
    floats[beta.gradient / 4 + channel] = sumDelta;
    const a = floats[node.forward / 4 + channel];
    const b = -a * inverse ** 2 * sumProduct / total;
    const c = -a * sumDelta / total - b * floats[node.mean / 4 + channel];
    setFactors(floats, node.backward / 4 + channel, row, [a, b, c]);
  }
}

/** Deltas of the input of a part's samples. */
export function backwardBatchNorm({ kernels }: Machine, node: BatchNormNode, part: Part): void {
  const { input, output, backward } = node;
  if (input.delta === undefined) return;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const to = input.delta + sample * input.slot;
    const delta = output.delta! + sample * output.slot;
    const from = input.address + sample * input.slot;
    kernels.affine(to, delta, from, backward, input.rows, input.stride / 16, input.stride);
  }
}

/** Adam's step for γ and β. */
export function updateBatchNorm(machine: Machine, node: BatchNormNode, { adam }: Update): void {
  for (const parameter of [node.gamma, node.beta]) {
    applyAdam(machine, parameter, { offset: 0, bytes: parameter.bytes, adam });
  }
}
