import { addressOf } from "../../layout.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { entryAddress, presentPlaces } from "./entries.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import type { DistanceTerm, JoinBranch, JoinNode, PlannedTerm } from "./types.ts";

/** Joins the branches of a part's samples: their terms one after another; see `JoinTerm` for what each computes. */
export function joinForward(
  context: ExecutionContext,
  join: JoinNode,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const row = addressOf(join.output, sample);
    for (const term of join.terms) {
      forwardTerm(context, join, { term, sample, target: row + 4 * term.offset });
    }
  }
}

/** A term of a sample, and where its values go. */
interface TermOfSample<Term extends PlannedTerm> {
  readonly term: Term;
  readonly sample: number;
  readonly target: number;
}

function forwardTerm(
  context: ExecutionContext,
  join: JoinNode,
  { term, sample, target }: TermOfSample<PlannedTerm>,
): void {
  const { floats, scratch } = context;
  switch (term.type) {
    case "output": {
      const source = entryAddress(context, join.branches[term.branch]!, { sample })!;
      floats.copyWithin(target / 4, source / 4, source / 4 + term.size);
      return;
    }
    case "mean":
      meanOfReferences(context, join.branches[term.branch]!, sample);
      floats.copyWithin(target / 4, scratch / 4, scratch / 4 + term.size);
      return;
    case "difference": {
      const some = meanOfReferences(context, join.branches[term.references]!, sample);
      const own = entryAddress(context, join.branches[term.branch]!, { sample })!;
      for (let i = 0; i < term.size; i++) {
        const difference = floats[own / 4 + i]! - floats[scratch / 4 + i]!;
        floats[target / 4 + i] = some ? difference : 0;
      }
      return;
    }
    case "distanceWeightedMean":
      weightedMean(context, join, { term, sample });
      floats.copyWithin(target / 4, scratch / 4, scratch / 4 + term.size);
  }
}

/**
 * Writes the mean of a branch over a sample's references to the scratch memory.
 *
 * @returns Whether there are any; if not, zeros were written.
 */
function meanOfReferences(context: ExecutionContext, branch: JoinBranch, sample: number): boolean {
  const { floats, scratch } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { accumulate } = context.bind(JOIN_KERNELS);
  clear(scratch, 16 * branch.vectors);
  const present = presentPlaces(context, branch, sample);
  for (const place of present) {
    accumulate(scratch, entryAddress(context, branch, { sample, place })!, branch.vectors, 1);
  }
  if (present.length === 0) return false;
  for (let i = scratch / 4; i < scratch / 4 + branch.size; i++) {
    floats[i] = floats[i]! / present.length;
  }
  return true;
}

/** Writes a distance-weighted mean to the scratch memory, zeros where a sample has no references. */
function weightedMean(
  context: ExecutionContext,
  { branches, references }: JoinNode,
  { term, sample }: {
    readonly term: Extract<PlannedTerm, DistanceTerm>;
    readonly sample: number;
  },
): void {
  const { floats, scratch } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { accumulate, squaredDistance } = context.bind(JOIN_KERNELS);
  const { record, sharpness } = term;
  const near = branches[term.near]!;
  const others = branches[term.references]!;
  const values = branches[term.values]!;
  const first = sample * references;
  const own = entryAddress(context, near, { sample })!;
  const present = presentPlaces(context, others, sample);
  const factor = sharpness * floats[record.scale.weight / 4]!;
  const logits = present.map((place) => {
    const other = entryAddress(context, others, { sample, place })!;
    squaredDistance(scratch, own, other, near.vectors);
    const distance = Math.fround(sumOfLanes(context, scratch) / near.size);
    floats[record.distances / 4 + first + place] = distance;
    return -factor * distance;
  });
  const weights = softmax(logits);
  clear(scratch, 16 * values.vectors);
  for (const [i, place] of present.entries()) {
    floats[record.weights / 4 + first + place] = weights[i]!;
    const address = entryAddress(context, values, { sample, place })!;
    accumulate(scratch, address, values.vectors, weights[i]!);
  }
}

/** Sum of the four float32 at an address. */
export function sumOfLanes({ floats }: ExecutionContext, address: number): number {
  const i = address / 4;
  return (floats[i]! + floats[i + 1]!) + (floats[i + 2]! + floats[i + 3]!);
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
