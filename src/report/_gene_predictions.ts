/** The predictions of a gene beside the measured values, in every cell type. */

import { compact, drawEnds, drawPoints, rangeOfCells } from "./_bars.ts";
import { formatNumber } from "./_format.ts";
import { type Html, html, trustHtml } from "./_html.ts";
import { type Column, table } from "./_table.ts";
import type { GeneInCellType, GenePageInput } from "./gene_page_input.ts";
import { formatSigned, formatValue } from "./viewer/numbers.ts";

/** Formats an interval as `1.2 to 3.4`. */
export function formatInterval(
  interval: { readonly low: number; readonly high: number } | undefined,
): string {
  if (interval === undefined) return "–";
  return `${formatValue(interval.low)} to ${formatValue(interval.high)}`;
}

/** Renders the table of predictions, whose cell types can be chosen. */
export function renderPredictions(input: GenePageInput): Html {
  const { cellTypes, intervals } = input;
  const hasLabels = cellTypes.some(({ label }) => label !== undefined);
  const hasIntervals = cellTypes.some(({ interval }) => interval !== undefined);
  const measured = hasLabels ? "a dot is the measured value, " : "";
  const line = hasIntervals ? " with its interval" : "";
  // Narrow screens have no room for the column of errors, nor need its explanation.
  const error = hasLabels
    ? html`<span class="of-error">Error is the prediction less the measured value. </span>`
    : "";
  const shown = trustHtml(compact(table(
    "The prediction in each cell type",
    [...cellTypes.entries()],
    columnsOf(input, { hasLabels, hasIntervals }),
  )));
  return html`
    <div class="predictions">${shown}</div>
    <p
      class="note">${error}In the chart ${measured}a diamond the prediction${line}. ${intervals ??
        ""} The name of a cell type shows it in the rest of the page.</p>
  `;
}

function columnsOf(
  { cellTypes }: GenePageInput,
  { hasLabels, hasIntervals }: { readonly hasLabels: boolean; readonly hasIntervals: boolean },
): Column<[number, GeneInCellType]>[] {
  const range = rangeOfCells(cellTypes.flatMap(({ label, prediction, interval }) => [
    label,
    prediction,
    interval?.low,
    interval?.high,
  ]));
  return [
    {
      title: "Cell type",
      cell: ([place, { cellType }]) =>
        html`<button type="button" class="choose" data-choose="${place}">${cellType}</button>`,
      isText: true,
    },
    ...(hasLabels
      ? [{
        title: "Measured",
        cell: ([, { label }]: [number, GeneInCellType]) => formatNumber(label),
      }]
      : []),
    { title: "Predicted", cell: ([, { prediction }]) => formatNumber(prediction) },
    ...(hasLabels
      ? [{
        title: "Error",
        cell: ([, { label, prediction }]: [number, GeneInCellType]) =>
          label === undefined ? "–" : formatSigned(prediction - label),
      }]
      : []),
    ...(hasIntervals
      ? [{
        title: "Interval",
        cell: ([, { interval }]: [number, GeneInCellType]) => formatInterval(interval),
      }]
      : []),
    {
      title: drawEnds(range),
      cell: ([, one]) => drawPoints(one, range),
      isText: true,
    },
  ];
}
