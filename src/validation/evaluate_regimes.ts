import { showValue } from "../base/show_value.ts";
import { formatCount } from "../base/count.ts";
import { checkObject } from "../base/check_object.ts";
import { checkDataset } from "../data/check_dataset.ts";
import { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { reconcileRecords } from "../record.ts";
import { type Baseline, hideLabels } from "./baselines/baseline.ts";
import { makeGeneMean } from "./baselines/gene_mean.ts";
import { makeNearestCellType } from "./baselines/nearest_cell_type.ts";
import { makeOverallMean } from "./baselines/overall_mean.ts";
import { makeRidge } from "./baselines/ridge.ts";
import type { RegimeEvaluation } from "./regime_scores.ts";
import { classifyRows, REGIMES, type RowKind } from "./regimes.ts";
import { type EvaluateRegimesOptions, resolveOptions } from "./_evaluate_options.ts";
import { type BaselinePredictor, type Predictor, Scorer } from "./_scorer.ts";

export type { EvaluateRegimesOptions } from "./_evaluate_options.ts";

/** The data and predictions that {@linkcode evaluateRegimes} judges. */
export interface RegimeTrial {
  /** The labelled samples that the models were trained on, from which the baselines learn. */
  readonly train: Dataset;
  /** Labelled samples that were not trained on. */
  readonly test: Dataset;
  /** The predictions of each model for `test`, by the model's name, `[position]`. */
  readonly predictions: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Makes the four baselines: overall mean, gene mean, nearest cell type by signal, and ridge on binned signal.
 *
 * @returns New baselines, not fitted yet.
 *
 * @example Their names
 * ```ts
 * import { makeBaselines } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const names = makeBaselines().map(({ name }) => name);
 * deepStrictEqual(names, ["overall mean", "gene mean", "nearest cell type", "ridge"]);
 * ```
 */
export function makeBaselines(): Baseline[] {
  return [makeOverallMean(), makeGeneMean(), makeNearestCellType(), makeRidge()];
}

/**
 * Judges models by regime and forecasts the competition's score, with baselines for comparison. Baselines are fitted
 * once, on the training samples alone, and predict from a view of the test samples without labels. Replicates of one
 * cell type, and transcripts of one gene, count as one throughout.
 *
 * Intervals are percentile intervals of a bootstrap over cell types (Efron 1979, The Annals of Statistics 7:1):
 * trained and new cell types are redrawn separately, with replacement, and all predictors and regimes are scored on the
 * same draws. With few groups they are far too narrow; each regime's `interval` says how much they are worth. With
 * `resampled: "cell-types-and-genes"`, trained and new genes are redrawn in the same way, independently of the cell
 * types, and a sample counts as often as both were drawn (Owen 2007, "The pigeonhole bootstrap", The Annals of Applied
 * Statistics 1:386).
 *
 * Skill is measured against the baseline that is best on all test samples of the regime, a choice that favours the
 * baseline rather than the model. In the mix this is `best of each regime`, which combines the best baselines of the
 * regimes, unless one baseline is best in all of them.
 *
 * @param trial Training samples, test samples, and the models' predictions.
 * @param options Baselines and the bootstrap.
 * @returns Scores by regime, and the forecast.
 * @throws {ContractError} If a set has no labels, a pair of gene and cell type is in both sets, or the sets group cell
 * types in different ways.
 * @throws {TypeError} If the number of a model's predictions is not that of the test samples, or a part of the trial is missing.
 * @throws {RangeError} If a prediction is not finite, an option is out of range, there are no test samples, or
 * too few training samples for a baseline.
 *
 * @example An oracle has a skill of 1
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { evaluateRegimes, makeGeneMean, splitRegimes } from "@waka/histone/validation";
 * import { ok, strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 6, genes: 30, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const data = new Dataset(simulateColumns(size).train);
 * const { train, test } = splitRegimes(data, { newCellTypes: 2 });
 * const { regimes, mix } = evaluateRegimes(
 *   { train, test, predictions: { oracle: test.labels() } },
 *   { baselines: [makeGeneMean()] },
 * );
 * strictEqual(regimes[1]?.regime, "newCellType");
 * strictEqual(mix.models[0]?.skill.value, 1);
 * ok(mix.baselines[0]!.mse.value! > 0);
 * ```
 */
export function evaluateRegimes(
  trial: RegimeTrial,
  options: EvaluateRegimesOptions = {},
): RegimeEvaluation {
  checkTrial(trial);
  const { train, test, predictions } = trial;
  const { baselines = makeBaselines(), acceptAssembly, ...resampling } = resolveOptions(options);
  const { resampled, bootstrapSamples, confidence, seed } = resampling;
  const kinds = findKinds({ train, test });
  for (const [name, values] of Object.entries(predictions)) {
    checkPredictions(name, values, test.length);
  }
  const models = Object.entries(predictions).map(([name, values]): Predictor => ({ name, values }));
  const scorer = new Scorer({
    test,
    kinds,
    models,
    baselines: predictBaselines(
      baselines,
      train,
      acceptAssembly ? inBuildOf(train, test) : test,
    ),
    resampling: { resampled, samples: bootstrapSamples, seed, confidence },
  });
  const scored = [...REGIMES, "bothSeen" as const];
  return {
    trainingRows: train.length,
    testRows: test.length,
    resampled,
    bootstrapSamples,
    confidence,
    seed,
    regimes: scored.filter((regime) => kinds.includes(regime)).map((regime) =>
      scorer.score(regime)
    ),
    missingRegimes: REGIMES.filter((regime) => !kinds.includes(regime)),
    mix: scorer.score("mix"),
  };
}

/** Throws unless there are samples and predictions. */
function checkTrial(trial: RegimeTrial): void {
  const action = "evaluate regimes";
  const expected = "an object with train, test and predictions";
  checkObject(trial, { action, as: "the trial", expected });
  for (const data of [trial.train, trial.test]) checkDataset(data, action);
  checkObject(trial.predictions, { action, as: "predictions", expected: "predictions by name" });
}

/**
 * Returns samples as if they were of the training samples' build, for baselines, which compare records.
 *
 * @throws {ContractError} If the two are not windows around genes of one species.
 */
function inBuildOf(train: Dataset, test: Dataset): Dataset {
  const { columns, rows, record } = test;
  if (record.assembly === train.record.assembly) return test;
  const { assembly } = train.record;
  reconcileRecords(train.record, record, { acceptAssembly: true });
  return new Dataset({ ...columns, record: { ...record, assembly } }, rows);
}

function predictBaselines(
  baselines: readonly Baseline[],
  train: Dataset,
  test: Dataset,
): BaselinePredictor[] {
  const blind = hideLabels(test);
  return baselines.map((baseline) => {
    const fitted = baseline.fit(train);
    const { values, fellBack } = fitted.predict(blind);
    checkPredictions(baseline.name, values, test.length);
    return { name: baseline.name, description: fitted.description, values, fellBack };
  });
}

/**
 * Finds out of which kind each test sample is, as {@linkcode evaluateRegimes} does: before models predict for hours what
 * then cannot be judged.
 *
 * @throws {ContractError} If a pair of gene and cell type is in both sets, or the sets group cell types in different ways.
 * @throws {RangeError} If there are no test samples.
 */
export function findKinds({ train, test }: Pick<RegimeTrial, "train" | "test">): RowKind[] {
  const kinds = classifyRows(train, test);
  checkUntrained(kinds);
  return kinds;
}

function checkUntrained(kinds: readonly RowKind[]): void {
  if (kinds.length === 0) {
    throw new RangeError("Cannot evaluate by regime: there are 0 test samples, expected some");
  }
  const first = kinds.indexOf("trained");
  if (first >= 0) {
    const count = kinds.filter((kind) => kind === "trained").length;
    throw new ContractError(
      `Cannot evaluate by regime: ${formatCount(count)} of ${
        formatCount(kinds.length)
      } test samples were trained on, themselves or a ` +
        `replicate of them, the first at position ${first}, expected none`,
    );
  }
}

function checkPredictions(name: string, values: ArrayLike<number>, wanted: number): void {
  if (values.length !== wanted) {
    throw new TypeError(
      `Cannot evaluate by regime: "${name}" has ${values.length} predictions for ${wanted} ` +
        `samples, expected as many`,
    );
  }
  for (let row = 0; row < values.length; row++) {
    if (!Number.isFinite(values[row])) {
      throw new RangeError(
        `Cannot evaluate by regime: prediction ${row} of "${name}" is ${
          showValue(values[row])
        }, expected a ` +
          `finite number`,
      );
    }
  }
}
