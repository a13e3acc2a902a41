import { predictionOf } from "../../loss.ts";
import type { SignalColumns } from "../../memory_source.ts";
import type { Barrier } from "../barrier.ts";
import { addressOf } from "../layout.ts";
import type { ExecutionContext, Part } from "../ops/context.ts";
import { gatherSamples } from "../ops/gather.ts";
import { chainsOf, type Plan } from "../plan/types.ts";
import { inputSpans, outputSpans, type Span } from "./copy_spans.ts";
import { Group } from "./group.ts";
import { GROUP_SAMPLES } from "./layout.ts";
import type { GroupedPrograms } from "./programs.ts";

/** A chain that is computed in groups, and how its samples are copied from and to the memory that threads share. */
interface GroupedChain {
  readonly group: Group;
  readonly inputs: readonly Span[];
  readonly outputs: readonly Span[];
}

/** Samples that a thread predicts in groups. */
export interface GroupedPrediction {
  readonly data: SignalColumns;
  readonly rows: Uint32Array;
  /** Receives the predictions. */
  readonly predicted: Float32Array;
}

/** The groups that a thread computes, one for each chain of the plan that has a grouped path. */
export class ThreadGroups {
  /** Which chains are computed in groups, by their indices in `chainsOf(plan)`. */
  readonly inGroups: readonly boolean[];
  readonly #plan: Plan;
  readonly #context: ExecutionContext;
  readonly #chains: readonly (GroupedChain | undefined)[];

  /** Instantiates the kernels. `context` has the memory that threads share. */
  constructor(programs: GroupedPrograms, plan: Plan, context: ExecutionContext) {
    this.#plan = plan;
    this.#context = context;
    this.inGroups = programs.map((program) => program !== undefined);
    const chains = chainsOf(plan);
    this.#chains = programs.map((program, index) => {
      if (program === undefined) return undefined;
      const { input, output } = chains[index]!;
      return {
        group: new Group(program),
        inputs: inputSpans(input),
        outputs: outputSpans(output, program.plan.output),
      };
    });
  }

  /** Sets the weights of all chains. */
  setWeights(images: readonly Float32Array[]): void {
    for (const [index, chain] of this.#chains.entries()) chain?.group.setWeights(images[index]!);
  }

  /** Computes a chain for entries of a batch, from its input to its output in the memory that threads share. */
  compute(chain: number, { start, count }: Part): void {
    const { floats } = this.#context;
    const { input, output } = chainsOf(this.#plan)[chain]!;
    const { group, inputs, outputs } = this.#chains[chain]!;
    for (let first = start; first < start + count; first += GROUP_SAMPLES) {
      const samples = Math.min(GROUP_SAMPLES, start + count - first);
      for (let sample = 0; sample < samples; sample++) {
        const from = addressOf(input, first + sample) / 4;
        const to = addressOf(group.raw, sample) / 4;
        for (const { tensor, raw, length } of inputs) {
          group.floats.set(floats.subarray(from + tensor, from + tensor + length), to + raw);
        }
      }
      group.run(samples);
      group.storeOutputs(samples);
      for (let sample = 0; sample < samples; sample++) {
        const from = addressOf(group.raw, sample) / 4;
        const to = addressOf(output, first + sample) / 4;
        for (const { tensor, raw, length } of outputs) {
          floats.set(group.floats.subarray(from + raw, from + raw + length), to + tensor);
        }
      }
    }
  }

  /**
   * Predicts samples of a sequential model, sharing out groups of them among threads; no thread waits for another but at
   * the end.
   */
  predict(barrier: Barrier, { data, rows, predicted }: GroupedPrediction): void {
    const { group } = this.#chains.at(-1)!;
    const { loss } = this.#plan;
    const tasks = Math.ceil(rows.length / GROUP_SAMPLES);
    for (let task = barrier.takeTask(); task < tasks; task = barrier.takeTask()) {
      if (barrier.stopAsked) break;
      const first = task * GROUP_SAMPLES;
      const own = rows.subarray(first, first + GROUP_SAMPLES);
      const part: Part = { index: 0, start: 0, count: own.length };
      gatherSamples(group.context, { data, input: group.raw, rows: own }, part);
      group.run(own.length);
      for (let sample = 0; sample < own.length; sample++) {
        predicted[first + sample] = predictionOf(loss, group.outputOf(sample));
      }
      barrier.addSamplesDone(own.length);
    }
    barrier.wait();
  }
}

/** Cuts entries into parts that are groups. */
export function cutGroups(entries: number): Part[] {
  return Array.from({ length: Math.ceil(entries / GROUP_SAMPLES) }, (_, index) => {
    const start = index * GROUP_SAMPLES;
    return { index, start, count: Math.min(GROUP_SAMPLES, entries - start) };
  });
}
