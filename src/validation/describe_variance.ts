import { formatCountOf } from "../base/count.ts";
import type { VarianceComponents, VarianceShares } from "./variance_shares.ts";

/** A larger share between genes makes the mean of a gene's labels the first thing to beat. */
const LARGE_GENE_SHARE = 0.5;
/** A larger share between cell types is a difference in level that new cell types will have too. */
const LARGE_CELL_TYPE_SHARE = 0.05;
/** A larger share of labels that are 0 is worth telling. */
const MANY_ZEROS = 0.01;

/**
 * Says what labels are, and what that means for the choice of a model: where their variance lies, what a gene's mean can
 * explain, and how many labels are 0.
 *
 * @param found What {@linkcode varianceShares} returned.
 * @returns Two lines without their ends; one where the components cannot be told apart.
 *
 * @example Labels of one cell type
 * ```ts
 * import { describeVariance } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const found = { labels: 8, genes: 8, cellTypes: 1, variance: 2.25, zeroShare: 0, tiedShare: 0 };
 * deepStrictEqual(describeVariance(found), [
 *   "Labels: variance 2.25; with one cell type, what lies between genes cannot be told from the rest.",
 * ]);
 * ```
 */
export function describeVariance(found: VarianceShares): string[] {
  const { variance, shares } = found;
  if (variance === 0) return [`Labels: all ${formatCountOf(found.labels, "label")} are the same.`];
  const zeros = describeZeros(found);
  if (shares === undefined) {
    return [`Labels: variance ${formatVariance(variance)}; ${describeTooFew(found)}.${zeros}`];
  }
  const { genes, cellTypes, rest } = shares;
  return [
    `Labels: variance ${formatVariance(variance)}: ${formatShare(genes)} between genes, ` +
    `${formatShare(cellTypes)} between cell types, ${formatShare(rest)} in the rest.${zeros}`,
    `${describeGeneMean(shares)}${describeLevels(shares)}`,
  ];
}

function describeTooFew({ genes, cellTypes }: VarianceShares): string {
  const cannot = "what lies between genes cannot be told from the rest";
  if (cellTypes === 1) return `with one cell type, ${cannot}`;
  if (genes === 1) {
    return "with one gene, what lies between cell types cannot be told from the rest";
  }
  return `the cell types share too few genes, so ${cannot}`;
}

function describeGeneMean({ genes, cellTypes, rest }: VarianceComponents): string {
  const [mean, left] = [formatShare(genes), formatShare(cellTypes + rest)];
  if (genes >= LARGE_GENE_SHARE) {
    return `For a gene that is trained on, its mean label explains about ${mean}, and a new cell type changes at most ` +
      `${left}: choose a model that knows the trained genes' labels (waka2, waka3), and compare it with the gene's mean ` +
      "(forecast). For a new gene only its marks, and its DNA, tell.";
  }
  return `Even for a gene that is trained on, its mean label explains about ${mean} only; ${left} changes with the cell ` +
    "type or is noise, of which only marks can tell: choose a model that compares them with the same gene's marks and " +
    "labels in other cell types (waka3).";
}

function describeLevels({ cellTypes }: VarianceComponents): string {
  if (cellTypes < LARGE_CELL_TYPE_SHARE) return "";
  const share = formatShare(cellTypes);
  return ` Cell types differ in level (${share}), and a new one's level is unknown: check how expression was normalised.`;
}

function describeZeros({ zeroShare }: VarianceShares): string {
  return zeroShare < MANY_ZEROS ? "" : ` ${formatShare(zeroShare)} of the labels are 0.`;
}

/** Three significant digits. */
function formatVariance(variance: number): string {
  return String(Number(variance.toPrecision(3)));
}

/** A share in percent, with one decimal below 1%. */
function formatShare(share: number): string {
  const percent = share * 100;
  const text = percent < 0.95 ? percent.toFixed(1) : percent.toFixed(0);
  return `${text === "0.0" ? "0" : text}%`;
}
