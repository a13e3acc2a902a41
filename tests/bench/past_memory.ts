/**
 * Trains on data that do not fit into memory, beside the same data in memory: `deno task bench --past-memory`. Every
 * step is a process of its own, whose peak of resident memory is measured.
 */

import { ContractError } from "../../src/errors.ts";
import { filesIn, taskCommand } from "../helpers/command.ts";
import { formatMarkdown, formatRate, formatRatio } from "./report.ts";
import { median } from "./statistics.ts";

/** What to measure. */
export interface PastMemoryOptions {
  /** Rows of the data sets: multiples of `genes`. */
  readonly rows: readonly number[];
  /** Genes of each cell type. */
  readonly genes: number;
  /** Samples that are shuffled together where the data stay on disk. */
  readonly window: number;
  /** The largest data set that is trained on in memory, too. */
  readonly mostInMemory: number;
  /** Times that each side trains, in turns; data that are not trained on in memory, once. */
  readonly rounds: number;
  /** Where the data sets are kept, to be used again. @default a folder that is removed */
  readonly files?: string | undefined;
  readonly log: (line: string) => void;
}

/** Time and memory of a process. */
export interface ProcessCost {
  readonly seconds: number;
  /** Peak of resident memory. */
  readonly megabytes: number;
  /** Time of processors: on a busy machine it says more than the clock. */
  readonly processorSeconds: number;
}

/** One epoch of `train`, with what the command does before and after it. */
export interface EpochCost extends ProcessCost {
  readonly samplesPerSecond: number;
  /** On the training data, after the epoch. */
  readonly mse: number;
}

/** One data set. */
export interface PastMemoryRow {
  readonly rows: number;
  readonly megabytesOnDisk: number;
  readonly files: number;
  /** Writing it; absent if it was there. */
  readonly made?: ProcessCost;
  readonly opened: ProcessCost;
  readonly stored: EpochCost;
  /** Absent if it is too large. */
  readonly inMemory?: EpochCost;
  /** Of the rounds' rates: from the store to in memory. */
  readonly ratio?: number;
  readonly predicted: ProcessCost;
}

const JOB = new URL("past_memory_job.ts", import.meta.url).pathname;
const PRELOAD = new URL("../helpers/print_peak_memory.ts", import.meta.url).pathname;
/** More than any machine has. */
const ALL_MEMORY = "1000GB";
/** Less than any of the data sets takes. */
const NO_MEMORY = "1MB";

/** Measures each data set. */
export async function benchPastMemory(options: PastMemoryOptions): Promise<PastMemoryRow[]> {
  const folder = options.files ?? await Deno.makeTempDir();
  try {
    const measured: PastMemoryRow[] = [];
    for (const rows of options.rows) measured.push(await measureRows(folder, rows, options));
    return measured;
  } finally {
    if (options.files === undefined) await Deno.remove(folder, { recursive: true });
  }
}

async function measureRows(
  folder: string,
  rows: number,
  { genes, rounds, window, mostInMemory, log }: PastMemoryOptions,
): Promise<PastMemoryRow> {
  const count = rows.toLocaleString("en-US");
  const data = `${folder}/${rows}.zarr`;
  const run = `${folder}/run`;
  const made = await isThere(data) ? undefined : await makeStore(data, { rows, genes, log });
  const [opened] = await measureJob("open", data);
  log(`${count} rows: opened in ${formatRate(opened!.seconds)} s`);
  const stored: EpochCost[] = [];
  const inMemory: EpochCost[] = [];
  for (let round = 1; round <= (rows > mostInMemory ? 1 : rounds); round++) {
    stored.push(await trainOn(data, run, ["--memory", NO_MEMORY, "--window", String(window)]));
    log(`${count} rows, round ${round}: ${formatRate(stored.at(-1)!.samplesPerSecond)} samples/s`);
    if (rows > mostInMemory) continue;
    inMemory.push(await trainOn(data, `${run}-in-memory`, ["--memory", ALL_MEMORY]));
    log(`in memory: ${formatRate(inMemory.at(-1)!.samplesPerSecond)} samples/s`);
  }
  const out = ["--out", `${folder}/predicted.tsv`, "--overwrite"];
  const predict = ["--model", run, "--data", data, "--memory", NO_MEMORY, ...out];
  const predicted = await measureTask("predict", predict);
  const names = filesIn(data);
  return {
    rows,
    megabytesOnDisk: names.reduce((sum, name) => sum + Deno.statSync(`${data}/${name}`).size, 0) /
      1e6,
    files: names.length,
    ...(made && { made }),
    opened: opened!,
    stored: medianEpoch(stored),
    ...(inMemory.length > 0 && {
      inMemory: medianEpoch(inMemory),
      ratio: median(
        inMemory.map(({ samplesPerSecond }, i) => stored[i]!.samplesPerSecond / samplesPerSecond),
      ),
    }),
    predicted,
  };
}

