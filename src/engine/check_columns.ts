/** Checks of the arrays that samples are made of: programs in plain JavaScript, or with numbers from JSON, give others. */

import { isPackedArray, PACKED_WANTED, typedArrayName } from "../base/arrays.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import type { SampleSource } from "./sample_source.ts";

/**
 * Throws unless values are of a type that all engines read.
 *
 * @param values A signal, or the entries of an input.
 * @param names What is refused otherwise, and what the values are called.
 * @throws {TypeError} Saying what was found.
 */
export function checkPacked(values: unknown, { action, name }: ColumnNames): void {
  if (isPackedArray(values)) return;
  fail(values, { action, name, wanted: PACKED_WANTED });
}

/** What is refused, and what a column is called. */
export interface ColumnNames {
  readonly action: string;
  readonly name: string;
}

/**
 * Throws unless indices are what they are called: other arrays have no 32 bits a number, which engines read.
 *
 * @throws {TypeError} Saying what was found.
 */
export function checkIndexArray(values: unknown, { action, name }: ColumnNames): void {
  if (typedArrayName(values) === "Uint32Array") return;
  fail(values, { action, name, wanted: "a Uint32Array" });
}

/**
 * Throws unless labels and weights are absent, or one number for each sample.
 *
 * @throws {TypeError} Naming the column.
 */
export function checkLearned(
  { samples, labels, weights }: Pick<SampleSource, "samples" | "labels" | "weights">,
  action: string,
): void {
  checkLearnedColumn(labels, { action, name: "labels", samples });
  checkLearnedColumn(weights, { action, name: "weights", samples });
}

function checkLearnedColumn(
  values: unknown,
  { samples, ...names }: ColumnNames & { readonly samples: number },
): void {
  // In JSON a column that is not there is null.
  if ((values ?? undefined) === undefined) return;
  // Numbers of 32 bits are read as well as those of 64.
  if (!isPackedArray(values)) fail(values, { ...names, wanted: "a Float64Array, or undefined" });
  if (values.length === samples) return;
  const what = names.name === "weights" ? "weights of samples" : names.name;
  throw new TypeError(
    `Cannot ${names.action}: ${values.length} ${what} were given, expected ${samples}`,
  );
}

function fail(
  found: unknown,
  { action, name, wanted }: ColumnNames & { readonly wanted: string },
): never {
  throw new TypeError(`Cannot ${action}: ${name} is ${kindOfValue(found)}, expected ${wanted}`);
}
