/** The look that all figures share. */

import type { Config } from "vega-lite";

/**
 * Colours of Okabe and Ito (2008, "Color universal design"), which people with any common colour blindness
 * tell apart; in an order in which the first four stand out from white and from near-black alike.
 */
export const PALETTE = [
  "#0072B2", // blue
  "#D55E00", // vermilion
  "#009E73", // bluish green
  "#CC79A7", // reddish purple
  "#E69F00", // orange
  "#56B4E9", // sky blue
] as const;

/** Blue, for what was trained on or measured. */
export const BLUE: string = PALETTE[0];
/** Vermilion, for what was held out or predicted. */
export const VERMILION: string = PALETTE[1];
/** The text's colour: black in a file, the page's own in a page, so that it suits dark mode. */
export const INK = "currentColor";

/** Width of a full-width plot, in pixels, axes not counted. */
export const PLOT_WIDTH = 560;

/** Unit of a label in words: files do not say which transform their expression values went through. */
export const LABEL_UNIT = "label units";

/**
 * Vega-Lite's configuration. No background and no frame; marks are hidden from screen readers, as each figure
 * has an alternative text of its own.
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
