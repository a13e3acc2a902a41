/** Finished experiments on disk: a file for each, and the tables that are made from them. */

import { nullable, number, numberOrNull, optional, text } from "../base/field.ts";
import { arrayOf } from "../base/fields.ts";
import { pathKind, removeFile, writeFileAtomic } from "../files/file.ts";
import type { ExperimentResult, ExperimentSummary } from "../training/experiments.ts";
import { readJson, writeJson } from "./json.ts";
import { formatCsv } from "./csv.ts";
import { checkValue, part } from "./check_value.ts";

const TABLE_COLUMNS: Readonly<Record<string, keyof ExperimentSummary>> = {
  name: "name",
  parameters: "parameters",
  train_mse: "trainMse",
  test_mse: "testMse",
  train_pearson: "pearson",
  test_pearson: "testPearson",
  train_auroc: "trainAuroc",
  test_auroc: "testAuroc",
  seconds: "seconds",
  samples_per_second: "samplesPerSecond",
  epochs: "epochs",
  engine: "engine",
};

/** The scores of an experiment that tables and figures show. */
const SCORES = optional(nullable(part({
  mse: numberOrNull,
  pearson: numberOrNull,
  meanAuroc: numberOrNull,
})));
const RESULT = part({
  plan: part({ name: text, digest: text, spec: part({ loss: text }) }),
  parameters: number,
  engine: text,
  seconds: number,
  samplesPerSecond: number,
  history: arrayOf(part({})),
  train: SCORES,
  test: SCORES,
});
const ROWS = arrayOf(
  part({
    name: text,
    parameters: number,
    trainMse: numberOrNull,
    testMse: numberOrNull,
    pearson: numberOrNull,
    testPearson: numberOrNull,
    trainAuroc: numberOrNull,
    testAuroc: numberOrNull,
    seconds: number,
    samplesPerSecond: number,
    epochs: number,
    engine: text,
  }),
  { items: "experiments" },
);

/** Path of a finished experiment's file. */
export function resultPath(directory: string, name: string): string {
  return `${directory}/experiments/${name}.json`;
}

/**
 * Reads a finished experiment, if there is one.
 *
 * @throws {FormatError} If its file is damaged.
 */
export async function readResult(
  directory: string,
  name: string,
): Promise<ExperimentResult | undefined> {
  const path = resultPath(directory, name);
  if (await pathKind(path) === undefined) return undefined;
  const result = await readJson(path, "read experiment");
  checkValue(result, RESULT, { purpose: "read experiment", file: path });
  return result as ExperimentResult;
}

/** Writes a finished experiment, whole or not at all. */
export async function writeResult(directory: string, result: ExperimentResult): Promise<void> {
  await writeJson(resultPath(directory, result.plan.name), result);
}

/** Removes a finished experiment, if there is one, so that it is run again. */
export async function removeResult(directory: string, name: string): Promise<void> {
  await removeFile(resultPath(directory, name));
}

/** Writes the table as `experiments.csv` and `experiments.json`. */
export async function writeTable(
  directory: string,
  rows: readonly ExperimentSummary[],
): Promise<void> {
  const fields = Object.values(TABLE_COLUMNS);
  const lines = rows.map((row) => fields.map((field) => row[field]));
  const text = formatCsv(Object.keys(TABLE_COLUMNS), lines);
  await writeFileAtomic(`${directory}/experiments.csv`, text);
  await writeJson(`${directory}/experiments.json`, rows);
}

/**
 * Reads the table of `experiments.json`, if there is one.
 *
 * @throws {FormatError} If it is damaged.
 */
export async function readTable(directory: string): Promise<ExperimentSummary[] | undefined> {
  const path = `${directory}/experiments.json`;
  if (await pathKind(path) === undefined) return undefined;
  const rows = await readJson(path, "read experiments");
  checkValue(rows, ROWS, { purpose: "read experiments", file: path });
  return rows as ExperimentSummary[];
}
