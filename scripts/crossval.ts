/** `deno task crossval`: k-fold cross-validation. */

import { FOLD_SCHEMES, type FoldScheme } from "../src/data/kfold.ts";
import { writeFileAtomic } from "../src/io/file.ts";
import { crossValidate, type FoldResult } from "../src/training/crossval.ts";
import { choice, declareTraining, integer, Interrupted, runCommand } from "./_cli.ts";
import { formatAgreement, formatMetric } from "./_metrics.ts";
import {
  chooseRunDirectory,
  formatCsv,
  loadData,
  reportTraining,
  resolveSettings,
  type TrainingFlags,
  writeConfig,
  writeJson,
} from "./_run.ts";

interface CrossvalFlags extends TrainingFlags {
  readonly folds: number;
  readonly scheme: FoldScheme;
}

await runCommand<CrossvalFlags>({
  name: "crossval",
  summary: "Cross-validates a model and writes the losses of every fold and epoch.",
  examples: [
    ["deno task crossval --data train.npz", "the report's: 4 contiguous folds"],
    ["deno task crossval --data train.npz --scheme by-both", "shares neither genes nor cell types"],
  ],
  declare: (command) =>
    declareTraining(command)
      .option("--folds <n>", "number of folds", integer(2), 4)
      .option(
        "--scheme <name>",
        `how to divide: ${FOLD_SCHEMES.join(", ")}`,
        choice(FOLD_SCHEMES),
        "contiguous",
      ),
  run: crossval,
});

async function crossval(flags: CrossvalFlags, signal: AbortSignal): Promise<void> {
  const { folds, scheme } = flags;
  const settings = resolveSettings(flags);
  const directory = await chooseRunDirectory({ ...flags, preset: `${flags.preset}-crossval` });
  const data = await loadData(settings.data);
  let hooks = reportTraining();
  const results = await crossValidate(settings.preset, data, {
    ...{ ...settings, folds, scheme, signal },
    onFold: (fold, training, validation) => {
      console.log(
        `Fold ${fold} of ${folds}: ${training.length} samples to train on, ` +
          `${validation.length} to validate on`,
      );
      hooks = reportTraining(`  fold ${fold}  `);
    },
    onStart: (report) => hooks.onStart(report),
    onEpoch: (record) => hooks.onEpoch(record),
    onProgress: (progress) => hooks.onProgress(progress),
    onFoldEnd: ({ evaluation }) => {
      if (evaluation !== undefined) {
        console.log(`  validation: ${formatAgreement(evaluation.overall)}`);
      }
    },
  });
  const kept = results.filter(({ result }) => result.history.length > 0);
  if (kept.length === 0) {
    throw new Interrupted("Interrupted before the first epoch was finished: nothing was kept.");
  }
  await writeConfig(directory, {
    command: "crossval",
    settings: { ...settings, ...{ folds, scheme } },
    data,
    report: kept[0].result,
  });
  await writeFolds(directory, kept);
  await writeJson(`${directory}/metrics.json`, summarise(kept));
  console.log(`Written: ${directory}/ (config.json, folds.csv, metrics.json)`);
  if (kept.length < folds || kept.some(({ result }) => result.interrupted)) {
    throw new Interrupted(
      `Interrupted in fold ${kept.length} of ${folds}; kept what was finished.`,
    );
  }
}

async function writeFolds(directory: string, results: readonly FoldResult[]): Promise<void> {
  const rows = results.flatMap(({ fold, result }) =>
    result.history.map(({ epoch, loss, validationLoss }) => [fold, epoch, loss, validationLoss])
  );
  const header = ["fold", "epoch", "train_loss", "validation_loss"];
  await writeFileAtomic(`${directory}/folds.csv`, formatCsv(header, rows));
}

/** Each fold's metrics and their mean, which is also printed. */
function summarise(results: readonly FoldResult[]): Record<string, unknown> {
  const folds = results.flatMap(({ fold, evaluation }) =>
    evaluation === undefined ? [] : [{ fold, ...evaluation.overall }]
  );
  const mean = (name: "mse" | "pearson") => {
    const values = folds.map((fold) => fold[name]).filter((value) => value !== null);
    return values.length === 0
      ? null
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const mse = mean("mse");
  const pearson = mean("pearson");
  console.log(
    `Mean of ${folds.length} folds: MSE ${formatMetric(mse)}, Pearson r ${formatMetric(pearson)}`,
  );
  return { mse, pearson, folds };
}
