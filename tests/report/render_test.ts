import { doesNotMatch, match, notDeepStrictEqual, strictEqual } from "node:assert";
import { type FigureSpec, renderFigure, renderSvg, reportFigures } from "../../src/report/mod.ts";
import { wholeRun } from "./_run.ts";

function barsTitled(title: string, color = "#0072B2"): FigureSpec {
  return {
    width: 100,
    height: 50,
    data: { values: [{ name: "a", value: 1 }, { name: "b", value: 2 }] },
    mark: { type: "bar", color },
    encoding: {
      x: { field: "name", type: "nominal", title },
      y: { field: "value", type: "quantitative", axis: null },
    },
  };
}

/** Width and height in the header of a PNG. */
function pngSize(png: Uint8Array): number[] {
  const view = new DataView(png.buffer);
  strictEqual(view.getUint32(0), 0x89504e47);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test("a figure becomes an SVG on white and a PNG of three times its size", async () => {
  const { svg, png } = await renderFigure(barsTitled("cell types"));
  const [, width, height] = svg.match(/^<svg [^>]*width="(\d+)" height="(\d+)"/)!;
  match(svg, /^<svg [^>]*><rect width="100%" height="100%" fill="#fff"\/>/);
  match(svg, />cell types<\/text>/);
  strictEqual(String(pngSize(png)), `${3 * Number(width)},${3 * Number(height)}`);
});

Deno.test("text is drawn in the PNG, with no fonts from the system", async () => {
  // Two titles of the same length, so that nothing else differs; without a font both would be blank.
  const [first, second] = await Promise.all(
    ["odd", "don"].map((title) => renderFigure(barsTitled(title))),
  );
  strictEqual(String(pngSize(first!.png)), String(pngSize(second!.png)));
  notDeepStrictEqual(first!.png, second!.png);
});

Deno.test("an SVG for a page has no background and leaves the text's colour to the page", async () => {
  const spec: FigureSpec = {
    ...barsTitled("x"),
    config: { background: "transparent", axis: { labelColor: "currentColor" } },
  };
  const svg = await renderSvg(spec);
  doesNotMatch(svg, /fill="(white|#fff)"/);
  match(svg, /fill="currentColor"/);
});

Deno.test("figures are drawn where no text may become code, as policies of web pages ask", async () => {
  const program = new URL("_draw_figures.ts", import.meta.url).pathname;
  const forbidEval = "--v8-flags=--disallow-code-generation-from-strings";
  const args = ["run", "-q", "--no-check", "--cached-only", "--allow-env", forbidEval, program];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const text = new TextDecoder();
  strictEqual(success, true, text.decode(stderr));
  const svgs = text.decode(stdout).match(/<svg/g) ?? [];
  strictEqual(svgs.length, reportFigures(wholeRun()).length);
});
