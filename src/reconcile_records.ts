/**
 * Decides whether data suit a model, by their records.
 *
 * @module
 */

import { ContractError } from "./errors.ts";
import type { DataRecord, Transform } from "./record_types.ts";

/** The SAM flags of duplicates and of reads that failed quality control. */
const USUAL_EXCLUDED_FLAGS = 0x600;

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
 * import { DEEPCHROME_RECORD, reconcileRecords } from "@waka/histone/record";
 * import { strictEqual, throws } from "node:assert";
 *
 * const model = { ...DEEPCHROME_RECORD, transform: "log1p" as const };
 * strictEqual(reconcileRecords(model, DEEPCHROME_RECORD), "log1p");
 * throws(() => reconcileRecords(model, { ...DEEPCHROME_RECORD, assembly: "hg38" }), /hg19.*hg38/);
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
  "excludedFlags",
  "fragments",
  "control",
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
  excludedFlags: ({ excludedFlags = USUAL_EXCLUDED_FLAGS }) => excludedFlags,
  fragments: ({ fragments = false }) => String(fragments),
  control: ({ control = "none" }) => control,
  expressionReference: ({ expressionReference }) => expressionReference,
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
 * import { DEEPCHROME_RECORD, prepareFlags } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(
 *   prepareFlags({ ...DEEPCHROME_RECORD, extendBp: 200 }),
 *   "--signal reads --bin-size 100 --orientation genomic --assembly hg19 --extend 200",
 * );
 * ```
 */
export function prepareFlags(record: DataRecord): string {
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const { excludedFlags = USUAL_EXCLUDED_FLAGS, fragments = false, control } = record;
  const { expressionTransform = "none", expressionReference } = record;
  const reference = expressionReference === undefined ? "" : `:${expressionReference}`;
  return [
    `--signal ${record.countingRule} --bin-size ${record.binSizeBp}`,
    `--orientation ${record.orientation} --assembly ${record.assembly}`,
    extendBp === 0 ? [] : `--extend ${extendBp}`,
    minMappingQuality === 0 ? [] : `--min-mapping-quality ${minMappingQuality}`,
    normalisation === "none" ? [] : `--normalise ${normalisation}`,
    excludedFlags === USUAL_EXCLUDED_FLAGS ? [] : `--exclude-flags ${excludedFlags}`,
    fragments ? "--fragments" : [],
    control === undefined ? [] : `--control ${control}`,
    expressionTransform === "none"
      ? []
      : `--expression-transform ${expressionTransform}${reference}`,
  ].flat().join(" ");
}
