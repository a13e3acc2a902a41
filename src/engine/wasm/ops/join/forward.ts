import { addressOf } from "../../layout.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { countReferences, rowOf, rowsOf } from "./entries.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import type { DistanceTerm, JoinNode, PlannedTerm } from "./types.ts";

/** Joins the branches of a part's samples: their terms one after another; see `JoinTerm` for what each computes. */
export function joinForward(
  context: ExecutionContext,
  join: JoinNode,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const row = addressOf(join.output, sample);
    const references = countReferences(context, join, sample);
    // Several terms may take the mean of one branch.
    let averaged = -1;
    for (const term of join.terms) {
      const target = row + 4 * term.offset;
      switch (term.type) {
        case "output":
          copyValues(context, rowOf(context, join.branches[term.branch]!, sample), term, target);
          break;
        case "mean":
        case "difference": {
          const branch = term.type === "mean" ? term.branch : term.references;
          if (averaged !== branch) averageReferences(context, join, { branch, sample, references });
          averaged = branch;
          if (term.type === "mean") copyValues(context, context.scratch, term, target);
          else writeDifference(context, join, { term, sample, references, target });
          break;
        }
        case "distanceWeightedMean":
          weighReferences(context, join, { term, sample, references });
          copyValues(context, context.scratch + join.scratch.row, term, target);
      }
    }
  }
}

function copyValues(
  { floats }: ExecutionContext,
  source: number,
  { size }: PlannedTerm,
  target: number,
): void {
  if (size === 1) floats[target / 4] = floats[source / 4]!;
  else floats.copyWithin(target / 4, source / 4, source / 4 + size);
}

/** A sample, and how many references it has. */
interface JoinedSample {
  readonly sample: number;
  readonly references: number;
}

/** Writes the mean of a branch over a sample's references to the scratch memory; zeros if there are none. */
function averageReferences(
  context: ExecutionContext,
  join: JoinNode,
  { branch, sample, references }: JoinedSample & { readonly branch: number },
): void {
  const { scratch } = context;
  const { sumRows } = context.bind(JOIN_KERNELS);
  const others = join.branches[branch]!;
  sumRows(scratch, rowsOf(others, sample), references, others.vectors, Math.max(1, references));
}

/** Writes the output of a branch minus the mean that is in the scratch memory; zeros where there is none. */
function writeDifference(
  context: ExecutionContext,
  { branches }: JoinNode,
  { term, sample, references, target }: JoinedSample & {
    readonly term: Extract<PlannedTerm, { readonly type: "difference" }>;
    readonly target: number;
  },
): void {
  const { floats, scratch } = context;
  if (references === 0) {
    floats.fill(0, target / 4, target / 4 + term.size);
    return;
  }
  const own = rowOf(context, branches[term.branch]!, sample);
  if (term.size % 4 === 0) {
    const { subtract } = context.bind(MEMORY_KERNELS);
    return subtract(target, own, scratch, term.size / 4);
  }
  for (let i = 0; i < term.size; i++) {
    floats[target / 4 + i] = floats[own / 4 + i]! - floats[scratch / 4 + i]!;
  }
}

/**
 * Writes a distance-weighted mean to the scratch memory, zeros where a sample has no references, and keeps its distances
 * and weights.
 */
function weighReferences(
  context: ExecutionContext,
  join: JoinNode,
  { term, sample, references }: JoinedSample & {
    readonly term: Extract<PlannedTerm, DistanceTerm>;
  },
): void {
  const { floats, scratch } = context;
  const { compareRows, weighRows } = context.bind(JOIN_KERNELS);
  const { record, sharpness } = term;
  const lanes = scratch + join.scratch.lanes;
  const near = join.branches[term.near]!;
  const others = join.branches[term.references]!;
  const values = join.branches[term.values]!;
  const first = 4 * sample * join.references;
  const own = rowOf(context, near, sample);
  compareRows(lanes, own, rowsOf(others, sample), references, near.vectors);
  const factor = sharpness * floats[record.scale.weight / 4]!;
  const distances = (record.distances + first) / 4;
  for (let use = 0; use < references; use++) {
    floats[distances + use] = sumOfLanes(floats, lanes + 16 * use) / near.size;
  }
  const weights = record.weights + first;
  writeSoftmax(floats, {
    logitAt: (use) => -factor * floats[distances + use]!,
    weights,
    references,
  });
  const target = scratch + join.scratch.row;
  weighRows(target, rowsOf(values, sample), weights, references, values.vectors);
}

/** Sum of the four float32 at an address. */
export function sumOfLanes(floats: Float32Array, address: number): number {
  const i = address / 4;
  return (floats[i]! + floats[i + 1]!) + (floats[i + 2]! + floats[i + 3]!);
}

/** The exponentials of a sample's logits; more references than this are refused by `parseSpec`. */
const exponentials = new Float64Array(1024);

function writeSoftmax(
  floats: Float32Array,
  { logitAt, weights, references }: {
    readonly logitAt: (use: number) => number;
    /** Address of the weights. */
    readonly weights: number;
    readonly references: number;
  },
): void {
  let largest = -Infinity;
  for (let use = 0; use < references; use++) largest = Math.max(largest, logitAt(use));
  let sum = 0;
  for (let use = 0; use < references; use++) {
    sum += exponentials[use] = Math.exp(logitAt(use) - largest);
  }
  for (let use = 0; use < references; use++) {
    floats[weights / 4 + use] = exponentials[use]! / sum;
  }
}
