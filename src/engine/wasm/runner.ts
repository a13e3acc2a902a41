/**
 * One thread of the engine: takes tasks of a stage until there are none, waits for the others, goes on.
 *
 * @module
 */

import { transformFunction } from "../../record.ts";
import { adamCorrections } from "../adam.ts";
import type { SignalColumns } from "../memory_source.ts";
import { Crew, type CrewMemory } from "./crew.ts";
import { instantiate } from "./instantiate.ts";
import {
  combineBatchNorm,
  combineBatchNormDelta,
  freezeBatchNorm,
  measureBatchNorm,
  measureBatchNormDelta,
} from "./nodes/batch_norm.ts";
import { backwardNode, forwardNode, updateNode } from "./nodes/dispatch.ts";
import type { AdamStep, Machine, Part } from "./nodes/machine.ts";
import type { StepPosition } from "./nodes/simple.ts";
import { countParts } from "./plan.ts";
import type { Plan } from "./plan_types.ts";
import {
  type CombineStep,
  type PartStep,
  predictionStages,
  type Stage,
  trainingStages,
} from "./program.ts";

/** What a thread is started with. */
export interface RunnerOptions {
  readonly plan: Plan;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly crew: CrewMemory;
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

/** A thread's share of the work. All threads of a crew run the same jobs at the same time. */
export class Runner {
  readonly #plan: Plan;
  readonly #machine: Machine;
  readonly #crew: Crew;
  readonly #losses: Float64Array;
  readonly #first: boolean;
  readonly #training: readonly Stage[];
  readonly #prediction: readonly Stage[];
  #data: SignalColumns | undefined;

  /** Instantiates the kernels over the shared memory. */
  constructor({ plan, module, memory, crew, thread, threads }: RunnerOptions) {
    this.#plan = plan;
    this.#machine = instantiate(module, memory, plan.scratch + thread * plan.scratchBytes);
    this.#crew = new Crew(crew, threads);
    this.#losses = crew.losses;
    this.#first = thread === 0;
    this.#training = trainingStages(plan);
    this.#prediction = predictionStages(plan);
  }

  /** Sets the samples that the next jobs are about. */
  use(data: SignalColumns): void {
    this.#data = data;
  }

