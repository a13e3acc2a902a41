/**
 * The parts of the GPU benchmark, one for each row of its table, in the order in which they are
 * run.
 */

import { createWebgpuEngine } from "../../../src/engine/webgpu/engine.ts";
import { findPreset, presetSpec, type SequentialPresetName } from "../../../src/model/presets.ts";
import { Arena } from "../arena.ts";
import type { Contestant, Measure } from "../contestant.ts";
import type { PeerName } from "../peers.ts";
import type { Row } from "../report.ts";
import type { SignalWorkload, WorkloadName } from "../workload.ts";
import type { Allowance, Share } from "./budget.ts";
import type { Ceilings } from "./ceilings.ts";
import {
  type Measured,
  openManyAndOne,
  planReportRun,
  REPORT_RUN,
  runReport,
  timeInTurns,
} from "./comparisons.ts";
import { predictStep } from "./floor.ts";
import { makeByteWorkload } from "./workloads.ts";

/** A GPU, or a program that stands in for one. */
export type DeviceKind = "gpu" | "software";

/** How much is measured. */
interface Scale {
  /** Samples of the data set. */
  readonly samples: number;
  readonly pairs: number;
  /** Least length of a sample of a rate. */
  readonly seconds: number;
  /** Threads of peers: one feeds a GPU; against a software adapter they compute on the processor. */
  readonly threads: number;
}

const SCALES: Readonly<Record<DeviceKind, Scale>> = {
  gpu: { samples: 200_000, pairs: 3, seconds: 1.5, threads: 1 },
  // No more than shows that the script works.
  software: {
    samples: 5_000,
    pairs: 1,
    seconds: 0.3,
    threads: navigator.hardwareConcurrency,
  },
};

/** What the parts share. */
export class Stage {
  readonly scale: Scale;
  readonly arena: Arena;
  readonly ceilings: Ceilings;
  /** Ends the peers that are still at work when all is over. */
  readonly end: AbortSignal;
  readonly #workloads = new Map<SequentialPresetName, SignalWorkload>();

  constructor(kind: DeviceKind, ceilings: Ceilings, end: AbortSignal) {
    this.scale = SCALES[kind];
    // Only presets are asked for.
    const make = (name: WorkloadName) => this.workload(name as SequentialPresetName);
    this.arena = new Arena({ engine: "webgpu", make });
    this.ceilings = ceilings;
    this.end = end;
  }

  /** The workload of a preset, made when it is first asked for. */
  workload(preset: SequentialPresetName): SignalWorkload {
    const known = this.#workloads.get(preset) ?? makeByteWorkload(preset, this.scale.samples);
    this.#workloads.set(preset, known);
    return known;
  }
}

/** A row to be measured. */
export interface Part extends Share, Pick<Row, "figure" | "unit" | "peer"> {
  readonly measure: (stage: Stage, allowance: Allowance) => Promise<Finding>;
}

/** A measured row, with a better label than was known before, or why the peer is missing. */
export interface Finding extends Measured, Partial<Pick<Row, "figure" | "peer">> {
  readonly missing?: string;
}

/** Figures that the table of floors has measurements from. */
export const TRAINING = "wakawaka-training";
const MANY_TRAINING = "wakawaka-8-models-side-by-side";
const MANY = 8;

/**
 * All parts. Their seconds are shares of eight minutes; starting and checking a peer is in its
 * first part.
 */
export function partsFor(kind: DeviceKind): Part[] {
  const eager: PeerName = kind === "gpu" ? "PyTorch cuda" : "PyTorch";
  const jax: PeerName = kind === "gpu" ? "JAX cuda" : "JAX";
  const training = { figure: TRAINING, preset: "wakawaka", measure: "train" } as const;
  return [
    against({ ...training, peer: eager, seconds: 50 }),
    sideBySide(35),
    reportRun(70),
    against({ ...training, peer: jax, seconds: 30 }),
    against({ ...training, peer: "PyTorch cuda graph", seconds: 40 }),
    against({
      ...training,
      figure: "wakawaka-inference",
      measure: "predict",
      peer: eager,
      seconds: 25,
    }),
    against({ ...training, peer: "PyTorch cuda compiled", seconds: 70 }),
    against({ ...training, peer: "jax-js webgpu", seconds: 25 }),
    against({ ...training, peer: "tf.js webgpu", seconds: 35 }),
    ...(["deepchrome", "experiment5"] as const).map((preset) =>
      against({ ...training, figure: `${preset}-training`, preset, peer: eager, seconds: 35 })
    ),
  ];
}

