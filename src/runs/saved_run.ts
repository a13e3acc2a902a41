/** Reads the results that a run left in its directory. */

import { nullable, number, numberOrNull, oneOf, optional, text } from "../base/field.ts";
import { arrayOf } from "../base/fields.ts";
import { ContractError, FormatError, NotFoundError } from "../errors.ts";
import { pathKind, pathOf } from "../files/file.ts";
import { LOSS, type Loss } from "../model/loss.ts";
import { findPreset } from "../model/presets.ts";
import type {
  EpochPoint,
  ExperimentRow,
  FoldHistory,
  FoldRegimeScores,
  FoldSpread,
} from "../report/mod.ts";
import {
  ARM_KINDS,
  type ArmsOfRegime,
  judgeInterval,
  type RegimeEvaluation,
  REGIMES as REGIME_NAMES,
  type RegimeScores,
} from "../validation/mod.ts";
import { readFoldScores } from "./_fold_scores.ts";
import { checkValue, part, type ValueOrigin } from "./check_value.ts";
import { holdsUnfinishedRun } from "./command_file.ts";
import { readTable as readExperiments } from "./experiment_files.ts";
import { readFolds, readHistory } from "./history.ts";
import { readJson } from "./json.ts";
import { holdsModels } from "./models.ts";
import { refuseFile } from "./run_files.ts";

/** A run as its files describe it. */
export interface SavedRun {
  /** `config.json`. */
  readonly config: SavedConfig;
  /** How the run's model was trained; absent for `experiments`, which trains many models. */
  readonly training: SavedTraining | undefined;
  /** `history.csv`, if the run has one. */
  readonly history: readonly EpochPoint[] | undefined;
  /** `folds.csv`, if the run has one. */
  readonly folds: readonly FoldHistory[] | undefined;
  /** Scores of the folds by regime, from `metrics.json`, if the run has folds. */
  readonly foldScores?: readonly FoldRegimeScores[] | undefined;
  /** Mean squared error in the competition's proportions, from `metrics.json`, if all three regimes were measured. */
  readonly foldMix?: FoldSpread | undefined;
  /** `regimes.json`, if the run has one. */
  readonly regimes: RegimeEvaluation | undefined;
  /** What DNA adds by regime, from `regimes.json`, if controls were trained beside the run's model. */
  readonly arms: readonly ArmsOfRegime[] | undefined;
  /** `experiments.json`, if the run has one. */
  readonly experiments: readonly ExperimentRow[] | undefined;
  /** Whether the run has a model, or an ensemble. */
  readonly hasModels: boolean;
}

/** Settings in `config.json`: those that a report describes in words, and any others, which it shows unchanged. */
export interface SavedConfig extends Readonly<Record<string, unknown>> {
  /** Name of the command that wrote the run, such as `train`. */
  readonly command: string;
  /** Path of the training data. */
  readonly data: string;
  /** Number of training samples. */
  readonly samples: number;
}

/** How one model was trained. */
export interface SavedTraining {
  /** Name of the preset, or of the user's own model. */
  readonly preset: string;
  /** Number of passes over the data that were asked for. */
  readonly epochs: number;
  /** Samples in a step. */
  readonly batchSize: number;
  /** Adam's learning rate. */
  readonly learningRate: number;
  /** Name of the engine. */
  readonly engine: string;
  /** The device on which it computed, such as the name of a GPU. */
  readonly device: string;
  /** The loss that was minimised. */
  readonly loss: Loss;
}

const TRAINING_COMMANDS = ["train", "crossval", "forecast"];

