/**
 * The tasks that the stages of a batch consist of; each is done by one thread.
 *
 * @module
 */

import type { StepPosition } from "../dropout.ts";
import type { SignalColumns } from "../memory_source.ts";
import type { ThreadGroups } from "./grouped/thread_groups.ts";
import type { Piece } from "./batch_lists.ts";
import type { BatchWriter, WritableBatch } from "./batch_writer.ts";
import { extendedCode } from "./extended_code.ts";
import { forwardNode } from "./nodes.ts";
import type { AdamStep, ExecutionContext, ForwardPass, Part } from "./ops/context.ts";
import { gatherSamples } from "./ops/gather.ts";
import { collectPredictions, computeLoss, findPredictionSlopes } from "./ops/loss.ts";
import { joinParts } from "./plan/parts.ts";
import { type CombineStep, isWide, isWriting, type PartStep, type Stage } from "./plan/stages.ts";
import { type Chain, chainsOf, type Plan } from "./plan/types.ts";
import type { UpdateTask } from "./plan/update_tasks.ts";

/** What a stage works on. */
export interface Batch {
  readonly mode: ForwardPass["mode"];
  /** Parts of the samples or entries of each chain. */
  readonly parts: readonly (readonly Part[])[];
  /** Which samples of the source the batch has, where threads gather them. */
  readonly rows: Uint32Array;
  /** Labels that `rows` picks from, in training. */
  readonly labels?: Float64Array | undefined;
  /** Weights of samples, picked in the same way; 1 for each if absent. */
  readonly weights?: Float64Array | undefined;
  /** Place of the batch in the run; in training only. */
  readonly position?: StepPosition;
  readonly adam?: AdamStep;
  /** Receives the batch's predictions. */
  readonly predicted?: Float32Array;
  /** The batch that is written, and its pieces but for the chain of the stage in which that is done. */
  readonly written?: { readonly batch: WritableBatch; readonly pieces: readonly Piece[] };
}

/** Options of {@linkcode Tasks}. */
export interface TasksOptions {
  readonly losses: Float64Array;
  readonly threads: number;
}

/** Does tasks on one thread. */
export class Tasks {
  readonly #context: ExecutionContext;
  readonly #plan: Plan;
  readonly #chains: readonly Chain[];
  readonly #losses: Float64Array;
  readonly #threads: number;
  #writer: BatchWriter | undefined;
  #updateTasks: readonly UpdateTask[] | undefined;
  #data: SignalColumns | undefined;
  #threadGroups: ThreadGroups | undefined;

  /** `losses` receives the loss of each part; `threads` is how many share the tasks. */
  constructor(context: ExecutionContext, plan: Plan, { losses, threads }: TasksOptions) {
    this.#context = context;
    this.#plan = plan;
    this.#chains = chainsOf(plan);
    this.#losses = losses;
    this.#threads = threads;
  }

  /** Sets the samples that the next batches read. */
  use(data: SignalColumns | undefined): void {
    this.#data = data;
  }

  /** Sets what computes chains in groups. */
  useGroups(groups: ThreadGroups): void {
    this.#threadGroups = groups;
  }

  /** Number of the tasks of a stage. */
  count(stage: Stage, { parts, written }: Batch): number {
    if (stage.kind === "update") return this.#updates.length;
    if (stage.kind === "wide") return stage.node.shape.slices;
    if (stage.kind === "once") return 1;
    const stretches = this.#stretches(stage, parts[stage.chain]!).length;
    return isWriting(stage) ? stretches + written!.pieces.length : stretches;
  }

  /** Does a task of a stage, by its number. */
  run(stage: Stage, task: number, batch: Batch): void {
    if (stage.kind === "update") return this.#update(task, batch);
    if (stage.kind === "wide") return this.#runSlice(stage, task, batch);
    const parts = batch.parts[stage.chain]!;
    if (stage.kind === "parts") {
      const { chain, steps } = stage;
      const stretches = this.#stretches(stage, parts);
      const stretch = stretches[task];
      if (stretch === undefined) return this.#writePiece(task - stretches.length, batch);
      return this.#runStretch(steps, { batch, chain, stretch });
    }
    for (const step of stage.steps) this.#combine(step, parts);
  }

