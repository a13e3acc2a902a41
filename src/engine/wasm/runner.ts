/**
 * One thread of the engine: takes tasks of a stage until all are taken, waits for the other threads, and begins the
 * next stage.
 *
 * @module
 */

import { adamCorrections } from "../adam.ts";
import type { EngineData } from "../engine.ts";
import { Barrier, type BarrierMemory } from "./barrier.ts";
import { backwardNode, forwardNode, updateNode } from "./nodes.ts";
import {
  batchNormCombine,
  batchNormCombineDelta,
  batchNormFreeze,
  batchNormMeasure,
  batchNormMeasureDelta,
} from "./ops/batch_norm.ts";
import { type AdamStep, ExecutionContext, type Part } from "./ops/context.ts";
import type { StepPosition } from "./ops/dropout.ts";
import { gatherSignal } from "./ops/gather.ts";
import { lossBackward, predictOutput } from "./ops/loss.ts";
import { countParts } from "./plan/plan.ts";
import {
  type CombineStep,
  type PartStep,
  predictionStages,
  type Stage,
  trainingStages,
} from "./plan/stages.ts";
import type { Plan } from "./plan/types.ts";

/** What a thread is started with. */
export interface RunnerOptions {
  readonly plan: Plan;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly barrier: BarrierMemory;
  /** Number of this thread, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

/** An epoch, as it is sent to the threads. */
export interface EpochJob {
  readonly kind: "epoch";
  readonly order: Uint32Array;
  /** The piece of it to train on. */
  readonly start: number;
  readonly end: number;
  readonly epoch: number;
  readonly seed: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Steps taken before this epoch. */
  readonly step: number;
}

/** A prediction, as it is sent to the threads. */
export interface PredictionJob {
  readonly kind: "predict";
  readonly rows: Uint32Array;
  readonly predicted: Float32Array;
}

/** How an epoch ended. */
export interface EpochOutcome {
  /** Mean loss of the samples that were trained on; not finite if training diverged. */
  readonly loss: number;
  readonly steps: number;
  readonly samples: number;
}

/** What a stage works on. */
interface Batch {
  readonly rows: Uint32Array;
  readonly parts: readonly Part[];
  /** Where the batch stands in the run; absent when predicting. */
  readonly position?: StepPosition;
  readonly adam?: AdamStep;
  /** Receives the batch's predictions. */
  readonly predicted?: Float32Array;
}

/** A thread's share of the work. All threads of a pool run the same jobs at the same time. */
export class Runner {
  readonly #plan: Plan;
  readonly #context: ExecutionContext;
  readonly #barrier: Barrier;
  readonly #losses: Float64Array;
  readonly #first: boolean;
  readonly #training: readonly Stage[];
  readonly #prediction: readonly Stage[];
  #data: EngineData | undefined;

  /** Instantiates the kernels over the shared memory. */
  constructor({ plan, module, memory, barrier, thread, threads }: RunnerOptions) {
    this.#plan = plan;
    const scratch = plan.scratch + thread * plan.scratchBytes;
    this.#context = new ExecutionContext({ module, memory, scratch });
    this.#barrier = new Barrier(barrier, threads);
    this.#losses = barrier.losses;
    this.#first = thread === 0;
    this.#training = trainingStages(plan);
    this.#prediction = predictionStages(plan);
  }

  /** Sets the samples that the next jobs are about. */
  use(data: EngineData): void {
    this.#data = data;
  }

