/**
 * One thread of the engine: takes tasks of a stage until all are taken, waits for the other threads, and begins the
 * next stage.
 *
 * @module
 */

import { adamCorrections } from "../adam.ts";
import type { StepPosition } from "../dropout.ts";
import type { SignalColumns } from "../memory_source.ts";
import { Barrier, type BarrierMemory } from "./barrier.ts";
import type {
  EpochJob,
  EpochOutcome,
  ExplanationJob,
  Job,
  PredictionJob,
  StepJob,
} from "./jobs.ts";
import { backwardNode, forwardNode, updateNode } from "./nodes.ts";
import {
  batchNormCombine,
  batchNormCombineDelta,
  batchNormFreeze,
  batchNormMeasure,
  batchNormMeasureDelta,
} from "./ops/batch_norm.ts";
import { type AdamStep, ExecutionContext, type ForwardPass, type Part } from "./ops/context.ts";
import { gatherSamples } from "./ops/gather.ts";
import { joinBackward, joinUpdate } from "./ops/join/backward.ts";
import { collectUses, spreadEntries } from "./ops/join/entries.ts";
import { joinForward } from "./ops/join/forward.ts";
import { computeLoss, predictOutput, slopeOutput } from "./ops/loss.ts";
import { cutParts } from "./plan/parts.ts";
import {
  type CombineStep,
  explanationStages,
  type PartStep,
  predictionStages,
  type Stage,
  trainingStages,
} from "./plan/stages.ts";
import { type Chain, chainsOf, type Plan } from "./plan/types.ts";

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

/** What a stage works on. */
interface Batch {
  readonly mode: ForwardPass["mode"];
  /** Parts of the samples or entries of each chain. */
  readonly parts: readonly (readonly Part[])[];
  /** Which samples of the source the batch has, where threads gather them. */
  readonly rows: Uint32Array;
  /** Labels that `rows` picks from, in training. */
  readonly labels?: Float64Array | undefined;
  /** Where the batch stands in the run, in training. */
  readonly position?: StepPosition;
  readonly adam?: AdamStep;
  /** Receives the batch's predictions. */
  readonly predicted?: Float32Array;
}

/** A thread's share of the work. All threads of a pool run the same jobs at the same time. */
export class Runner {
  readonly #plan: Plan;
  readonly #chains: readonly Chain[];
  readonly #context: ExecutionContext;
  readonly #barrier: Barrier;
  readonly #losses: Float64Array;
  readonly #first: boolean;
  #data: SignalColumns | undefined;

  /** Instantiates the kernels over the shared memory. */
  constructor({ plan, module, memory, barrier, thread, threads }: RunnerOptions) {
    this.#plan = plan;
    this.#chains = chainsOf(plan);
    const scratch = plan.scratch + thread * plan.scratchBytes;
    this.#context = new ExecutionContext({ module, memory, scratch });
    this.#barrier = new Barrier(barrier, threads);
    this.#losses = barrier.losses;
    this.#first = thread === 0;
  }

  /** Sets the samples that the next jobs are about. */
  use(data: SignalColumns): void {
    this.#data = data;
  }

  /** Does a job. The outcome of one that trains is the same on every thread. */
  run(job: Job): EpochOutcome | undefined {
    switch (job.kind) {
      case "epoch":
        return this.#runEpoch(job);
      case "step":
        return this.#runStep(job);
      case "predict":
        return void this.#predict(job);
      case "explain":
        return void this.#explain(job);
    }
  }

