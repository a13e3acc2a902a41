import type { OptionKind } from "../base/option_names.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { plainOptions } from "../base/plain_options.ts";
import { checkDataset } from "../data/check_dataset.ts";
import type { AttributeOptions } from "./attribute_options.ts";

const OPTIONS = {
  method: "string",
  baseline: "string",
  matchBy: "string",
  matches: "number",
  steps: "number",
  rows: "list",
  inputs: "list",
  occlude: "string",
  window: "list",
  seed: "number",
  engine: "string",
  threads: "number",
  unlabelled: "list",
  dropMarks: "list",
  blockSize: "number",
  onStart: "function",
  onProgress: "function",
  signal: "signal",
  acceptAssembly: "boolean",
  onNote: "function",
} as const satisfies Record<keyof AttributeOptions, OptionKind>;

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
  return plainOptions(options, { action: "explain", kinds: OPTIONS });
}
