import { kindOfValue } from "../base/kind_of_value.ts";
import { plainOptions } from "../base/plain_options.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { AttributeOptions } from "./attribute_options.ts";

const OPTIONS: ReadonlySet<string> = new Set(Object.keys(
  {
    method: true,
    baseline: true,
    matchBy: true,
    matches: true,
    steps: true,
    rows: true,
    inputs: true,
    occlude: true,
    window: true,
    seed: true,
    engine: true,
    threads: true,
    unlabelled: true,
    dropMarks: true,
    blockSize: true,
    onStart: true,
    onProgress: true,
    signal: true,
    acceptAssembly: true,
    onNote: true,
  } satisfies Record<keyof AttributeOptions, true>,
));

/**
 * Options of an explanation without those that are `null`.
 *
 * @throws {TypeError} Unless these are models and samples, or if an option is misspelt or something else.
 */
export function checkAttribute(
  models: unknown,
  data: unknown,
  options: AttributeOptions,
): AttributeOptions {
  if (!Array.isArray(models)) {
    throw new TypeError(
      `Cannot explain: found ${kindOfValue(models)} as models, expected an array, such as [model]`,
    );
  }
  checkDataset(data, "explain");
  return plainOptions(options, { action: "explain", known: OPTIONS });
}
