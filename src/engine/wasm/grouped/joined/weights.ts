/**
 * The weights of a model with branches in the form in which its groups read them.
 *
 * @module
 */

import { sharedBuffer } from "../../../../base/shared_memory.ts";
import { VECTOR } from "../layout.ts";
import { packWeights } from "../weights.ts";
import type { JoinedPlan, JoinedProgram, ProgramWeights } from "./types.ts";

/**
 * Makes room for the weights: an image for each program, then one of the extras' kernel, then the factors of distances.
 *
 * @returns Zeros, in memory that threads share.
 */
export function createJoinedImages(
  { plan, parts }: JoinedProgram,
): Float32Array[] {
  const { extras, vectors, distances } = plan;
  const sizes = parts.map(({ program }) => program.plan.weights.bytes);
  return [...sizes, extras.count * vectors * VECTOR, 4 * distances.length].map((bytes) =>
    new Float32Array(sharedBuffer(bytes))
  );
}

/**
 * Packs the weights. Sums of kernels are of float64, rounded once.
 *
 * @param program What they are for.
 * @param weights In the order of `weightShapes(spec)`.
 * @param images Receive them.
 */
export function packJoinedImages(
  { plan, parts }: JoinedProgram,
  weights: readonly Float32Array[],
  images: readonly Float32Array[],
): void {
  for (const [index, { program, weights: source }] of parts.entries()) {
    const own = source.kind === "model" ? weights : projectionWeights(plan, source, weights);
    packWeights(program.plan, own, images[index]!);
  }
  const [kernel, factors] = images.slice(parts.length) as [Float32Array, Float32Array];
  packExtras(plan, weights, kernel);
  for (const { number, scale } of plan.distances) factors[number] = weights[scale]![0]!;
}

/** Kernel and bias of a projection: sums of some rows of the head's first kernel, and zeros. */
function projectionWeights(
  { kernel, units }: JoinedPlan,
  { parts, size }: Extract<ProgramWeights, { readonly kind: "projection" }>,
  weights: readonly Float32Array[],
): readonly Float32Array[] {
  const whole = weights[kernel]!;
  const sums = new Float64Array(size * units);
  for (const { firstRow, sign } of parts) {
    const first = firstRow * units;
    for (let i = 0; i < sums.length; i++) sums[i]! += sign * whole[first + i]!;
  }
  return [Float32Array.from(sums), new Float32Array(units)];
}

/** The bias, then the rows that act on the extras. */
function packExtras(
  { kernel, bias, units, vectors, extras: { kernelRows } }: JoinedPlan,
  weights: readonly Float32Array[],
  image: Float32Array,
): void {
  const row = 4 * vectors;
  image.set(weights[bias]!, 0);
  for (const [index, source] of kernelRows.entries()) {
    const first = source * units;
    image.set(weights[kernel]!.subarray(first, first + units), (index + 1) * row);
  }
}
