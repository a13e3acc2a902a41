/** What a worker thread does: the jobs it is sent, one after the other; it says how each ended. */

import type { WorkerPort } from "../../base/workers.ts";
import type { SignalColumns } from "../memory_source.ts";
import type { TableColumn } from "../joined_source.ts";
import * as extended from "./extended/code.ts";
import { setExtendedCode } from "./extended_code.ts";
import * as code from "./grouped/code.ts";
import type { GroupedPath } from "./grouped/path.ts";
import type { PathProgram } from "./grouped/paths/program.ts";
import { setGroupedCode } from "./grouped_code.ts";
import type { BatchPredictionJob, EpochOutcome, Job } from "./jobs.ts";
import { Runner, type RunnerOptions } from "./runner.ts";

/** What a worker is sent: `start` first, and again where it is to compute with other kernels. */
export type WorkerRequest =
  | { readonly kind: "start"; readonly options: RunnerOptions }
  | { readonly kind: "data"; readonly data: SignalColumns }
  | { readonly kind: "tables"; readonly tables: readonly TableColumn[] }
  | { readonly kind: "groups"; readonly path: GroupedPath }
  | { readonly kind: "groupWeights"; readonly images: readonly Float32Array[] }
  | { readonly kind: "pathProgram"; readonly program: PathProgram }
  | { readonly kind: "pathWeights"; readonly image: Float32Array }
  | BatchPredictionJob
  | Job;

/** What a worker answers: to a job that it is done, to anything that it failed. */
export type WorkerReply =
  | { readonly kind: "done"; readonly outcome: EpochOutcome | undefined }
  | { readonly kind: "failed"; readonly error: Error };

setGroupedCode(code);
setExtendedCode(extended);
let runner: Runner | undefined;

/** Returns what takes requests, and answers them on the thread's port. */
export function listen(port: WorkerPort): (request: WorkerRequest) => void {
  const send = (reply: WorkerReply) => port.postMessage(reply);
  return (request) => {
    try {
      const reply = answer(request);
      if (reply !== undefined) send(reply);
    } catch (error) {
      send({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
}

function answer(request: WorkerRequest): WorkerReply | undefined {
  if (request.kind === "start") {
    runner = new Runner(request.options);
    return undefined;
  }
  if (request.kind === "data") {
    runner!.use(request.data);
    return undefined;
  }
  if (request.kind === "tables") {
    runner!.useTables(request.tables);
    return undefined;
  }
  if (request.kind === "groups") {
    runner!.useGroups(request.path);
    return undefined;
  }
  if (request.kind === "groupWeights") {
    runner!.setGroupWeights(request.images);
    return undefined;
  }
  if (request.kind === "pathProgram") {
    runner!.usePaths(request.program);
    return undefined;
  }
  if (request.kind === "pathWeights") {
    runner!.setPathWeights(request.image);
    return undefined;
  }
  if (request.kind === "predictBatch") {
    runner!.predictBatch(request);
    return { kind: "done", outcome: undefined };
  }
  return { kind: "done", outcome: runner!.run(request) };
}