  /** Trains for an epoch, or until the threads are asked to stop. */
  #runEpoch(job: EpochJob): EpochOutcome {
    const { order, start, end, batchSize, learningRate, epoch, seed } = job;
    const stages = trainingStages(this.#plan, { gather: true });
    const { labels } = this.#data!;
    let [sum, steps, samples] = [0, 0, 0];
    while (start + samples < end && !this.#barrier.stopping) {
      const firstPosition = start + samples;
      const rows = order.subarray(firstPosition, Math.min(end, firstPosition + batchSize));
      const parts = [cutParts(rows.length)];
      const adam = adamStep(job.step + steps + 1, learningRate);
      const position = { seed, epoch, firstPosition };
      sum += this.#train(stages, { mode: "train", rows, labels, parts, position, adam });
      steps++;
      samples += rows.length;
      if (this.#first) this.#report(sum / samples, samples);
      if (!Number.isFinite(sum)) break;
    }
    return { loss: sum / samples, steps, samples };
  }

  /** Trains on one batch, whose samples are in the chains' inputs. */
  #runStep({ entries, labels, position, step, learningRate }: StepJob): EpochOutcome {
    const stages = trainingStages(this.#plan, { gather: false });
    const rows = Uint32Array.from(labels.keys());
    const parts = entries.map(cutParts);
    const adam = adamStep(step, learningRate);
    const batch: Batch = { mode: "train", rows, labels, parts, position, adam };
    return { loss: this.#train(stages, batch), steps: 1, samples: labels.length };
  }

  /** Takes a step; returns the sum of the samples' losses. */
  #train(stages: readonly Stage[], batch: Batch): number {
    let sum = 0;
    for (const stage of stages) {
      // Every thread adds up the losses while none can write them: before the last stage.
      if (stage.kind === "update") {
        sum = batch.parts.at(-1)!.reduce((total, { index }) => total + this.#losses[index]!, 0);
      }
      this.#run(stage, batch);
    }
    return sum;
  }

  /** Predicts rows in batches, or the batch that is in the chains' inputs. */
  #predict({ rows, entries, predicted }: PredictionJob): void {
    const { batchSize } = this.#plan;
    const stages = predictionStages(this.#plan, { gather: entries === undefined });
    for (let start = 0; start < rows.length && !this.#barrier.stopping; start += batchSize) {
      const batch = rows.subarray(start, start + batchSize);
      const parts = (entries ?? [batch.length]).map(cutParts);
      const target = predicted.subarray(start, start + batchSize);
      for (const stage of stages) {
        this.#run(stage, { mode: "predict", rows: batch, predicted: target, parts });
      }
      if (this.#first) this.#barrier.samplesDone = start + batch.length;
    }
  }

  /** Derivatives of the outputs by the inputs of the batch that is in the chains' inputs. */
  #explain({ entries }: ExplanationJob): void {
    const parts = entries.map(cutParts);
    const rows = new Uint32Array(entries.at(-1)!);
    for (const stage of explanationStages(this.#plan)) {
      this.#run(stage, { mode: "explain", rows, parts });
    }
  }

  #report(loss: number, samples: number): void {
    this.#losses[this.#losses.length - 1] = loss;
    this.#barrier.samplesDone = samples;
  }

  #run(stage: Stage, batch: Batch): void {
    const tasks = this.#countTasks(stage, batch);
    for (let task = this.#barrier.takeTask(); task < tasks; task = this.#barrier.takeTask()) {
      if (stage.kind === "update") this.#update(task, batch);
      else if (stage.kind === "once") {
        for (const step of stage.steps) this.#combine(step, batch.parts[stage.chain]!);
      } else {
        const { chain, steps } = stage;
        this.#runPart(steps, { batch, chain, part: batch.parts[chain]![task]! });
      }
    }
    this.#barrier.wait();
  }

  #countTasks(stage: Stage, batch: Batch): number {
    if (stage.kind === "update") return this.#plan.updates.length;
    return stage.kind === "once" ? 1 : batch.parts[stage.chain]!.length;
  }

  #runPart(
    steps: readonly PartStep[],
    { batch, chain, part }: {
      readonly batch: Batch;
      readonly chain: number;
      readonly part: Part;
    },
  ): void {
    const context = this.#context;
    const { mode, position } = batch;
    const wanted = mode === "explain" ? "inputs" : "weights";
    for (const step of steps) {
      switch (step.do) {
        case "forward":
          forwardNode(context, step.node, { part, mode, position });
          break;
        case "backward":
          backwardNode(context, step.node, { part, wanted });
          break;
        case "measure":
          batchNormMeasure(context, step.node, part);
          break;
        case "measureDelta":
          batchNormMeasureDelta(context, step.node, part);
          break;
        case "spread":
          this.#spread(chain, part);
          break;
        case "join":
          joinForward(context, this.#plan.join!, part);
          break;
        case "joinBackward":
          joinBackward(context, this.#plan.join!, part);
          break;
        case "collectUses":
          collectUses(context, this.#plan.encoders[chain]!, part);
          break;
        default:
          this.#runEnd(step.do, part, batch);
      }
    }
  }

  /** Copies what a chain reads of the chain before it. */
  #spread(chain: number, part: Part): void {
    const { encoders } = this.#plan;
    const { follows, input } = encoders[chain]!;
    const { chain: before, entryOf } = follows!;
    const source = encoders[before]!.output;
    spreadEntries(this.#context, { source, target: input, entryOf }, part);
  }

  /** Does what is at either end of the network. */
  #runEnd(
    step: "gather" | "loss" | "output" | "slopeOutput",
    part: Part,
    batch: Batch,
  ): void {
    const context = this.#context;
    const { head: { input, output }, loss } = this.#plan;
    const { rows, labels, predicted } = batch;
    switch (step) {
      case "gather":
        return gatherSamples(context, { data: this.#data!, input, rows }, part);
      case "loss":
        this.#losses[part.index] = computeLoss(
          context,
          { loss, output, labels: labels!, rows },
          part,
        );
        return;
      case "output":
        return predictOutput(context, { loss, output, predicted: predicted! }, part);
      case "slopeOutput":
        return slopeOutput(context, { loss, output }, part);
    }
  }

  #combine(step: CombineStep, parts: readonly Part[]): void {
    if (step.do === "combine") batchNormCombine(this.#context, step.node, parts);
    else if (step.do === "combineDelta") batchNormCombineDelta(this.#context, step.node, parts);
    else batchNormFreeze(this.#context, step.node);
  }

  #update(index: number, { rows, parts, adam }: Batch): void {
    const task = this.#plan.updates[index]!;
    if ("term" in task) {
      const update = { term: task.term, samples: rows.length, adam: adam! };
      return joinUpdate(this.#context, this.#plan.join!, update);
    }
    const ofChain = parts[task.chain]!;
    updateNode(this.#context, this.#chains[task.chain]!.nodes[task.node]!, {
      firstRow: task.firstRow,
      rows: task.rows,
      samples: ofChain.reduce((sum, { count }) => sum + count, 0),
      parts: ofChain.length,
      adam: adam!,
    });
  }
}

function adamStep(step: number, learningRate: number): AdamStep {
  const { first, second } = adamCorrections(step);
  return { rate: learningRate * first, correction: second };
}
