import { predictionOf } from "../../../loss.ts";
import { ExecutionContext } from "../../ops/context.ts";
import { SOFTMAX_KERNELS } from "../../ops/join/softmax_kernels.ts";
import { Group } from "../group.ts";
import { GROUP_SAMPLES, LANES } from "../layout.ts";
import { BlockReader } from "./block_reader.ts";
import { ComputedEntries } from "./computed_entries.ts";
import type { InputView } from "./input_view.ts";
import { JOINED_KERNELS } from "./kernels.ts";
import type { DistancePlan, JoinedPlan, JoinedProgram } from "./types.ts";

/**
 * Predicts samples of a model with branches on one thread, in a memory of its own. What is computed of an entry is kept for
 * the next samples that have it, until the weights are set.
 */
export class JoinedGroups {
  readonly #plan: JoinedPlan;
  readonly #groups: readonly Group[];
  readonly #head: Group;
  readonly #context: ExecutionContext;
  readonly #kernels;
  readonly #softmaxKernels;
  readonly #tables: readonly ComputedEntries[];
  readonly #block: BlockReader;
  #views: readonly InputView[] | undefined;
  /** Of squared distances. */
  #factors: Float32Array = new Float32Array();

  /** Takes memory, and instantiates the kernels. */
  constructor({ plan, parts, module }: JoinedProgram) {
    this.#plan = plan;
    this.#groups = parts.map(({ program }) => new Group(program));
    this.#head = this.#groups.at(-1)!;
    this.#context = new ExecutionContext({ module, memory: this.#head.memory, scratch: 0 });
    this.#kernels = this.#context.bind(JOINED_KERNELS);
    this.#softmaxKernels = this.#context.bind(SOFTMAX_KERNELS);
    this.#tables = plan.tables.map((table) => {
      const groups = table.columns.map(({ program }) => this.#groups[program]!);
      return new ComputedEntries(table, this.#context, groups);
    });
    this.#block = new BlockReader(plan, this.#context, this.#tables);
    const { address, stride } = plan.extras;
    for (let sample = 0; sample < plan.blockSamples; sample++) {
      this.#context.floats[(address + sample * stride) / 4] = 1;
    }
  }

  /** Sets the weights, as `packJoinedImages` makes them. */
  setWeights(images: readonly Float32Array[]): void {
    const groups = this.#groups;
    for (const [index, group] of groups.entries()) group.setWeights(images[index]!);
    this.#context.floats.set(images[groups.length]!, this.#plan.extras.kernel / 4);
    this.#factors = images[groups.length + 1]!.slice();
    this.#block.clear();
  }

  /** Sets what the next rows are read from: the inputs in the model's order; or lets go of them. */
  use(views: readonly InputView[] | undefined): void {
    if (views !== this.#views) this.#block.use(views);
    this.#views = views;
  }

  /** Predicts rows of what is in use. */
  predict(rows: Uint32Array, predicted: Float32Array): void {
    const { blockSamples } = this.#plan;
    let isWhole = false;
    try {
      for (let done = 0; done < rows.length;) {
        const count = this.#block.note(rows.subarray(done, done + blockSamples));
        for (const table of this.#tables) table.compute();
        this.#computeBlock(predicted.subarray(done, done + count));
        if (count < Math.min(blockSamples, rows.length - done)) this.#block.clear();
        done += count;
      }
      isWhole = true;
    } finally {
      // What was noted may not have been computed.
      if (!isWhole) this.#block.clear();
    }
  }

  /** Computes the samples of a block group by group. */
  #computeBlock(predicted: Float32Array): void {
    const head = this.#head;
    const { raw: { address, sampleStride } } = head;
    const { loss } = this.#plan;
    for (let first = 0; first < predicted.length; first += GROUP_SAMPLES) {
      const samples = Math.min(GROUP_SAMPLES, predicted.length - first);
      // Samples that follow each other mostly have the same references: distances and means in turns would not leave
      // enough of the nearest cache to either.
      for (const distance of this.#plan.distances) {
        for (let sample = 0; sample < samples; sample++) {
          this.#averageNumbers(distance, first + sample);
        }
      }
      for (let sample = 0; sample < samples; sample++) {
        this.#join(first + sample, address + sample * sampleStride);
      }
      head.run(samples);
      for (let sample = 0; sample < samples; sample++) {
        predicted[first + sample] = predictionOf(loss, head.outputOf(sample));
      }
    }
  }

  /** Writes the sums of a sample of the block. */
  #join(sample: number, target: number): void {
    const { extras, own, means, distances, vectors } = this.#plan;
    const { begin, addRow, addMean, addWeighted } = this.#kernels;
    const block = this.#block;
    const count = block.counts[sample]!;
    const isAlone = count === 0;
    const ofSample = extras.address + sample * extras.stride;
    begin(target, ofSample, extras.kernel, extras.count, vectors);
    for (const { reader, offset, aloneColumn, aloneOffset } of own) {
      if (isAlone && aloneColumn < 0) continue;
      addRow(target, block.ownAddress(reader, sample) + (isAlone ? aloneOffset : offset), vectors);
    }
    if (isAlone) return;
    for (const { reader, offset } of means) {
      addMean(target, block.listOf(reader, sample), offset, count, vectors, 1 / count);
    }
    for (const distance of distances) {
      if (distance.values.kind !== "rows") continue;
      const { reader, offset } = distance.values.row;
      const weights = this.#weigh(distance, sample);
      addWeighted(target, block.listOf(reader, sample), offset, weights, count, vectors);
    }
  }

  /** Makes a mean of numbers, 0 without references, an extra of the sample. */
  #averageNumbers(distance: DistancePlan, sample: number): void {
    const { values } = distance;
    if (values.kind !== "scalars") return;
    const { extras, scalars, scratch } = this.#plan;
    const { floats } = this.#context;
    const count = this.#block.counts[sample]!;
    const extra = (extras.address + sample * extras.stride) / 4 + values.extra;
    if (count === 0) {
      floats[extra] = 0;
      return;
    }
    const { list, stride } = scalars[values.list]!;
    const weights = this.#weigh(distance, sample);
    this.#kernels.dot(scratch.lanes, weights, list + sample * stride, Math.ceil(count / LANES));
    floats[extra] = floats[scratch.lanes / 4]!;
  }

  /** Finds the weights of the references of a sample that has some; returns their address. */
  #weigh(
    { near, references, vectors, size, sharpness, number }: DistancePlan,
    sample: number,
  ): number {
    const { lanes, distances, weights } = this.#plan.scratch;
    const block = this.#block;
    const count = block.counts[sample]!;
    const own = block.ownAddress(near.reader, sample) + near.offset;
    const list = block.listOf(references.reader, sample);
    this.#kernels.compare(lanes, own, list, references.offset, count, vectors);
    this.#softmaxKernels.sumLanes(distances, lanes, count, size);
    this.#softmaxKernels.softmax(weights, distances, count, sharpness * this.#factors[number]!);
    return weights;
  }
}