async function makeStore(
  data: string,
  { rows, genes, log }: Pick<PastMemoryOptions, "genes" | "log"> & { readonly rows: number },
): Promise<ProcessCost> {
  if (rows % genes !== 0) {
    throw new ContractError(
      `Cannot make ${rows} rows: found cell types of ${genes} genes, expected a multiple of these`,
    );
  }
  log(`Making ${rows.toLocaleString("en-US")} rows`);
  const [made] = await measureJob("make", data, String(rows / genes), String(genes));
  return made!;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function trainOn(
  data: string,
  run: string,
  memory: readonly string[],
): Promise<EpochCost> {
  const engine = ["--engine", "wasm", "--epochs", "1"];
  const files = ["--data", data, "--out", run, "--overwrite"];
  const cost = await measureTask("train", [...engine, ...files, ...memory]);
  const { samplesPerSecond, mse } = JSON.parse(await Deno.readTextFile(`${run}/metrics.json`));
  return { ...cost, samplesPerSecond, mse };
}

/** Runs a task with the permissions that it has. */
async function measureTask(task: string, args: readonly string[]): Promise<ProcessCost> {
  const [cost] = await measure(taskCommand(task, args, { preload: "print_peak_memory.ts" }));
  return cost;
}

/** Runs the job: what it took without the program's start. */
async function measureJob(...args: readonly string[]): Promise<[ProcessCost]> {
  const line = [
    "run",
    "-A",
    "-q",
    "--no-remote",
    "--cached-only",
    "--preload",
    PRELOAD,
    JOB,
    ...args,
  ];
  const [cost, printed] = await measure(
    new Deno.Command(Deno.execPath(), { args: line }),
  );
  return [{ ...cost, seconds: JSON.parse(printed).seconds }];
}

async function measure(command: Deno.Command): Promise<[ProcessCost, printed: string]> {
  const started = performance.now();
  const { code, stdout, stderr } = await command.output();
  const seconds = (performance.now() - started) / 1000;
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const [, bytes, processor] = /^peak memory (\d+)\nprocessor time (\d+)$/m.exec(errors!) ?? [];
  if (code !== 0 || bytes === undefined) throw new Error(`Cannot measure: ${errors}`);
  const processorSeconds = Number(processor) / 1e6;
  return [{ seconds, megabytes: Number(bytes) / 1e6, processorSeconds }, printed!];
}

/** The medians of some epochs. */
function medianEpoch(epochs: readonly EpochCost[]): EpochCost {
  const of = (value: (epoch: EpochCost) => number) => median(epochs.map(value));
  return {
    samplesPerSecond: of(({ samplesPerSecond }) => samplesPerSecond),
    mse: of(({ mse }) => mse),
    seconds: of(({ seconds }) => seconds),
    megabytes: of(({ megabytes }) => megabytes),
    processorSeconds: of(({ processorSeconds }) => processorSeconds),
  };
}

/** The result as a Markdown table. */
export function formatPastMemory(measured: readonly PastMemoryRow[]): string {
  const cost = (found: ProcessCost | undefined) =>
    found === undefined ? "" : `${formatRate(found.seconds)} s, ${formatRate(found.megabytes)} MB`;
  const rate = (found: EpochCost | undefined) =>
    found === undefined ? "" : `${formatRate(found.samplesPerSecond)}/s`;
  const columns = [
    "rows",
    "on disk",
    "made",
    "opened",
    "epoch from disk",
    "in memory",
    "ratio",
    "`train` from disk",
    "in memory",
    "`predict`",
  ];
  return formatMarkdown(
    columns,
    measured.map((
      { rows, megabytesOnDisk, files, made, opened, stored, inMemory, ratio, predicted },
    ) => [
      rows.toLocaleString("en-US"),
      `${formatRate(megabytesOnDisk)} MB, ${files} files`,
      cost(made),
      cost(opened),
      rate(stored),
      rate(inMemory),
      formatRatio(ratio ?? null),
      cost(stored),
      cost(inMemory),
      cost(predicted),
    ]),
  );
}
