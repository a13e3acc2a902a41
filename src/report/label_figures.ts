/** What the labels look like. */

import { formatCountOf } from "../base/count.ts";
import type { DataSummary, LabelCorrelations } from "../data/summary/types.ts";
import { quantile } from "../metrics/quantile.ts";
import { bandLayers, bandPoints, BANDS, MOST_LINES } from "./_bands.ts";
import { colourCells, RAMP } from "./_colours.ts";
import { formatCount, formatFraction, formatNumber, formatShort } from "./_format.ts";
import { labelCurves } from "./_label_curves.ts";
import { pictureUrl } from "./_png.ts";
import { BLUE, CONFIG, INK, LABEL_UNIT, PLOT_WIDTH } from "./_theme.ts";
import { MOST_NAMED } from "./depth_figure.ts";
import type { Figure, FigureSpec } from "./figure.ts";
import { cellTypeColour } from "./profile_figure.ts";

const ROW_HEIGHT = 16;

/** Plots the distribution of the labels: a line for each cell type or, if there are many, bands of quantiles. */
export function plotLabels({ labels }: DataSummary): Figure {
  const { step, positions, curves } = labelCurves(labels);
  const isFew = labels.length <= MOST_LINES;
  const x = {
    field: "position",
    type: "quantitative" as const,
    title: `Label (${LABEL_UNIT})`,
    scale: {
      domain: [positions[0]! - step / 2, positions.at(-1)! + step / 2],
      nice: false,
      zero: false,
    },
    axis: { grid: false, tickCount: 8 },
  };
  const y = {
    type: "quantitative" as const,
    title: "Share of genes",
    scale: { type: "sqrt" as const },
    axis: { format: "~%", tickCount: 5 },
  };
  // Steps begin where a bin does; the last point closes the last bin, which would have no width without it.
  const edges = [...positions.keys(), positions.length - 1];
  const values = labels.flatMap(({ cellType }, place) =>
    edges.map((bin, edge) => ({
      cellType,
      position: positions[0]! + (edge - 0.5) * step,
      value: curves[place]![bin]!,
    }))
  );
  const [least, most] = [
    Math.min(...labels.map(({ quartiles }) => quartiles[0])),
    Math.max(...labels.map(({ quartiles }) => quartiles[4])),
  ];
  return {
    name: "labels",
    title: "Distribution of the labels",
    caption: `Share of a cell type’s genes in bins of ${
      formatShort(step)
    }, on a square root scale. ${
      isFew ? "" : `${BANDS} `
    }The highest and lowest label in 1,000 are counted in the outermost bins.`,
    alt: `Distribution of the labels of ${formatCountOf(labels.length, "cell type")}, from ${
      formatNumber(least)
    } to ${formatNumber(most)}.`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH,
      height: 220,
      ...(isFew
        ? {
          data: { values },
          mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5 },
          encoding: {
            x,
            y: { ...y, field: "value" },
            color: cellTypeColour(labels.map(({ cellType }) => cellType)),
          },
        }
        : bandLayers(bandPoints(curves, positions), { x, y })),
    } as FigureSpec,
  };
}

