import { addressOf } from "../../layout.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { countReferences, rowOf, rowsOf } from "./entries.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import { SOFTMAX_KERNELS } from "./softmax_kernels.ts";
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

/** Joins samples one by one, each given by its place in the batch. */
class ForwardJoin {
  readonly #context: ExecutionContext;
  readonly #join: JoinNode;
  readonly #kernels;
  readonly #softmaxKernels;
  readonly #memoryKernels;
  /** References of the sample. */
  #references = 0;
  /** The branch whose mean was taken last, and where that is; −1 for none. Several terms may take the mean of one branch. */
  #averaged = -1;
  #mean = 0;

  constructor(context: ExecutionContext, join: JoinNode) {
    this.#context = context;
    this.#join = join;
    this.#kernels = context.bind(JOIN_KERNELS);
    this.#softmaxKernels = context.bind(SOFTMAX_KERNELS);
    this.#memoryKernels = context.bind(MEMORY_KERNELS);
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
          if (this.#averaged !== term.branch && fillsVectors(term)) {
            this.#average(term.branch, sample, target);
          } else {
            this.#average(term.branch, sample);
            this.#copy(this.#mean, term, target);
          }
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

  #copy(source: number, term: PlannedTerm, target: number): void {
    const { floats } = this.#context;
    const { size } = term;
    if (fillsVectors(term)) return this.#memoryKernels.copy(target, source, size / 4);
    for (let i = 0; i < size; i++) floats[target / 4 + i] = floats[source / 4 + i]!;
  }

  /** Writes the mean of a branch over the references to a place: zeros where all are missing. */
  #average(branch: number, sample: number, target = this.#context.scratch): void {
    if (this.#averaged === branch) return;
    this.#averaged = branch;
    this.#mean = target;
    const others = this.#join.branches[branch]!;
    const count = this.#references;
    const { sumRows } = this.#kernels;
    sumRows(target, rowsOf(others, sample), count, others.vectors, count || 1);
  }

  /** Writes a row minus the last mean: zeros where all references are missing. */
  #writeDifference(own: number, term: PlannedTerm, target: number): void {
    const { floats } = this.#context;
    const { size } = term;
    if (this.#references === 0) {
      floats.fill(0, target / 4, target / 4 + size);
      return;
    }
    if (fillsVectors(term)) {
      return this.#memoryKernels.subtract(target, own, this.#mean, size / 4);
    }
    for (let i = 0; i < size; i++) {
      floats[target / 4 + i] = floats[own / 4 + i]! - floats[this.#mean / 4 + i]!;
    }
  }

  /**
   * Writes a distance-weighted mean to the scratch memory, zeros where a sample has no references, and keeps its
   * distances and weights.
   */
  #weigh(term: Extract<PlannedTerm, DistanceTerm>, sample: number): void {
    const { record, sharpness } = term;
    const { branches, scratch } = this.#join;
    const near = branches[term.near]!;
    const others = branches[term.references]!;
    const values = branches[term.values]!;
    const lanes = this.#context.scratch + scratch.lanes;
    const count = this.#references;
    const own = rowOf(this.#context, near, sample);
    const distances = record.distances + sample * record.stride;
    const weights = record.weights + sample * record.stride;
    this.#kernels.compareRows(lanes, own, rowsOf(others, sample), count, near.vectors);
    this.#softmaxKernels.sumLanes(distances, lanes, count, near.size);
    const factor = sharpness * this.#context.floats[record.scale.weight / 4]!;
    this.#softmaxKernels.softmax(weights, distances, count, factor);
    const target = this.#context.scratch + scratch.row;
    this.#kernels.weighRows(target, rowsOf(values, sample), weights, count, values.vectors);
  }
}

/** Whether a term has whole vectors of values. */
function fillsVectors({ size }: PlannedTerm): boolean {
  return size % 4 === 0;
}
