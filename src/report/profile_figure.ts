/** Mean profiles around the TSS. */

import type { DataSummary, TrackSummary } from "../data/summary/types.ts";
import { formatCountOf } from "../base/count.ts";
import { LEGEND } from "./_axes.ts";
import { formatNumber } from "./_format.ts";
import { CONFIG, PALETTE, PLOT_WIDTH } from "./_theme.ts";
import type { Figure, FigureSpec } from "./figure.ts";
import { bandLayers, bandPoints, BANDS, MOST_LINES } from "./_bands.ts";
import { binCentres, describeDirection, windowAxis, windowTitle } from "./_window_axis.ts";
import { signalUnit } from "./signal_unit.ts";

const PANEL_HEIGHT = 150;
const PANEL_GAP = 90;

/** Plots the mean profile of each mark: a line for each cell type or, if there are many, bands of quantiles. */
export function plotProfiles(data: DataSummary): Figure {
  const marks = measuredMarks(data);
  const names = data.cellTypes;
  const isFew = names.length <= MOST_LINES;
  const most = Math.max(1, Math.min(2, marks.length));
  const width = most === 1 ? PLOT_WIDTH : Math.floor((PLOT_WIDTH - PANEL_GAP) / 2);
  const isSame = data.tracks.every(({ samples }) => samples === data.genes);
  const genes = `Mean over all ${
    isSame ? formatCountOf(data.genes, "gene") : "genes"
  } of a cell type.`;
  return {
    name: "profiles",
    title: "Mean signal around the TSS",
    caption: `${genes} ${isFew ? "" : `${BANDS} `}${describeDirection(data.record)}`,
    alt: `Line charts of the mean signal at each distance from the TSS: ${
      marks.slice(0, 12).map((mark) => describeMark(mark, tracksOf(data, mark))).join("; ")
    }${marks.length > 12 ? `; and ${marks.length - 12} more marks` : ""}.`,
    spec: {
      config: CONFIG,
      concat: marks.map((mark, place) => ({
        width,
        height: PANEL_HEIGHT,
        title: { text: mark, anchor: "start" as const },
        ...panel(data, tracksOf(data, mark), {
          isFew,
          axisTitle: place >= marks.length - most ? windowTitle(data) : null,
        }),
      })),
      columns: most,
      spacing: { row: 24, column: 28 },
    } as FigureSpec,
  };
}

/** The marks that were measured in a cell type at least. */
export function measuredMarks({ record, tracks }: DataSummary): string[] {
  return record.marks.filter((name) => tracks.some(({ mark }) => mark === name));
}

/** The tracks of a mark, one for each cell type. */
export function tracksOf({ tracks }: DataSummary, name: string): TrackSummary[] {
  return tracks.filter(({ mark }) => mark === name);
}

function panel(
  data: DataSummary,
  tracks: readonly TrackSummary[],
  { isFew, axisTitle }: { readonly isFew: boolean; readonly axisTitle: string | null },
) {
  const positions = binCentres(data);
  const x = windowAxis(data, { title: axisTitle });
  const y = {
    type: "quantitative" as const,
    title: signalUnit(data.record),
    axis: { tickCount: 4 },
    scale: { zero: true },
  };
  if (!isFew) {
    return bandLayers(bandPoints(tracks.map(({ profile }) => profile), positions), { x, y });
  }
  const values = tracks.flatMap(({ cellType, profile }) =>
    positions.map((position, bin) => ({ cellType, position, value: profile[bin]! }))
  );
  return {
    data: { values },
    mark: { type: "line" as const, strokeWidth: 1.75 },
    encoding: { x, y: { ...y, field: "value" }, color: cellTypeColour(data.cellTypes) },
  };
}

/** The colour of a cell type, and its legend if there are several. */
export function cellTypeColour(cellTypes: readonly string[]) {
  return {
    field: "cellType",
    type: "nominal" as const,
    sort: null,
    scale: { domain: [...cellTypes], range: [...PALETTE] },
    legend: cellTypes.length === 1 ? null : { ...LEGEND, columns: MOST_LINES },
  };
}

function describeMark(mark: string, tracks: readonly TrackSummary[]): string {
  const mean = (bin: number) =>
    tracks.reduce((sum, { profile }) => sum + profile[bin]!, 0) / tracks.length;
  const bins = tracks[0]!.profile.length;
  const [middle, edge] = [mean(bins >> 1), (mean(0) + mean(bins - 1)) / 2];
  return `${mark} has ${formatNumber(middle)} at the middle and ${formatNumber(edge)} at the ends`;
}
