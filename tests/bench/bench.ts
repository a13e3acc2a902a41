/** Compares an engine with its peers: first whether they agree, then how fast they are. */

import type { EngineName } from "../../src/engine/select.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { Arena, type Checked, type Place } from "./arena.ts";
import { Calibration } from "./calibration.ts";
import { type Clock, compareRates, type Comparison, runContest } from "./contest.ts";
import type { Measure } from "./contestant.ts";
import {
  type Figure,
  figuresOf,
  PEAK_SHARE,
  PREDICT_CALLS,
  SERVICE,
  SLOW_TO_START,
} from "./figures.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { measurePeakShare } from "./peak_share.ts";
import { measurePredictCalls } from "./predict_calls.ts";
import type { PeerName } from "./peers.ts";
import { benchSingle, SINGLE_FIGURES } from "./prepare_single.ts";
import type { Row } from "./report.ts";
import { measureService } from "./service/measure.ts";

/** What to measure, and how. */
export interface BenchOptions {
  /** Ours. */
  readonly engine: EngineName;
  /** Names of figures. @default all */
  readonly only?: readonly string[] | undefined;
  /** Numbers of threads where a figure does not say. */
  readonly threads: readonly number[];
  /** Least length of a sample. */
  readonly seconds: number;
  /** Rounds, in each of which every side has its turn. */
  readonly rounds: number;
  /** Whether peers are left out that take long to start. */
  readonly quick: boolean;
  /** Peers that take the places of those of each figure. @default those of the figure */
  readonly peers?: readonly PeerName[] | undefined;
  /** Which clock counts. */
  readonly clock: Clock;
  /** The checkout that ours is of. @default this one */
  readonly ours?: string | undefined;
  /** Another checkout, whose engine takes part. */
  readonly against?: string | undefined;
  /** A folder to keep simulated files in. */
  readonly files?: string | undefined;
  /** Stops between two samples. */
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly log: (line: string) => void;
}

/** What was measured, and on what. */
export interface BenchResult {
  readonly machine: Machine;
  readonly versions: { readonly deno: string; readonly v8: string };
  readonly engine: EngineName;
  readonly rows: readonly Row[];
  /** Figures during which others were at work, so that their ratios mean less. */
  readonly disturbed: readonly string[];
}

/** A loop that takes so much longer than its best was disturbed. */
const DISTURBED = 1.2;

/**
 * Runs the benchmark. Peers are checked before they are timed.
 *
 * @throws {ContractError} If a peer and the engine disagree.
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { engine, only, threads, ours, log } = options;
  const wanted = (name: string) => only === undefined || only.includes(name);
  const figures = figuresOf(engine).filter(({ name }) => wanted(name));
  await using arena = new Arena({ engine, root: ours });
  const rows: Row[] = [];
  for (const [i, figure] of figures.entries()) {
    for (const count of figure.threads ?? threads) {
      rows.push(...await timeFigure(figure, { ...options, arena, threads: count }));
    }
    const { workload } = figure;
    if (!figures.slice(i + 1).some((later) => later.workload === workload)) {
      await arena.close(workload);
    }
  }
  if (engine === "wasm" && wanted(PREDICT_CALLS)) {
    log("Timing the first call of predict, and later ones");
    rows.push(...await measurePredictCalls(options));
  }
  if (engine === "wasm" && wanted(SERVICE)) rows.push(...await measureService(options));
  const singles = SINGLE_FIGURES.filter(wanted);
  if (engine === "wasm" && singles.length > 0) rows.push(...await benchSingle(singles, options));
  if (wanted(PEAK_SHARE)) rows.push(...await peakShareRows(options));
  const disturbed = rows.filter(({ disturbance = 1 }) => disturbance > DISTURBED);
  return {
    machine: await describeMachine(),
    versions: { deno: Deno.version.deno, v8: Deno.version.v8 },
    engine,
    rows,
    disturbed: [...new Set(disturbed.map(({ figure, threads }) => `${figure}, ${threads}`))],
  };
}

/** A row for each other side of a figure, on one number of threads. */
async function timeFigure(
  figure: Figure,
  options: Omit<BenchOptions, "threads"> & { readonly arena: Arena; readonly threads: number },
): Promise<Row[]> {
  const { name, workload, measure } = figure;
  const { arena, threads, clock, log, seconds, signal } = options;
  const ours = await arena.ours({ workload, threads });
  const { others, missing } = await findOthers(figure, options);
  log(`Timing ${name} on ${threads} ${threads === 1 ? "thread" : "threads"}`);
  using calibration = new Calibration(threads);
  const rates = await runContest([ours, ...others], {
    measure,
    seconds,
    clock,
    rounds: figure.rounds ?? options.rounds,
    signal,
    calibration,
  });
  const { disturbance } = calibration;
  const base = { figure: name, unit: unitOf(measure), threads } as const;
  const measured = others.map(({ label }, i): Row => ({
    ...base,
    ...inUnit(measure, compareRates(rates[0]!, rates[i + 1]!)),
    peer: label,
    ...(label.startsWith("ours") && { itself: true }),
    disturbance,
  }));
  const alone = compareRates(rates[0]!, rates[0]!).ours;
  const shown = measure === "one" ? 1e6 / alone : alone;
  return [
    ...measured,
    ...missing.map((peer): Row => ({ ...base, ours: shown, peer, theirs: null, ratio: null })),
  ];
}