  /** Trains for an epoch, or until the threads are asked to stop. The outcome is the same on every thread. */
  runEpoch(job: EpochJob): EpochOutcome {
    const { order, start, end, batchSize, learningRate, epoch, seed } = job;
    let [sum, steps, samples] = [0, 0, 0];
    while (start + samples < end && !this.#barrier.stopping) {
      const firstPosition = start + samples;
      const rows = order.subarray(firstPosition, Math.min(end, firstPosition + batchSize));
      const parts = cutParts(rows.length);
      const { first, second } = adamCorrections(job.step + steps + 1);
      const adam = { rate: learningRate * first, correction: second };
      const position = { seed, epoch, firstPosition };
      for (const stage of this.#training) {
        // Every thread adds up the losses while none can write them: before the last stage.
        if (stage.kind === "update") {
          sum += parts.reduce((total, { index }) => total + this.#losses[index]!, 0);
        }
        this.#run(stage, { rows, parts, position, adam });
      }
      steps++;
      samples += rows.length;
      if (this.#first) this.#report(sum / samples, samples);
      if (!Number.isFinite(sum)) break;
    }
    return { loss: sum / samples, steps, samples };
  }

  /** Predicts rows in batches. */
  predict({ rows, predicted }: PredictionJob): void {
    const { batchSize } = this.#plan;
    for (let start = 0; start < rows.length && !this.#barrier.stopping; start += batchSize) {
      const batch = {
        rows: rows.subarray(start, start + batchSize),
        predicted: predicted.subarray(start, start + batchSize),
      };
      const parts = cutParts(batch.rows.length);
      for (const stage of this.#prediction) this.#run(stage, { ...batch, parts });
      if (this.#first) this.#barrier.samplesDone = start + batch.rows.length;
    }
  }

  #report(loss: number, samples: number): void {
    this.#losses[this.#losses.length - 1] = loss;
    this.#barrier.samplesDone = samples;
  }

  #run(stage: Stage, batch: Batch): void {
    const { updates } = this.#plan;
    const tasks = { parts: batch.parts.length, once: 1, update: updates.length }[stage.kind];
    for (let task = this.#barrier.takeTask(); task < tasks; task = this.#barrier.takeTask()) {
      if (stage.kind === "parts") this.#runPart(stage.steps, batch.parts[task]!, batch);
      else if (stage.kind === "once") stage.steps.forEach((step) => this.#combine(step, batch));
      else this.#update(task, batch);
    }
    this.#barrier.wait();
  }

  #runPart(steps: readonly PartStep[], part: Part, batch: Batch): void {
    const context = this.#context;
    const { input, output, loss } = this.#plan;
    const { position, rows, predicted } = batch;
    for (const step of steps) {
      if (step.do === "forward") forwardNode(context, step.node, { part, position });
      else if (step.do === "backward") backwardNode(context, step.node, part);
      else if (step.do === "measure") batchNormMeasure(context, step.node, part);
      else if (step.do === "measureDelta") batchNormMeasureDelta(context, step.node, part);
      else if (step.do === "gather") {
        gatherSignal(context, { data: this.#data!, input, rows }, part);
      } else if (step.do === "output") {
        predictOutput(context, { loss, output, predicted: predicted! }, part);
      } else {
        const labels = this.#data!.labels!;
        this.#losses[part.index] = lossBackward(context, { loss, output, labels, rows }, part);
      }
    }
  }

  #combine(step: CombineStep, { parts }: Batch): void {
    if (step.do === "combine") batchNormCombine(this.#context, step.node, parts);
    else if (step.do === "combineDelta") batchNormCombineDelta(this.#context, step.node, parts);
    else batchNormFreeze(this.#context, step.node);
  }

  #update(task: number, { rows, parts, adam }: Batch): void {
    const { nodes, updates } = this.#plan;
    const { node, firstRow, rows: taskRows } = updates[task]!;
    updateNode(this.#context, nodes[node]!, {
      firstRow,
      rows: taskRows,
      samples: rows.length,
      parts: parts.length,
      adam: adam!,
    });
  }
}

/** Cuts a batch into parts whose number and sizes depend on nothing else. */
function cutParts(samples: number): Part[] {
  const parts = countParts(samples);
  return Array.from({ length: parts }, (_, index) => {
    const start = Math.floor(index * samples / parts);
    return { index, start, count: Math.floor((index + 1) * samples / parts) - start };
  });
}
