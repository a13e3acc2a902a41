import type { TopLevelSpec } from "vega-lite";

/** A figure in the Vega-Lite grammar, with its data inside. */
export type FigureSpec = TopLevelSpec;

/** A figure with the words that belong to it. */
export interface Figure {
  /** Name of its files and its anchor in the page, such as `figure-2-experiments`. */
  readonly name: string;
  /** Title, set above the caption. */
  readonly title: string;
  /** What is shown and how to read it, in a few sentences. */
  readonly caption: string;
  /** Alternative text: the kind of figure and the gist of its numbers. */
  readonly alt: string;
  /** The figure itself. */
  readonly spec: FigureSpec;
}
