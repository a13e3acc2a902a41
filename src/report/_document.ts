/** The frame of a page: head, contents, sections and foot. */

import { escapeHtml, Html, html, type HtmlPart, trustHtml } from "./_html.ts";
import { pageStyle } from "./_style.ts";
import type { Figure } from "./figure.ts";
import { renderSvg } from "./render.ts";
import { readReportFile } from "./report_files.ts";
import { dataElement, type PageScript, scriptHash, scriptText } from "./viewer/embed.ts";

/** A section of a page: its figures and tables in order. */
export interface Section {
  /** The section's anchor. */
  readonly id: string;
  readonly title: string;
  readonly content: readonly (Figure | Html)[];
}

/** A page before its figures are drawn. */
export interface PageContent {
  /** What the page is, such as `Run report`. */
  readonly kind: string;
  /** Name of what it is about. */
  readonly name: string;
  /** The page that lists this one and others. */
  readonly index?: { readonly title: string; readonly file: string } | undefined;
  /** A sentence or two below the name. */
  readonly summary?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  /** Name and value of the figures at the top. */
  readonly keyFigures?: readonly (readonly [name: HtmlPart, value: string])[] | undefined;
  /** What follows the key figures. */
  readonly keyFiguresNote?: string | undefined;
  /** What stays in sight at the top of the page. */
  readonly bar?: Html | undefined;
  readonly sections: readonly Section[];
  /** Rules of style of this kind of page. */
  readonly style?: string | undefined;
  /** What the page runs; the policy lets nothing else run. */
  readonly script?: PageScript | undefined;
  /** The last line. */
  readonly foot: string;
  /** A comment by which programs recognise the page. */
  readonly mark?: string | undefined;
}

/** Lists the figures of a section. */
export function figuresOf({ content }: Section): Figure[] {
  return content.filter((part): part is Figure => !(part instanceof Html));
}

/** Renders a page that loads nothing, and runs nothing but the script that it was given. */
export async function renderDocument(page: PageContent): Promise<string> {
  const { kind, name, summary, notes = [], bar = "", sections, style = "", foot, mark } = page;
  const { policy, elements } = await renderScript(page);
  const bodies: Html[] = [];
  for (const section of sections) bodies.push(await renderSection(section));
  return html`
    <!DOCTYPE html>${mark === undefined ? "" : trustHtml(`\n<!-- ${mark} -->`)}
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; ${trustHtml(
            policy,
          )}style-src 'unsafe-inline'; font-src data:; img-src data:">
        <title>${name} – ${kind.toLowerCase()}</title>
        <style>${trustHtml(await pageStyle() + style)}</style>
      </head>
      <body>
        <header>
    <p class="kind">${renderIndexLink(page)}${kind}</p>
    <h1>${name}</h1>
    ${summary === undefined ? "" : html`
      <p class="summary">${summary}</p>
    `}${notes.map((note) => html`<p class="note">${note}</p>`)}${renderKeyFigures(
      page,
    )}${tableOfContents(sections)}</header>
        <main>
    ${bar}${bodies}</main>
        <footer>${foot}</footer>${elements}
      </body>
    </html>
  `.text.trimStart();
}

function renderIndexLink({ index }: PageContent): Html {
  if (index === undefined) return html``;
  // The name of a file may hold what an address must not.
  return html`
    <a href="${encodeURIComponent(index.file)}">${index.title}</a> /
  `;
}

/** The elements of a page's script, and what its policy says of it. */
async function renderScript({ script }: PageContent): Promise<{ policy: string; elements: Html }> {
  if (script === undefined) return { policy: "", elements: html`` };
  const kept = script.file && await readReportFile(script.file);
  const text = kept ? new TextDecoder().decode(kept) : scriptText(script);
  return {
    policy: `script-src ${await scriptHash(text)}; `,
    elements: trustHtml(`\n${dataElement(script)}\n<script>${text}</script>`),
  };
}

function renderKeyFigures({ keyFigures = [], keyFiguresNote }: PageContent): Html {
  if (keyFigures.length === 0) return html``;
  return html`
    <dl class="key-figures">${keyFigures.map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
    ${keyFiguresNote === undefined ? "" : html`<p class="note">${keyFiguresNote}</p>`}
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
