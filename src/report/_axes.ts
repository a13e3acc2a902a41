/** Axes and legends that several figures share. */

import { BLUE } from "./_theme.ts";

/** A legend in a line above the figure. */
export const LEGEND = { title: null, orient: "top" as const };

/** Another legend in the same line; the offset separates it from the previous one. */
export const NEXT_LEGEND = { ...LEGEND, symbolOffset: 24 };

/** Makes an axis of epochs with ticks at whole numbers. */
export function epochAxis(rows: readonly { readonly epoch: number }[]) {
  const last = rows.reduce((most, { epoch }) => Math.max(most, epoch), 2);
  return {
    field: "epoch",
    type: "quantitative" as const,
    title: "Epoch",
    scale: { domain: [1, last], nice: false, padding: 10 },
    axis: { format: "d", tickMinStep: 1, tickCount: Math.min(last, 15), grid: false },
  };
}

/** Chooses the points on a curve over epochs; `false` if they would touch one another. */
export function epochPoints(epochs: number): { color: string; size: number } | false {
  return epochs <= 60 && { color: BLUE, size: 30 };
}
