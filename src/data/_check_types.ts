/** Checks that columns are of the types that are promised: programs in plain JavaScript can give anything. */

import { isPackedArray, PACKED_WANTED, typedArrayName } from "../base/arrays.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { showValue } from "../base/show_value.ts";
import type { SampleColumns } from "../io/columns.ts";
import { isStored } from "../io/stored_signal.ts";

/**
 * Throws unless each column is of a type that all later steps can use. What is checked for each sample costs nothing: only
 * names are looked at one by one, and each is there once.
 *
 * @throws {TypeError} With what was found in place of what.
 */
export function checkTypes(columns: SampleColumns): void {
  const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, record } = columns;
  if (!Array.isArray(Object(record).marks)) {
    fail("record", kindOfValue(record), "a record with marks");
  }
  checkTexts("marks of the record", "mark", record.marks);
  if (!isSignal(signal)) {
    fail("signal", kindOfValue(signal), `${PACKED_WANTED}, or a StoredSignal`);
  }
  if (labels !== undefined) checkNumberColumn("labels", labels, "a Float64Array");
  checkNumberColumn("cellTypeIndex", cellTypeIndex, "a Uint32Array");
  checkNumberColumn("geneIndex", geneIndex, "a Uint32Array");
  checkTexts("cellTypes", "cell type", cellTypes);
  checkTexts("genes", "gene", genes);
}

/** Throws unless a column of numbers is a typed array: plain arrays lack what is called on it later. */
export function checkNumberColumn(column: string, values: unknown, wanted: string): void {
  const type = typedArrayName(values);
  if (type !== undefined && type !== "DataView" && !type.startsWith("Big")) return;
  fail(column, kindOfValue(values), wanted);
}

function isSignal(signal: SampleColumns["signal"]): boolean {
  if (typeof signal !== "object" || signal === null) return false;
  return isStored(signal) || isPackedArray(signal);
}

function checkTexts(column: string, what: string, names: readonly unknown[]): void {
  if (!Array.isArray(names)) fail(column, kindOfValue(names), "an array of strings");
  for (let i = 0; i < names.length; i++) {
    if (typeof names[i] === "string") continue;
    fail(`${what} ${i}`, showValue(names[i]), "a string");
  }
}

function fail(what: string, found: string, wanted: string): never {
  throw new TypeError(`Cannot build data set: ${what} is ${found}, expected ${wanted}`);
}