const CONFIG = part({ command: text, data: text, samples: number });
const TRAINING = part({
  preset: text,
  engine: text,
  device: text,
  epochs: number,
  batchSize: number,
  learningRate: number,
  loss: optional(nullable(LOSS)),
  spec: optional(nullable(part({ loss: LOSS }))),
});
const ESTIMATE = part({ value: numberOrNull, low: numberOrNull, high: numberOrNull });
const SCORES = {
  name: text,
  mse: ESTIMATE,
  pearson: ESTIMATE,
  byGene: optional(nullable(part({ median: numberOrNull }))),
};
const REGIME = part({
  regime: text,
  rows: number,
  models: arrayOf(part({ ...SCORES, skill: ESTIMATE })),
  baselines: arrayOf(part(SCORES)),
  bestBaseline: nullable(text),
});
const ARMS = arrayOf(part({
  regime: oneOf(...REGIME_NAMES, "bothSeen", "trained"),
  samples: number,
  genes: number,
  arms: arrayOf(
    part({ kind: oneOf(...ARM_KINDS), mse: number, above: number, standardError: numberOrNull }),
  ),
  finding: text,
}));
const REGIMES = part({
  confidence: number,
  resampled: text,
  regimes: arrayOf(REGIME),
  mix: REGIME,
  arms: optional(nullable(ARMS)),
});

/**
 * Reads the results that a run left in its directory, except its models, which {@linkcode loadModels} loads.
 *
 * @param directory The run's directory, which `train`, `crossval`, `forecast` or `experiments` wrote, or a program with
 *   {@linkcode writeConfig} and its like.
 * @returns Settings, and history and scores by regime if the run has them.
 * @throws {NotFoundError} If the directory does not exist.
 * @throws {ContractError} If it holds no run, or is a file.
 * @throws {TypeError} If this is no path.
 * @throws {FormatError} If a file in it is damaged.
 *
 * @example The least that a run has
 * ```ts
 * import { readRun } from "@waka/histone/runs";
 * import { rejects, strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * await rejects(readRun(directory), /no file .*config\.json/);
 * const config = { command: "experiments", data: "train.npz", samples: 600 };
 * await Deno.writeTextFile(`${directory}/config.json`, JSON.stringify(config));
 * const run = await readRun(directory);
 * strictEqual(run.config.samples, 600);
 * strictEqual(run.hasModels, false);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function readRun(directory: string): Promise<SavedRun> {
  if (typeof directory !== "string") directory = pathOf(directory);
  await refuseFile(directory, "read run");
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (!await isThere("config.json")) {
    const found = await holdsUnfinishedRun(directory)
      ? `${directory} holds an unfinished run without results`
      : `no file "${directory}/config.json"`;
    const message =
      `Cannot read run: ${found}, expected a directory that train, crossval, forecast or experiments wrote`;
    if (await pathKind(directory) === undefined) {
      throw new NotFoundError(message, { path: directory });
    }
    throw new ContractError(message);
  }
  const path = `${directory}/config.json`;
  const settings = await readObject(path);
  const config = { ...settings, ...checkValue(settings, CONFIG, originOf(path)) };
  return {
    config: config,
    training: TRAINING_COMMANDS.includes(config.command) ? readTraining(settings, path) : undefined,
    history: await isThere("history.csv") ? await readHistory(directory) : undefined,
    ...await isThere("folds.csv")
      ? { folds: await readFolds(directory), ...await readFoldScores(directory) }
      : { folds: undefined },
    ...await isThere("regimes.json")
      ? await readRegimes(`${directory}/regimes.json`)
      : { regimes: undefined, arms: undefined },
    experiments: await readExperiments(directory),
    hasModels: await holdsModels(directory),
  };
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  return Object(await readJson(path, "read run"));
}

function originOf(file: string): ValueOrigin {
  return { purpose: "read run", file };
}

/**
 * Reads how the run's model was trained. The configuration includes a user's own model, so its name does not matter.
 */
function readTraining(config: unknown, path: string): SavedTraining {
  const { spec, loss, ...training } = checkValue(config, TRAINING, originOf(path));
  return { ...training, loss: loss ?? spec?.loss ?? lossOfPreset(training.preset, path) };
}

function lossOfPreset(preset: string, path: string): Loss {
  try {
    return findPreset(preset).loss;
  } catch (cause) {
    throw new FormatError(`Cannot read run: ${(cause as Error).message}`, { file: path, cause });
  }
}

async function readRegimes(path: string): Promise<Pick<SavedRun, "regimes" | "arms">> {
  const regimes = await readObject(path);
  const { arms } = checkValue(regimes, REGIMES, originOf(path));
  return {
    regimes: judgeIntervals(regimes as unknown as RegimeEvaluation),
    arms: arms ?? undefined,
  };
}

/** Judges the intervals of a run whose version of this package did not judge them. */
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