/** The other sides of a figure: peers that agree, another checkout, or this engine on one thread. */
async function findOthers(
  { name, workload, peers }: Figure,
  { arena, threads, quick, peers: named, against, signal, log }:
    & Pick<BenchOptions, "quick" | "peers" | "against" | "signal" | "log">
    & { readonly arena: Arena; readonly threads: number },
): Promise<{ others: Checked[]; missing: string[] }> {
  const place: Place = { workload, threads };
  const others: Checked[] = [];
  const missing: string[] = [];
  const asked = (named ?? peers).filter((peer) => !(quick && SLOW_TO_START.includes(peer)));
  if (peers.length === 0) others.push(await arena.ours({ workload, threads: 1 }));
  if (against !== undefined) others.push(await arena.ours(place, against));
  for (const peer of asked) {
    signal.throwIfAborted();
    log(`Checking that ${peer} agrees on ${workload}, ${threads} of threads`);
    const found = await arena.peer(peer, place);
    if (!("missing" in found)) others.push(found);
    else {
      log(`NOT MEASURED: ${peer} in ${name}: ${found.missing}`);
      missing.push(peer);
    }
  }
  return { others, missing };
}

function unitOf(measure: Measure): Row["unit"] {
  return measure === "one" ? "µs" : "samples/s";
}

/** Of single samples the time is shown, not the rate; ratios stay as they are: above 1 where ours is faster. */
function inUnit(measure: Measure, comparison: Comparison): Comparison {
  if (measure !== "one") return comparison;
  const { ours, theirs, ratio, medians } = comparison;
  return {
    ours: 1e6 / ours,
    theirs: 1e6 / theirs,
    ratio,
    medians: { ours: 1e6 / medians.ours, theirs: 1e6 / medians.theirs, ratio: medians.ratio },
  };
}

/** One row for engine wasm, none for others. */
async function peakShareRows({ engine, log }: BenchOptions): Promise<Row[]> {
  if (engine !== "wasm") {
    log(`NOT MEASURED: ${PEAK_SHARE}: engine ${engine} has no kernels of its own`);
    return [];
  }
  const { reached, peak } = await measurePeakShare(presetSpec("wakawaka"));
  const row = { figure: PEAK_SHARE, unit: "GFLOP/s", threads: 1, peer: "SIMD128 peak" } as const;
  return [{ ...row, ours: reached, theirs: peak, ratio: reached / peak }];
}
