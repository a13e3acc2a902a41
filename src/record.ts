/**
 * The data record, which describes the numbers of a data set. It is kept with the data and sealed into every model
 * trained on them, and must agree with the data on which that model predicts.
 *
 * Start with {@linkcode DataRecord}. {@linkcode COMPETITION_RECORD} is the record of the competition's files,
 * {@linkcode DEEPCHROME_RECORD} that of DeepChrome's, and {@linkcode reconcileRecords} decides whether data suit a model.
 *
 * @module
 */

import { boolean, integer, oneOf, optional, readValue, text } from "./base/field.ts";
import { arrayOf, object } from "./base/fields.ts";
import { MAX_EXTENT } from "./base/limits.ts";
import { UNKNOWN_BASES } from "./base/sequence_packer.ts";
import { FormatError } from "./errors.ts";
import { SEQUENCE_CONTROL } from "./sequence_control.ts";
import {
  CONTROL_RULES,
  type DataRecord,
  DEPTH_NORMALISATIONS,
  EXPRESSION_TRANSFORMS,
  ORIENTATIONS,
  REPLICATE_RULES,
  SEQUENCE_ORIENTATIONS,
  type Transform,
  TRANSFORMS,
  TSS_RULES,
} from "./record_types.ts";

export {
  CONTROL_RULES,
  type ControlRule,
  type DataRecord,
  DEPTH_NORMALISATIONS,
  type DepthNormalisation,
  EXPRESSION_TRANSFORMS,
  type ExpressionTransform,
  type Orientation,
  ORIENTATIONS,
  REPLICATE_RULES,
  type ReplicateRule,
  SEQUENCE_ORIENTATIONS,
  type SequenceOrientation,
  type SequenceRecord,
  type Transform,
  TRANSFORMS,
  TSS_RULES,
  type TssRule,
} from "./record_types.ts";
export {
  SEQUENCE_CONTROLS,
  type SequenceControl,
  type SequenceControlKind,
  type SequenceControlSettings,
} from "./sequence_control.ts";
export { UNKNOWN_BASES, type UnknownBases } from "./base/sequence_packer.ts";
export { prepareFlags, type ReconcileOptions, reconcileRecords } from "./reconcile_records.ts";

/**
 * The record of DeepChrome's files, which lack it: counts of Roadmap Epigenomics' reads on hg19 (Singh et al. 2016,
 * Bioinformatics 32:i639). It is also that of files in the competition's format without a record whose values are all
 * integers.
 */
export const DEEPCHROME_RECORD: DataRecord = {
  assembly: "hg19",
  binSizeBp: 100,
  orientation: "genomic",
  countingRule: "reads",
  marks: ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"],
  transform: "none",
};

/**
 * The record of the competition's own files, which lack it: windows counted as in DeepChrome, of which the files hold
 * ln(1 + count).
 */
export const COMPETITION_RECORD: DataRecord = { ...DEEPCHROME_RECORD, transform: "log1p" };

/**
 * Checks that a value read from a file is a {@linkcode DataRecord} and returns it with its known fields only. Optional
 * fields may be missing, as they are from files that were written before those fields existed.
 *
 * @param value The value, as `JSON.parse` returns it.
 * @param file Name of the file, for the error.
 * @returns The record.
 * @throws {FormatError} If a field is missing or wrong; the message names the first.
 *
 * @example
 * ```ts
 * import { COMPETITION_RECORD, parseRecord } from "@waka/histone/record";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * const text = JSON.stringify(COMPETITION_RECORD);
 * deepStrictEqual(parseRecord(JSON.parse(text)), COMPETITION_RECORD);
 * throws(() => parseRecord({ ...COMPETITION_RECORD, binSizeBp: 0 }), /binSizeBp is 0/);
 * ```
 */
export function parseRecord(value: unknown, file?: string): DataRecord {
  return readValue(value, RECORD, {
    fail(found) {
      throw new FormatError(`Cannot read data record: ${found}`, { file });
    },
  });
}

const SEQUENCE = object({
  bases: integer(1, MAX_EXTENT),
  tssBase: optional(integer(0)),
  orientation: oneOf(...SEQUENCE_ORIENTATIONS),
  unknownAs: oneOf(...UNKNOWN_BASES),
  source: optional(text),
  control: optional(SEQUENCE_CONTROL),
}, { others: "leave out" });

const RECORD = object({
  assembly: text,
  binSizeBp: integer(1),
  orientation: oneOf(...ORIENTATIONS),
  countingRule: text,
  marks: arrayOf(text, { distinct: true }),
  transform: oneOf(...TRANSFORMS),
  extendBp: optional(integer(0)),
  minMappingQuality: optional(integer(0)),
  normalisation: optional(oneOf(...DEPTH_NORMALISATIONS)),
  excludedFlags: optional(integer(0)),
  fragments: optional(boolean),
  replicates: optional(oneOf(...REPLICATE_RULES)),
  control: optional(oneOf(...CONTROL_RULES)),
  blacklist: optional(text),
  tss: optional(oneOf(...TSS_RULES)),
  expressionTransform: optional(oneOf(...EXPRESSION_TRANSFORMS)),
  expressionReference: optional(text),
  sequence: optional(SEQUENCE),
  source: optional(text),
}, { others: "leave out" });

const TRANSFORM_FUNCTIONS: Readonly<Record<Transform, (value: number) => number>> = {
  none: (value) => value,
  log1p: Math.log1p,
  asinh: Math.asinh,
};

const INVERSES: Readonly<Record<Transform, (value: number) => number>> = {
  none: (value) => value,
  log1p: Math.expm1,
  asinh: Math.sinh,
};

/**
 * Returns the function that undoes a {@linkcode Transform}, as nearly as floating point allows.
 *
 * @param transform The name.
 * @returns The function of one value.
 * @throws {RangeError} If no transform has that name.
 *
 * @example
 * ```ts
 * import { inverseFunction } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(inverseFunction("log1p")(Math.log1p(3)), 3);
 * ```
 */
export function inverseFunction(transform: Transform): (value: number) => number {
  checkKnown(transform);
  return INVERSES[transform];
}

/**
 * Returns the function that a {@linkcode Transform} names.
 *
 * @param transform The name.
 * @returns The function of one value.
 * @throws {RangeError} If no transform has that name.
 *
 * @example
 * ```ts
 * import { transformFunction } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(transformFunction("log1p")(3), Math.log(4));
 * ```
 */
export function transformFunction(transform: Transform): (value: number) => number {
  checkKnown(transform);
  return TRANSFORM_FUNCTIONS[transform];
}

function checkKnown(transform: Transform): void {
  if (Object.hasOwn(TRANSFORM_FUNCTIONS, transform)) return;
  const known = Object.keys(TRANSFORM_FUNCTIONS).join(", ");
  throw new RangeError(
    `Cannot transform: there is no transform "${transform}", expected one of ${known}`,
  );
}
