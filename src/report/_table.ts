/** Makes tables of rows. */

import { type Html, html, type HtmlPart } from "./_html.ts";

/** A column's heading and its cells' content. */
export interface Column<Row> {
  readonly title: HtmlPart;
  readonly cell: (row: Row) => HtmlPart;
  /**
   * Whether cells are text, which is aligned left; numbers are aligned right.
   *
   * @default {false}
   */
  readonly isText?: boolean;
}

/** Makes a table without groups. */
export function table<Row>(
  caption: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Html {
  return tableOf(
    caption,
    html`<tbody>${rows.map((row) => tableRow(row, columns))}</tbody>`,
    columns,
  );
}

/** Makes a table in groups of rows, each under a heading. */
export function groupedTable<Row>(
  caption: string,
  groups: readonly { readonly title: string; readonly rows: readonly Row[] }[],
  columns: readonly Column<Row>[],
): Html {
  const bodies = groups.map(({ title, rows }) =>
    html`
      <tbody>
        <tr><th scope="rowgroup" colspan="${columns
          .length}" class="text"><span class="held">${title}</span></th></tr>
        ${rows.map((row) => tableRow(row, columns))}
      </tbody>
    `
  );
  return tableOf(caption, bodies, columns);
}

/** Makes the frame of a table, which scrolls separately on a narrow page. */
function tableOf<Row>(caption: string, bodies: HtmlPart, columns: readonly Column<Row>[]): Html {
  const headings = columns.map((column) =>
    html`<th scope="col" class="${kindOf(column)}">${column.title}</th>`
  );
  return html`
    <div class="scroll" role="region" aria-label="${caption}" tabindex="0">
      <table>
        <caption>${caption}</caption>
        <thead><tr>${headings}</tr></thead>
        ${bodies}
      </table>
    </div>
  `;
}

/** Makes a row, whose first cell is its heading. */
function tableRow<Row>(row: Row, columns: readonly Column<Row>[]): Html {
  const [first, ...others] = columns.map((column, index) =>
    index === 0
      ? html`<th scope="row" class="${kindOf(column)}">${column.cell(row)}</th>`
      : html`<td class="${kindOf(column)}">${column.cell(row)}</td>`
  );
  return html`
    <tr>
      ${first ?? ""}
      ${others}
    </tr>
  `;
}

function kindOf({ isText }: { readonly isText?: boolean }): string {
  return isText ? "text" : "number";
}

/** Makes a table that opens on demand, since its figure shows the same values. */
export function folded(content: Html): Html {
  return html`
    <details><summary>Numbers</summary>
    ${content}</details>
  `;
}
