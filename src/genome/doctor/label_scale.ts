import { median } from "../../metrics/quantile.ts";
import { listSome } from "../wording.ts";
import type { DataRecord } from "../../record.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import type { LabelStatistics } from "./_labels.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const CHECK = "label-scale";
/** log2(log2(x + 1) + 1) of 1,000,000 TPM, which add up to the whole sample, is 4.39; the inverse sine's less. */
const LARGEST_DOUBLE_LOGARITHM = 4.4;
/** Skewness and excess kurtosis: logarithms of 57 samples have at most 1.1 and 1.6, their RPKM at least 14 and 366. */
const LARGE_SKEWNESS = 2.2;
const LARGE_KURTOSIS = 15;
/** Genes from which skewness tells the two apart. */
const LEAST_SKEWED_GENES = 50;
/** Genes of which one is expressed so strongly that twice the logarithm shows. */
const LEAST_GENES = 20;
/**
 * Skewness of the absolute values of labels that are not zero, from which a logarithm is told from a double one. Over
 * 57 samples of 600 genes log2(RPKM + 1) has 0.15 to 1.1 and its logarithm -0.7 to -0.05; the competition's label, which
 * has a sign, has 0.4 to 1.3 and its logarithm -0.3 to 0.2, with an excess kurtosis of -1.2 to -0.2.
 */
const LEAST_MAGNITUDE_SKEWNESS = -0.03;
const LEAST_SIGNED_SKEWNESS = 0.25;
const LEAST_SIGNED_KURTOSIS = -0.15;
const LEAST_SHAPED_GENES = 500;
/** The same where the record says what was applied. */
const LEAST_TOLD_GENES = 3;
/** By which factor spreads of labels differ between cell types at most: 1.27 over the 56 of Roadmap Epigenomics. */
const LARGEST_SPREAD_RATIO = 1.5;
const LEAST_COMPARED_GENES = 200;

