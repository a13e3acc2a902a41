/** Warns of samples to measure on that are trained on. */

import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { classifyRows } from "../validation/regimes.ts";
import { warn } from "./_warn.ts";

/**
 * Warns if samples to measure on are among those to train on. That is no error, since whoever looks whether a model can
 * learn its data by heart measures so on purpose.
 *
 * @param train The samples to train on.
 * @param measured The samples to measure on, by the flag that names them.
 */
export function warnOfTrained(
  train: Dataset,
  measured: Readonly<Record<string, Dataset | undefined>>,
): void {
  for (const [flag, data] of Object.entries(measured)) {
    const warning = data && describeTrained(train, data, flag);
    if (warning !== undefined) warn(warning);
  }
}

function describeTrained(train: Dataset, data: Dataset, flag: string): string | undefined {
  const count = countTrained(train, data);
  if (count instanceof ContractError) {
    return `it is unknown whether samples of ${flag} are trained on: ${count.message}`;
  }
  if (count === 0) return undefined;
  const [found, all] = [count, data.length].map((number) => number.toLocaleString("en-US"));
  const [are, themselves, them] = count === 1
    ? ["is", "itself", "it"]
    : ["are", "themselves", "them"];
  return `${found} of the ${all} samples of ${flag} ${are} trained on, ${themselves} or a replicate of ${them}: ` +
    `what is measured on ${them} says nothing of new data`;
}

/** Counts the samples, or returns what makes the data sets impossible to compare. */
function countTrained(train: Dataset, data: Dataset): number | ContractError {
  try {
    return classifyRows(train, data).filter((kind) => kind === "trained").length;
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
}
