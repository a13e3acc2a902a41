/**
 * Batch normalisation (Ioffe and Szegedy 2015) in two passes over a batch, with a barrier in between: each
 * part's mean and squared deviations first, then, from all parts in order (Chan et al. 1979), the batch's.
 *
 * With x̂ = (x − μ)/σ, forward is y = γ·x̂ + β and backward ∂x = γ/σ · (∂y − mean(∂y) − x̂ · mean(∂y·x̂)). Both are
 * affine in the rows that they read: a·first + b·second + c.
 *
 * @module
 */

import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import { addressOf, deltaOf, type NodeBase, type Parameter } from "../layout.ts";
import { adamUpdate } from "./adam.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type Part,
  passesBack,
  type Update,
} from "./context.ts";
import { MEMORY_KERNELS } from "./memory.ts";
import { SUM_KERNELS } from "./sums.ts";

/**
 * `affine`: target = a · first + b · second + c for each row, with the rows a, b and c one after the other at
 * `factors`, `vectors` long each. Batch normalisation is this, forward (b = 0) and backward. `stride` holds for
 * target, first and second.
 */
const BATCH_NORM_KERNELS = {
  affine: ["target", "first", "second", "factors", "rows", "vectors", "stride"],
} as const;

/** Batch normalisation. All of its arrays are one row of channels long. */
export interface BatchNormNode extends NodeBase {
  readonly kind: "batchNorm";
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly movingMean: number;
  readonly movingVariance: number;
  /** Sums of the parts, two rows each. */
  readonly parts: number;
  readonly mean: number;
  /** Rows a, b and c of the affine function that is the forward, and the backward pass. */
  readonly forward: number;
  readonly backward: number;
}

/** Adds the kernel of batch normalisation. */
export function addBatchNormKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: BATCH_NORM_KERNELS });
  add("affine", (code, { target, first, second, factors, rows, vectors, stride }) => {
    const [to, x, y, left, lengthA, lengthB] = code.locals("i32", 6);
    const [a, b, c] = code.locals("v128", 3);
    code.get(vectors).i32(16).op("i32.mul").set(lengthA);
    code.get(vectors).i32(32).op("i32.mul").set(lengthB);
    forVectors(code, { vectors, pointers: [target, first, second, factors] }, () => {
      code.get(factors).load().set(a);
      code.get(factors).get(lengthA).op("i32.add").load().set(b);
      code.get(factors).get(lengthB).op("i32.add").load().set(c);
      code.get(target).set(to).get(first).set(x).get(second).set(y).get(rows).set(left);
      code.repeatLocal(left, () => {
        code.get(to).get(x).load().get(a).op("f32x4.mul");
        code.get(y).load().get(b).op("f32x4.mul").op("f32x4.add");
        code.get(c).op("f32x4.add").store();
        for (const pointer of [to, x, y]) code.advanceBy(pointer, stride);
      });
    });
  });
}

/** Computes the mean and summed squared deviations of a part's rows, the two rows of its sums. */
export function batchNormMeasure(
  context: ExecutionContext,
  { input, parts }: BatchNormNode,
  part: Part,
): void {
  const { floats } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum, columnSumOfSquares } = context.bind(SUM_KERNELS);
  const { stride, rows } = input;
  const end = part.start + part.count;
  const mean = parts + 2 * stride * part.index;
  clear(mean, 2 * stride);
  for (let sample = part.start; sample < end; sample++) {
    columnSum(mean, addressOf(input, sample), rows, stride / 16, stride);
  }
  const count = part.count * rows;
  for (let i = mean / 4; i < (mean + stride) / 4; i++) floats[i] = floats[i]! / count;
  for (let sample = part.start; sample < end; sample++) {
    columnSumOfSquares(mean + stride, addressOf(input, sample), mean, rows, stride / 16, stride);
  }
}

/** Computes the batch's mean and variance from its parts', and the forward factors, and updates the moving averages. */
export function batchNormCombine(
  { floats }: ExecutionContext,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { input, momentum } = node;
  const row = input.stride / 4;
  const total = parts.reduce((sum, { count }) => sum + count, 0) * input.rows;
  for (let channel = 0; channel < row; channel++) {
    const at = (part: Part, which: number) =>
      floats[node.parts / 4 + (2 * part.index + which) * row + channel]!;
    const weight = (part: Part) => part.count * input.rows / total;
    const mean = parts.reduce((sum, part) => sum + weight(part) * at(part, 0), 0);
    const variance = parts.reduce((sum, part) => {
      return sum + at(part, 1) / total + weight(part) * (at(part, 0) - mean) ** 2;
    }, 0);
    floats[node.mean / 4 + channel] = mean;
    setForward(floats, node, { channel, mean, variance });
    const move = (address: number, value: number) => {
      const i = address / 4 + channel;
      floats[i] = momentum * floats[i]! + (1 - momentum) * value;
    };
    move(node.movingMean, mean);
    move(node.movingVariance, variance);
  }
}

