import { deltaOf } from "../../layout.ts";
import { adamUpdate } from "../adam.ts";
import type { AdamStep, ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { entryAddress, presentPlaces, useDelta } from "./entries.ts";
import { sumOfLanes } from "./forward.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import type { DistanceTerm, JoinNode, PlannedTerm } from "./types.ts";

/**
 * Computes the derivatives with respect to the entries that a part's samples use from those with respect to the joined
 * rows.
 */
export function joinBackward(
  context: ExecutionContext,
  join: JoinNode,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    clearUses(context, join, sample);
    for (const term of join.terms) backwardTerm(context, join, { term, sample });
  }
}

function clearUses(context: ExecutionContext, { branches }: JoinNode, sample: number): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  for (const branch of branches) {
    clear(useDelta(branch, { sample }), branch.places * 16 * branch.vectors);
  }
}

/** A term of a sample. */
interface TermOfSample<Term extends PlannedTerm> {
  readonly term: Term;
  readonly sample: number;
}

function backwardTerm(
  context: ExecutionContext,
  join: JoinNode,
  { term, sample }: TermOfSample<PlannedTerm>,
): void {
  const delta = copyDelta(context, join, { term, sample });
  const { accumulate } = context.bind(JOIN_KERNELS);
  switch (term.type) {
    case "output": {
      const branch = join.branches[term.branch]!;
      accumulate(useDelta(branch, { sample }), delta, branch.vectors, 1);
      return;
    }
    case "mean":
      return spreadMean(context, join, { sample, branch: term.branch, delta, sign: 1 });
    case "difference": {
      const own = join.branches[term.branch]!;
      const references = join.branches[term.references]!;
      // Without references the term is zero for any output of the branch.
      if (presentPlaces(context, references, sample).length === 0) return;
      accumulate(useDelta(own, { sample }), delta, own.vectors, 1);
      return spreadMean(context, join, { sample, branch: term.references, delta, sign: -1 });
    }
    case "distanceWeightedMean":
      return backwardDistances(context, join, { term, sample, delta });
  }
}

/**
 * Copies the derivatives with respect to a term to the scratch memory, where zeros follow them; returns their address.
 */
function copyDelta(
  context: ExecutionContext,
  { output }: JoinNode,
  { term, sample }: TermOfSample<PlannedTerm>,
): number {
  const { floats, scratch } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const source = deltaOf(output, sample) / 4 + term.offset;
  clear(scratch, 16 * Math.ceil(term.size / 4));
  floats.copyWithin(scratch / 4, source, source + term.size);
  return scratch;
}

/** Adds a share of the derivatives with respect to a mean to each of a sample's references. */
function spreadMean(
  context: ExecutionContext,
  { branches }: JoinNode,
  { sample, branch, delta, sign }: {
    readonly sample: number;
    readonly branch: number;
    readonly delta: number;
    readonly sign: 1 | -1;
  },
): void {
  const { accumulate } = context.bind(JOIN_KERNELS);
  const references = branches[branch]!;
  const present = presentPlaces(context, references, sample);
  for (const place of present) {
    const target = useDelta(references, { sample, place });
    accumulate(target, delta, references.vectors, sign / present.length);
  }
}

/**
 * With weights w, the softmax of logits −sharpness · k · d², and g = δ · v for the averaged values v: the derivatives
 * are w · δ with respect to v and w · (g − Σ w · g) with respect to the logits, from which follow those with respect to
 * k and to the differences whose mean square is d².
 */
function backwardDistances(
  context: ExecutionContext,
  { branches, references }: JoinNode,
  { term, sample, delta }: {
    readonly term: Extract<PlannedTerm, DistanceTerm>;
    readonly sample: number;
    readonly delta: number;
  },
): void {
  const { floats } = context;
  const { accumulate, accumulateDifference, dot } = context.bind(JOIN_KERNELS);
  const { record, sharpness } = term;
  const near = branches[term.near]!;
  const others = branches[term.references]!;
  const values = branches[term.values]!;
  const present = presentPlaces(context, others, sample);
  const first = sample * references;
  const weights = present.map((place) => floats[record.weights / 4 + first + place]!);
  const product = delta + 16 * values.vectors;
  const slopes = present.map((place, i) => {
    const value = entryAddress(context, values, { sample, place })!;
    accumulate(useDelta(values, { sample, place }), delta, values.vectors, weights[i]!);
    dot(product, delta, value, values.vectors);
    return sumOfLanes(context, product);
  });
  const mean = slopes.reduce((sum, slope, i) => sum + weights[i]! * slope, 0);
  const scale = floats[record.scale.weight / 4]!;
  const own = entryAddress(context, near, { sample })!;
  let scaleGradient = 0;
  for (const [i, place] of present.entries()) {
    const byLogit = weights[i]! * (slopes[i]! - mean);
    scaleGradient -= byLogit * sharpness * floats[record.distances / 4 + first + place]!;
    const factor = -2 * byLogit * sharpness * scale / near.size;
    const other = entryAddress(context, others, { sample, place })!;
    const { vectors } = near;
    accumulateDifference(useDelta(near, { sample }), own, other, vectors, factor);
    accumulateDifference(useDelta(others, { sample, place }), other, own, vectors, factor);
  }
  floats[record.scaleGradients / 4 + sample] = scaleGradient;
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
