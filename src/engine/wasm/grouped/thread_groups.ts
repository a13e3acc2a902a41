import type { Loss } from "../../../model/spec.ts";
import { predictionOf } from "../../loss.ts";
import type { SignalColumns } from "../../memory_source.ts";
import type { Barrier } from "../barrier.ts";
import { addressOf, type Tensor } from "../layout.ts";
import type { ExecutionContext } from "../ops/context.ts";
import { gatherSamples } from "../ops/gather.ts";
import { Group } from "./group.ts";
import { GROUP_SAMPLES } from "./layout.ts";
import type { GroupedPrograms } from "./programs.ts";

/** What a thread predicts in groups. */
export interface GroupedPrediction {
  readonly rows: Uint32Array;
  /** Receives the predictions. */
  readonly predicted: Float32Array;
  readonly loss: Loss;
}

/** The groups that a thread computes, one for each chain of the plan that has a grouped path. */
export class ThreadGroups {
  readonly #groups: readonly (Group | undefined)[];

  /** Instantiates the kernels. */
  constructor(programs: GroupedPrograms) {
    this.#groups = programs.map((program) => program && new Group(program));
  }

  /** Sets the weights of all chains. */
  setWeights(images: readonly Float32Array[]): void {
    for (const [chain, group] of this.#groups.entries()) group?.setWeights(images[chain]!);
  }

  /**
   * Predicts samples with the last chain, sharing out groups of them among threads; no thread waits for another but at
   * the end. `load` puts some of the samples where a group reads them.
   */
  predict(
    barrier: Barrier,
    { rows, predicted, loss }: GroupedPrediction,
    load: (group: Group, first: number, count: number) => void,
  ): void {
    const group = this.#groups.at(-1)!;
    const tasks = Math.ceil(rows.length / GROUP_SAMPLES);
    for (let task = barrier.takeTask(); task < tasks; task = barrier.takeTask()) {
      if (barrier.stopAsked) break;
      const first = task * GROUP_SAMPLES;
      const count = Math.min(GROUP_SAMPLES, rows.length - first);
      load(group, first, count);
      group.run(count);
      for (let sample = 0; sample < count; sample++) {
        predicted[first + sample] = predictionOf(loss, group.outputOf(sample));
      }
      barrier.addSamplesDone(count);
    }
    barrier.wait();
  }
}

/** Loads samples of a group out of columns in memory. */
export function loadFromColumns(
  { context, raw }: Group,
  { data, rows }: { readonly data: SignalColumns; readonly rows: Uint32Array },
): void {
  gatherSamples(context, { data, input: raw, rows }, { index: 0, start: 0, count: rows.length });
}

/** Loads entries of a group, from `first` on, out of a tensor of the memory that threads share. */
export function loadFromTensor(
  { floats, raw }: Group,
  { context, tensor, first, count }: {
    readonly context: ExecutionContext;
    readonly tensor: Tensor;
    readonly first: number;
    readonly count: number;
  },
): void {
  const { rows, stride, channels } = tensor;
  for (let entry = 0; entry < count; entry++) {
    const from = addressOf(tensor, first + entry) / 4;
    const to = addressOf(raw, entry) / 4;
    for (const [source, target, length] of spansOf({ rows, stride, channels })) {
      floats.set(context.floats.subarray(from + source, from + source + length), to + target);
    }
  }
}

/** Values that lie side by side: where they begin in the tensor and without gaps, and how many they are. */
function spansOf(
  { rows, stride, channels }: Pick<Tensor, "rows" | "stride" | "channels">,
): (readonly [source: number, target: number, length: number])[] {
  if (stride === 4 * channels) return [[0, 0, rows * channels]];
  return Array.from({ length: rows }, (_, row) => {
    return [row * stride / 4, row * channels, channels] as const;
  });
}
