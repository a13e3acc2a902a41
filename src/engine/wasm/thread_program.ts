import type { SignalColumns } from "../memory_source.ts";
import type { TableColumn } from "../joined_source.ts";
import type { BatchLists } from "./batch_lists.ts";
import type { GroupedPath } from "./grouped/path.ts";
import type { PathProgram } from "./grouped/paths/program.ts";
import type { BatchPredictionJob, EpochOutcome, Job } from "./jobs.ts";
import { Runner, type RunnerOptions } from "./runner.ts";

/** What a worker is sent: `start` first, and again where it is to compute with other kernels. */
export type WorkerRequest =
  | { readonly kind: "start"; readonly options: RunnerOptions }
  | { readonly kind: "data"; readonly data: SignalColumns }
  | { readonly kind: "tables"; readonly tables: readonly TableColumn[] }
  /** Where the batches of training steps are. */
  | { readonly kind: "lists"; readonly lists: readonly BatchLists[] }
  | { readonly kind: "groups"; readonly path: GroupedPath }
  | { readonly kind: "groupWeights"; readonly images: readonly Float32Array[] }
  | { readonly kind: "pathProgram"; readonly program: PathProgram }
  | { readonly kind: "pathWeights"; readonly image: Float32Array }
  | BatchPredictionJob
  | Job;

/**
 * What a worker answers: to a job that it is done, to a training step only the first worker does so, and to anything that it
 * failed.
 */
export type WorkerReply =
  | { readonly kind: "done"; readonly outcome: EpochOutcome | undefined }
  | { readonly kind: "failed"; readonly error: Error };

/** What a thread does with what it is sent. */
export class ThreadProgram {
  #runner: Runner | undefined;

  /** What computes, after `start`. */
  get runner(): Runner {
    return this.#runner!;
  }

  /** Does what a request says, before it returns; `undefined` if that needs no answer. */
  answer(request: WorkerRequest): WorkerReply | undefined {
    switch (request.kind) {
      case "start":
        return void (this.#runner = new Runner(request.options));
      case "data":
        return void this.runner.use(request.data);
      case "tables":
        return void this.runner.useTables(request.tables);
      case "lists":
        return void this.runner.useLists(request.lists);
      case "groups":
        return void this.runner.useGroups(request.path);
      case "groupWeights":
        return void this.runner.setGroupWeights(request.images);
      case "pathProgram":
        return void this.runner.usePaths(request.program);
      case "pathWeights":
        return void this.runner.setPathWeights(request.image);
      case "predictBatch":
        this.runner.predictBatch(request);
        return { kind: "done", outcome: undefined };
      case "step": {
        // All threads end it together.
        const outcome = this.runner.run(request);
        return this.runner.isFirst ? { kind: "done", outcome } : undefined;
      }
      default:
        return { kind: "done", outcome: this.runner.run(request) };
    }
  }
}

/** The answer that something failed. */
export function failed(error: unknown): WorkerReply {
  return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
}
