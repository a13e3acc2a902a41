import { readInter } from "./_font.ts";
import { printable } from "../base/printable.ts";
import { estimateTextWidth } from "./_text_width.ts";
import type { FigureSpec } from "./figure.ts";

/** The contents of a figure's files. */
export interface RenderedFigure {
  /** SVG text on white; the colour of text and axes is black. */
  readonly svg: string;
  /** PNG bytes on white, with three pixels for each pixel of the SVG, in either direction. */
  readonly png: Uint8Array<ArrayBuffer>;
}

const PNG_ZOOM = 3;

/**
 * Draws a figure as SVG and PNG. The first call loads Vega and a renderer in WebAssembly.
 *
 * @param spec The figure.
 * @returns The figure as both.
 *
 * @example A figure of one point
 * ```ts
 * import { renderFigure } from "@waka/histone/report";
 * import { match, strictEqual } from "node:assert";
 *
 * const { svg, png } = await renderFigure({ data: { values: [{ x: 1 }] }, mark: "point" });
 * match(svg, /^<svg/);
 * strictEqual(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
 * ```
 */
export async function renderFigure(spec: FigureSpec): Promise<RenderedFigure> {
  const svg = paintWhite(await renderSvg(spec));
  return { svg, png: await renderPng(svg) };
}

/**
 * Draws a figure as SVG text without a background. Text and axes have the colour `currentColor`.
 *
 * @param spec The figure.
 * @returns The SVG.
 *
 * @example A figure of one point
 * ```ts
 * import { renderSvg } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * match(await renderSvg({ data: { values: [{ x: 1 }] }, mark: "point" }), /^<svg/);
 * ```
 */
export async function renderSvg(spec: FigureSpec): Promise<string> {
  const [vega, { compile }, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("vega-interpreter"),
  ]);
  // Vega lets programs without a canvas set this, but its types lack it.
  const { textMetrics } = vega as unknown as { textMetrics: { width: typeof estimateTextWidth } };
  textMetrics.width = estimateTextWidth;
  // Interpreted expressions need no `eval`, which the policies of web pages forbid.
  const parsed = vega.parse(compile(spec).spec, undefined, { ast: true });
  const view = new vega.View(parsed, { renderer: "none", expr: expressionInterpreter });
  try {
    // Names come from files, and may hold characters that XML cannot.
    return printable(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Paints an SVG on white, since a viewer of files may have any background. */
function paintWhite(svg: string): string {
  return svg.replace(
    /^<svg[^>]*>/,
    (tag) => `${tag}<rect width="100%" height="100%" fill="#fff"/>`,
  );
}

/** Draws an SVG as PNG, with the font that comes with the package, since the renderer has no system fonts. */
async function renderPng(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const [{ Resvg }, inter] = await Promise.all([import("@cf-wasm/resvg/node"), readInter()]);
  const image = await Resvg.async(svg, {
    fitTo: { mode: "zoom", value: PNG_ZOOM },
    font: { fontBuffers: [inter], defaultFontFamily: "Inter", sansSerifFamily: "Inter" },
  });
  const picture = image.render();
  try {
    return new Uint8Array(picture.asPng());
  } finally {
    picture.free();
    image.free();
  }
}
