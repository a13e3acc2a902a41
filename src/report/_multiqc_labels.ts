/** The sections of MultiQC's reports about labels. */

import type { DataSummary, LabelSummary } from "../data/summary/types.ts";
import type { VarianceShares } from "../validation/variance_shares.ts";
import { SCALE_WORDS } from "./_data_tables.ts";
import { labelCurves } from "./_label_curves.ts";
import type { Content, Point } from "./_multiqc_content.ts";
import { sampleName } from "./_multiqc_names.ts";

/** The distributions of labels. */
export function labelCurvesContent(data: DataSummary, key: string): Content {
  const { positions, curves } = labelCurves(data.labels);
  return {
    file: "labels",
    id: "labels",
    plotType: "linegraph",
    name: "Labels",
    description: "Distribution of the labels: share of a cell type's genes in equal bins.",
    settings: { xlab: "Label", ylab: "Share of genes", ymin: 0 },
    data: Object.fromEntries(data.labels.map(({ cellType }, place) => [
      sampleName(key, cellType),
      positions.map((position, bin): Point => [
        Number(position.toPrecision(6)),
        curves[place]![bin]!,
      ]),
    ])),
  };
}

/** What labels look like, in numbers. */
export function labelTable({ labels }: DataSummary, key: string): Content {
  const percent = { min: 0, max: 100, suffix: "%", format: "{:,.1f}" };
  const number = { format: "{:,.3f}" };
  return {
    file: "label_table",
    id: "label_table",
    plotType: "table",
    name: "Fingerprints of labels",
    description: "What the labels of each cell type look like. Cell types should have one scale.",
    headers: {
      genes: { title: "Genes", format: "{:,.0f}" },
      mean: { title: "Mean", ...number },
      deviation: { title: "SD", description: "Standard deviation", ...number },
      least: { title: "Least", ...number },
      median: { title: "Median", ...number },
      largest: { title: "Largest", ...number },
      zero: { title: "Zero", description: "Share of labels that are 0", ...percent },
      integer: { title: "Integer", description: "Share of whole numbers", ...percent },
      negative: { title: "Negative", description: "Share of labels below 0", ...percent },
      scale: { title: "They look like" },
    },
    data: Object.fromEntries(labels.map((label) => [
      sampleName(key, label.cellType),
      fingerprintOf(label),
    ])),
  };
}

function fingerprintOf(label: LabelSummary): Readonly<Record<string, number | string>> {
  const { values, mean, deviation, quartiles, zeroShare, integerShare, negativeShare, scale } =
    label;
  return {
    genes: values.length,
    mean,
    deviation,
    least: quartiles[0],
    median: quartiles[2],
    largest: quartiles[4],
    zero: zeroShare * 100,
    integer: integerShare * 100,
    negative: negativeShare * 100,
    scale: SCALE_WORDS[scale],
  };
}

/** Where the variance of a data set's labels lies. */
export function varianceTable(found: VarianceShares, key: string): Content {
  const { labels, variance, shares, zeroShare, tiedShare } = found;
  const percent = { min: 0, max: 100, suffix: "%", format: "{:,.1f}" };
  return {
    file: "label_variance",
    id: "label_variance",
    plotType: "table",
    name: "Variance of labels",
    description:
      "The larger the share between genes, the more a model gains that knows the labels of trained genes; " +
      "what a new cell type changes is in the other two.",
    headers: {
      labels: { title: "Labels", format: "{:,.0f}" },
      variance: { title: "Variance", format: "{:,.3f}" },
      genes: { title: "Genes", description: "Share between genes", ...percent },
      cell_types: { title: "Cell types", description: "Share between cell types", ...percent },
      rest: {
        title: "Rest",
        description: "How genes differ between cell types, and noise",
        ...percent,
      },
      zero: { title: "Zero", description: "Share of labels that are 0", ...percent },
      tied: { title: "Tied", description: "Share of labels that equal another", ...percent },
    },
    data: {
      [sampleName(key)]: {
        labels,
        variance,
        ...(shares && {
          genes: shares.genes * 100,
          cell_types: shares.cellTypes * 100,
          rest: shares.rest * 100,
        }),
        zero: zeroShare * 100,
        tied: tiedShare * 100,
      },
    },
  };
}
