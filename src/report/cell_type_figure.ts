import type { CellTypeAgreement } from "../data/evaluate.ts";
import { checkNotEmpty } from "./_check.ts";
import { formatNumber } from "./_format.ts";
import { BLUE, CONFIG, INK, LABEL_UNIT } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";

const ROW_HEIGHT = 16;
const PANEL_WIDTH = 230;

/**
 * Plots error and correlation within each cell type, best first, with the values over all samples.
 *
 * @param cellTypes One entry for each cell type; those without an error are left out.
 * @param overall Error and correlation over all samples.
 * @returns The figure.
 * @throws {RangeError} If no cell type has an error.
 *
 * @example The cell type with the least error comes first
 * ```ts
 * import { plotCellTypes } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const row = { samples: 40, spearman: 0.4, r2: 0.1 };
 * const cellTypes = [
 *   { ...row, cellType: "E003", mse: 3.5, pearson: 0.3 },
 *   { ...row, cellType: "E004", mse: 3.1, pearson: 0.4 },
 * ];
 * const { alt } = plotCellTypes(cellTypes, { mse: 3.3, pearson: 0.35 });
 * match(alt, /mean squared error from 3.100 in E004 to 3.500 in E003/);
 * ```
 */
export function plotCellTypes(
  cellTypes: readonly CellTypeAgreement[],
  overall: { readonly mse: number | null; readonly pearson: number | null },
): Figure {
  const rows = cellTypes
    .flatMap(({ cellType, mse, pearson }) => mse === null ? [] : [{ cellType, mse, pearson }])
    .sort((a, b) => a.mse - b.mse);
  checkNotEmpty("error by cell type", rows);
  const [best] = rows;
  const worst = rows.at(-1) ?? best;
  return {
    name: "error-by-cell-type" satisfies ReportFigureName,
    title: "Error by cell type",
    caption: "Mean squared error and correlation within each cell type, least error first. Lines " +
      "mark the values over all samples.",
    alt:
      `Dot plot of ${rows.length} cell types: mean squared error from ${formatNumber(best.mse)} ` +
      `in ${best.cellType} to ${formatNumber(worst.mse)} in ${worst.cellType}.`,
    spec: {
      config: CONFIG,
      hconcat: [
        panel(rows, {
          field: "mse",
          title: `Mean squared error (${LABEL_UNIT}²)`,
          overall: overall.mse,
          labelled: true,
        }),
        panel(rows, {
          field: "pearson",
          title: "Pearson’s r",
          overall: overall.pearson,
          labelled: false,
        }),
      ],
      spacing: 24,
    },
  };
}

interface Row {
  readonly cellType: string;
  readonly mse: number;
  readonly pearson: number | null;
}

interface PanelOptions {
  readonly field: "mse" | "pearson";
  readonly title: string;
  readonly overall: number | null;
  /** Whether the names of the cell types are shown on the left. */
  readonly labelled: boolean;
}

function panel(rows: readonly Row[], { field, title, overall, labelled }: PanelOptions) {
  return {
    width: PANEL_WIDTH,
    height: { step: ROW_HEIGHT },
    layer: [
      {
        data: { values: overall === null ? [] : [{ overall }] },
        mark: { type: "rule" as const, color: INK, opacity: 0.6 },
        encoding: { x: { field: "overall", type: "quantitative" as const } },
      },
      {
        data: { values: [...rows] },
        mark: { type: "point" as const, filled: true, size: 50, opacity: 1, color: BLUE },
        encoding: {
          x: {
            field,
            type: "quantitative" as const,
            title,
            scale: { zero: false, nice: false, padding: 10 },
            axis: { tickCount: 5, grid: false },
          },
          y: {
            field: "cellType",
            type: "nominal" as const,
            sort: null,
            title: null,
            axis: { labels: labelled, labelLimit: 160, ticks: false, domain: false, grid: true },
          },
        },
      },
    ],
  };
}
