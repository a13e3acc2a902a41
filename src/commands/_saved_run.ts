/** What the commands that train left in a directory. */

import { ContractError, FormatError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { findPreset } from "../model/presets.ts";
import type { Loss, ModelSpec } from "../model/spec.ts";
import type { EpochPoint, ExperimentRow, FoldHistory } from "../report/mod.ts";
import { judgeInterval, type RegimeEvaluation, type RegimeScores } from "../validation/mod.ts";
import { quotePath } from "../base/shell.ts";
import { checkpointsOf, COMMAND_FILE, holdsUnfinishedRun } from "./_checkpoints.ts";
import { readTable as readExperiments } from "./_experiment_files.ts";
import { readJson, readText } from "./_json.ts";
import { holdsModels } from "./_model_files.ts";
import { commandLine } from "./_place.ts";
import { checkShape, type Shape } from "./_shape.ts";

/** A run as its files tell it. */
export interface SavedRun {
  /** `config.json`. */
  readonly config: SavedConfig;
  /** How the one model was trained that the run is of; absent for `experiments`, which are of many. */
  readonly training: SavedTraining | undefined;
  /** `history.csv`, if the run has one. */
  readonly history: readonly EpochPoint[] | undefined;
  /** `folds.csv`, if the run has one. */
  readonly folds: readonly FoldHistory[] | undefined;
  /** `regimes.json`, if the run has one. */
  readonly regimes: RegimeEvaluation | undefined;
  /** `experiments.json`, if the run has one. */
  readonly experiments: readonly ExperimentRow[] | undefined;
  /** Whether the run has a model, or an ensemble. */
  readonly hasModels: boolean;
}

/** The settings in `config.json` that a report speaks of; the others are shown as they are. */
export interface SavedConfig extends Readonly<Record<string, unknown>> {
  readonly command: string;
  readonly data: string;
  readonly samples: number;
}

/** How one model was trained. */
export interface SavedTraining {
  readonly preset: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly engine: string;
  readonly device: string;
  readonly loss: Loss;
}

const TRAINING_COMMANDS = ["train", "crossval", "forecast"];

const CONFIG: Shape = { command: "text", data: "text", samples: "number" };
const TRAINING: Shape = {
  preset: "text",
  engine: "text",
  device: "text",
  epochs: "number",
  batchSize: "number",
  learningRate: "number",
  spec: { orNull: { loss: "text" } },
};

const ESTIMATE: Shape = {
  value: "number or null",
  low: "number or null",
  high: "number or null",
};
const SCORES = {
  name: "text",
  mse: ESTIMATE,
  pearson: ESTIMATE,
  byGene: { orNull: { median: "number or null" } },
} as const;
const REGIME: Shape = {
  regime: "text",
  rows: "number",
  models: [{ ...SCORES, skill: ESTIMATE }],
  baselines: [SCORES],
  bestBaseline: "text or null",
};
const REGIMES: Shape = {
  confidence: "number",
  resampled: "text",
  regimes: [REGIME],
  mix: REGIME,
};

/**
 * Reads a run's directory.
 *
 * @throws {ContractError} If it holds no run.
 * @throws {FormatError} If a file in it is damaged.
 */
export async function readSavedRun(directory: string): Promise<SavedRun> {
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (!await isThere("config.json")) {
    await refuseUnfinished(directory);
    throw new ContractError(
      `Cannot report: no file "${directory}/config.json". Name a directory that train, crossval, forecast or experiments wrote`,
    );
  }
  const [history, folds] = await Promise.all(["history.csv", "folds.csv"].map(
    async (name) => await isThere(name) ? await readTable(`${directory}/${name}`) : undefined,
  ));
  const path = `${directory}/config.json`;
  const config = await readObject(path);
  checkShape(config, CONFIG, { purpose: "read run", file: path });
  return {
    config: config as SavedConfig,
    training: TRAINING_COMMANDS.includes(String(config.command))
      ? toTraining(config, path)
      : undefined,
    history: history?.map(toEpoch),
    folds: folds && toFolds(folds),
    regimes: await isThere("regimes.json")
      ? await readRegimes(`${directory}/regimes.json`)
      : undefined,
    experiments: await readExperiments(directory),
    hasModels: await holdsModels(directory),
  };
}

/** Refuses a run that has not come to its end; a search is none that could be reported even then. */
async function refuseUnfinished(directory: string): Promise<void> {
  if (!await holdsUnfinishedRun(directory)) return;
  const { command } = await readObject(`${checkpointsOf(directory)}/${COMMAND_FILE}`);
  if (typeof command !== "string" || command === "search") return;
  throw new ContractError(
    `Cannot report: ${directory} holds an unfinished run without results. Wait for its end or, if it was stopped, ` +
      `go on with it: ${commandLine(command)} --resume ${quotePath(directory)}`,
  );
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  return Object(await readJson(path, "read run"));
}

function toTraining(config: Record<string, unknown>, path: string): SavedTraining {
  checkShape(config, TRAINING, { purpose: "read run", file: path });
  const { preset, epochs, batchSize, learningRate, engine, device } = config as unknown as Omit<
    SavedTraining,
    "loss"
  >;
  return {
    preset: preset,
    epochs: epochs,
    batchSize: batchSize,
    learningRate: learningRate,
    engine: engine,
    device: device,
    loss: lossOf(config, path),
  };
}

/** The loss of a model of one's own, which is in the configuration whole under whatever name it has, or of a preset. */
function lossOf({ spec, preset }: Record<string, unknown>, path: string): Loss {
  if (spec !== undefined && spec !== null) return (spec as ModelSpec).loss;
  try {
    return findPreset(String(preset)).loss;
  } catch (cause) {
    throw new FormatError(`Cannot read run: ${(cause as Error).message}`, { file: path, cause });
  }
}

async function readRegimes(path: string): Promise<RegimeEvaluation> {
  const regimes = await readObject(path);
  checkShape(regimes, REGIMES, { purpose: "read run", file: path });
  return judgeIntervals(regimes as unknown as RegimeEvaluation);
}

/** Judges the intervals of runs made by versions that did not. */
function judgeIntervals(evaluation: RegimeEvaluation): RegimeEvaluation {
  const { regimes, mix, resampled } = evaluation;
  const judge = (scores: RegimeScores, parts: readonly RegimeScores[]): RegimeScores => ({
    ...scores,
    interval: scores.interval ?? judgeInterval({
      cellTypes: Math.min(...parts.map(({ cellTypes }) => cellTypes)),
      genes: resampled === "cell-types" ? null : Math.min(...parts.map(({ genes }) => genes)),
    }),
  });
  return {
    ...evaluation,
    regimes: regimes.map((scores) => judge(scores, [scores])),
    mix: judge(mix, regimes.filter(({ regime }) => regime !== "bothSeen")),
  };
}

type Row = Readonly<Record<string, number | undefined>>;

/** Reads numbers under a header; an empty field has none. */
async function readTable(path: string): Promise<Row[]> {
  const [header, ...lines] = (await readText(path)).trimEnd().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line, index) => {
    const fields = line.split(",");
    const values = fields.map((field) => field === "" ? undefined : Number(field));
    if (values.length !== names.length || values.some(isNoNumber)) {
      throw new FormatError(`Cannot read run: found "${line}", expected numbers for ${header}`, {
        file: path,
        line: index + 2,
      });
    }
    return Object.fromEntries(names.map((name, column) => [name, values[column]]));
  });
}

function isNoNumber(value: number | undefined): boolean {
  return value !== undefined && !Number.isFinite(value);
}

function toEpoch(row: Row): EpochPoint {
  return {
    epoch: row.epoch ?? NaN,
    loss: row.loss ?? row.train_loss ?? NaN,
    validationLoss: row.validation_loss,
    learningRate: row.learning_rate,
    samplesPerSecond: row.samples_per_second,
  };
}

function toFolds(rows: readonly Row[]): FoldHistory[] {
  return [...Map.groupBy(rows, ({ fold }) => fold ?? NaN)]
    .map(([fold, rows]) => ({ fold, history: rows.map(toEpoch) }));
}
