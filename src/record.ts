/**
 * The data record: what a data set's numbers are. It travels with the data, is sealed into every model
 * trained on them, and must agree when that model predicts.
 *
 * @module
 */

import { ContractError, FormatError } from "./errors.ts";

/** Element-wise function of the counts; `log1p` is ln(1 + x), `asinh` is ln(x + √(x² + 1)). */
export type Transform = "none" | "log1p" | "asinh";

/** Every {@linkcode Transform}, the report's own first. */
export const TRANSFORMS: readonly Transform[] = ["none", "log1p", "asinh"];

/**
 * In which direction the bins of a gene on the minus strand run: `genomic` by ascending coordinate whatever
 * the strand (DeepChrome), `transcript` from upstream to downstream (Chromoformer, deepTools).
 */
export type Orientation = "genomic" | "transcript";

/** What the numbers of a data set are. */
export interface DataRecord {
  /** Genome assembly of the coordinates, such as `hg19`; `unknown` where nobody said. */
  readonly assembly: string;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** Direction of the bins of minus-strand genes. */
  readonly orientation: Orientation;
  /** How reads or signal became one number a bin, such as `reads`. */
  readonly countingRule: string;
  /** Names of the marks, in the order of the last axis. */
  readonly marks: readonly string[];
  /** What was already applied to the numbers; `none` for plain counts. */
  readonly transform: Transform;
}

/**
 * Record of the competition's own files, which carry none: Roadmap Epigenomics on hg19, windows counted as
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
 * Checks that a value read from a file is a {@linkcode DataRecord} and returns it with its known fields only.
 *
 * @param value What `JSON.parse` returned.
 * @param file Name of the file, for the error.
 * @throws {FormatError} Naming the first field that is missing or wrong.
 */
export function parseRecord(value: unknown, file?: string): DataRecord {
  const fail = (what: string): never => {
    throw new FormatError(`Cannot read data record: ${what}`, { file });
  };
  if (typeof value !== "object" || value === null) return fail("found no object");
  const { assembly, binSizeBp, orientation, countingRule, marks, transform } = value as Record<
    string,
    unknown
  >;
  if (typeof assembly !== "string") return fail("assembly must be a text");
  if (typeof binSizeBp !== "number" || !Number.isInteger(binSizeBp) || binSizeBp < 1) {
    return fail(`binSizeBp is ${binSizeBp}, expected an integer >= 1`);
  }
  if (orientation !== "genomic" && orientation !== "transcript") {
    return fail(`orientation is ${orientation}, expected genomic or transcript`);
  }
  if (typeof countingRule !== "string") return fail("countingRule must be a text");
  if (!Array.isArray(marks) || marks.some((mark) => typeof mark !== "string")) {
    return fail("marks must be an array of texts");
  }
  if (!TRANSFORMS.includes(transform as Transform)) {
    return fail(`transform is ${transform}, expected one of ${TRANSFORMS.join(", ")}`);
  }
  return {
    assembly,
    binSizeBp,
    orientation,
    countingRule,
    marks: [...marks],
    transform: transform as Transform,
  };
}

/**
 * Decides what must still be applied to data so that a model sees the kind of numbers it was trained on.
 *
 * @param model The record sealed into the model.
 * @param data The record of the data to predict on.
 * @returns The transform to apply: the model's own on plain counts, `none` where the data carry it already.
 * @throws {ContractError} Naming the field in which the two contradict each other, with both values.
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
  const fields = ["assembly", "binSizeBp", "orientation", "countingRule", "marks"] as const;
  for (const field of fields) {
    const wanted = String(model[field]);
    const found = String(data[field]);
    if (wanted !== found) {
      throw new ContractError(
        `Cannot use these data: the model was trained on ${field} ${wanted}, the data have ${found}. ` +
          `Prepare the data again with ${field} ${wanted}, or name their record if this one is wrong`,
      );
    }
  }
  if (data.transform === model.transform) return "none";
  if (data.transform === "none") return model.transform;
  throw new ContractError(
    `Cannot use these data: the model was trained on transform ${model.transform}, the data already ` +
      `carry ${data.transform}. Give the plain counts instead`,
  );
}

/** The function that a {@linkcode Transform} names. */
export function transformFunction(transform: Transform): (value: number) => number {
  return { none: (value: number) => value, log1p: Math.log1p, asinh: Math.asinh }[transform];
}
