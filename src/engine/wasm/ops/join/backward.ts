import { deltaOf } from "../../layout.ts";
import { adamUpdate } from "../adam.ts";
import type { AdamStep, ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { countReferences, deltaStride, firstDelta, rowOf, rowsOf } from "./entries.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import { SOFTMAX_KERNELS } from "./softmax_kernels.ts";
import type { DistanceTerm, JoinNode, PlannedTerm } from "./types.ts";

/**
 * Computes the derivatives with respect to the entries that a part's samples use from those with respect to the joined
 * rows. `wanted` says of which branches.
 */
export function joinBackward(
  context: ExecutionContext,
  join: JoinNode,
  { part: { start, count }, wanted }: { readonly part: Part; readonly wanted: readonly boolean[] },
): void {
  const backward = new BackwardJoin(context, join, wanted);
  for (let sample = start; sample < start + count; sample++) backward.divide(sample);
}

/** Divides the derivatives of samples one by one, each given by its place in the batch. */
class BackwardJoin {
  readonly #context: ExecutionContext;
  readonly #join: JoinNode;
  readonly #wanted: readonly boolean[];
  readonly #kernels;
  readonly #softmaxKernels;
  readonly #clear;
  /** The sample, and its references. */
  #sample = 0;
  #references = 0;

  constructor(context: ExecutionContext, join: JoinNode, wanted: readonly boolean[]) {
    this.#context = context;
    this.#join = join;
    this.#wanted = wanted;
    this.#kernels = context.bind(JOIN_KERNELS);
    this.#softmaxKernels = context.bind(SOFTMAX_KERNELS);
    this.#clear = context.bind(MEMORY_KERNELS).clear;
  }

  /** Divides the derivatives with respect to a sample's joined row among its entries. */
  divide(sample: number): void {
    this.#sample = sample;
    this.#references = countReferences(this.#context, this.#join, sample);
    this.#clearUses();
    for (const term of this.#join.terms) this.#divideTerm(term);
  }

  #clearUses(): void {
    for (const [index, branch] of this.#join.branches.entries()) {
      if (!this.#wanted[index]) continue;
      const rows = branch.places === 1 || branch.alike ? 1 : this.#references;
      this.#clear(firstDelta(branch, this.#sample), rows * 16 * branch.vectors);
    }
  }

  #divideTerm(term: PlannedTerm): void {
    switch (term.type) {
      case "output":
        return this.#addToOwn(term.branch, this.#findDelta(term, term.branch));
      case "mean":
        return this.#spreadMean(term.branch, this.#findDelta(term, term.branch), 1);
      case "difference": {
        // Without references the term is zero for any output of the branch.
        if (this.#references === 0) return;
        const delta = this.#findDelta(term, term.references);
        this.#addToOwn(term.branch, delta);
        return this.#spreadMean(term.references, delta, -1);
      }
      case "distanceWeightedMean":
        return this.#divideDistances(term, this.#findDelta(term, term.values));
    }
  }

  /**
   * Address of the derivatives with respect to a term, which is made of rows of a branch; where these have more vectors
   * than the term has values for, of a copy in the scratch memory, which zeros follow.
   */
  #findDelta({ size, offset }: PlannedTerm, branch: number): number {
    const { floats, scratch } = this.#context;
    const { output, branches } = this.#join;
    const source = deltaOf(output, this.#sample) + 4 * offset;
    const bytes = 16 * branches[branch]!.vectors;
    if (bytes === 4 * size) return source;
    this.#clear(scratch, bytes);
    if (size === 1) floats[scratch / 4] = floats[source / 4]!;
    else floats.copyWithin(scratch / 4, source / 4, source / 4 + size);
    return scratch;
  }

  /** Adds derivatives to those with respect to the sample's entry of a branch that is not over references. */
  #addToOwn(index: number, delta: number): void {
    if (!this.#wanted[index]) return;
    const branch = this.#join.branches[index]!;
    this.#kernels.accumulate(firstDelta(branch, this.#sample), delta, branch.vectors, 1);
  }

  /** Adds a share of the derivatives with respect to a mean to those of each reference. */
  #spreadMean(index: number, delta: number, sign: 1 | -1): void {
    if (this.#references === 0 || !this.#wanted[index]) return;
    const branch = this.#join.branches[index]!;
    const first = firstDelta(branch, this.#sample);
    const stride = deltaStride(branch);
    const share = sign / this.#references;
    for (let use = 0; use < (branch.alike ? 1 : this.#references); use++) {
      this.#kernels.accumulate(first + use * stride, delta, branch.vectors, share);
    }
  }

  /**
   * With weights w, the softmax of logits −sharpness · k · d², and g = δ · v for the averaged values v: the derivatives
   * are w · δ with respect to v and w · (g − Σ w · g) with respect to the logits, from which follow those with respect
   * to k and to the differences whose mean square is d².
   */
  #divideDistances(term: Extract<PlannedTerm, DistanceTerm>, delta: number): void {
    const { branches, scratch } = this.#join;
    const count = this.#references;
    const values = branches[term.values]!;
    const list = rowsOf(values, this.#sample);
    const lanes = this.#context.scratch + scratch.lanes;
    this.#kernels.dotRows(lanes, delta, list, count, values.vectors);
    this.#findFactors(term, lanes);
    if (this.#wanted[term.values]) {
      const weights = term.record.weights + this.#sample * term.record.stride;
      const target = firstDelta(values, this.#sample);
      const stride = deltaStride(values);
      this.#kernels.spreadRow(target, stride, delta, weights, count, values.vectors);
    }
    this.#divideDifferences(term);
  }

  /** Finds the derivative with respect to k, and the factors of the differences. */
  #findFactors(term: Extract<PlannedTerm, DistanceTerm>, lanes: number): void {
    const { floats, scratch } = this.#context;
    const { record, sharpness } = term;
    const { size } = this.#join.branches[term.near]!;
    const weights = record.weights + this.#sample * record.stride;
    const distances = record.distances + this.#sample * record.stride;
    const factors = scratch + this.#join.scratch.factors;
    const sum = scratch + this.#join.scratch.row;
    const count = this.#references;
    const factor = -2 * sharpness * floats[record.scale.weight / 4]! / size;
    const { sumLanes, softmaxBackward } = this.#softmaxKernels;
    sumLanes(factors, lanes, count, 1);
    softmaxBackward(sum, factors, weights, distances, count, factor);
    floats[record.scaleGradients / 4 + this.#sample] = sharpness * floats[sum / 4]!;
  }

  /** Adds the derivatives with respect to the rows that are compared. */
  #divideDifferences(term: Extract<PlannedTerm, DistanceTerm>): void {
    const { branches, scratch } = this.#join;
    const near = branches[term.near]!;
    const others = branches[term.references]!;
    const own = rowOf(this.#context, near, this.#sample);
    const list = rowsOf(others, this.#sample);
    const factors = this.#context.scratch + scratch.factors;
    const count = this.#references;
    if (this.#wanted[term.near]) {
      const target = firstDelta(near, this.#sample);
      this.#kernels.pullRows(target, own, list, factors, count, near.vectors);
    }
    if (this.#wanted[term.references]) {
      const target = firstDelta(others, this.#sample);
      const stride = deltaStride(others);
      this.#kernels.pushRows(target, stride, own, list, factors, count, near.vectors);
    }
  }
}

/**
 * Takes Adam's step for the factor k of a distance-weighted mean, whose gradient is summed over the samples of the
 * batch in order.
 */
export function joinUpdate(
  context: ExecutionContext,
  join: JoinNode,
  { term: index, samples, adam }: {
    readonly term: number;
    readonly samples: number;
    readonly adam: AdamStep;
  },
): void {
  const term = join.terms[index]!;
  if (term.type !== "distanceWeightedMean") return;
  const { scale, scaleGradients } = term.record;
  let sum = 0;
  for (let sample = 0; sample < samples; sample++) {
    sum += context.floats[scaleGradients / 4 + sample]!;
  }
  context.floats[scale.gradient / 4] = sum;
  adamUpdate(context, scale, { offset: 0, bytes: scale.bytes, adam });
}
