/**
 * Compares reading of the competition's files with numpy, at a hundredth, a tenth and all of their size, and shows that
 * training costs grow with it: `deno task bench --load`. Programs are measured from their start, Python's and Deno's
 * own included, to when they had all data.
 */

import { writeSimulation } from "../../src/simulate/mod.ts";
import { findPythonWith } from "../helpers/require.ts";
import { formatMarkdown, formatRate } from "./report.ts";
import { median } from "./statistics.ts";

/** What to measure. */
export interface LoadBenchOptions {
  /** Genes of the 50 cell types, one data set for each number. */
  readonly genes: readonly number[];
  /** Times that each file is read by each side, in turns. */
  readonly rounds: number;
  readonly log: (line: string) => void;
}

/** Reading of one file; medians. */
export interface LoadRow {
  readonly rows: number;
  readonly kind: "stored" | "deflated";
  readonly megabytesOnDisk: number;
  readonly ours: Cost;
  readonly theirs: Cost;
  /** Of the pairs' times, theirs to ours. */
  readonly ratio: number;
}

/** One epoch of `deno task train` on a stored file. */
export interface TrainRow {
  readonly rows: number;
  readonly samplesPerSecond: number;
  readonly whole: Cost;
}

/** Of a process. */
export interface Cost {
  readonly seconds: number;
  /** Peak of resident memory. */
  readonly megabytes: number;
}

/** What {@linkcode benchLoad} returns. */
export interface LoadBench {
  readonly load: readonly LoadRow[];
  readonly train: readonly TrainRow[];
}

const CELL_TYPES = 50;
const PEER = new URL("load_peer.py", import.meta.url).pathname;
const OURS = new URL("load_ours.ts", import.meta.url).pathname;
const TRAIN = new URL("../../scripts/train.ts", import.meta.url).pathname;

interface Measured extends Cost {
  /** Of signal and labels. */
  readonly sums?: readonly number[];
}

/** Runs the comparisons; takes 5 GB of disk at the full size. */
export async function benchLoad(options: LoadBenchOptions): Promise<LoadBench> {
  const python = await findPythonWith("numpy");
  if (python === undefined) throw new Error("Cannot bench: no Python with numpy here");
  const load: LoadRow[] = [];
  const train: TrainRow[] = [];
  for (const genes of options.genes) {
    const folder = await Deno.makeTempDir();
    try {
      const rows = genes * CELL_TYPES;
      for (const kind of ["stored", "deflated"] as const) {
        options.log(`Simulating ${rows.toLocaleString("en-US")} rows, ${kind}`);
        await simulate(folder, genes, kind === "deflated");
        const path = `${folder}/train.npz`;
        load.push(await compare(python, path, { rows, kind, ...options }));
        if (kind === "stored") {
          train.push(await measureTraining(python, folder, { rows, ...options }));
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { load, train };
}

async function simulate(folder: string, genes: number, compress: boolean): Promise<void> {
  await writeSimulation(folder, {
    cellTypes: CELL_TYPES,
    genes,
    newCellTypes: 0,
    newGenes: 1,
    // Plain counts as float64: the figures in docs/benchmarks.md are of such files.
    features: "counts",
    compress,
  });
}

/** Runs a program by the peer's `measure`. */
async function measure(python: string, program: readonly string[]): Promise<Measured> {
  const { success, stdout } = await new Deno.Command(python, {
    args: [PEER, "measure", ...program],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure: ${program.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function compare(
  python: string,
  path: string,
  { rows, kind, rounds, log }: Pick<LoadRow, "rows" | "kind"> & LoadBenchOptions,
): Promise<LoadRow> {
  log(`Reading it, ${rounds} times each`);
  const pairs: { ours: Measured; theirs: Measured }[] = [];
  for (let round = 0; round < rounds; round++) {
    const run = [Deno.execPath(), "run", "-q", "--no-remote", "--allow-read", OURS, path];
    const ours = await measure(python, run);
    const theirs = await measure(python, [python, PEER, "load", path]);
    checkSums(ours, theirs);
    pairs.push({ ours, theirs });
  }
  return {
    rows,
    kind,
    megabytesOnDisk: (await Deno.stat(path)).size / 1e6,
    ours: medianCost(pairs.map(({ ours }) => ours)),
    theirs: medianCost(pairs.map(({ theirs }) => theirs)),
    ratio: median(pairs.map(({ ours, theirs }) => theirs.seconds / ours.seconds)),
  };
}

/** Throws unless both sides read the same: sums in another order differ in the last digits. */
function checkSums({ sums: ours = [] }: Measured, { sums: theirs = [] }: Measured): void {
  const same = theirs.every((sum, i) => Math.abs(ours[i]! - sum) <= 1e-9 * Math.abs(sum));
  if (same && theirs.length === 2) return;
  throw new Error(`Cannot compare: sums of signal and labels are ${ours}, numpy's ${theirs}`);
}

function medianCost(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    megabytes: median(costs.map(({ megabytes }) => megabytes)),
  };
}

async function measureTraining(
  python: string,
  folder: string,
  { rows, log }: Pick<TrainRow, "rows"> & LoadBenchOptions,
): Promise<TrainRow> {
  log("Training on it for an epoch");
  const whole = await measure(python, [
    Deno.execPath(),
    "run",
    "-q",
    "--no-remote",
    "-P=compute",
    TRAIN,
    "--engine",
    "wasm",
    "--data",
    `${folder}/train.npz`,
    "--epochs",
    "1",
    "--out",
    `${folder}/run`,
  ]);
  const { samplesPerSecond } = JSON.parse(await Deno.readTextFile(`${folder}/run/metrics.json`));
  return { rows, samplesPerSecond, whole };
}

/** The result as two Markdown tables. */
export function formatLoad({ load, train }: LoadBench): string {
  const count = (rows: number) => rows.toLocaleString("en-US");
  const cost = ({ seconds, megabytes }: Cost) =>
    `${formatRate(seconds)} s, ${formatRate(megabytes)} MB`;
  return [
    formatMarkdown(
      ["rows", "file", "ours", "numpy", "time, ratio", "memory, ratio"],
      load.map(({ rows, kind, megabytesOnDisk, ours, theirs, ratio }) => [
        count(rows),
        `${kind}, ${formatRate(megabytesOnDisk)} MB`,
        cost(ours),
        cost(theirs),
        `${formatRate(ratio)}×`,
        `${formatRate(theirs.megabytes / ours.megabytes)}×`,
      ]),
    ),
    "",
    formatMarkdown(
      ["rows", "training", "whole command, one epoch"],
      train.map(({ rows, samplesPerSecond, whole }) => [
        count(rows),
        `${formatRate(samplesPerSecond)} samples/s`,
        cost(whole),
      ]),
    ),
  ].join("\n");
}
