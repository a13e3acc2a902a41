import type { Agreement } from "../data/evaluate.ts";
import { formatCount, formatFraction, formatNumber } from "./_format.ts";
import { escapeHtml, Html, html, trustHtml } from "./_html.ts";
import { figuresOf, reportSections, type Section } from "./_sections.ts";
import { pageStyle } from "./_style.ts";
import type { Figure } from "./figure.ts";
import type { ReportInput } from "./input.ts";
import { renderSvg } from "./render.ts";

/**
 * Makes every figure that a report has.
 *
 * @param input The run.
 * @returns The figures, in the order of the page.
 *
 * @example The figure of a run that has a history
 * ```ts
 * import { reportFigures } from "@waka/histone/report";
 * import { strictEqual } from "node:assert";
 *
 * const history = [{ epoch: 1, loss: 3.26 }, { epoch: 2, loss: 3.18 }];
 * const [figure] = reportFigures({ run: "first", history });
 * strictEqual(figure?.name, "figure-4-training-loss");
 * strictEqual(figure.alt, "Line chart: training loss goes from 3.260 in epoch 1 to 3.180 in epoch 2.");
 * ```
 */
export function reportFigures(input: ReportInput): Figure[] {
  return reportSections(input).flatMap(figuresOf);
}

/**
 * Renders a report as one HTML page that needs no other file: figures are inline SVG, there are no scripts, and a
 * content security policy keeps it from loading anything. It follows the reader's light or dark mode.
 *
 * @param input The run. Its texts are escaped.
 * @returns The HTML.
 *
 * @example A page with one setting
 * ```ts
 * import { renderPage } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * match(await renderPage({ run: "a < b", configuration: { seed: 7 } }), /<h1>a &lt; b<\/h1>/);
 * ```
 */
export async function renderPage(input: ReportInput): Promise<string> {
  const sections = reportSections(input);
  const bodies: Html[] = [];
  for (const section of sections) bodies.push(await renderSection(section));
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
        <title>${input.run} – run report</title>
        <style>${trustHtml(await pageStyle())}</style>
      </head>
      <body>
        <header>
    <p class="kind">Run report</p>
    <h1>${input.run}</h1>
    ${input.summary === undefined ? "" : html`
      <p class="summary">${input.summary}</p>
    `}${(input.notes ?? []).map((note) => html`<p class="note">${note}</p>`)}${keyFigures(
      input,
    )}${tableOfContents(sections)}</header>
        <main>
    ${bodies}</main>
        <footer>Made by @waka/histone. Numbers have four significant digits.</footer>
      </body>
    </html>
  `.text.trimStart();
}

function keyFigures({ evaluation }: ReportInput): Html {
  if (evaluation === undefined) return html``;
  const { mse, pearson, spearman, r2, auroc, samples }: Agreement = evaluation.overall;
  const figures = [
    [html`MSE`, formatNumber(mse)],
    [html`Pearson <i>r</i>`, formatFraction(pearson)],
    [html`Spearman <i>ρ</i>`, formatFraction(spearman)],
    [html`<i>R</i>²`, formatFraction(r2)],
    ...(auroc === undefined ? [] : [[html`AUROC`, formatFraction(auroc)] as const]),
    [html`Samples`, formatCount(samples)],
  ] as const;
  return html`
    <dl class="key-figures">${figures.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
    <p class="note">On ${evaluation.samplesName}.</p>
  `;
}

function tableOfContents(sections: readonly Section[]): Html {
  const figureLinks = (section: Section) => {
    const figures = figuresOf(section);
    return figures.length === 0
      ? ""
      : html`<ul>${
        figures.map(({ name, title }) => html`<li><a href="#${name}">${title}</a></li>`)
      }</ul>`;
  };
  return html`
    <nav aria-labelledby="contents">
      <h2 id="contents">Contents</h2>
      <ul>${sections.map((section) =>
        html`<li><a href="#${section.id}">${section.title}</a>${figureLinks(section)}</li>`
      )}</ul>
    </nav>
  `;
}

async function renderSection({ id, title, content }: Section): Promise<Html> {
  const parts: Html[] = [];
  for (const part of content) parts.push(part instanceof Html ? part : await renderInline(part));
  return html`
    <section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${parts}</section>
  `;
}

async function renderInline({ name, title, caption, alt, spec }: Figure): Promise<Html> {
  const svg = describeSvg(await renderSvg(spec), { name, alt });
  return html`
    <figure id="${name}">
      <div class="plot">${trustHtml(svg)}</div>
      <figcaption><strong>${title}</strong> ${caption}</figcaption>
    </figure>
  `;
}

/** Gives an SVG its alternative text, and ids that are unique in the page. */
function describeSvg(svg: string, { name, alt }: Pick<Figure, "name" | "alt">): string {
  return svg
    .replace(
      /<[^>]+>/g,
      (tag) => tag.replace(/ id="/g, ` id="${name}-`).replace(/url\(#/g, `url(#${name}-`),
    )
    .replace(/^<svg/, () => `<svg role="img" aria-label="${escapeHtml(alt)}"`);
}
