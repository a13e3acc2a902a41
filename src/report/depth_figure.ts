/** Depth of each mark in each cell type. */

import { formatCountOf } from "../base/count.ts";
import type { DataSummary, TrackSummary } from "../data/summary/types.ts";
import { median } from "../metrics/quantile.ts";
import { formatNumber } from "./_format.ts";
import { BLUE, CONFIG, INK, PLOT_WIDTH } from "./_theme.ts";
import type { Figure, FigureSpec } from "./figure.ts";
import { measuredMarks, tracksOf } from "./profile_figure.ts";
import { countingSentence } from "./_window_axis.ts";
import { signalUnit } from "./signal_unit.ts";

/** More cell types than this are shown without their names. */
export const MOST_NAMED = 60;
const MOST_IN_ROW = 5;
const ROW_HEIGHT = 16;

/** Plots the mean signal of each mark in each cell type. */
export function plotDepths(data: DataSummary): Figure {
  const { cellTypes } = data;
  const isNamed = cellTypes.length <= MOST_NAMED;
  return {
    name: "depths",
    title: "Depth by cell type",
    caption: `${signalUnit(data.record)} in a bin, mean over all genes and bins. ` +
      (isNamed
        ? `${cellTypes.length > 1 ? "Lines mark the median of the cell types. " : ""}${
          countingSentence(data.record)
        }`
        : "Each line is a cell type, as a multiple of the median of its mark; the scale is logarithmic."),
    alt: `Dot plot of the mean signal of ${formatCountOf(cellTypes.length, "cell type")}: ${
      measuredMarks(data).slice(0, 12).map((mark) => describe(mark, tracksOf(data, mark))).join(
        "; ",
      )
    }.`,
    spec: (isNamed ? namedSpec(data) : stripSpec(data)) as FigureSpec,
  };
}

function describe(mark: string, tracks: readonly TrackSummary[]): string {
  const sorted = tracks.toSorted((a, b) => a.mean - b.mean);
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  if (sorted.length === 1) return `${mark} has ${formatNumber(least.mean)}`;
  return `${mark} goes from ${formatNumber(least.mean)} in ${least.cellType} to ${
    formatNumber(most.mean)
  } in ${most.cellType}`;
}

function namedSpec(data: DataSummary) {
  const marks = measuredMarks(data);
  const inRow = Math.min(marks.length, MOST_IN_ROW);
  const width = Math.min(240, Math.max(70, Math.floor((PLOT_WIDTH - 40) / inRow) - 16));
  return {
    config: CONFIG,
    concat: marks.map((mark, place) => panel(data, mark, { width, labelled: place % inRow === 0 })),
    columns: inRow,
    spacing: { row: 24, column: 16 },
  };
}

function panel(
  data: DataSummary,
  mark: string,
  { width, labelled }: { readonly width: number; readonly labelled: boolean },
) {
  const tracks = tracksOf(data, mark);
  const middle = tracks.length < 2 ? [] : [{ mean: median(tracks.map(({ mean }) => mean)) }];
  return {
    width,
    height: { step: ROW_HEIGHT },
    title: { text: mark, anchor: "middle" },
    layer: [
      {
        data: { values: middle },
        mark: { type: "rule", color: INK, opacity: 0.6 },
        encoding: { x: { field: "mean", type: "quantitative" } },
      },
      {
        data: { values: tracks.map(({ cellType, mean }) => ({ cellType, mean })) },
        mark: { type: "point", filled: true, size: 45, opacity: 1, color: BLUE },
        encoding: {
          x: {
            field: "mean",
            type: "quantitative",
            title: null,
            scale: { zero: true, nice: true },
            axis: { tickCount: 3, grid: false, labelOverlap: true },
          },
          y: {
            field: "cellType",
            type: "nominal",
            sort: null,
            scale: { domain: [...data.cellTypes] },
            title: null,
            axis: { labels: labelled, labelLimit: 140, ticks: false, domain: false, grid: true },
          },
        },
      },
    ],
  };
}

function stripSpec(data: DataSummary) {
  const rows = measuredMarks(data).flatMap((mark) => {
    const tracks = tracksOf(data, mark).filter(({ mean }) => mean > 0);
    const middle = median(tracks.map(({ mean }) => mean));
    return tracks.map(({ mean }) => ({ mark, ratio: mean / middle }));
  });
  return {
    config: CONFIG,
    width: PLOT_WIDTH - 60,
    height: { step: 34 },
    data: { values: rows },
    mark: { type: "tick", color: BLUE, opacity: 0.5, thickness: 1.5, size: 20 },
    encoding: {
      x: {
        field: "ratio",
        type: "quantitative",
        title: "Mean signal, as a multiple of the mark’s median",
        scale: { type: "log", nice: true },
        axis: { tickCount: 6, format: "~g", grid: true },
      },
      y: { field: "mark", type: "nominal", sort: null, title: null, axis: { ticks: false } },
    },
  };
}
