/** Reads labelled data to measure on. */

import { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { alignPredictions, readPredictions } from "../io/submission.ts";
import { type DataFlags, loadData, type LoadOptions } from "./_data.ts";

/** Flags of labelled data; see `declareTest`. */
export interface TestFlags extends DataFlags {
  readonly test?: string | undefined;
  readonly labels?: string | undefined;
}

/**
 * Reads data, with the labels of a separate file if one is named.
 *
 * @throws {ContractError} If there are no labels.
 */
export async function loadLabelled(
  path: string,
  { labels: labelsPath, ...flags }: Omit<TestFlags, "test">,
  options: LoadOptions = {},
): Promise<Dataset> {
  const what = { what: "labels" };
  // The labels are read first, since reading the data may take long.
  const file = labelsPath === undefined ? undefined : await readPredictions(labelsPath, what);
  const data = await loadData(path, flags, options);
  if (file !== undefined) {
    return new Dataset({
      ...data.columns,
      labels: alignPredictions(data.submissionIds(), file, what),
    });
  }
  if (!data.hasLabels) {
    throw new ContractError(
      `Cannot measure on ${path}: it has no labels. Name the file that has them with --labels`,
    );
  }
  return data;
}

/**
 * Refuses labels without data. Call it before files are read, which may take long.
 *
 * @throws {ContractError} If `--labels` is given without `--test`.
 */
export function checkTestFlags({ test, labels }: TestFlags): void {
  if (test !== undefined || labels === undefined) return;
  throw new ContractError("Cannot measure: --labels names labels of --test, which is missing");
}

/**
 * Reads the data of `--test`, if the flag is given.
 *
 * @throws {ContractError} If they have no labels.
 */
export async function loadTest(
  { test, ...flags }: TestFlags,
  options: LoadOptions = {},
): Promise<Dataset | undefined> {
  return test === undefined ? undefined : await loadLabelled(test, flags, options);
}
