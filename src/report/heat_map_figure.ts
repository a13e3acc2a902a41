/** Heat maps of genes around the TSS. */

import { formatCountOf } from "../base/count.ts";
import type { DataSummary } from "../data/summary/types.ts";
import { quantile } from "../metrics/quantile.ts";
import { formatCount, formatShort } from "./_format.ts";
import { CONFIG } from "./_theme.ts";
import type { Figure, FigureSpec } from "./figure.ts";
import { colourCells, RAMP } from "./_colours.ts";
import { pictureUrl } from "./_png.ts";
import { measuredMarks } from "./profile_figure.ts";
import { describeDirection, halfWidthBp, windowAxis } from "./_window_axis.ts";
import { signalUnit } from "./signal_unit.ts";

const HEIGHT = 340;
const MOST_IN_ROW = 5;
const GAP = 22;
/** Width of all panels of a row with the gaps between them, in pixels. */
const ROW_WIDTH = 620;
/** The share of the cells that have a colour of their own; those above share the last. */
const COLOURED_SHARE = 0.98;

/** Plots the signal of genes around the TSS, a panel for each mark, the genes of a row in all of them the same. */
export function plotHeatMaps(data: DataSummary): Figure {
  const { heatMaps, record } = data;
  const marks = measuredMarks(data);
  const inRow = Math.min(marks.length, MOST_IN_ROW);
  const width = Math.min(180, Math.floor((ROW_WIDTH + GAP) / inRow) - GAP);
  const chosen = heatMaps.genes < data.genes
    ? `${formatCount(heatMaps.genes)} of the ${
      formatCountOf(data.genes, "gene")
    }, chosen by a fixed rule (a hash of their identifiers)`
    : formatCountOf(data.genes, "gene");
  const sorted = heatMaps.order === "label"
    ? "the highest mean label at the top"
    : "the strongest signal at the top, each mark weighing the same";
  const share = heatMaps.genes / heatMaps.rows;
  const joined = share > 1
    ? ` A row is the mean of about ${formatShort(Math.round(share))} genes.`
    : "";
  const averaged = data.cellTypes.length > 1 ? ", each the mean over the cell types" : "";
  return {
    name: "heat-maps",
    title: "Signal of genes around the TSS",
    caption:
      `${chosen}${averaged}, ${sorted}.${joined} ${
        signalUnit(record)
      } in a bin; colours are on a log ` +
      `scale and end at the ${COLOURED_SHARE * 100}th percentile. ${describeDirection(record)}`,
    alt: `Heat maps of ${marks.join(", ")}: ${formatCountOf(heatMaps.rows, "row")} of genes by ` +
      `${formatCountOf(heatMaps.columns.count, "column")} of distance from the TSS, ${sorted}.`,
    spec: {
      config: CONFIG,
      concat: marks.map((mark) =>
        panel(data, mark, { width, isFirst: marks.indexOf(mark) % inRow === 0 })
      ),
      columns: inRow,
      spacing: { row: 28, column: GAP },
      resolve: { scale: { color: "independent" } },
    } as FigureSpec,
  };
}

function panel(
  data: DataSummary,
  mark: string,
  { width, isFirst }: { readonly width: number; readonly isFirst: boolean },
) {
  const { heatMaps, record } = data;
  const half = halfWidthBp(data);
  const values = heatMaps.marks[record.marks.indexOf(mark)]!;
  const highest = colouredUpTo(values);
  const picture = colourCells(values, {
    width: heatMaps.columns.count,
    shareOf: (value) => Math.log1p(value) / Math.log1p(highest),
  });
  const y = {
    field: "row",
    type: "quantitative" as const,
    title: isFirst ? yTitle(data) : null,
    scale: { domain: [0, 1], nice: false },
    axis: { labels: false, ticks: false, grid: false, domain: false, titlePadding: 6 },
  };
  return {
    width,
    height: HEIGHT,
    title: { text: mark, anchor: "middle" as const },
    layer: [
      {
        data: { values: [{ position: -half, row: 1, url: pictureUrl(picture) }] },
        mark: {
          type: "image" as const,
          width,
          height: HEIGHT,
          aspect: false,
          align: "left" as const,
          baseline: "top" as const,
        },
        encoding: {
          x: windowAxis(data, {}),
          y,
          url: { field: "url", type: "nominal" as const },
        },
      },
      {
        // Not seen: it carries the scale of the picture's colours for the legend.
        data: { values: [{ position: 0, row: 0, value: 0 }] },
        mark: { type: "point" as const, opacity: 0 },
        encoding: {
          x: { field: "position", type: "quantitative" as const },
          y: { field: "row", type: "quantitative" as const },
          color: {
            field: "value",
            type: "quantitative" as const,
            title: null,
            scale: { type: "symlog" as const, constant: 1, domain: [0, highest], range: [...RAMP] },
            legend: {
              orient: "bottom" as const,
              gradientLength: width,
              gradientThickness: 8,
              values: [0, roundDown(Math.expm1(Math.log1p(highest) / 2)), highest],
              format: highest < 10 ? ".2~g" : ",.0f",
              labelOverlap: true,
              labelFlush: true,
              offset: 4,
            },
          },
        },
      },
    ],
  };
}

function yTitle({ heatMaps }: DataSummary): string {
  return heatMaps.order === "label"
    ? "Genes, highest label first"
    : "Genes, strongest signal first";
}

/** The value at which the colours end; above 0 even if all values are 0. */
function colouredUpTo(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const most = quantile(sorted, COLOURED_SHARE);
  if (most > 0) return roundDown(most);
  const largest = sorted.at(-1) ?? 0;
  return largest > 0 ? largest : 1;
}

/** Rounds down to two significant digits. */
function roundDown(value: number): number {
  if (value === 0) return 0;
  const power = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.floor(value / power) * power).toPrecision(2));
}
