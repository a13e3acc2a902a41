import { median } from "../../metrics/quantile.ts";
import { listSome } from "../wording.ts";
import type { DataRecord } from "../../record.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import type { LabelStatistics } from "./_labels.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const CHECK = "label-scale";
/** log2(log2(x + 1) + 1) of 1,000,000 TPM, a whole sample in one gene, is 4.39; with asinh it is less. */
const LARGEST_DOUBLE_LOGARITHM = 4.4;
/** Skewness and excess kurtosis: in 57 samples logarithms have at most 1.1 and 1.6, RPKM at least 14 and 366. */
const LARGE_SKEWNESS = 2.2;
const LARGE_KURTOSIS = 15;
/** With at least this many genes, skewness distinguishes the two. */
const LEAST_SKEWED_GENES = 50;
/** Among this many genes, one is expressed so strongly that a double logarithm shows. */
const LEAST_GENES = 20;
/**
 * The skewness of the absolute values of labels other than zero, which distinguishes a logarithm from a double
 * logarithm. In 57 samples of 600 genes, log2(RPKM + 1) has 0.15 to 1.1 and its logarithm -0.7 to -0.05. The
 * competition's label, which has a sign, has 0.4 to 1.3, and its logarithm -0.3 to 0.2 with an excess kurtosis of -1.2
 * to -0.2.
 */
const LEAST_MAGNITUDE_SKEWNESS = -0.03;
const LEAST_SIGNED_SKEWNESS = 0.25;
const LEAST_SIGNED_KURTOSIS = -0.15;
const LEAST_SHAPED_GENES = 500;
/** Least number of genes if the record has the transform. */
const LEAST_RECORDED_GENES = 3;
/** Largest ratio of the labels' spreads between cell types; it is 1.27 in the 56 of Roadmap Epigenomics. */
const LARGEST_SPREAD_RATIO = 1.5;
const LEAST_COMPARED_GENES = 200;

/**
 * Finds labels that are not logarithms, labels that are logarithms of logarithms, labels that are the same in all
 * genes, and cell types whose labels have a different scale than the others'. Limits: the first rule needs 50 genes,
 * unless the values are far too large for logarithms; the second needs 500 genes, or 3 if the record has the transform;
 * classes are not judged.
 */
export function checkLabelScale(
  labels: readonly LabelStatistics[],
  { expressionTransform = "none" }: DataRecord,
): Finding[] {
  const constant = labels.filter(({ samples, least, largest }) => samples > 1 && least === largest);
  const quantities = labels.filter(({ areClasses }) => !areClasses);
  const plain = quantities.filter(looksPlain);
  const twice = quantities.filter((column) => looksTwice(column, expressionTransform));
  const others = quantities.filter((column) => !plain.includes(column) && !twice.includes(column));
  return [
    ...findConstant(constant),
    ...findPlain(plain, expressionTransform),
    ...findTwice(twice, expressionTransform),
    ...findOtherScales(plain.length + twice.length === 0 ? others : []),
  ];
}

/** Lists the checks that {@linkcode checkLabelScale} had to skip. */
export function skippedLabelScale(
  labels: readonly LabelStatistics[],
  { expressionTransform = "none" }: DataRecord,
): SkippedCheck[] {
  const quantities = labels.filter(({ areClasses }) => !areClasses);
  const shaped = quantities.filter(({ least }) => expressionTransform === "none" || least < 0);
  const recorded = quantities.filter((column) => !shaped.includes(column));
  const twice = "logarithms of logarithms";
  return [
    ...skipIfFewGenes(
      { check: CHECK, what: "skewness of labels", least: LEAST_SKEWED_GENES },
      quantities,
    ),
    ...skipIfFewGenes({ check: CHECK, what: twice, least: LEAST_SHAPED_GENES }, shaped),
    ...skipIfFewGenes({ check: CHECK, what: twice, least: LEAST_RECORDED_GENES }, recorded),
    ...(quantities.length < 2 ? [] : skipIfFewGenes(
      { check: CHECK, what: "scales of labels between cell types", least: LEAST_COMPARED_GENES },
      quantities,
    )),
  ];
}

function looksPlain(column: LabelStatistics): boolean {
  const { samples, least, largest, median, skewness, excessKurtosis } = column;
  const extent = Math.max(largest, -least);
  if (extent <= LARGEST_LOGARITHM) return false;
  // Ranks and percentages are large too, but evenly distributed.
  if (samples < LEAST_SKEWED_GENES) return extent > 50 && extent > 4 * Math.abs(median);
  return Math.abs(skewness) >= LARGE_SKEWNESS || excessKurtosis >= LARGE_KURTOSIS;
}

