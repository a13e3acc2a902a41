/**
 * What `predict(model, …)` costs on one sample, in a process of its own each time: the first call, with which everything is
 * made that it needs, and later ones on the same model.
 */

import type { BenchOptions } from "./bench.ts";
import { PREDICT_CALLS } from "./figures.ts";
import type { Row } from "./report.ts";
import { median } from "./statistics.ts";

/** Milliseconds, as `predict_calls_job.ts` prints them. */
export interface PredictCalls {
  readonly first: number;
  /** The quickest of the later ones. */
  readonly later: number;
}

/** Two rows without a peer, on one thread: whatever is asked of one sample needs no more. */
export async function measurePredictCalls(
  { rounds, ours: root, against, signal }: Pick<
    BenchOptions,
    "rounds" | "ours" | "against" | "signal"
  >,
): Promise<Row[]> {
  const [ours, theirs]: PredictCalls[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    ours!.push(await runJob(root));
    if (against !== undefined) theirs!.push(await runJob(against));
  }
  return (["first", "later"] as const).map((which): Row => {
    const of = (calls: readonly PredictCalls[]) => calls.map((call) => call[which]);
    const row = { figure: `${PREDICT_CALLS}-${which}`, unit: "ms", threads: 1 } as const;
    const best = Math.min(...of(ours!));
    if (against === undefined) {
      return { ...row, ours: best, peer: "none", theirs: null, ratio: null };
    }
    const theirBest = Math.min(...of(theirs!));
    const ratios = of(ours!).map((own, round) => theirs![round]![which] / own);
    const medians = { ours: median(of(ours!)), theirs: median(of(theirs!)), ratio: median(ratios) };
    const ratio = theirBest / best;
    return {
      ...row,
      ours: best,
      peer: `ours at ${against}`,
      theirs: theirBest,
      ratio,
      medians,
      itself: true,
    };
  });
}

async function runJob(root?: string): Promise<PredictCalls> {
  const job = new URL("predict_calls_job.ts", import.meta.url).pathname;
  const flags = ["run", "-q", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, job, ...(root === undefined ? [] : [root])],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot time predict: its process failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
