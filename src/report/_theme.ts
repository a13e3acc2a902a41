/** The look that all figures share. */

import type { Config } from "vega-lite";

/**
 * Colours of Okabe and Ito (2008, "Color universal design"), which people with any common colour blindness can
 * distinguish. The first four stand out from both white and near-black.
 */
export const PALETTE = [
  "#0072B2", // blue
  "#D55E00", // vermilion
  "#009E73", // bluish green
  "#CC79A7", // reddish purple
  "#E69F00", // orange
  "#56B4E9", // sky blue
] as const;

/** Blue, for training data and measured values. */
export const BLUE: string = PALETTE[0];
/** Vermilion, for held-out data and predicted values. */
export const VERMILION: string = PALETTE[1];
/** The colour of text: black in a file, and the page's text colour in a page, so that it suits dark mode. */
export const INK = "currentColor";

/** Width of a full-width plot without its axes, in pixels. */
export const PLOT_WIDTH = 560;

/** Unit of a label in words, since files do not say which transform was applied to expression. */
export const LABEL_UNIT = "label units";

/**
 * Vega-Lite's configuration. There is no background and no frame. Marks are hidden from screen readers, since each
 * figure has an alternative text.
 */
export const CONFIG: Config = {
  background: "transparent",
  font: "Inter, system-ui, 'Helvetica Neue', Arial, sans-serif",
  aria: false,
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: INK,
    domainOpacity: 0.5,
    gridColor: INK,
    gridOpacity: 0.1,
    labelColor: INK,
    labelFlush: false,
    labelFontSize: 12,
    labelPadding: 5,
    tickColor: INK,
    tickOpacity: 0.5,
    titleColor: INK,
    titleFontSize: 13,
    titleFontWeight: "normal",
    titlePadding: 10,
  },
  legend: {
    columnPadding: 20,
    labelColor: INK,
    labelFontSize: 12,
    labelLimit: 240,
    offset: 8,
    symbolStrokeWidth: 2,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: "normal",
  },
  title: { color: INK, fontSize: 13, fontWeight: "normal" },
};
