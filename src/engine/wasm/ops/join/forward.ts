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
  const forward = new ForwardJoin(context, join);
  for (let sample = start; sample < start + count; sample++) forward.join(sample);
}

/** The exponentials of a sample's logits; a model of more references is refused by `parseSpec`. */
const exponentials = new Float64Array(1024);

/** Joins samples one by one, each given by its place in the batch. */
class ForwardJoin {
  readonly #context: ExecutionContext;
  readonly #join: JoinNode;
  readonly #kernels;
  readonly #subtract;
  /** References of the sample. */
  #references = 0;
  /** The branch whose mean is in the scratch memory; −1 for none. Several terms may take the mean of one branch. */
  #averaged = -1;

  constructor(context: ExecutionContext, join: JoinNode) {
    this.#context = context;
    this.#join = join;
    this.#kernels = context.bind(JOIN_KERNELS);
    this.#subtract = context.bind(MEMORY_KERNELS).subtract;
  }

  join(sample: number): void {
    const { output, terms, branches, scratch } = this.#join;
    const context = this.#context;
    const row = addressOf(output, sample);
    this.#references = countReferences(context, this.#join, sample);
    this.#averaged = -1;
    for (const term of terms) {
      const target = row + 4 * term.offset;
      switch (term.type) {
        case "output":
          this.#copy(rowOf(context, branches[term.branch]!, sample), term, target);
          break;
        case "mean":
          this.#average(term.branch, sample);
          this.#copy(context.scratch, term, target);
          break;
        case "difference":
          this.#average(term.references, sample);
          this.#writeDifference(rowOf(context, branches[term.branch]!, sample), term, target);
          break;
        case "distanceWeightedMean":
          this.#weigh(term, sample);
          this.#copy(context.scratch + scratch.row, term, target);
      }
    }
  }

  #copy(source: number, { size }: PlannedTerm, target: number): void {
    const { floats } = this.#context;
    if (size === 1) floats[target / 4] = floats[source / 4]!;
    else floats.copyWithin(target / 4, source / 4, source / 4 + size);
  }

  /** Writes the mean of a branch over the references to the scratch memory: zeros where all are missing. */
  #average(branch: number, sample: number): void {
    if (this.#averaged === branch) return;
    this.#averaged = branch;
    const others = this.#join.branches[branch]!;
    const count = this.#references;
    const { sumRows } = this.#kernels;
    sumRows(this.#context.scratch, rowsOf(others, sample), count, others.vectors, count || 1);
  }

  /** Writes a row minus the mean in the scratch memory: zeros where all references are missing. */
  #writeDifference(own: number, { size }: PlannedTerm, target: number): void {
    const { floats, scratch } = this.#context;
    if (this.#references === 0) {
      floats.fill(0, target / 4, target / 4 + size);
      return;
    }
    if (size % 4 === 0) {
      this.#subtract(target, own, scratch, size / 4);
      return;
    }
    for (let i = 0; i < size; i++) {
      floats[target / 4 + i] = floats[own / 4 + i]! - floats[scratch / 4 + i]!;
    }
  }

  /**
   * Writes a distance-weighted mean to the scratch memory, zeros where a sample has no references, and keeps its
   * distances and weights.
   */
  #weigh(term: Extract<PlannedTerm, DistanceTerm>, sample: number): void {
    const { record: { scale, distances, weights }, sharpness } = term;
    const { branches, references, scratch } = this.#join;
    const { floats } = this.#context;
    const near = branches[term.near]!;
    const others = branches[term.references]!;
    const values = branches[term.values]!;
    const lanes = this.#context.scratch + scratch.lanes;
    const first = 4 * sample * references;
    const count = this.#references;
    const own = rowOf(this.#context, near, sample);
    this.#kernels.compareRows(lanes, own, rowsOf(others, sample), count, near.vectors);
    for (let use = 0; use < count; use++) {
      floats[(distances + first) / 4 + use] = sumOfLanes(floats, lanes + 16 * use) / near.size;
    }
    const factor = sharpness * floats[scale.weight / 4]!;
    this.#writeSoftmax((distances + first) / 4, (weights + first) / 4, factor);
    const target = this.#context.scratch + scratch.row;
    const list = rowsOf(values, sample);
    this.#kernels.weighRows(target, list, weights + first, count, values.vectors);
  }

  /** Writes the softmax of −factor · distance of each reference; both places count float32. */
  #writeSoftmax(distances: number, weights: number, factor: number): void {
    const { floats } = this.#context;
    const count = this.#references;
    let largest = -Infinity;
    for (let use = 0; use < count; use++) {
      largest = Math.max(largest, -factor * floats[distances + use]!);
    }
    let sum = 0;
    for (let use = 0; use < count; use++) {
      sum += exponentials[use] = Math.exp(-factor * floats[distances + use]! - largest);
    }
    for (let use = 0; use < count; use++) floats[weights + use] = exponentials[use]! / sum;
  }
}

/** Sum of the four float32 at an address. */
export function sumOfLanes(floats: Float32Array, address: number): number {
  const i = address / 4;
  return (floats[i]! + floats[i + 1]!) + (floats[i + 2]! + floats[i + 3]!);
}