/** Computes the factors for prediction, and for a backward pass through it, from the moving averages. */
export function batchNormFreeze({ floats }: ExecutionContext, node: BatchNormNode): void {
  const row = node.input.stride / 4;
  for (let channel = 0; channel < row; channel++) {
    const mean = floats[node.movingMean / 4 + channel]!;
    const variance = floats[node.movingVariance / 4 + channel]!;
    setForward(floats, node, { channel, mean, variance });
    const a = floats[node.forward / 4 + channel]!;
    setFactors(floats, { first: node.backward / 4 + channel, row, factors: [a, 0, 0] });
  }
}

function setForward(
  floats: Float32Array,
  node: BatchNormNode,
  { channel, mean, variance }: Readonly<Record<"channel" | "mean" | "variance", number>>,
): void {
  const gamma = floats[node.gamma.weight / 4 + channel]!;
  const beta = floats[node.beta.weight / 4 + channel]!;
  const a = gamma / Math.sqrt(variance + node.epsilon);
  const row = node.input.stride / 4;
  setFactors(floats, { first: node.forward / 4 + channel, row, factors: [a, 0, beta - a * mean] });
  // 1/σ, from which the backward factors are computed before they overwrite it.
  floats[node.backward / 4 + channel] = 1 / Math.sqrt(variance + node.epsilon);
}

function setFactors(
  floats: Float32Array,
  { first, row, factors }: {
    readonly first: number;
    readonly row: number;
    readonly factors: readonly [a: number, b: number, c: number];
  },
): void {
  factors.forEach((factor, i) => floats[first + i * row] = factor);
}

/** Normalises a part's samples with the forward factors. */
export function batchNormForward(
  context: ExecutionContext,
  { input, output, forward }: BatchNormNode,
  { start, count }: Part,
): void {
  const { affine } = context.bind(BATCH_NORM_KERNELS);
  const { rows, stride } = input;
  for (let sample = start; sample < start + count; sample++) {
    const from = addressOf(input, sample);
    affine(addressOf(output, sample), from, from, forward, rows, stride / 16, stride);
  }
}

/** Sums ∂y and ∂y·(x − μ) over a part's rows, into the two rows of its sums. */
export function batchNormMeasureDelta(
  context: ExecutionContext,
  { input, output, mean, parts }: BatchNormNode,
  part: Part,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum, columnSumOfProducts } = context.bind(SUM_KERNELS);
  const { rows, stride } = input;
  const vectors = stride / 16;
  const sums = parts + 2 * stride * part.index;
  clear(sums, 2 * stride);
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const delta = deltaOf(output, sample);
    const from = addressOf(input, sample);
    columnSum(sums, delta, rows, vectors, stride);
    columnSumOfProducts(sums + stride, from, mean, delta, rows, vectors, stride);
  }
}

/** Computes the gradients of γ and β, and the backward factors, from the parts' sums. */
export function batchNormCombineDelta(
  { floats }: ExecutionContext,
  node: BatchNormNode,
  parts: readonly Part[],
): void {
  const { input, gamma, beta } = node;
  const row = input.stride / 4;
  const total = parts.reduce((sum, { count }) => sum + count, 0) * input.rows;
  for (let channel = 0; channel < row; channel++) {
    const sumOf = (which: number) =>
      parts.reduce((sum, { index }) => {
        return sum + floats[node.parts / 4 + (2 * index + which) * row + channel]!;
      }, 0);
    const inverse = floats[node.backward / 4 + channel]!;
    const sumDelta = sumOf(0);
    const sumProduct = sumOf(1);
    floats[gamma.gradient / 4 + channel] = sumProduct * inverse;
    floats[beta.gradient / 4 + channel] = sumDelta;
    const a = floats[node.forward / 4 + channel]!;
    const b = -a * inverse ** 2 * sumProduct / total;
    const c = -a * sumDelta / total - b * floats[node.mean / 4 + channel]!;
    setFactors(floats, { first: node.backward / 4 + channel, row, factors: [a, b, c] });
  }
}

/** Computes the derivatives with respect to a part's inputs. */
export function batchNormBackward(
  context: ExecutionContext,
  node: BatchNormNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { input, output, backward } = node;
  const { start, count } = pass.part;
  const { affine } = context.bind(BATCH_NORM_KERNELS);
  const { rows, stride } = input;
  for (let sample = start; sample < start + count; sample++) {
    const target = deltaOf(input, sample);
    const delta = deltaOf(output, sample);
    affine(target, delta, addressOf(input, sample), backward, rows, stride / 16, stride);
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
