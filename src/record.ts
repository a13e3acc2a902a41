/**
 * The data record, which describes the numbers of a data set. It is kept with the data and sealed into every model
 * trained on them, and must agree with the data on which that model predicts.
 *
 * Start with {@linkcode DataRecord}. {@linkcode COMPETITION_RECORD} is the record of the competition's files, and
 * {@linkcode reconcileRecords} decides whether data suit a model.
 *
 * @module
 */

import { integer, oneOf, optional, readValue, text } from "./base/field.ts";
import { arrayOf, object } from "./base/fields.ts";
import { ContractError, FormatError } from "./errors.ts";

/** Element-wise function of the counts; `log1p` is ln(1 + x), `asinh` is ln(x + √(x² + 1)). */
export type Transform = "none" | "log1p" | "asinh";

/** Every {@linkcode Transform}; the first is the report's. */
export const TRANSFORMS: readonly Transform[] = ["none", "log1p", "asinh"];

/**
 * The direction in which the bins of a gene on the minus strand run: `genomic` by ascending coordinate on either
 * strand (DeepChrome), `transcript` from upstream to downstream (Chromoformer, deepTools).
 */
export type Orientation = "genomic" | "transcript";

/** Every {@linkcode Orientation}. */
export const ORIENTATIONS: readonly Orientation[] = ["genomic", "transcript"];

/** The normalisation for sequencing depth: none, or counts in reads per million reads of the file. */
export type DepthNormalisation = "none" | "rpm";

/** Every {@linkcode DepthNormalisation}. */
export const DEPTH_NORMALISATIONS: readonly DepthNormalisation[] = ["none", "rpm"];

/** The transform of expression values: none, log2(x + 1), or ln(x + √(x² + 1)). */
export type ExpressionTransform = "none" | "log2p1" | "asinh";

/** Every {@linkcode ExpressionTransform}. */
export const EXPRESSION_TRANSFORMS: readonly ExpressionTransform[] = ["none", "log2p1", "asinh"];

/**
 * The description of a data set's numbers. The window of a gene needs no field: with `bins` bins it is
 * `[tss - bins * binSizeBp / 2, tss + bins * binSizeBp / 2)`, 0-based half-open.
 */
export interface DataRecord {
  /** Genome assembly of the coordinates, such as `hg19`; `unknown` if it is not known. */
  readonly assembly: string;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** Direction of the bins of minus-strand genes. */
  readonly orientation: Orientation;
  /** The rule by which reads or signal became one number for each bin, such as `reads`. */
  readonly countingRule: string;
  /** Names of the marks, in the order of the last axis. */
  readonly marks: readonly string[];
  /** The transform that was already applied to the numbers; `none` for plain counts. */
  readonly transform: Transform;
  /**
   * Length to which reads were extended from their 5' ends, in base pairs; 0 if they were not extended.
   *
   * @default {0}
   */
  readonly extendBp?: number | undefined;
  /**
   * Lowest mapping quality of a read that was counted.
   *
   * @default {0}
   */
  readonly minMappingQuality?: number | undefined;
  /**
   * The normalisation for sequencing depth.
   *
   * @default {"none"}
   */
  readonly normalisation?: DepthNormalisation | undefined;
  /** The transform of the labels; missing if there are no labels, or if it is not known. */
  readonly expressionTransform?: ExpressionTransform | undefined;
}

/**
 * The record of the competition's own files, which lack it: Roadmap Epigenomics on hg19, windows counted as
 * in DeepChrome (Singh et al. 2016, Bioinformatics 32:i639).
 */
export const COMPETITION_RECORD: DataRecord = {
  assembly: "hg19",
  binSizeBp: 100,
  orientation: "genomic",
  countingRule: "reads",
  marks: ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"],
  transform: "none",
};

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
  expressionTransform: optional(oneOf(...EXPRESSION_TRANSFORMS)),
}, { others: "leave out" });