  /** Trains for an epoch, or until the crew is asked to stop. The outcome is the same on every thread. */
  runEpoch(job: EpochJob): EpochOutcome {
    const { order, start, end, batchSize, learningRate, epoch, seed } = job;
    let [sum, steps, samples] = [0, 0, 0];
    while (start + samples < end && !this.#crew.stopping) {
      const firstPosition = start + samples;
      const rows = order.subarray(firstPosition, Math.min(end, firstPosition + batchSize));
      const parts = cutParts(rows.length);
      const { first, second } = adamCorrections(job.step + steps + 1);
      const adam = { rate: learningRate * first, correction: second };
      const position = { seed, epoch, firstPosition };
      for (const stage of this.#training) {
        // Every thread adds up the losses while none can write them: before the last stage.
        if (stage.kind === "update") {
          sum += parts.reduce((total, { index }) => total + this.#losses[index], 0);
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
    for (let start = 0; start < rows.length && !this.#crew.stopping; start += batchSize) {
      const batch = {
        rows: rows.subarray(start, start + batchSize),
        predicted: predicted.subarray(start, start + batchSize),
      };
      const parts = cutParts(batch.rows.length);
      for (const stage of this.#prediction) this.#run(stage, { ...batch, parts });
      if (this.#first) this.#crew.samplesDone = start + batch.rows.length;
    }
  }

  #report(loss: number, samples: number): void {
    this.#losses[this.#losses.length - 1] = loss;
    this.#crew.samplesDone = samples;
  }

  #run(stage: Stage, batch: Batch): void {
    const { updates } = this.#plan;
    const tasks = { parts: batch.parts.length, once: 1, update: updates.length }[stage.kind];
    for (let task = this.#crew.takeTask(); task < tasks; task = this.#crew.takeTask()) {
      if (stage.kind === "parts") this.#runPart(stage.steps, batch.parts[task], batch);
      else if (stage.kind === "once") stage.steps.forEach((step) => this.#combine(step, batch));
      else this.#update(task, batch);
    }
    this.#crew.meet();
  }

  #runPart(steps: readonly PartStep[], part: Part, batch: Batch): void {
    const machine = this.#machine;
    const { position } = batch;
    for (const step of steps) {
      if (step.do === "gather") this.#gather(part, batch);
      else if (step.do === "forward") forwardNode(machine, step.node, { part, position });
      else if (step.do === "backward") backwardNode(machine, step.node, part);
      else if (step.do === "measure") measureBatchNorm(machine, step.node, part);
      else if (step.do === "measureDelta") measureBatchNormDelta(machine, step.node, part);
      else if (step.do === "loss") this.#loss(part, batch);
      else this.#output(part, batch);
    }
  }

  #combine(step: CombineStep, { parts }: Batch): void {
    if (step.do === "combine") combineBatchNorm(this.#machine, step.node, parts);
    else if (step.do === "combineDelta") combineBatchNormDelta(this.#machine, step.node, parts);
    else freezeBatchNorm(this.#machine, step.node);
  }

  #update(task: number, { rows, parts, adam }: Batch): void {
    const { node, firstRow, rows: taskRows } = this.#plan.updates[task];
    const sizes = { samples: rows.length, parts: parts.length };
    const update = { firstRow, rows: taskRows, ...sizes, adam: adam! };
    updateNode(this.#machine, this.#plan.nodes[node], update);
  }

  /** Copies a part's samples out of their columns, transformed. */
  #gather({ start, count }: Part, { rows }: Batch): void {
    const { signal, bins, marks, transform } = this.#data!;
    const { floats } = this.#machine;
    const { address, slot, stride } = this.#plan.input;
    const apply = transform === "none" ? undefined : transformFunction(transform);
    const size = bins * marks;
    const [runs, runLength] = stride === 4 * marks ? [1, size] : [bins, marks];
    for (let sample = start; sample < start + count; sample++) {
      const from = rows[sample] * size;
      for (let run = 0; run < runs; run++) {
        const to = (address + sample * slot + run * stride) / 4;
        const first = from + run * runLength;
        floats.set(signal.subarray(first, first + runLength), to);
        if (apply === undefined) continue;
        for (let i = to; i < to + runLength; i++) floats[i] = apply(floats[i]);
      }
    }
  }

  /** The part's summed loss, and the deltas of the network's output: derivatives of the batch's mean loss. */
  #loss({ index, start, count }: Part, { rows }: Batch): void {
    const { output, loss } = this.#plan;
    const { floats } = this.#machine;
    const labels = this.#data!.labels!;
    const lossAndSlope = loss === "meanSquaredError" ? squaredError : crossEntropy;
    let sum = 0;
    for (let sample = start; sample < start + count; sample++) {
      const value = floats[(output.address + sample * output.slot) / 4];
      const [error, slope] = lossAndSlope(value, Math.fround(labels[rows[sample]]));
      floats[(output.delta! + sample * output.slot) / 4] = slope / rows.length;
      sum += error;
    }
    this.#losses[index] = sum;
  }

  #output({ start, count }: Part, { predicted }: Batch): void {
    const { output, loss } = this.#plan;
    const { floats } = this.#machine;
    for (let sample = start; sample < start + count; sample++) {
      const value = floats[(output.address + sample * output.slot) / 4];
      predicted![sample] = loss === "meanSquaredError" ? value : 1 / (1 + Math.exp(-value));
    }
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

function squaredError(value: number, label: number): [loss: number, slope: number] {
  const error = value - label;
  return [error * error, 2 * error];
}

/** Cross-entropy of a sigmoid, from the value before the sigmoid, so that nothing overflows. */
function crossEntropy(value: number, label: number): [loss: number, slope: number] {
  const loss = Math.max(value, 0) - value * label + Math.log1p(Math.exp(-Math.abs(value)));
  return [loss, 1 / (1 + Math.exp(-value)) - label];
}