/** Plots the quartiles of the labels in each cell type; `undefined` for one cell type and for very many. */
export function plotLabelBoxes({ labels }: DataSummary): Figure | undefined {
  if (labels.length < 2 || labels.length > MOST_NAMED) return undefined;
  const rows = labels.map(({ cellType, quartiles: [least, low, middle, high, largest] }) => ({
    cellType,
    least,
    low,
    middle,
    high,
    largest,
  }));
  const x = (field: string) => ({ field, type: "quantitative" as const });
  const y = {
    field: "cellType",
    type: "nominal" as const,
    sort: null,
    title: null,
    axis: { labelLimit: 160, ticks: false, domain: false, grid: false },
  };
  const medians = rows.map(({ middle }) => middle);
  return {
    name: "label-quartiles",
    title: "Labels by cell type",
    caption:
      "Lines go from the lowest to the highest label, boxes hold the middle half of the genes, ticks mark " +
      "the medians. Cell types should have one scale.",
    alt: `Box plot of the labels of ${formatCountOf(labels.length, "cell type")}: medians from ${
      formatNumber(Math.min(...medians))
    } to ${formatNumber(Math.max(...medians))}.`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH - 80,
      height: { step: ROW_HEIGHT },
      data: { values: rows },
      layer: [
        {
          mark: { type: "rule", color: INK, opacity: 0.5 },
          encoding: {
            x: { ...x("least"), title: `Label (${LABEL_UNIT})`, axis: { grid: false } },
            x2: { field: "largest" },
            y,
          },
        },
        {
          mark: { type: "bar", color: BLUE, height: 9 },
          encoding: { x: x("low"), x2: { field: "high" }, y },
        },
        {
          mark: { type: "tick", color: "#fff", thickness: 2, size: 9 },
          encoding: { x: x("middle"), y },
        },
      ],
    } as FigureSpec,
  };
}

/** Plots the correlations of labels between cell types; `undefined` for fewer than three. */
export function plotLabelCorrelations(
  correlations: LabelCorrelations | undefined,
): Figure | undefined {
  if (correlations === undefined || correlations.cellTypes.length < 3) return undefined;
  const { cellTypes, genes, values } = correlations;
  const size = cellTypes.length;
  const others = values.filter((value, at) =>
    !Number.isNaN(value) && at % size !== Math.floor(at / size)
  ).sort();
  if (others.length === 0) return undefined;
  const low = Math.min(0.99, Math.floor(others[0]! * 100) / 100);
  const picture = colourCells(values, {
    width: size,
    shareOf: (value) => (value - low) / (1 - low),
  });
  const side = Math.min(480, Math.max(300, size * 24));
  return {
    name: "label-correlations",
    title: "Labels of cell types against each other",
    caption:
      `Pearson’s correlation over ${
        formatCount(genes)
      } genes. Replicates and close relatives stand out; ` +
      "two cell types with nearly 1 may be one.",
    alt: `Matrix of the correlations between ${formatCountOf(size, "cell type")}: the median is ${
      formatFraction(quantile(others, 0.5))
    }, the least ${formatFraction(others[0])}.`,
    spec: {
      config: CONFIG,
      width: side,
      height: side,
      layer: [
        {
          data: { values: [{ x: cellTypes[0], y: cellTypes[0], url: pictureUrl(picture) }] },
          mark: {
            type: "image",
            width: side,
            height: side,
            aspect: false,
            align: "left",
            baseline: "top",
            x: 0,
            y: 0,
          },
          encoding: { url: { field: "url", type: "nominal" } },
        },
        {
          data: { values: cellTypes.map((cellType) => ({ cellType, value: low })) },
          mark: { type: "rect", opacity: 0 },
          encoding: {
            x: nameAxis(cellTypes, { angle: -90 }),
            y: nameAxis(cellTypes, { angle: 0 }),
            color: {
              field: "value",
              type: "quantitative",
              title: "r",
              scale: { type: "linear", domain: [low, 1], range: [...RAMP] },
              legend: { gradientLength: 140, format: ".2f", tickCount: 4, offset: 14 },
            },
          },
        },
      ],
    } as FigureSpec,
  };
}

function nameAxis(cellTypes: readonly string[], { angle }: { readonly angle: number }) {
  const fontSize = cellTypes.length > 30 ? 8 : cellTypes.length > 20 ? 10 : 12;
  return {
    field: "cellType",
    type: "nominal" as const,
    sort: null,
    title: null,
    scale: { type: "band" as const, domain: [...cellTypes], padding: 0 },
    axis: {
      labels: cellTypes.length <= MOST_NAMED,
      labelAngle: angle,
      labelFontSize: fontSize,
      labelLimit: 120,
      ticks: false,
      domain: false,
      grid: false,
      labelOverlap: false,
    },
  };
}
