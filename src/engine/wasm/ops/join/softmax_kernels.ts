/**
 * The softmax of a distance-weighted mean, and its derivatives.
 *
 * Lists have a float32 for each of `count` references and end in zeros up to a whole vector.
 *
 * @module
 */

import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { keepNumbers, pushExponentialMinusOne } from "../../assembler/exponential.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { TransposedBlock } from "../../assembler/transposed_block.ts";
import { forVectors } from "../../assembler/loops.ts";

/**
 * - `sumLanes`: for each of `count` vectors at `source`, the sum of its lanes, divided by `divisor`.
 * - `softmax`: weights = softmax of −factor · distance.
 * - `softmaxBackward`: with the derivatives g with respect to the weights in `slopes`, those with respect to the logits are
 *   w · (g − Σ w · g); `slopes` becomes these times `factor`, and each lane of the vector at `target` −Σ of these times
 *   distance.
 */
export const SOFTMAX_KERNELS = {
  sumLanes: ["target", "source", "count", "divisor: f32"],
  softmax: ["weights", "distances", "count", "factor: f32"],
  softmaxBackward: ["target", "slopes", "weights", "distances", "count", "factor: f32"],
} as const;

/** Far below every logit that a softmax does not round to 0; eˣ is clamped long before. */
const LEAST = -3e38;

/** Adds the kernels of softmaxes. */
export function addSoftmaxKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SOFTMAX_KERNELS });
  add("sumLanes", assembleLaneSums);
  add("softmax", assembleSoftmax);
  add("softmaxBackward", assembleSlopes);
}

function assembleLaneSums(
  code: FunctionAssembler,
  { target, source, count, divisor }: Readonly<
    Record<"target" | "source" | "count" | "divisor", Local>
  >,
): void {
  const [place, divisors] = code.locals("v128", 2);
  const left = code.local("i32");
  const block = new TransposedBlock(code);
  code.get(divisor).op("f32x4.splat").set(divisors);
  const mask = new CountMask(code, { place, count });
  code.get(count).i32(3).op("i32.add").i32(2).op("i32.shr_u").set(left);
  forVectors(code, { vectors: left, pointers: [target] }, () => {
    block.transpose((line) => code.get(source).load(16 * line));
    code.get(target);
    block.push(0);
    block.push(1);
    code.op("f32x4.add");
    block.push(2);
    block.push(3);
    code.op("f32x4.add").op("f32x4.add").get(divisors).op("f32x4.div");
    mask.push();
    code.op("v128.and").store().advance(source, 64);
    mask.advance();
  });
}

function assembleSoftmax(
  code: FunctionAssembler,
  { weights, distances, count, factor }: Readonly<
    Record<"weights" | "distances" | "count" | "factor", Local>
  >,
): void {
  const [minusFactor, largest, sum, place, logit] = code.locals("v128", 5);
  const [from, to, vectors, left] = code.locals("i32", 4);
  const mask = new CountMask(code, { place, count });
  const push = keepNumbers(code);
  code.get(factor).op("f32x4.splat").op("f32x4.neg").set(minusFactor);
  code.get(count).i32(3).op("i32.add").i32(2).op("i32.shr_u").set(vectors);
  code.f32x4(LEAST).set(largest).f32x4(0).set(sum);
  code.get(distances).set(from).get(vectors).set(left);
  forVectors(code, { vectors: left, pointers: [from] }, () => {
    code.get(from).load().get(minusFactor).op("f32x4.mul").f32x4(LEAST);
    mask.push();
    code.op("v128.bitselect").get(largest).op("f32x4.pmax").set(largest);
    mask.advance();
  });
  foldLanes(code, largest, "f32x4.pmax");
  mask.restart();
  code.get(weights).set(to).get(vectors).set(left);
  forVectors(code, { vectors: left, pointers: [distances, to] }, () => {
    code.get(distances).load().get(minusFactor).op("f32x4.mul").get(largest).op("f32x4.sub");
    pushExponentialMinusOne(code, push);
    push(code, 1);
    code.op("f32x4.add");
    mask.push();
    code.op("v128.and").tee(logit).get(sum).op("f32x4.add").set(sum);
    code.get(to).get(logit).store();
    mask.advance();
  });
  foldLanes(code, sum, "f32x4.add");
  forVectors(code, { vectors, pointers: [weights] }, () => {
    code.get(weights).get(weights).load().get(sum).op("f32x4.div").store();
  });
}

function assembleSlopes(
  code: FunctionAssembler,
  { target, slopes, weights, distances, count, factor }: Readonly<
    Record<"target" | "slopes" | "weights" | "distances" | "count" | "factor", Local>
  >,
): void {
  const [mean, byScale, byLogit, factors, scratch] = code.locals("v128", 5);
  const [slope, weight, vectors, left] = code.locals("i32", 4);
  code.get(factor).op("f32x4.splat").set(factors);
  code.get(count).i32(3).op("i32.add").i32(2).op("i32.shr_u").set(vectors);
  code.f32x4(0).set(mean).f32x4(0).set(byScale);
  code.get(slopes).set(slope).get(weights).set(weight).get(vectors).set(left);
  forVectors(code, { vectors: left, pointers: [slope, weight] }, () => {
    code.get(slope).load().get(weight).load().get(mean).multiplyAdd(scratch).set(mean);
  });
  foldLanes(code, mean, "f32x4.add");
  forVectors(code, { vectors, pointers: [slopes, weights, distances] }, () => {
    code.get(slopes).load().get(mean).op("f32x4.sub").get(weights).load().op("f32x4.mul");
    code.set(byLogit);
    code.get(slopes).get(byLogit).get(factors).op("f32x4.mul").store();
    code.get(byScale).get(byLogit).get(distances).load().op("f32x4.mul").op("f32x4.sub");
    code.set(byScale);
  });
  foldLanes(code, byScale, "f32x4.add");
  code.get(target).get(byScale).store();
}

/** Puts the fold of a vector's four lanes, (0, 1) with (2, 3), into each of them. */
function foldLanes(
  code: FunctionAssembler,
  vector: Local,
  operation: "f32x4.add" | "f32x4.pmax",
): void {
  code.get(vector).get(vector).get(vector).shuffle([1, 0, 3, 2]).op(operation).set(vector);
  code.get(vector).get(vector).get(vector).shuffle([2, 3, 0, 1]).op(operation).set(vector);
}

/** Which lanes of the vectors of a list are not past its end. */
class CountMask {
  readonly #code: FunctionAssembler;
  readonly #place: Local;
  readonly #counts: Local;

  /** `place` holds the places of the lanes, from 1. */
  constructor(
    code: FunctionAssembler,
    { place, count }: { readonly place: Local; readonly count: Local },
  ) {
    this.#code = code;
    this.#place = place;
    this.#counts = code.local("v128");
    code.get(count).op("i32x4.splat").set(this.#counts);
    this.restart();
  }

  /** Returns to the first vector. */
  restart(): void {
    this.#code.i32x4([1, 2, 3, 4]).set(this.#place);
  }

  /** Moves to the next vector. */
  advance(): void {
    this.#code.get(this.#place).i32x4([4, 4, 4, 4]).op("i32x4.add").set(this.#place);
  }

  /** Pushes all bits for each lane that is not past the end. */
  push(): void {
    this.#code.get(this.#counts).get(this.#place).op("i32x4.ge_u");
  }
}
