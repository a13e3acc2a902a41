/** The script of the index of genes: it shows the rows that hold a text. All of it runs in pages. */

import type { HTMLElement, HTMLInputElement, PageDocument } from "./dom.ts";

declare const document: PageDocument;

/** Starts the page. */
export function startIndexPage(): void {
  const field = document.querySelector<HTMLInputElement>("#filter")!;
  const rows = [...document.querySelectorAll<HTMLElement>("tbody tr")];
  const count = document.querySelector("#found")!;
  const filter = () => {
    const wanted = field.value.trim().toLowerCase();
    let found = 0;
    for (const row of rows) {
      row.hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
      if (!row.hidden) found++;
    }
    count.textContent = wanted === "" ? "" : found + " of " + rows.length;
  };
  field.addEventListener("input", filter);
  document.documentElement.classList.add("alive");
  filter();
}
