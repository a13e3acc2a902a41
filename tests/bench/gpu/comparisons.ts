/**
 * Comparisons that are more than two samples of a rate: many models together, and the report's whole
 * run.
 */

import type { Engine } from "../../../src/engine/engine.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../../src/random.ts";
import { openOne, sourceOf } from "../../helpers/one_model.ts";
import type { Row } from "../report.ts";
import { type Pair, summarizePairs } from "../statistics.ts";
import type { SignalWorkload } from "../workload.ts";
import type { Allowance } from "./budget.ts";
import { repeatSamples } from "./workloads.ts";

/** What the report trains on, and how often. */
export const REPORT_RUN = { samples: 800_000, epochs: 15 } as const;
/** A prediction above this, in seconds, makes the report's run a shorter one. */
const MOST_REPORT_SECONDS = 60;
/** Share of the time left that may be planned for, since rates vary. */
const PLANNED_SHARE = 0.7;

/** What was measured of a row. */
export type Measured = Pick<Row, "ours" | "theirs" | "ratio">;

/** Two sides that take turns; each call returns a rate. */
export interface Sides {
  readonly ours: () => Promise<number>;
  /** Undefined where this machine does not have it. */
  readonly theirs: (() => Promise<number>) | undefined;
}

/**
 * Medians of samples of both sides in turns, each after a first one that does not count. Fewer than
 * `pairs` where the time left is less than the last pair took, one at least.
 */
export async function timeInTurns(
  { ours, theirs }: Sides,
  pairs: number,
  left: () => number,
): Promise<Measured> {
  await ours();
  if (theirs === undefined) return { ours: await ours(), theirs: null, ratio: null };
  await theirs();
  const samples: Pair[] = [];
  let before = left();
  for (let took = 0; samples.length < pairs && (took === 0 || took < left());) {
    samples.push({ ours: await ours(), theirs: await theirs() });
    took = before - left();
    before = left();
  }
  return summarizePairs(samples);
}

/**
 * Sides of so many models, each trained on `rows` samples: all together, and one after the other.
 */
export async function openManyAndOne(
  { engine, workload, models, rows }: {
    readonly engine: Engine;
    readonly workload: SignalWorkload;
    readonly models: number;
    readonly rows: number;
  },
): Promise<Sides & AsyncDisposable> {
  const { spec, batchSize, learningRate, data } = workload;
  const members = Array.from({ length: models }, (_, seed) => {
    return { weights: initialWeights(spec, seed), seed, learningRate };
  });
  const orders = members.map(({ seed }) => {
    const stream = new RandomStream(deriveKey(seed, "bench"));
    return shuffledIndices(data.labels.length, stream).subarray(0, rows);
  });
  const many = await engine.createSession(spec, { members, batchSize });
  const one = await openOne(engine, spec, { ...members[0]!, batchSize });
  const rate = async (run: () => Promise<unknown>) => {
    const started = performance.now();
    await run();
    return models * rows / (performance.now() - started) * 1000;
  };
  let epoch = 0;
  return {
    ours: () => rate(() => many.runEpoch({ source: sourceOf(data), orders, epoch: epoch++ })),
    theirs: () =>
      rate(async () => {
        for (const order of orders) await one.runEpoch({ data, order, epoch: epoch++ });
      }),
    async [Symbol.asyncDispose]() {
      await many[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
    },
  };
}

/** How much of the report's run is done. */
export interface ReportPlan {
  readonly samples: number;
  readonly epochs: number;
  /** What follows the figure's name, if not all is done. */
  readonly label: string;
}

/**
 * All of the report's run if it fits, else one epoch, else part of one. `rate` is in samples per
 * second.
 */
export function planReportRun(rate: number, secondsLeft: number, batchSize: number): ReportPlan {
  const { samples, epochs } = REPORT_RUN;
  const room = PLANNED_SHARE * secondsLeft;
  if (samples * epochs / rate < Math.min(MOST_REPORT_SECONDS, room)) {
    return { samples, epochs, label: "" };
  }
  if (samples / rate < room) return { samples, epochs: 1, label: "scaled from one epoch" };
  const batches = Math.max(1, Math.floor(rate * room / batchSize));
  const fitting = batches * batchSize;
  return { samples: fitting, epochs: 1, label: `scaled from ${fitting} samples of one epoch` };
}

/**
 * Trains as the report does, or as much of that as is planned: from opening the session, with
 * upload and shuffling, to the state after the last epoch.
 *
 * @returns Seconds of the whole run.
 */
export async function runReport(
  engine: Engine,
  workload: SignalWorkload,
  plan: ReportPlan & Pick<Allowance, "signal">,
): Promise<number> {
  const { spec, weights, batchSize, learningRate } = workload;
  const { samples, epochs, signal } = plan;
  const data = repeatSamples(workload.data, samples);
  const stream = new RandomStream(deriveKey(0, "bench"));
  const started = performance.now();
  const options = { weights, batchSize, learningRate, seed: 0 };
  await using session = await openOne(engine, spec, options);
  const opened = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffledIndices(samples, stream);
    await session.runEpoch({ data, order, epoch, signal });
  }
  await session.state();
  const trained = performance.now() - opened;
  const scale = REPORT_RUN.samples * REPORT_RUN.epochs / (samples * epochs);
  return (opened - started + trained * scale) / 1000;
}
