/** What the commands that train share: the data, the run directory and the lines they print. */

import { dirname } from "node:path";
import packageJson from "../../deno.json" with { type: "json" };
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { readDataset } from "../data/read_dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { makeDirectory, syncDirectory } from "../files/file.ts";
import { findPreset, parsePresetName, type PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { type DataRecord, parseRecord, type Transform } from "../record.ts";
import { fingerprintDataset } from "../training/fingerprint.ts";
import type {
  EpochRecord,
  FitManyOptions,
  FitManyProgress,
  FitOptions,
  FitProgress,
} from "../training/fit_types.ts";
import {
  holdsUnfinishedRun,
  nothingToResume,
  refuseLiveRun,
  type ResumeFlags,
} from "./_checkpoints.ts";
import { type Inputs, inputsOfRun } from "./_inputs.ts";
import { readJson, writeJson } from "./_json.ts";
import type { ModelFile } from "./_model_spec.ts";
import { checkDirectory } from "./_outputs.ts";
import { commandLine, findPackageFile } from "./_place.ts";
import { formatDuration, formatRate, ProgressLine, type ProgressState } from "./_progress.ts";
import { commandOfRun } from "./_run_files.ts";
import { quotePath } from "../base/shell.ts";

/** Flags of the commands that train; see `declareTraining` and `declareModel`. */
export interface TrainingFlags {
  readonly data?: string;
  readonly preset: string;
  readonly spec?: string;
  readonly tensorboard?: string;
  readonly engine: EngineName;
  readonly threads?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly transform?: Transform;
  readonly geneEffects?: boolean;
  readonly seed: number;
  readonly record?: string;
  readonly out?: string;
  readonly overwrite: boolean;
}

/** Settings of a run, every default filled in: what `config.json` records. */
export interface RunSettings {
  readonly data: string;
  /** Name of the preset, or of the model in `spec`. */
  readonly preset: string;
  /** The model that `--spec` names a file of; absent for a preset. */
  readonly spec?: ModelSpec;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly transform: Transform;
  /** Whether gene effects are fitted and added. */
  readonly geneEffects: boolean;
  readonly seed: number;
  readonly engine: EngineName;
  readonly threads: number | undefined;
}

/** The model to train, as the functions that train take it. */
export function modelOf({ spec, preset }: RunSettings): ModelSpec | PresetName {
  return spec ?? parsePresetName(preset);
}

/**
 * The data to train on: those in a clone's fixtures/, which is said, if none are named.
 *
 * @throws {ContractError} If none are named and this is no clone.
 */
export function chooseData(data: string | undefined): string {
  if (data !== undefined) return data;
  const fixture = findPackageFile("fixtures/train.npz");
  if (fixture === undefined) {
    throw new ContractError(
      "Cannot train: found no --data, expected a competition .npz, a DeepChrome .csv or a folder of cell types; " +
        `${commandLine("simulate")} writes a small set to try`,
    );
  }
  console.info("No --data: training on the small simulated data set in fixtures/.");
  return fixture;
}

/**
 * Digests the files that a run of `train`, `crossval` or `forecast` reads.
 *
 * @throws {ContractError} If one that goes on was begun with others.
 */
export async function inputsOfTraining(
  { data }: RunSettings,
  flags: TrainingFlags & {
    readonly test?: string;
    readonly labels?: string;
    readonly resume?: string;
  },
): Promise<Inputs> {
  const { record, spec, test, labels, resume } = flags;
  return await inputsOfRun({ data, record, spec, test, labels }, resume);
}

/** Fills in what flags leave open: from the model's file, else the preset's, wakawaka's for a model of one's own. */
export function resolveSettings(flags: TrainingFlags, file?: ModelFile): RunSettings {
  const { training } = findPreset(flags.preset);
  return {
    data: chooseData(flags.data),
    preset: file?.spec.name ?? flags.preset,
    spec: file?.spec,
    epochs: flags.epochs ?? file?.training.epochs ?? training.epochs,
    batchSize: flags.batchSize ?? file?.training.batchSize ?? training.batchSize,
    learningRate: flags.learningRate ?? file?.training.learningRate ?? training.learningRate,
    transform: flags.transform ?? file?.transform ?? training.transform ?? "none",
    geneEffects: flags.geneEffects ?? training.geneEffects ?? false,
    seed: flags.seed,
    engine: flags.engine,
    threads: flags.threads,
  };
}

/** Reads a data set with a progress line and prints what it holds. */
export async function loadData(
  path: string,
  { record, threads }: Pick<TrainingFlags, "record" | "threads">,
): Promise<Dataset> {
  const progress = new ProgressLine();
  const data = await readDataset(path, {
    ...{ record: record === undefined ? undefined : await readRecord(record), threads },
    onProgress: (done, total) => progress.update({ done, total, label: "reading" }),
    onWarning: (text) => console.error(`warning: ${text}`),
  });
  progress.clear();
  const samples = formatCountOf(data.length, "sample");
  const cellTypes = formatCountOf(new Set(data.columns.cellTypeIndex).size, "cell type");
  const genes = formatCountOf(data.columns.genes.length, "gene");
  console.log(`Data: ${samples} (${cellTypes}, ${genes}), ${formatShape(data)}, from ${path}`);
  return data;
}

/** What a sample is a table of. */
export function formatShape({ bins, marks }: Pick<Dataset, "bins" | "marks">): string {
  return `${formatCountOf(bins, "bin")} × ${formatCountOf(marks.length, "mark")}`;
}

async function readRecord(file: string): Promise<DataRecord> {
  return parseRecord(await readJson(file, "read data record"), file);
}

/** Which directory a run is written to. */
type RunDirectoryFlags = Pick<TrainingFlags, "out" | "overwrite" | "preset"> & ResumeFlags;

/**
 * Decides where a run is written: `--out`, or the first free name in `runs/`, which is then taken.
 *
 * @throws {ContractError} As {@linkcode refuseHeldRun} does; also if a run is being written there.
 */
export async function chooseRunDirectory(flags: RunDirectoryFlags): Promise<string> {
  const { out, preset } = flags;
  // A model of one's own may have any name.
  if (out === undefined) return await claimDirectory(`runs/${preset.replace(/[^\w.-]+/g, "-")}`);
  await checkDirectory(out);
  await refuseLiveRun(out);
  await refuseHeldRun(flags);
  return out;
}

/**
 * Refuses a directory that holds a run which the flags do not let replace, or none to go on with.
 *
 * @throws {ContractError} If `--out` holds a run already and `--overwrite` was not given, or `--resume` none that is
 * unfinished.
 */
export async function refuseHeldRun(
  { out, overwrite, resume }: Pick<RunDirectoryFlags, "out" | "overwrite" | "resume">,
): Promise<void> {
  if (resume !== undefined) {
    if (!await holdsUnfinishedRun(resume)) throw await nothingToResume(resume);
    return;
  }
  if (out === undefined || overwrite) return;
  if (await holdsUnfinishedRun(out)) {
    throw new ContractError(
      `Cannot write to ${out}: it holds an unfinished run. Go on with --resume ${
        quotePath(out)
      }, name another ` +
        "--out, or add --overwrite",
    );
  }
  if (await commandOfRun(out) !== undefined) {
    throw new ContractError(
      `Cannot write to ${out}: it already holds a run. Name another --out, or add --overwrite`,
    );
  }
}

/** Creates the first directory of a name, or that name and a number, that is not there yet: runs that begin at the same time get one each. */
async function claimDirectory(name: string): Promise<string> {
  await makeDirectory(dirname(name));
  for (let number = 1;; number++) {
    const directory = `${name}${number === 1 ? "" : `-${number}`}`;
    try {
      await Deno.mkdir(directory);
      await syncDirectory(dirname(name));
      return directory;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** What `config.json` records of a run. */
export interface RunConfig {
  readonly command: string;
  /** Settings of the command, such as `RunSettings` and whatever it has beside them. */
  readonly settings: Pick<RunSettings, "data" | "engine"> & Readonly<Record<string, unknown>>;
  readonly data: Dataset;
  /** The files that the command read. */
  readonly inputs: Inputs;
  /** What computed; absent where that is not the same throughout. */
  readonly report?: EngineReport;
  /** Every kind of arithmetic that computed it; the report's by default. */
  readonly arithmetic?: readonly string[];
}

/** Writes `config.json`: every setting, what the data are, and the versions that computed. */
export async function writeConfig(directory: string, config: RunConfig): Promise<void> {
  const { command, settings, data, inputs, report } = config;
  await writeJson(`${directory}/config.json`, {
    command,
    ...settings,
    requestedEngine: settings.engine,
    engine: report?.engine,
    device: report?.device,
    arithmetic: config.arithmetic ?? (report && [report.arithmetic]),
    engineReason: report?.reason,
    samples: data.length,
    inputs,
    // Of the samples that were trained on, in whatever file they are.
    samplesFingerprint: await fingerprintDataset(data),
    dataRecord: data.record,
    versions: { histone: packageJson.version, tfjs: tfjsVersion(), ...Deno.version },
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  });
}

function tfjsVersion(): string {
  return packageJson.imports["@tensorflow/tfjs-core"].split("@").at(-1)!;
}

/** Numbers, and words without commas, as CSV text: empty where there is none. */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly (number | string | null | undefined)[])[],
): string {
  const lines = rows.map((row) => row.map((value) => value ?? "").join(","));
  return [header.join(","), ...lines].join("\n") + "\n";
}

/** Hooks for `fit` that draw the progress line and print a line an epoch. */
export function reportTraining(prefix = ""): Required<
  Pick<FitOptions, "onStart" | "onEpoch" | "onProgress">
> {
  const progress = new ProgressLine("samples");
  return {
    onStart: (report) => printEngine(report, prefix),
    onProgress: (state) => progress.update(progressState(state, prefix)),
    onEpoch: (record) => {
      progress.clear();
      console.log(prefix + formatEpoch(record));
    },
  };
}

/**
 * Hooks for runs that train side by side: each line begins with what a run is called, such as `fold`, and its
 * number from 1.
 */
export function reportRuns(
  what: string,
): Required<Pick<FitManyOptions, "onStart" | "onEpoch" | "onProgress">> {
  let progress = new ProgressLine("samples");
  let group = 0;
  return {
    onStart: (report) => printEngine(report, ""),
    onProgress: (state: FitManyProgress) => {
      const [first, end] = state.runs;
      // Rate and time left are those of the runs under way.
      if (first !== group) progress = new ProgressLine("samples");
      group = first;
      const numbers = end === first + 1 ? end : `${first + 1}–${end}`;
      progress.update(progressState(state, `${what} ${numbers}  `));
    },
    onEpoch: (run, record) => {
      progress.clear();
      console.log(`  ${what} ${run + 1}  ${formatEpoch(record)}`);
    },
  };
}

function printEngine({ engine, device, reason }: EngineReport, prefix: string): void {
  console.log(`${prefix}Engine: ${engine} (${device}); ${reason}`);
}

/** What the progress line shows of a training run; no loss where the engine does not look at it between epochs. */
export function progressState(progress: FitProgress, prefix: string): ProgressState {
  const { epoch, epochs, samples, samplesPerEpoch, loss } = progress;
  return {
    done: (epoch - 1) * samplesPerEpoch + samples,
    total: epochs * samplesPerEpoch,
    label: `${prefix}epoch ${epoch}/${epochs}`,
    note: loss === undefined ? undefined : `loss ${loss.toFixed(4)}`,
  };
}

/** One epoch as a line. */
function formatEpoch(record: EpochRecord): string {
  const { epoch, loss, validationLoss, seconds, samplesPerSecond } = record;
  return [
    `epoch ${String(epoch).padStart(3)}`,
    `loss ${loss.toFixed(4)}`,
    validationLoss === undefined ? undefined : `validation ${validationLoss.toFixed(4)}`,
    `${formatRate(samplesPerSecond)} samples/s`,
    seconds < 10 ? `${seconds.toFixed(2)} s` : formatDuration(seconds),
  ].filter((part) => part !== undefined).join("  ");
}