/**
 * Finds labels that are no logarithms, that are logarithms of logarithms, that are the same in all genes, and cell types
 * whose labels have another scale than those of the others. Limits: needs 50 genes for the first where no value is
 * larger than a logarithm can be, 20 for the second, 500 where the record does not say what was applied; says nothing of
 * classes.
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

/** What {@linkcode checkLabelScale} could not look at. */
export function skippedLabelScale(
  labels: readonly LabelStatistics[],
  { expressionTransform = "none" }: DataRecord,
): SkippedCheck[] {
  const quantities = labels.filter(({ areClasses }) => !areClasses);
  const shaped = quantities.filter(({ least }) => expressionTransform === "none" || least < 0);
  const told = quantities.filter((column) => !shaped.includes(column));
  const twice = "logarithms of logarithms";
  return [
    ...skipIfFewGenes(
      { check: CHECK, what: "skewness of labels", least: LEAST_SKEWED_GENES },
      quantities,
    ),
    ...skipIfFewGenes({ check: CHECK, what: twice, least: LEAST_SHAPED_GENES }, shaped),
    ...skipIfFewGenes({ check: CHECK, what: twice, least: LEAST_TOLD_GENES }, told),
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
  // Ranks and percentages are large as well, but even.
  if (samples < LEAST_SKEWED_GENES) return extent > 50 && extent > 4 * Math.abs(median);
  return Math.abs(skewness) >= LARGE_SKEWNESS || excessKurtosis >= LARGE_KURTOSIS;
}

function looksTwice(column: LabelStatistics, applied: string): boolean {
  const { samples, least, largest, negative, zeros } = column;
  const extent = Math.max(largest, -least);
  if (extent < 1 || extent > LARGEST_DOUBLE_LOGARITHM) return false;
  if (applied !== "none" && least >= 0) return samples >= LEAST_TOLD_GENES;
  if (samples < LEAST_SHAPED_GENES) return false;
  if (least >= 0) {
    return zeros > 0.01 * samples && column.magnitudeSkewness < LEAST_MAGNITUDE_SKEWNESS;
  }
  // Labels that were scaled to a normal or an even distribution lie nearer together than these.
  return negative > 0.1 * samples && extent > 1.9 * column.deviation &&
    column.magnitudeSkewness < LEAST_SIGNED_SKEWNESS &&
    column.excessKurtosis < LEAST_SIGNED_KURTOSIS;
}

function findConstant(columns: readonly LabelStatistics[]): Finding[] {
  if (columns.length === 0) return [];
  return [{
    check: CHECK,
    severity: "warning",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `every gene has the label ${columns[0].least}`,
    advice:
      "Nothing can be learnt from them: look at the column of the expression table, or leave " +
      "the cell type out.",
  }];
}

function findPlain(columns: readonly LabelStatistics[], applied: string): Finding[] {
  if (columns.length === 0) return [];
  const [{ areIntegers, largest, median: middle, skewness }] = columns;
  const claim = applied === "none" ? "" : `, though the record says ${applied}`;
  return [{
    check: CHECK,
    severity: "warning",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `the labels look like ${areIntegers ? "raw counts" : "plain TPM or RPKM"}, not like ` +
      `logarithms${claim}: the largest is ${format(largest)}, the median ${format(middle)}, the ` +
      `skewness ${skewness.toFixed(1)} (logarithms have 0 to 1.3)`,
    advice: "A few genes outweigh all others in training and in every score. Prepare again with " +
      "--expression-transform log2p1" +
      (areIntegers ? ", from TPM rather than counts, which grow with a gene's length." : "."),
  }];
}

function findTwice(columns: readonly LabelStatistics[], applied: string): Finding[] {
  if (columns.length === 0) return [];
  const most = columns.reduce((a, b) => a.largest >= b.largest ? a : b);
  const why = applied === "none"
    ? `the skewness of their absolute values is ${columns[0].magnitudeSkewness.toFixed(2)} ` +
      "(logarithms of expression have 0.2 to 1.3)"
    : `the record says ${applied}`;
  return [{
    check: CHECK,
    // A few genes may all be expressed weakly.
    severity: columns.some(({ samples }) => samples >= LEAST_GENES) ? "warning" : "note",
    where: `labels of ${listSome(columns.map(({ cellType }) => cellType))}`,
    message: `the labels look like logarithms of logarithms: ${why}, and the largest of ` +
      `${most.samples} is only ${format(most.largest)}`,
    advice: "The expression table most likely held logarithms already: prepare again without " +
      "--expression-transform.",
  }];
}

/** Cell types whose labels spread much more or less than those of the others, as logarithms to another base do. */
function findOtherScales(columns: readonly LabelStatistics[]): Finding[] {
  const compared = columns.filter(({ samples, deviation }) =>
    samples >= LEAST_COMPARED_GENES && deviation > 0
  );
  if (compared.length < 2) return [];
  return compared.flatMap((column, i) => {
    const rest = median(
      compared.filter((other) => other !== column).map((other) => other.deviation),
    );
    const ratio = column.deviation / rest;
    if (ratio < LARGEST_SPREAD_RATIO && 1 / ratio < LARGEST_SPREAD_RATIO) return [];
    // Of two, nobody knows which is right: they are named together, once.
    if (compared.length === 2 && i === 1) return [];
    const names = compared.length === 2 ? compared : [column];
    return [{
      check: CHECK,
      severity: "warning" as const,
      where: `labels of ${names.map(({ cellType }) => cellType).join(" and ")}`,
      message: compared.length === 2
        ? `their standard deviations are ${format(compared[0].deviation)} and ` +
          `${format(compared[1].deviation)}: they have different scales`
        : `their standard deviation is ${format(column.deviation)}, that of the other ` +
          `${compared.length - 1} cell types ${format(rest)}: they have another scale`,
      advice: "Take the expression of all cell types from one table, in one unit, with one " +
        "transform.",
    }];
  });
}

function format(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 3 });
}