  /** Writes a piece that is not of the chain of the stage. */
  #writePiece(piece: number, { written }: Batch): void {
    const { batch, pieces } = written!;
    this.#batchWriter.writePiece(batch, pieces[piece]!);
  }

  get #batchWriter(): BatchWriter {
    return this.#writer ??= new (extendedCode().BatchWriter)(this.#context, this.#plan);
  }

  /** Does a slice of a wide dense layer. */
  #runSlice(
    { chain, node, toInput, ...stage }: Extract<Stage, { readonly kind: "wide" }>,
    slice: number,
    { parts, position, adam }: Batch,
  ): void {
    const rows = countSamples(parts[chain]!);
    const pass = { slice, rows, position };
    if (stage.do === "forward") extendedCode().wideForward(this.#context, node, pass);
    else extendedCode().wideBackward(this.#context, node, { ...pass, toInput, adam });
  }

  /** Does what one thread does when all tasks of a stage are done. */
  finish(stage: Stage, batch: Batch): void {
    if (stage.kind !== "parts") return;
    for (const step of stage.then) this.#combine(step, batch.parts[stage.chain]!);
  }

  /** The stretches of parts that are the tasks of a stage: parts by themselves unless the stage has wide layers. */
  #stretches(
    { steps }: Extract<Stage, { readonly kind: "parts" }>,
    parts: readonly Part[],
  ): readonly (readonly Part[])[] {
    return steps.some(isWide) ? joinParts(parts, this.#threads) : parts.map((part) => [part]);
  }

  /** Takes wide steps for a whole stretch, and all steps between two of these for one part after the other. */
  #runStretch(
    steps: readonly PartStep[],
    { stretch, ...options }: {
      readonly batch: Batch;
      readonly chain: number;
      readonly stretch: readonly Part[];
    },
  ): void {
    for (let start = 0; start < steps.length;) {
      const wide = isWide(steps[start]!);
      let end = start + 1;
      while (!wide && end < steps.length && !isWide(steps[end]!)) end++;
      const run = steps.slice(start, end);
      for (const part of wide ? [joined(stretch)] : stretch) {
        this.#runPart(run, { part, ...options });
      }
      start = end;
    }
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
          extendedCode().backwardNode(context, step.node, { part, wanted });
          break;
        case "measure":
          extendedCode().batchNormMeasure(context, step.node, part);
          break;
        case "measureDelta":
          extendedCode().batchNormMeasureDelta(context, step.node, part);
          break;
        case "write":
          this.#batchWriter.writePiece(batch.written!.batch, { chain, ...part });
          break;
        case "spread":
          this.#spread(chain, part);
          break;
        case "keep":
          this.#keep(chain, part);
          break;
        case "join":
          extendedCode().joinForward(context, this.#plan.join!, part);
          break;
        case "joinBackward":
          extendedCode().joinBackward(context, this.#plan.join!, { part, wanted: step.wanted });
          break;
        case "group":
          this.#threadGroups!.compute(chain, part);
          break;
        case "collectUses":
          extendedCode().collectUses(context, this.#plan.encoders[chain]!, part);
          break;
        default:
          this.#runEnd(step.do, part, batch);
      }
    }
  }

  #keep(chain: number, part: Part): void {
    const { output, kept } = this.#plan.encoders[chain]!;
    extendedCode().keepEntries(this.#context, { output, kept: kept! }, part);
  }

  /** Copies what a chain reads of the chain before it. */
  #spread(chain: number, part: Part): void {
    const { encoders } = this.#plan;
    const { follows, input } = encoders[chain]!;
    const { chain: before, entryOf } = follows!;
    const source = encoders[before]!.output;
    extendedCode().spreadEntries(this.#context, { source, target: input, entryOf }, part);
  }

  /** Does a task at either end of the network: gathers samples, or computes what follows its output. */
  #runEnd(
    step: "gather" | "loss" | "predictions" | "predictionSlopes",
    part: Part,
    batch: Batch,
  ): void {
    const context = this.#context;
    const { head: { input, output }, loss } = this.#plan;
    const { rows, labels, weights, predicted } = batch;
    switch (step) {
      case "gather":
        return gatherSamples(context, { data: this.#data!, input, rows }, part);
      case "loss":
        this.#losses[part.index] = computeLoss(
          context,
          { loss, output, labels: labels!, rows, weights },
          part,
        );
        return;
      case "predictions":
        return collectPredictions(context, { loss, output, predicted: predicted! }, part);
      case "predictionSlopes":
        return findPredictionSlopes(context, { loss, output }, part);
    }
  }

  /** The tasks of the update, the same on every thread; only training needs them. */
  get #updates(): readonly UpdateTask[] {
    return this.#updateTasks ??= extendedCode().planUpdates(this.#plan);
  }

  #combine(step: CombineStep, parts: readonly Part[]): void {
    if (step.do === "combine") extendedCode().batchNormCombine(this.#context, step.node, parts);
    else if (step.do === "combineDelta") {
      extendedCode().batchNormCombineDelta(this.#context, step.node, parts);
    } else extendedCode().batchNormFreeze(this.#context, step.node);
  }

  #update(index: number, { rows, parts, adam }: Batch): void {
    const task = this.#updates[index]!;
    if ("term" in task) {
      const update = { term: task.term, samples: rows.length, adam: adam! };
      return extendedCode().joinUpdate(this.#context, this.#plan.join!, update);
    }
    const ofChain = parts[task.chain]!;
    extendedCode().updateNode(this.#context, this.#chains[task.chain]!.nodes[task.node]!, {
      firstRow: task.firstRow,
      rows: task.rows,
      samples: countSamples(ofChain),
      parts: ofChain.length,
      adam: adam!,
    });
  }
}

/** Neighbouring parts as one. */
function joined(parts: readonly Part[]): Part {
  const { index, start } = parts[0]!;
  return { index, start, count: countSamples(parts) };
}

function countSamples(parts: readonly Part[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}
