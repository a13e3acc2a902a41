/** Recognises logarithms and counts among values of expression. */

import { formatCountOf } from "../../base/count.ts";
import { upperMedian } from "../../metrics/quantile.ts";
import type { ExpressionTransform } from "../../record.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import { showName } from "../wording.ts";
import { VALUE_KIND_NAMES, type ValueKind } from "./value_kinds.ts";

/** Among fewer values than this, the largest may well be small. */
const MANY = 20;
const LARGE_COUNT = 1000;
/** A cell type with fewer values is not compared with others: all of them may be small by chance. */
const ENOUGH_TO_COMPARE = 200;

/** The origin of values, and the transform to be applied to them. */
export interface ScaleOptions {
  readonly kind?: ValueKind | undefined;
  readonly transform: ExpressionTransform;
  readonly file: string;
  /** The cell type of each column, for messages. */
  readonly cellTypes?: readonly string[] | undefined;
}

/**
 * Says what may be wrong with the values of cell types before they are transformed.
 *
 * It warns of logarithms if another logarithm is to be taken. Logarithms have no value above 25, and some fractions.
 * For 20 or more values these signs suffice, since TPM and RPKM of so many genes reach the hundreds. Fewer values must
 * also be as close together as logarithms are: there are at least three, the largest is at least 2 and at most four
 * times their median, and some have more than two decimals.
 *
 * It warns of counts whatever the transform: if the format has counts, or if most values other than 0 are
 * whole numbers and some are 1,000 or more.
 *
 * It warns of cell types that have one value for all of 20 or more genes.
 *
 * It warns of values below 0 if the format or a title says what they are, since TPM, RPKM and counts have none.
 *
 * It warns of cell types of two scales whatever the transform: of at least 200 values each, those of some look like
 * logarithms, and those of others cannot be.
 */
export function examineScale(
  columns: readonly Float64Array[],
  options: ScaleOptions,
): string[] {
  const constant = describeConstants(columns, options);
  const mixed = describeMixedScales(columns, options);
  return [...constant, ...mixed.length > 0 ? mixed : examineTogether(columns, options)];
}

/** Says which cell types have one value for all genes, as an empty sample or a wrong column has. */
function describeConstants(
  columns: readonly Float64Array[],
  { file, cellTypes = [] }: ScaleOptions,
): string[] {
  const constant = [...columns.entries()].filter(([, values]) => isConstant(values));
  const [first] = constant;
  if (first === undefined) return [];
  const [place, values] = first;
  return [
    `${formatCountOf(constant.length, "cell type")} in ${file} ${
      constant.length === 1 ? "has" : "have"
    } the same value for all genes, such as "${
      showName(cellTypes[place] ?? `${place + 1}`)
    }" with ${
      values.find((value) => !Number.isNaN(value))
    }: is it the right column, and did the sample have reads?`,
  ];
}

/** Whether many values are known, and all are the same. */
function isConstant(values: Float64Array): boolean {
  const first = values.find((value) => !Number.isNaN(value));
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value !== first) return false;
    count++;
  }
  return count >= MANY;
}

function describeMixedScales(
  columns: readonly Float64Array[],
  { file, cellTypes = [] }: ScaleOptions,
): string[] {
  const all = columns.map((values, i) => ({
    summary: summarise([values]),
    name: showName(cellTypes[i] ?? `${i + 1}`),
  })).filter(({ summary }) => summary.count >= ENOUGH_TO_COMPARE);
  const logarithms = all.filter(({ summary }) => lookLikeLogarithms(summary));
  const other = all.find(({ summary }) => summary.largest > LARGEST_LOGARITHM);
  const [first] = logarithms;
  if (first === undefined || other === undefined) return [];
  return [
    `the values of ${
      formatCountOf(logarithms.length, "cell type")
    } in ${file} look like logarithms, such as ` +
    `"${first.name}" (all are at most ${LARGEST_LOGARITHM}, with fractions among them), and others do not, such as ` +
    `"${other.name}" with ${other.summary.largest}: expected one scale`,
  ];
}

function examineTogether(
  columns: readonly Float64Array[],
  { kind, transform, file }: ScaleOptions,
): string[] {
  const summary = summarise(columns);
  if (transform !== "none" && lookLikeLogarithms(summary)) {
    return [
      `the values of ${file} look like logarithms already (all are at most ${LARGEST_LOGARITHM}, ` +
      "with fractions among them), and another one is taken: is the scale intended?",
    ];
  }
  if (kind !== undefined && summary.least < 0) {
    return [
      `the values of ${file} are ${
        VALUE_KIND_NAMES[kind]
      } by their titles, and some are below 0, such as ${summary.least}, ` +
      "which these never are: are they logarithms or differences?",
    ];
  }
  if (kind !== "count" && (kind !== undefined || !lookLikeCounts(summary))) return [];
  const are = kind === "count" ? "are" : "look like";
  return [
    `the values of ${file} ${are} counts of reads, which depend on a gene's length and on the ` +
    "sequencing depth: TPM or RPKM can be compared, counts cannot",
  ];
}

/** Whether values look like logarithms, by the signs that {@linkcode examineScale} names. */
export function areLikeLogarithms(values: Float64Array): boolean {
  return lookLikeLogarithms(summarise([values]));
}

interface Summary {
  /** Number of values that are not missing. */
  readonly count: number;
  /** The largest value, whatever its sign. */
  readonly largest: number;
  /** The smallest value, at most 0. */
  readonly least: number;
  /** Number of values other than 0. */
  readonly nonZero: number;
  /** Number of whole numbers among these. */
  readonly whole: number;
  readonly largestWhole: number;
  /** The first values. */
  readonly some: readonly number[];
}

function summarise(columns: readonly Float64Array[]): Summary {
  let [count, largest, least, nonZero, whole, largestWhole] = [0, 0, 0, 0, 0, 0];
  const some: number[] = [];
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (count++ < MANY) some.push(value);
      if (value === 0) continue;
      nonZero++;
      const size = Math.abs(value);
      if (size > largest) largest = size;
      if (value < least) least = value;
      if (!Number.isInteger(value)) continue;
      whole++;
      if (size > largestWhole) largestWhole = size;
    }
  }
  return { count, largest, least, nonZero, whole, largestWhole, some };
}

function lookLikeLogarithms({ count, largest, nonZero, whole, some }: Summary): boolean {
  if (largest > LARGEST_LOGARITHM || whole === nonZero) return false;
  if (count >= MANY) return true;
  const positive = some.filter((value) => value > 0).sort((a, b) => a - b);
  return count >= 3 && largest >= 2 && largest <= 4 * upperMedian(positive) &&
    some.some((value) => Math.abs(value * 100 - Math.round(value * 100)) > 1e-6);
}

function lookLikeCounts({ nonZero, whole, largestWhole }: Summary): boolean {
  if (largestWhole < LARGE_COUNT) return false;
  return nonZero >= MANY ? whole * 2 > nonZero : whole === nonZero;
}
