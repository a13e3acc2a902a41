/** The thread that runs cases. Its parent ends it if a case takes too much time or memory. */

import { watchAllocations } from "./allocations.ts";
import { makeCase } from "./case.ts";
import { judge } from "./judge.ts";
import { Tally } from "./tally.ts";
import { targetNamed } from "./targets/mod.ts";

/** The cases to run, from `from` up to but not including `to`. */
export interface WorkerTask {
  readonly seed: number;
  readonly reader: string;
  readonly from: number;
  readonly to: number;
  readonly tally: SharedArrayBuffer;
}

/** Messages of the worker: its modules are loaded, a case failed, or all cases are done. */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "done" }
  | { readonly type: "failure"; readonly number: number; readonly message: string };

interface WorkerScope {
  onmessage: (event: MessageEvent<WorkerTask>) => void;
  postMessage(message: WorkerMessage): void;
}
const scope = globalThis as unknown as WorkerScope;

async function run({ seed, reader, from, to, tally: buffer }: WorkerTask): Promise<void> {
  const tally = new Tally(buffer);
  const target = targetNamed(reader);
  const seeds = await target.seeds();
  for (let number = from; number < to; number++) {
    const files = makeCase({ seed, reader, number }, seeds);
    tally.set("current", number);
    tally.set("isReading", 1);
    const start = performance.now();
    const verdict = await judge(target, files);
    tally.set("isReading", 0);
    if (tally.raise("slowestMs", performance.now() - start)) tally.set("slowestCase", number);
    tally.raise("largestAllocation", verdict.largestAllocation);
    if (verdict.kind === "failure") {
      scope.postMessage({ type: "failure", number, message: verdict.message });
    } else {
      tally.add(verdict.kind === "value" ? "values" : "refused");
    }
    tally.add("done");
  }
  scope.postMessage({ type: "done" });
}

watchAllocations();
scope.onmessage = ({ data }) => void run(data);
scope.postMessage({ type: "ready" });
