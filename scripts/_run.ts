/** What the commands that train share: the data, the run directory and the lines they print. */

import packageJson from "../deno.json" with { type: "json" };
import type { Dataset } from "../src/data/dataset.ts";
import { readDataset } from "../src/data/read_dataset.ts";
import type { EngineName, EngineReport } from "../src/engine/select.ts";
import { ContractError } from "../src/errors.ts";
import { pathKind, writeFileAtomic } from "../src/io/file.ts";
import { findPreset } from "../src/model/presets.ts";
import type { Transform } from "../src/record.ts";
import type { EpochRecord, FitOptions, FitProgress } from "../src/training/fit.ts";
import { formatDuration, formatRate, ProgressLine } from "./_progress.ts";

/** Flags of the commands that train; see `declareTraining`. */
export interface TrainingFlags {
  readonly data?: string;
  readonly preset: string;
  readonly engine: EngineName;
  readonly threads?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly transform: Transform;
  readonly seed: number;
  readonly out?: string;
  readonly overwrite: boolean;
}

/** Settings of a run, every default filled in: what `config.json` records. */
export interface RunSettings {
  readonly data: string;
  readonly preset: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly transform: Transform;
  readonly seed: number;
  readonly engine: EngineName;
  readonly threads: number | undefined;
}

/** Fills in the defaults of the flags and says so if the embedded data are taken. */
export function resolveSettings(flags: TrainingFlags): RunSettings {
  const preset = findPreset(flags.preset).training;
  if (flags.data === undefined) {
    console.log("No --data: training on the small simulated data set in fixtures/.");
  }
  return {
    data: flags.data ?? "fixtures/train.npz",
    preset: flags.preset,
    epochs: flags.epochs ?? preset.epochs,
    batchSize: flags.batchSize ?? preset.batchSize,
    learningRate: flags.learningRate ?? preset.learningRate,
    transform: flags.transform,
    seed: flags.seed,
    engine: flags.engine,
    threads: flags.threads,
  };
}

/** Reads a data set with a progress line and prints what it holds. */
export async function loadData(path: string): Promise<Dataset> {
  const progress = new ProgressLine();
  const data = await readDataset(path, {
    onProgress: (done, total) => progress.update({ done, total, label: "reading" }),
  });
  progress.clear();
  const cellTypes = new Set(data.columns.cellTypeIndex).size;
  console.log(
    `Data: ${data.length.toLocaleString("en-US")} samples (${cellTypes} cell types, ` +
      `${data.columns.genes.length.toLocaleString("en-US")} genes), ` +
      `${data.bins} bins × ${data.marks.length} marks, from ${path}`,
  );
  return data;
}

/**
 * Decides where a run is written: `--out`, or the first free name in `runs/`.
 *
 * @throws {ContractError} If `--out` holds a run already and `--overwrite` was not given.
 */
export async function chooseRunDirectory(
  flags: Pick<TrainingFlags, "out" | "overwrite" | "preset">,
): Promise<string> {
  const { out, overwrite, preset } = flags;
  const holdsRun = async (directory: string) =>
    await pathKind(`${directory}/config.json`) !== undefined;
  if (out !== undefined) {
    if (await pathKind(out) === "file") {
      throw new ContractError(`Cannot write to ${out}: it is a file, expected a directory`);
    }
    if (!overwrite && await holdsRun(out)) {
      throw new ContractError(
        `Cannot write to ${out}: it already holds a run. Name another --out, or add --overwrite`,
      );
    }
    return out;
  }
  for (let number = 1;; number++) {
    const directory = `runs/${preset}${number === 1 ? "" : `-${number}`}`;
    if (await pathKind(directory) === undefined) return directory;
  }
}

/** What `config.json` records of a run. */
export interface RunConfig {
  readonly command: string;
  /** Settings of the command, with whatever it has beside the common ones. */
  readonly settings: RunSettings;
  readonly data: Dataset;
  readonly report: EngineReport;
}

/** Writes `config.json`: every setting, what the data are, and the versions that computed. */
export async function writeConfig(directory: string, config: RunConfig): Promise<void> {
  const { command, settings, data, report } = config;
  const { engine, device, reason } = report;
  await writeJson(`${directory}/config.json`, {
    command,
    ...settings,
    requestedEngine: settings.engine,
    engine,
    device,
    engineReason: reason,
    samples: data.length,
    dataRecord: data.record,
    versions: { histone: packageJson.version, tfjs: tfjsVersion(), ...Deno.version },
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  });
}

function tfjsVersion(): string {
  return packageJson.imports["@tensorflow/tfjs-core"].split("@").at(-1)!;
}

/** Writes a value as indented JSON. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value, null, 2) + "\n");
}

/** Numbers as CSV text: empty where undefined. */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly (number | undefined)[])[],
): string {
  const lines = rows.map((row) => row.map((value) => value ?? "").join(","));
  return [header.join(","), ...lines].join("\n") + "\n";
}

/** Hooks for `fit` that draw the progress line and print a line an epoch. */
export function reportTraining(prefix = ""): Required<
  Pick<FitOptions, "onStart" | "onEpoch" | "onProgress">
> {
  let progress = new ProgressLine("samples");
  return {
    onStart: ({ engine, device, reason }) => {
      console.log(`${prefix}Engine: ${engine} (${device}); ${reason}`);
      progress = new ProgressLine("samples");
    },
    onProgress: ({ epoch, epochs, samples, samplesPerEpoch, loss }: FitProgress) =>
      progress.update({
        done: (epoch - 1) * samplesPerEpoch + samples,
        total: epochs * samplesPerEpoch,
        label: `${prefix}epoch ${epoch}/${epochs}`,
        note: loss === undefined ? undefined : `loss ${loss.toFixed(4)}`,
      }),
    onEpoch: (record) => {
      progress.clear();
      console.log(prefix + formatEpoch(record));
    },
  };
}

/** One epoch as a line. */
export function formatEpoch(record: EpochRecord): string {
  const { epoch, loss, validationLoss, seconds, samplesPerSecond } = record;
  return [
    `epoch ${String(epoch).padStart(3)}`,
    `loss ${loss.toFixed(4)}`,
    validationLoss === undefined ? undefined : `validation ${validationLoss.toFixed(4)}`,
    `${formatRate(samplesPerSecond)} samples/s`,
    seconds < 10 ? `${seconds.toFixed(2)} s` : formatDuration(seconds),
  ].filter((part) => part !== undefined).join("  ");
}
