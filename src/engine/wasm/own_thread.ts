/**
 * The caller's own thread in place of a worker, where there can be none. It does the same jobs in the same order, cut
 * into pieces, after each of which others have their turn: a page stays usable, and a job can be stopped.
 *
 * @module
 */

import type { WorkerThread } from "../../base/workers.ts";
import { takeTurn } from "../../base/take_turn.ts";
import { Barrier } from "./barrier.ts";
import * as extended from "./extended/code.ts";
import { setExtendedCode } from "./extended_code.ts";
import * as code from "./grouped/code.ts";
import { GROUP_QUADS, GROUP_SAMPLES } from "./grouped/layout.ts";
import { setGroupedCode } from "./grouped_code.ts";
import type { EpochJob, EpochOutcome, PathJob, PredictionJob } from "./jobs.ts";
import { failed, ThreadProgram, type WorkerReply, type WorkerRequest } from "./thread_program.ts";

/** How long others wait for their turn at most, unless a single batch takes longer. */
const TURN_MS = 12;
/** By how much a piece may be longer than the one before. */
const MOST_GROWTH = 4;

setGroupedCode(code);
setExtendedCode(extended);

/** Does the jobs of a thread between the caller's own work. */
export class OwnThread implements WorkerThread {
  onmessage: WorkerThread["onmessage"] = null;
  onerror: WorkerThread["onerror"] = null;
  onmessageerror: WorkerThread["onmessageerror"] = null;
  readonly #program = new ThreadProgram();
  readonly #requests: WorkerRequest[] = [];
  #barrier: Barrier | undefined;
  #batchSize = 1;
  #isGrouped = false;
  #isBusy = false;
  #isEnded = false;

  /** Does what a request says when its turn comes. */
  postMessage(request: WorkerRequest): void {
    this.#requests.push(request);
    if (!this.#isBusy) void this.#work();
  }

  /** Ends it for good. */
  terminate(): void {
    this.#isEnded = true;
    this.#requests.length = 0;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    await takeTurn();
    let begin = performance.now();
    while (this.#requests.length > 0) {
      // There may be no end of them: a step is asked for while the one before is taken.
      if (performance.now() - begin > TURN_MS) {
        await takeTurn();
        begin = performance.now();
        continue;
      }
      const reply = await this.#answer(this.#requests.shift()!).catch(failed);
      if (reply === undefined || this.#isEnded) continue;
      this.onmessage?.call(this as never, { data: reply } as MessageEvent<WorkerReply>);
    }
    this.#isBusy = false;
  }

  async #answer(request: WorkerRequest): Promise<WorkerReply | undefined> {
    switch (request.kind) {
      case "start":
        this.#barrier = new Barrier(request.options.barrier, 1);
        this.#batchSize = request.options.plan.batchSize;
        break;
      case "groups":
        this.#isGrouped = true;
        break;
      case "epoch":
        return { kind: "done", outcome: await this.#train(request) };
      case "predict":
        if (request.entries === undefined) return await this.#predict(request);
        break;
      case "paths":
        return await this.#follow(request);
    }
    return this.#program.answer(request);
  }

  /** Trains for an epoch; a step is not cut. */
  async #train(job: EpochJob): Promise<EpochOutcome> {
    const steps = this.#program.runner.trainEpoch(job);
    for (let begin = performance.now();;) {
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() - begin < TURN_MS) continue;
      await takeTurn();
      // Nobody hears of the outcome then.
      if (this.#isEnded) return { loss: NaN, steps: 0, samples: 0 };
      begin = performance.now();
    }
  }

  /** Predicts rows, in pieces of whole groups or batches: those are what a worker would compute together. */
  async #predict({ rows, predicted }: PredictionJob): Promise<WorkerReply> {
    const unit = this.#isGrouped ? GROUP_SAMPLES : this.#batchSize;
    return await this.#inPieces({ count: rows.length, unit, weight: 1 }, (first, end) => ({
      kind: "predict",
      rows: rows.subarray(first, end),
      predicted: predicted.subarray(first, end),
    }));
  }

  /** Follows paths, in pieces of the tasks that workers would share out. */
  async #follow(job: PathJob): Promise<WorkerReply> {
    const { baselineOf, entryOf, fractions, target, weights } = job;
    const [count, steps] = [entryOf.length, weights.length];
    const values = target.length / count;
    const unit = steps === 1 ? GROUP_SAMPLES : GROUP_QUADS;
    return await this.#inPieces({ count, unit, weight: steps }, (first, end) => ({
      kind: "paths",
      samples: job.samples,
      entryOf: entryOf.subarray(first, end),
      baselines: job.baselines,
      baselineOf: baselineOf.subarray(first, end),
      fractions: fractions.length === steps
        ? fractions
        : fractions.subarray(first * steps, end * steps),
      weights,
      target: target.subarray(first * values, end * values),
    }));
  }

  /** Does a job of `count` items piece by piece; an item counts `weight` samples. */
  async #inPieces(
    { count, unit, weight }: {
      readonly count: number;
      readonly unit: number;
      readonly weight: number;
    },
    cut: (first: number, end: number) => PredictionJob | PathJob,
  ): Promise<WorkerReply> {
    const barrier = this.#barrier!;
    let units = 1;
    for (let first = 0; first < count && !barrier.stopAsked && !this.#isEnded;) {
      const end = Math.min(count, first + units * unit);
      const begin = performance.now();
      this.#program.answer(cut(first, end));
      const took = Math.max(performance.now() - begin, 0.01);
      // Each piece counts from 0.
      barrier.samplesDone = end * weight;
      first = end;
      units = Math.max(1, Math.floor(units * Math.min(MOST_GROWTH, TURN_MS / took)));
      if (first < count) await takeTurn();
    }
    return { kind: "done", outcome: undefined };
  }
}