/** Our engine against a peer that was found to agree with it. */
function against(
  { figure, preset, measure, peer, seconds }: Pick<Part, "figure" | "seconds"> & {
    readonly preset: SequentialPresetName;
    readonly measure: Measure;
    readonly peer: PeerName;
  },
): Part {
  return {
    figure,
    unit: "samples/s",
    peer,
    seconds,
    async measure({ scale, arena, end }, { signal, left }) {
      const { pairs, seconds, threads } = scale;
      const place = { workload: preset, threads };
      const found = await arena.peer(peer, place, AbortSignal.any([signal, end]));
      const ours = await arena.ours(place);
      const rateOf = async (side: Contestant) => (await side.measure(measure, seconds)).rate;
      const sides = { ours: () => rateOf(ours) };
      if ("missing" in found) {
        return { ...await timeInTurns({ ...sides, theirs: undefined }, pairs, left), ...found };
      }
      const theirs = () => rateOf(found);
      return { ...await timeInTurns({ ...sides, theirs }, pairs, left), peer: found.label };
    },
  };
}

/** As many samples as a rate makes in a second, in whole batches and not more than there are. */
function rowsOfSecond(rate: number, samples: number, batchSize: number): number {
  return Math.min(samples, Math.max(1, Math.floor(rate / batchSize)) * batchSize);
}

/** Samples a second of one model in training. */
async function trainingRate({ arena, scale }: Stage): Promise<number> {
  const ours = await arena.ours({ workload: "wakawaka", threads: scale.threads });
  return (await ours.measure("train", scale.seconds)).rate;
}

function sideBySide(seconds: number): Part {
  return {
    figure: MANY_TRAINING,
    unit: "samples/s",
    peer: "one after the other",
    seconds,
    async measure(stage, { left }) {
      const { samples, pairs, seconds: least } = stage.scale;
      const rate = await trainingRate(stage);
      const workload = stage.workload("wakawaka");
      const rows = rowsOfSecond(least * rate / MANY, samples, workload.batchSize);
      const options = { engine: createWebgpuEngine(), workload, models: MANY, rows };
      await using sides = await openManyAndOne(options);
      return await timeInTurns(sides, pairs, left);
    },
  };
}

function reportRun(seconds: number): Part {
  const figure = `report-run-${REPORT_RUN.samples * REPORT_RUN.epochs / 1e6}M-samples`;
  return {
    figure,
    unit: "s",
    peer: "predicted floor",
    seconds,
    async measure(stage, { signal, left }) {
      const rate = await trainingRate(stage);
      const workload = stage.workload("wakawaka");
      const { batchSize } = workload;
      const plan = planReportRun(rate, left(), batchSize);
      const ours = await runReport(createWebgpuEngine(), workload, { ...plan, signal });
      const spec = presetSpec("wakawaka");
      const step = { figure, spec, models: 1, batchSize, rate: null };
      const steps = REPORT_RUN.samples / batchSize * REPORT_RUN.epochs;
      const theirs = predictStep(step, stage.ceilings).floor * steps / 1e6;
      const name = plan.label === "" ? figure : `${figure} (${plan.label})`;
      return { figure: name, ours, theirs, ratio: theirs / ours };
    },
  };
}

/** The steps whose floors are printed, with the rates measured for them. */
export function stepCases(rows: readonly Row[]): Parameters<typeof predictStep>[0][] {
  const rateOf = (figure: string) =>
    rows.find((row) => row.figure === figure && row.ours !== null)?.ours ?? null;
  const stepCase = (preset: SequentialPresetName, figure = `${preset}-training`, models = 1) => {
    const { batchSize } = findPreset(preset).training;
    return { figure, spec: presetSpec(preset), models, batchSize, rate: rateOf(figure) };
  };
  return [
    stepCase("wakawaka", TRAINING),
    stepCase("wakawaka", MANY_TRAINING, MANY),
    stepCase("deepchrome"),
    stepCase("experiment5"),
  ];
}
