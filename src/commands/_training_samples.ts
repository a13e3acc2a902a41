/** Reads the samples of `train`: those to train on, with their weights, and those to measure on. */

import type { Dataset } from "../data/dataset.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { describeVariance } from "../validation/describe_variance.ts";
import { varianceShares } from "../validation/variance_shares.ts";
import { loadData, type LoadOptions } from "./_data.ts";
import { loadLabelled, loadTest, type TestFlags } from "./_labels.ts";
import { loadUnlabelled, type PanelFlags, usesPanel } from "./_panel_flags.ts";
import { joinWeights, readWeights, type StartFlags } from "./_start_flags.ts";
import { warnOfTrained } from "./_trained_warning.ts";

/** Flags that name samples. */
export interface SampleFlags extends PanelFlags, StartFlags, TestFlags {
  readonly validation?: string | undefined;
}

/** Samples of a training run. */
export interface TrainingSamples {
  readonly data: Dataset;
  /** How much each of `data` counts, `[position]`. */
  readonly sampleWeights: Float64Array | undefined;
  readonly validation: Dataset | undefined;
  readonly test: Dataset | undefined;
  /** Samples whose marks are added to the panel. */
  readonly unlabelled: readonly Dataset[];
}

/** Reads the samples that the flags name, and says what the labels are. */
export async function readTrainingSamples(
  path: string,
  flags: SampleFlags,
  model: ModelSpec | PresetName,
): Promise<TrainingSamples> {
  const options = { allowMissingMarks: usesPanel(model) };
  // The table is read first, since reading the data may take long.
  const table = await readWeights(flags);
  const data = await loadData(path, flags, options);
  printLabels(data);
  const sampleWeights = joinWeights(data, table);
  const validation = await loadValidation(flags, options);
  const test = await loadTest(flags, options);
  if (validation !== undefined || test !== undefined) {
    // Samples of weight 0 are held out.
    const trained = sampleWeights === undefined
      ? data
      : data.filter((position) => sampleWeights[position] !== 0);
    warnOfTrained(trained, { "--validation": validation, "--test": test });
  }
  return {
    data,
    sampleWeights,
    validation,
    test,
    unlabelled: await loadUnlabelled(flags, { [path]: data }),
  };
}

/** Reads the data to measure on after each epoch, if they are named. */
async function loadValidation(
  { validation, ...flags }: SampleFlags,
  options: LoadOptions,
): Promise<Dataset | undefined> {
  if (validation === undefined) return undefined;
  return await loadLabelled(validation, { ...flags, labels: undefined }, options);
}

/** Prints where the variance of the labels lies; data that cannot be trained on are refused later. */
function printLabels(data: Dataset): void {
  if (!data.hasLabels || data.length === 0) return;
  for (const line of describeVariance(varianceShares(data))) console.info(line);
}
