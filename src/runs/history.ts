/**
 * Tables of the epochs of a run's models: `history.csv` for one model, `members.csv` for an ensemble, `folds.csv` for
 * folds.
 */

import { groupBy } from "../base/group_by.ts";
import { pathOf, writeFileAtomic } from "../files/file.ts";
import type { EpochPoint, FoldHistory } from "../report/mod.ts";
import type { FoldResult } from "../training/crossval.ts";
import type { FitResult } from "../training/fit_types.ts";
import { type CsvRow, formatCsv, readCsv } from "./csv.ts";

const COLUMNS = ["epoch", "loss", "learning_rate", "seconds", "samples_per_second"];
const FOLD_COLUMNS = ["fold", "epoch", "train_loss", "validation_loss"];

/** The epochs of one model, and its number in the ensemble. */
export interface MemberHistory extends Pick<FitResult, "history" | "model"> {
  /** Number of the member, from 1. */
  readonly member: number;
}

/**
 * Writes `history.csv` for one model, or `members.csv` for an ensemble of several: loss, learning rate, seconds and rate
 * of each epoch; the loss on validation data, if there are any; and, where a run may have stopped early, `kept`, which is
 * 1 for the epoch whose weights the model has.
 *
 * @param directory The run's directory.
 * @param results The models that have finished an epoch.
 * @param members How many models were to be trained.
 * @returns The file's name.
 * @throws {WriteError} If the disk is full or may not be written.
 *
 * @example The epochs of one model
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { writeHistory } from "@waka/histone/runs";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { match, strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const result = await fit("experiment1", new Dataset(train), { epochs: 2 });
 * const directory = await Deno.makeTempDir();
 * strictEqual(await writeHistory(directory, [{ ...result, member: 1 }], 1), "history.csv");
 * match(await Deno.readTextFile(`${directory}/history.csv`), /^epoch,loss,learning_rate/);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeHistory(
  directory: string,
  results: readonly MemberHistory[],
  members: number,
): Promise<string> {
  const isValidated = results.some(({ history }) =>
    history.some(({ validationLoss }) => validationLoss !== undefined)
  );
  const mayStop = results.some(({ model }) => model.training.earlyStopping !== undefined);
  const columns = [
    ...COLUMNS,
    ...(isValidated ? ["validation_loss"] : []),
    ...(mayStop ? ["kept"] : []),
  ];
  const rows = results.flatMap(({ member, history, model: { training } }) =>
    history.map((record) => [
      member,
      record.epoch,
      record.loss,
      record.learningRate ?? training.learningRate,
      record.seconds,
      record.samplesPerSecond,
      ...(isValidated ? [record.validationLoss] : []),
      // The epoch whose weights the model has.
      ...(mayStop ? [record.epoch === training.epochs ? 1 : 0] : []),
    ])
  );
  const name = members === 1 ? "history.csv" : "members.csv";
  const text = members === 1
    ? formatCsv(columns, rows.map((row) => row.slice(1)))
    : formatCsv(["member", ...columns], rows);
  await writeFileAtomic(`${pathOf(directory)}/${name}`, text);
  return name;
}

/**
 * Reads `history.csv`.
 *
 * @throws {FormatError} If it is damaged.
 */
export async function readHistory(directory: string): Promise<EpochPoint[]> {
  return (await readCsv(`${directory}/history.csv`)).map(toEpoch);
}

/** Writes the losses of folds as `folds.csv`. */
export async function writeFolds(
  directory: string,
  results: readonly Pick<FoldResult, "fold" | "result">[],
): Promise<void> {
  const rows = results.flatMap(({ fold, result }) =>
    result.history.map(({ epoch, loss, validationLoss }) => [fold + 1, epoch, loss, validationLoss])
  );
  await writeFileAtomic(`${pathOf(directory)}/folds.csv`, formatCsv(FOLD_COLUMNS, rows));
}

/**
 * Reads `folds.csv`.
 *
 * @throws {FormatError} If it is damaged.
 */
export async function readFolds(directory: string): Promise<FoldHistory[]> {
  const rows = await readCsv(`${directory}/folds.csv`);
  return [...groupBy(rows, ({ fold }) => fold ?? NaN)]
    .map(([fold, rows]) => ({ fold, history: rows.map(toEpoch) }));
}

function toEpoch(row: CsvRow): EpochPoint {
  return {
    epoch: row.epoch ?? NaN,
    loss: row.loss ?? row.train_loss ?? NaN,
    validationLoss: row.validation_loss,
    learningRate: row.learning_rate,
    samplesPerSecond: row.samples_per_second,
  };
}

/**
 * Computes the training samples per second over the epochs of all models. Models that train together have a rate each.
 */
export function trainingRate(results: readonly FitResult[]): number {
  const epochs = results.flatMap(({ history }) => history);
  const samples = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.samplesPerSecond, 0);
  return samples / epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
}