function looksTwice(column: LabelStatistics, applied: string): boolean {
  const { samples, least, largest, negative, zeros } = column;
  const extent = Math.max(largest, -least);
  if (extent < 1 || extent > LARGEST_DOUBLE_LOGARITHM) return false;
  if (applied !== "none" && least >= 0) return samples >= LEAST_RECORDED_GENES;
  if (samples < LEAST_SHAPED_GENES) return false;
  if (least >= 0) {
    return zeros > 0.01 * samples && column.magnitudeSkewness < LEAST_MAGNITUDE_SKEWNESS;
  }
  // Labels that were scaled to a normal or an even distribution have a smaller extent.
  return negative > 0.1 * samples && extent > 1.9 * column.deviation &&
    column.magnitudeSkewness < LEAST_SIGNED_SKEWNESS &&
    column.excessKurtosis < LEAST_SIGNED_KURTOSIS;
}

function findConstant(columns: readonly LabelStatistics[]): Finding[] {
  const [first] = columns;
  if (first === undefined) return [];
  return [{
    check: CHECK,
    severity: "warning",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `every gene has the label ${first.least}`,
    advice:
      "A model cannot learn anything from them: check the column of the expression table, or leave " +
      "the cell type out.",
  }];
}

function findPlain(columns: readonly LabelStatistics[], applied: string): Finding[] {
  const [first] = columns;
  if (first === undefined) return [];
  const { areIntegers, largest, median: middle, skewness } = first;
  const claim = applied === "none" ? "" : `, though the record says ${applied}`;
  return [{
    check: CHECK,
    severity: "warning",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `the labels look like ${areIntegers ? "raw counts" : "plain TPM or RPKM"}, not like ` +
      `logarithms${claim}: the largest is ${formatLabel(largest)}, the median ${
        formatLabel(middle)
      }, the ` +
      `skewness ${skewness.toFixed(1)} (logarithms have 0 to 1.3)`,
    advice: "A few genes outweigh all others in training and in every score. Prepare again with " +
      "--expression-transform log2p1" +
      (areIntegers ? ", from TPM rather than counts, which grow with a gene's length." : "."),
  }];
}

function findTwice(columns: readonly LabelStatistics[], applied: string): Finding[] {
  const [first] = columns;
  if (first === undefined) return [];
  const most = columns.reduce((a, b) => a.largest >= b.largest ? a : b);
  const why = applied === "none"
    ? `the skewness of their absolute values is ${first.magnitudeSkewness.toFixed(2)} ` +
      "(logarithms of expression have 0.2 to 1.3)"
    : `the record says ${applied}`;
  return [{
    check: CHECK,
    // All of a few genes may be expressed weakly.
    severity: columns.some(({ samples }) => samples >= LEAST_GENES) ? "warning" : "note",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `the labels look like logarithms of logarithms: ${why}, and the largest of ` +
      `${most.samples} is only ${formatLabel(most.largest)}`,
    advice: "The expression table most likely held logarithms already: prepare again without " +
      "--expression-transform.",
  }];
}

/** Finds cell types whose labels spread much more or less than the others', as logarithms to another base do. */
function findOtherScales(columns: readonly LabelStatistics[]): Finding[] {
  const compared = columns.filter(({ samples, deviation }) =>
    samples >= LEAST_COMPARED_GENES && deviation > 0
  );
  const [first, second] = compared;
  if (first === undefined || second === undefined) return [];
  return compared.flatMap((column) => {
    const rest = median(
      compared.filter((other) => other !== column).map((other) => other.deviation),
    );
    const ratio = column.deviation / rest;
    if (ratio < LARGEST_SPREAD_RATIO && 1 / ratio < LARGEST_SPREAD_RATIO) return [];
    // Either of two may be right, so they are reported together, and once.
    if (compared.length === 2 && column === second) return [];
    const names = compared.length === 2 ? compared : [column];
    return [{
      check: CHECK,
      severity: "warning" as const,
      where: `labels of ${names.map(({ cellType }) => cellType).join(" and ")}`,
      message: compared.length === 2
        ? `their standard deviations are ${formatLabel(first.deviation)} and ` +
          `${formatLabel(second.deviation)}: they have different scales`
        : `their standard deviation is ${formatLabel(column.deviation)}, that of the other ` +
          `${compared.length - 1} cell types ${formatLabel(rest)}: they have a different scale`,
      advice: "Take the expression of all cell types from one table, in one unit, with one " +
        "transform.",
    }];
  });
}

function formatLabel(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 3 });
}
