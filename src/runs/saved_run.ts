/** What the commands that train left in a directory. */

import { ContractError, FormatError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { findPreset } from "../model/presets.ts";
import type { Loss, ModelSpec } from "../model/spec.ts";
import type { EpochPoint, ExperimentRow, FoldHistory } from "../report/mod.ts";
import { judgeInterval, type RegimeEvaluation, type RegimeScores } from "../validation/mod.ts";
import { holdsUnfinishedRun } from "./command_file.ts";
import { readTable as readExperiments } from "./experiment_files.ts";
import { readFolds, readHistory } from "./history.ts";
import { readJson } from "./json.ts";
import { holdsModels } from "./models.ts";
import { checkShape, type Shape } from "./shape.ts";

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
 * Reads what a run left in its directory, but for its models: see {@linkcode loadModels}.
 *
 * @param directory The run's directory.
 * @throws {ContractError} If it holds no run.
 * @throws {FormatError} If a file in it is damaged.
 */
export async function readRun(directory: string): Promise<SavedRun> {
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (!await isThere("config.json")) {
    const found = await holdsUnfinishedRun(directory)
      ? `${directory} holds an unfinished run without results`
      : `no file "${directory}/config.json"`;
    throw new ContractError(
      `Cannot read run: ${found}, expected a directory that train, crossval, forecast or experiments wrote`,
    );
  }
  const path = `${directory}/config.json`;
  const config = await readObject(path);
  checkShape(config, CONFIG, { purpose: "read run", file: path });
  return {
    config: config as SavedConfig,
    training: TRAINING_COMMANDS.includes(String(config.command))
      ? toTraining(config, path)
      : undefined,
    history: await isThere("history.csv") ? await readHistory(directory) : undefined,
    folds: await isThere("folds.csv") ? await readFolds(directory) : undefined,
    regimes: await isThere("regimes.json")
      ? await readRegimes(`${directory}/regimes.json`)
      : undefined,
    experiments: await readExperiments(directory),
    hasModels: await holdsModels(directory),
  };
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
