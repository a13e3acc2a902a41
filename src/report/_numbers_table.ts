/** The values of tracks as a table, so that nobody needs to see the tracks. */

import { compact } from "./_bars.ts";
import { type Html, html, trustHtml } from "./_html.ts";
import { describeGenomeSpan, describeSpan, type ViewWindow } from "./viewer/window.ts";

/** A table of numbers with a row for each bin. */
export interface NumbersTable {
  /** Where the bins lie. */
  readonly window: ViewWindow;
  /** The marks. */
  readonly marks: readonly string[];
  /** The columns of each mark. */
  readonly columns: readonly string[];
  /** Texts row by row: of each mark its columns. */
  readonly cells: readonly string[];
  /** What follows the caption. */
  readonly caption: Html | readonly Html[];
}

/** Renders the table, which opens on demand. */
export function renderNumbers({ window, marks, columns, cells, caption }: NumbersTable): Html {
  const hasGenome = window.genome !== null;
  const places = (hasGenome ? ["Distance", "Genome"] : ["Distance"])
    .map((title) => html`<th scope="col" rowspan="2">${title}</th>`);
  const groups = marks.map((mark) =>
    html`<th scope="colgroup" colspan="${columns.length}">${mark}</th>`
  );
  const heads = marks.flatMap(() => columns.map((column) => html`<th scope="col">${column}</th>`));
  const inRow = marks.length * columns.length;
  const rows = Array.from({ length: window.bins }, (_, bin) => {
    const span = { start: bin, end: bin + 1 };
    const genome = hasGenome
      ? html`<td class="fixed">${describeGenomeSpan(window, span)}</td>`
      : "";
    const values = cells.slice(bin * inRow, (bin + 1) * inRow)
      .map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${describeSpan(window, span)}</th>${genome}${values}</tr>`;
  });
  const body = compact(html`
    <table>
      <caption>The values of the tracks${caption}</caption>
      <thead>
        <tr>${places}${groups}</tr>
        <tr>${heads}</tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `);
  return html`
    <details class="numbers">
      <summary>Numbers</summary>
      <div class="scroll" role="region" aria-label="The values of the tracks" tabindex="0">
        ${trustHtml(body)}</div>
    </details>
  `;
}
