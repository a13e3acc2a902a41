import { deltaOf } from "../../layout.ts";
import { adamUpdate } from "../adam.ts";
import type { AdamStep, ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { countReferences, deltaStride, firstDelta, rowOf, rowsOf } from "./entries.ts";
import { sumOfLanes } from "./forward.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import type { DistanceTerm, JoinNode, PlannedTerm } from "./types.ts";

/** A sample, its references, and the branches whose derivatives are wanted. */
interface BackwardSample {
  readonly sample: number;
  readonly references: number;
  readonly wanted: readonly boolean[];
}

/**
 * Computes the derivatives with respect to the entries that a part's samples use from those with respect to the joined
 * rows. `wanted` says of which branches.
 */
export function joinBackward(
  context: ExecutionContext,
  join: JoinNode,
  { part: { start, count }, wanted }: { readonly part: Part; readonly wanted: readonly boolean[] },
): void {
  for (let sample = start; sample < start + count; sample++) {
    const references = countReferences(context, join, sample);
    const of = { sample, references, wanted };
    clearUses(context, join, of);
    for (const term of join.terms) backwardTerm(context, join, { ...of, term });
  }
}

function clearUses(
  context: ExecutionContext,
  { branches }: JoinNode,
  { sample, references, wanted }: BackwardSample,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  for (const [index, branch] of branches.entries()) {
    if (!wanted[index]) continue;
    const rows = branch.places === 1 || branch.alike ? 1 : references;
    clear(firstDelta(branch, sample), rows * 16 * branch.vectors);
  }
}

/** A term of a sample. */
interface TermOfSample<Term extends PlannedTerm> extends BackwardSample {
  readonly term: Term;
}

function backwardTerm(
  context: ExecutionContext,
  join: JoinNode,
  of: TermOfSample<PlannedTerm>,
): void {
  const { term, sample, references, wanted } = of;
  const { accumulate } = context.bind(JOIN_KERNELS);
  const toOwn = (index: number, delta: number) => {
    if (!wanted[index]) return;
    const branch = join.branches[index]!;
    accumulate(firstDelta(branch, sample), delta, branch.vectors, 1);
  };
  switch (term.type) {
    case "output":
      return toOwn(term.branch, findDelta(context, join, { ...of, branch: term.branch }));
    case "mean": {
      const { branch } = term;
      const delta = findDelta(context, join, { ...of, branch });
      return spreadMean(context, join, { ...of, branch, delta, sign: 1 });
    }
    case "difference": {
      // Without references the term is zero for any output of the branch.
      if (references === 0) return;
      const branch = term.references;
      const delta = findDelta(context, join, { ...of, branch });
      toOwn(term.branch, delta);
      return spreadMean(context, join, { ...of, branch, delta, sign: -1 });
    }
    case "distanceWeightedMean": {
      const delta = findDelta(context, join, { ...of, branch: term.values });
      return backwardDistances(context, join, { ...of, term, delta });
    }
  }
}

/**
 * Address of the derivatives with respect to a term, which is made of rows of a branch; where these have more vectors
 * than the term has values for, of a copy in the scratch memory, which zeros follow.
 */
function findDelta(
  context: ExecutionContext,
  { output, branches }: JoinNode,
  { term, sample, branch }: TermOfSample<PlannedTerm> & { readonly branch: number },
): number {
  const { floats, scratch } = context;
  const source = deltaOf(output, sample) + 4 * term.offset;
  const bytes = 16 * branches[branch]!.vectors;
  if (bytes === 4 * term.size) return source;
  const { clear } = context.bind(MEMORY_KERNELS);
  clear(scratch, bytes);
  floats.copyWithin(scratch / 4, source / 4, source / 4 + term.size);
  return scratch;
}

/** Adds a share of the derivatives with respect to a mean to each of a sample's references. */
function spreadMean(
  context: ExecutionContext,
  join: JoinNode,
  { sample, references, wanted, branch: index, delta, sign }: BackwardSample & {
    readonly branch: number;
    readonly delta: number;
    readonly sign: 1 | -1;
  },
): void {
  if (references === 0 || !wanted[index]) return;
  const branch = join.branches[index]!;
  const { accumulate } = context.bind(JOIN_KERNELS);
  const first = firstDelta(branch, sample);
  const stride = deltaStride(branch);
  const share = sign / references;
  for (let use = 0; use < (branch.alike ? 1 : references); use++) {
    accumulate(first + use * stride, delta, branch.vectors, share);
  }
}

/**
 * With weights w, the softmax of logits −sharpness · k · d², and g = δ · v for the averaged values v: the derivatives
 * are w · δ with respect to v and w · (g − Σ w · g) with respect to the logits, from which follow those with respect to
 * k and to the differences whose mean square is d².
 */
function backwardDistances(
  context: ExecutionContext,
  join: JoinNode,
  { term, sample, references, wanted, delta }: BackwardSample & {
    readonly term: Extract<PlannedTerm, DistanceTerm>;
    readonly delta: number;
  },
): void {
  const { floats, scratch } = context;
  const { dotRows, pullRows, pushRows, spreadRow } = context.bind(JOIN_KERNELS);
  const { record, sharpness } = term;
  const near = join.branches[term.near]!;
  const others = join.branches[term.references]!;
  const values = join.branches[term.values]!;
  const [lanes, factors] = [scratch + join.scratch.lanes, scratch + join.scratch.factors];
  const weights = record.weights + 4 * sample * join.references;
  const distances = record.distances + 4 * sample * join.references;
  dotRows(lanes, delta, rowsOf(values, sample), references, values.vectors);
  const weightOf = (use: number) => floats[weights / 4 + use]!;
  const slopeOf = (use: number) => sumOfLanes(floats, lanes + 16 * use);
  let mean = 0;
  for (let use = 0; use < references; use++) mean += weightOf(use) * slopeOf(use);
  const scale = floats[record.scale.weight / 4]!;
  let scaleGradient = 0;
  for (let use = 0; use < references; use++) {
    const byLogit = weightOf(use) * (slopeOf(use) - mean);
    scaleGradient -= byLogit * sharpness * floats[distances / 4 + use]!;
    floats[factors / 4 + use] = -2 * byLogit * sharpness * scale / near.size;
  }
  floats[record.scaleGradients / 4 + sample] = scaleGradient;
  if (wanted[term.values]) {
    const target = firstDelta(values, sample);
    spreadRow(target, deltaStride(values), delta, weights, references, values.vectors);
  }
  const own = rowOf(context, near, sample);
  const list = rowsOf(others, sample);
  if (wanted[term.near]) {
    pullRows(firstDelta(near, sample), own, list, factors, references, near.vectors);
  }
  if (wanted[term.references]) {
    const target = firstDelta(others, sample);
    pushRows(target, deltaStride(others), own, list, factors, references, near.vectors);
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
