/** What `experiments` reads: its files and its data. */

import { formatCountOf } from "../base/count.ts";
import { kFold } from "../data/kfold.ts";
import type { Inputs } from "../runs/inputs.ts";
import type { ExperimentData } from "../training/experiments.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { chooseData, loadData } from "./_data.ts";
import type { ExperimentsFlags } from "./_experiment_flags.ts";
import { inputsOfRun } from "./_inputs.ts";
import { loadTest } from "./_labels.ts";
import { readSchemeTables } from "./_scheme.ts";
import { warnOfTrained } from "./_trained_warning.ts";

/** Digests the files that experiments read. */
export async function experimentInputs(flags: ExperimentsFlags): Promise<Inputs> {
  const { data, record, sequences, test, labels, genes, groups, resume } = flags;
  const files = { record, sequences, test, labels, genes: fileOfAnnotation(genes), groups };
  return await inputsOfRun({ data: chooseData(data), ...files }, resume);
}

/** Reads the training data and the test data, which are those of `--test` or a held-out part of the training data. */
export async function loadExperimentData(flags: ExperimentsFlags): Promise<ExperimentData> {
  const tables = await readSchemeTables(flags);
  const loaded = await loadData(chooseData(flags.data), flags);
  const test = await loadTest(flags);
  if (test !== undefined) {
    warnOfTrained(loaded, { "--test": test });
    return { train: loaded, test };
  }
  const { folds, scheme, seed, stratified } = flags;
  const { data, groups } = tables.join(loaded);
  const [fold] = kFold(data, { folds, scheme, seed, stratified, groups });
  const { training, validation } = fold!;
  console.info(
    `No --test: fold 1 of ${folds} ${scheme} is held out, ${validation.length} of ${
      formatCountOf(data.length, "sample")
    }`,
  );
  return { train: training, test: validation };
}
