/** Compares an engine with its peers: first whether they agree, then how fast they are. */

import type { EngineName } from "../../src/engine/select.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { Arena } from "./arena.ts";
import type { Effort } from "./contestant.ts";
import { type Figure, figuresOf, PEAK_SHARE } from "./figures.ts";
import { describeMachine, waitForQuiet } from "./machine.ts";
import { measurePeakShare } from "./peak_share.ts";
import type { Row } from "./report.ts";
import { type Pair, summarizePairs } from "./statistics.ts";

/** What to measure, and how. */
export interface BenchOptions {
  /** Ours. */
  readonly engine: EngineName;
  /** Names of figures. @default all */
  readonly only?: readonly string[];
  /** Threads of both sides where a figure does not say. */
  readonly threads: number;
  /** Length of a sample, at least. */
  readonly seconds: number;
  /** Stops between two samples. */
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly log: (line: string) => void;
}

/** How long to wait for a quiet machine before each figure, in seconds. */
const QUIET_PATIENCE = 20;

/** What was measured, and on what. */
export interface BenchResult {
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly versions: { readonly deno: string; readonly v8: string };
  readonly engine: EngineName;
  readonly rows: readonly Row[];
  /** Figures during which other programs were at work, so that their ratios mean little. */
  readonly disturbed: readonly string[];
}

/**
 * Runs the benchmark. All peers are checked before anything is timed.
 *
 * @throws {ContractError} If a peer and the engine disagree.
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { engine, only, signal, log } = options;
  const wanted = (name: string) => only === undefined || only.includes(name);
  const figures = figuresOf(engine).filter(({ name }) => wanted(name));
  await using arena = new Arena(engine);
  for (const { peer, preset } of figures) {
    signal.throwIfAborted();
    if (peer === "ourselves") continue;
    log(`Checking that ${peer} agrees on ${preset}`);
    const found = await arena.peer(peer, preset);
    if ("missing" in found) log(`NOT MEASURED: ${peer} on ${preset}: ${found.missing}`);
  }
  const rows: Row[] = [];
  const disturbed = new Set<string>();
  for (const figure of figures) {
    log(`Timing ${figure.name} against ${figure.peer}`);
    const quietBefore = await waitForQuiet(QUIET_PATIENCE);
    rows.push(await timeFigure(figure, arena, options));
    if (quietBefore && await waitForQuiet(1)) continue;
    log(`DISTURBED: other programs were at work during ${figure.name}`);
    disturbed.add(figure.name);
  }
  if (wanted(PEAK_SHARE)) rows.push(...await peakShareRows(options));
  return {
    machine: describeMachine(),
    versions: { deno: Deno.version.deno, v8: Deno.version.v8 },
    engine,
    rows,
    disturbed: [...disturbed],
  };
}

/** Medians of samples of ours and theirs in turn, each after a first one that does not count. */
async function timeFigure(figure: Figure, arena: Arena, options: BenchOptions): Promise<Row> {
  const { name, preset, measure, pairs = 5, threads = options.threads } = figure;
  const { seconds, signal } = options;
  const ours = await arena.ours(preset);
  const sampleOurs = () => ours[measure]({ seconds, threads });
  const opponent = await findOpponent(figure, arena, { seconds, threads });
  const row = { figure: name, unit: "samples/s", threads } as const;
  await sampleOurs();
  if (opponent === undefined) {
    return { ...row, ours: await sampleOurs(), peer: figure.peer, theirs: null, ratio: null };
  }
  await opponent.sample();
  const samples: Pair[] = [];
  for (let i = 0; i < pairs; i++) {
    signal.throwIfAborted();
    samples.push({ ours: await sampleOurs(), theirs: await opponent.sample() });
  }
  const { ours: rate, theirs, ratio } = summarizePairs(samples);
  return { ...row, ours: rate, peer: opponent.label, theirs, ratio };
}

/** What ours is compared with; undefined where this machine does not have it. */
async function findOpponent(
  { peer, preset, measure }: Figure,
  arena: Arena,
  effort: Effort,
): Promise<{ label: string; sample: () => Promise<number> } | undefined> {
  if (peer === "ourselves") {
    const ours = await arena.ours(preset);
    return {
      label: "ourselves, one worker",
      sample: () => ours[measure]({ ...effort, threads: 1 }),
    };
  }
  const found = await arena.peer(peer, preset);
  if ("missing" in found) return undefined;
  return { label: found.label, sample: () => found.process[measure](effort) };
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
