/** The list of the names of options is that of their types, which the compiler sees here. */

import { deepStrictEqual, strictEqual } from "node:assert";
import type { OptionKind } from "../../src/base/option_names.ts";
import type { FoldOptions } from "../../src/data/kfold.ts";
import type { CalibrateOptions } from "../../src/training/calibrate.ts";
import type { CrossValidationOptions } from "../../src/training/crossval.ts";
import type { ExperimentOptions, PlanOptions } from "../../src/training/experiment_types.ts";
import type { FitCalibratedOptions } from "../../src/training/fit_calibrated.ts";
import type { FitManyOptions, FitOptions, FitRun } from "../../src/training/fit_types.ts";
import type { PriceMarksOptions } from "../../src/training/mark_prices.ts";
import type { PredictOptions } from "../../src/training/predict_options.ts";
import type {
  PredictDetailsOptions,
  PredictorOptions,
} from "../../src/training/predictor_types.ts";
import type { SamplesForOptions } from "../../src/training/samples_for.ts";
import { OPTIONS } from "../../src/training/_option_names.ts";

/** A name of an option of some function. */
type OptionName =
  | keyof CalibrateOptions
  | keyof CrossValidationOptions
  | keyof ExperimentOptions
  | keyof FitCalibratedOptions
  | keyof FitManyOptions
  | keyof FitOptions
  | keyof FitRun
  | keyof FoldOptions
  | keyof PlanOptions
  | keyof PredictDetailsOptions
  | keyof PredictOptions
  | keyof PredictorOptions
  | keyof PriceMarksOptions
  | keyof SamplesForOptions;

/** It names every option, */
const ALL: Record<OptionName, OptionKind> = OPTIONS;
/** and nothing else. */
const KNOWN: Record<keyof typeof OPTIONS, OptionKind> = {} as Record<OptionName, OptionKind>;

Deno.test("every option of training and prediction has its name in the list", () => {
  strictEqual(ALL, OPTIONS);
  deepStrictEqual(KNOWN, {});
});
