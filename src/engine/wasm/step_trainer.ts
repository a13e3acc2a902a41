import type { InputSpec } from "../../model/spec.ts";
import { gatherLearned } from "../gather_learned.ts";
import type { MemberEpoch } from "../member_session.ts";
import type { JobRunner } from "./job_runner.ts";
import type { EpochOutcome } from "./jobs.ts";
import type { Plan } from "./plan/types.ts";
import { type ListedBatch, StepLoader } from "./step_loader.ts";

/** Of all steps of a member. */
export interface StepTrainerOptions {
  readonly seed: number;
  readonly batchSize: number;
}

/** What a call has done: steps and samples that threads have taken, and the sum of their losses. */
interface Progress {
  steps: number;
  samples: number;
  loss: number;
}

/** Trains on samples that are gathered batch by batch; threads are given a step while they take the one before. */
export class StepTrainer {
  readonly #jobs: JobRunner;
  readonly #loader: StepLoader;
  readonly #options: StepTrainerOptions;

  /** `inputs` are those of the model. */
  constructor(
    jobs: JobRunner,
    { plan, inputs }: { readonly plan: Plan; readonly inputs: readonly InputSpec[] },
    options: StepTrainerOptions,
  ) {
    this.#jobs = jobs;
    this.#loader = new StepLoader(plan, inputs);
    this.#options = options;
    jobs.useLists(this.#loader.lists);
  }

  /**
   * Trains on a piece of an order.
   *
   * @param request The samples.
   * @param step Steps taken before.
   * @returns How it ended; the steps after a loss that is not finite are not taken.
   */
  async train(request: MemberEpoch, step: number): Promise<EpochOutcome> {
    const { source, order, start, end, signal } = request;
    const progress: Progress = { steps: 0, samples: 0, loss: 0 };
    const stop = () => this.#jobs.askToStop();
    signal.addEventListener("abort", stop);
    try {
      await this.#loader.takeAll(source, {
        rows: order.subarray(start, end),
        batchSize: this.#options.batchSize,
        signal,
        take: (batch) => this.#take(request, { batch, progress, step }),
      });
    } finally {
      signal.removeEventListener("abort", stop);
    }
    const { loss, samples, steps } = progress;
    return { loss: loss / samples, samples, steps };
  }

  /** Gives threads a step; returns whether others may follow when they have taken it. */
  async #take(
    { source, epoch, firstPosition, start, onProgress }: MemberEpoch,
    { batch, progress, step }: {
      readonly batch: ListedBatch;
      readonly progress: Progress;
      readonly step: number;
    },
  ): Promise<boolean> {
    const { seed, batchSize } = this.#options;
    const outcome = (await this.#jobs.runOnThreads({
      kind: "step",
      lists: batch.lists,
      entries: batch.entries,
      isFirst: batch.start === 0,
      ...gatherLearned(source, batch.rows),
      position: { seed, epoch, firstPosition: firstPosition + start + batch.start },
      step: step + batch.start / batchSize + 1,
    }))!;
    // Another one was not finite, or all are stopped.
    if (outcome.steps === 0) return false;
    progress.steps++;
    progress.samples += outcome.samples;
    progress.loss += outcome.loss;
    onProgress(start + progress.samples, progress.loss / progress.samples);
    return Number.isFinite(progress.loss);
  }
}