/**
 * Decides which transform must still be applied to data so that a model sees the kind of numbers it was trained on.
 *
 * @param model The record sealed into the model.
 * @param data The record of the data to predict on.
 * @returns The transform to apply: the model's own to plain counts, `none` if it was applied to the data already.
 * @throws {ContractError} If the two contradict each other in a field; the message has both values and the flags that
 * prepare data of the model's kind.
 *
 * @example
 * ```ts
 * import { COMPETITION_RECORD, reconcileRecords } from "@waka/histone/record";
 * import { strictEqual, throws } from "node:assert";
 *
 * const model = { ...COMPETITION_RECORD, transform: "log1p" as const };
 * strictEqual(reconcileRecords(model, COMPETITION_RECORD), "log1p");
 * throws(() => reconcileRecords(model, { ...COMPETITION_RECORD, assembly: "hg38" }), /hg19.*hg38/);
 * ```
 */
export function reconcileRecords(model: DataRecord, data: DataRecord): Transform {
  for (const [field, valueOf] of Object.entries(COMPARED)) {
    const wanted = valueOf(model);
    const found = valueOf(data);
    if (wanted === undefined || found === undefined || wanted === found) continue;
    const factor = COUNTING_FIELDS.includes(field)
      ? " Counts are never rescaled from one rule to another."
      : "";
    throw new ContractError(
      `Cannot use these data: the model was trained on ${field} ${wanted}, the data have ${found}.` +
        `${factor} Prepare the data again with ${field} ${wanted} (deno task prepare ... ` +
        `${prepareFlags(model)}), or name their record if this one is wrong`,
    );
  }
  if (data.transform === model.transform) return "none";
  if (data.transform === "none") return model.transform;
  throw new ContractError(
    `Cannot use these data: the model was trained on transform ${model.transform}, the data already ` +
      `carry ${data.transform}. Give the plain counts instead`,
  );
}

/** Fields in which a difference looks as if a factor would remove it. */
const COUNTING_FIELDS: readonly string[] = [
  "countingRule",
  "extendBp",
  "minMappingQuality",
  "normalisation",
];

/** Collects the values that must agree, with defaults filled in; `undefined` for optional values that are missing. */
const COMPARED: Readonly<Record<string, (record: DataRecord) => string | number | undefined>> = {
  assembly: ({ assembly }) => assembly,
  binSizeBp: ({ binSizeBp }) => binSizeBp,
  orientation: ({ orientation }) => orientation,
  countingRule: ({ countingRule }) => countingRule,
  marks: ({ marks }) => String(marks),
  extendBp: ({ extendBp = 0 }) => extendBp,
  minMappingQuality: ({ minMappingQuality = 0 }) => minMappingQuality,
  normalisation: ({ normalisation = "none" }) => normalisation,
  expressionTransform: ({ expressionTransform }) => expressionTransform,
};

/**
 * Formats the flags with which `deno task prepare` makes data with a record.
 *
 * @param record The record of the wanted data.
 * @returns The flags, separated by spaces.
 *
 * @example
 * ```ts
 * import { COMPETITION_RECORD, prepareFlags } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(
 *   prepareFlags({ ...COMPETITION_RECORD, extendBp: 200 }),
 *   "--signal reads --bin-size 100 --orientation genomic --assembly hg19 --extend 200",
 * );
 * ```
 */
export function prepareFlags(record: DataRecord): string {
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const { expressionTransform = "none" } = record;
  return [
    `--signal ${record.countingRule} --bin-size ${record.binSizeBp}`,
    `--orientation ${record.orientation} --assembly ${record.assembly}`,
    extendBp === 0 ? [] : `--extend ${extendBp}`,
    minMappingQuality === 0 ? [] : `--min-mapping-quality ${minMappingQuality}`,
    normalisation === "none" ? [] : `--normalise ${normalisation}`,
    expressionTransform === "none" ? [] : `--expression-transform ${expressionTransform}`,
  ].flat().join(" ");
}

const TRANSFORM_FUNCTIONS: Readonly<Record<Transform, (value: number) => number>> = {
  none: (value) => value,
  log1p: Math.log1p,
  asinh: Math.asinh,
};

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
  if (Object.hasOwn(TRANSFORM_FUNCTIONS, transform)) return TRANSFORM_FUNCTIONS[transform];
  const known = Object.keys(TRANSFORM_FUNCTIONS).join(", ");
  throw new RangeError(
    `Cannot transform: there is no transform "${transform}", expected one of ${known}`,
  );
}
