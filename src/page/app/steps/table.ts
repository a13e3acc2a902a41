/** The table of predictions: the worker searches, sorts and pages it. */

import type { PredictionRow, RowsWanted } from "../../protocol.ts";
import type { App } from "../app.ts";
import { type Child, make, setAttributes, setText } from "../dom.ts";
import { makeField } from "../step.ts";
import { formatFixed } from "../words.ts";

/** Rows of a page. */
const PAGE_ROWS = 20;
/** How long typing must rest before the table is searched. */
const REST_MS = 200;

type SortBy = NonNullable<RowsWanted["sortBy"]>;

/** What a table shows beside predictions, and what its rows lead to. */
export interface TableOptions {
  readonly explain: (row: PredictionRow) => unknown;
}

/** A table of predictions. */
export interface PredictionTable {
  readonly element: HTMLElement;
  /** Shows the first rows of new predictions. */
  readonly restart: (columns: {
    readonly hasIntervals: boolean;
    readonly hasLabels: boolean;
  }) => Promise<void>;
}

const COLUMNS: readonly {
  readonly sortBy?: SortBy;
  readonly text: string;
  readonly needs?: "hasIntervals" | "hasLabels";
  readonly isNumber?: boolean;
}[] = [
  { sortBy: "gene", text: "Gene" },
  { sortBy: "cellType", text: "Cell type" },
  { sortBy: "prediction", text: "Predicted", isNumber: true },
  { text: "Interval", needs: "hasIntervals", isNumber: true },
  { sortBy: "label", text: "Measured", needs: "hasLabels", isNumber: true },
];

/** Makes the table. */
export function makePredictionTable(app: App, { explain }: TableOptions): PredictionTable {
  let wanted: { offset: number; query: string; sortBy: SortBy; descending: boolean } = {
    offset: 0,
    query: "",
    sortBy: "prediction",
    descending: true,
  };
  let shows = { hasIntervals: false, hasLabels: false };
  let asked = 0;
  const search = make("input", [], {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
  });
  const head = make("tr");
  const body = make("tbody");
  const count = make("p.page-count", [], { role: "status" });
  const previous = makePager("Previous", () => turn(-PAGE_ROWS));
  const next = makePager("Next", () => turn(PAGE_ROWS));
  const load = async () => {
    const ask = ++asked;
    const { query, ...rest } = wanted;
    const answer = await app.ask("rows", {
      ...rest,
      limit: PAGE_ROWS,
      ...(query !== "" && { query }),
    }, "predictions");
    // Only the last question's answer is shown.
    if (answer === undefined || ask !== asked) return;
    body.replaceChildren(...answer.rows.map((row) => makeRow(row, shows, explain)));
    const { total } = answer;
    const last = Math.min(total, wanted.offset + answer.rows.length);
    setText(
      count,
      total === 0
        ? "No gene or cell type has this in its name."
        : `${format(wanted.offset + 1)}–${format(last)} of ${format(total)}`,
    );
    setAttributes(previous, { "aria-disabled": wanted.offset === 0 ? "true" : undefined });
    setAttributes(next, { "aria-disabled": last >= total ? "true" : undefined });
  };
  const turn = (by: number) => {
    wanted = { ...wanted, offset: Math.max(0, wanted.offset + by) };
    load();
  };
  const sort = (sortBy: SortBy) => {
    const isSame = wanted.sortBy === sortBy;
    const descending = isSame ? !wanted.descending : sortBy === "prediction" || sortBy === "label";
    wanted = { ...wanted, sortBy, descending, offset: 0 };
    markSorted(head, wanted);
    load();
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      wanted = { ...wanted, query: search.value.trim(), offset: 0 };
      load();
    }, REST_MS);
  });
  return {
    element: make("div.table", [
      makeField("Search genes and cell types", search),
      make("div.scroll", [
        make("table", [
          make("caption.unseen", ["Predicted expression of each gene in each cell type"]),
          make("thead", [head]),
          body,
        ]),
      ], { tabindex: 0, role: "region", "aria-label": "Table of predictions" }),
      make("div.pager", [previous, count, next]),
    ]),
    restart: async (columns) => {
      shows = columns;
      wanted = { ...wanted, offset: 0, query: search.value.trim() };
      head.replaceChildren(...makeHead(shows, sort));
      markSorted(head, wanted);
      await load();
    },
  };
}

function makeHead(
  shows: { readonly hasIntervals: boolean; readonly hasLabels: boolean },
  sort: (sortBy: SortBy) => void,
): HTMLElement[] {
  const cells = COLUMNS.filter(({ needs }) => needs === undefined || shows[needs])
    .map(({ sortBy, text, isNumber }) =>
      make(isNumber ? "th.number" : "th", [
        sortBy === undefined ? text : make("button.sort", [text], {
          type: "button",
          onclick: () => sort(sortBy),
        }),
      ], { scope: "col", "data-sort": sortBy })
    );
  return [...cells, make("th", [make("span.unseen", ["Explain"])], { scope: "col" })];
}

function markSorted(
  head: HTMLElement,
  { sortBy, descending }: { readonly sortBy: SortBy; readonly descending: boolean },
): void {
  for (const cell of head.children) {
    const isSorted = cell.getAttribute("data-sort") === sortBy;
    setAttributes(cell, {
      "aria-sort": isSorted ? (descending ? "descending" : "ascending") : undefined,
    });
  }
}

function makeRow(
  row: PredictionRow,
  shows: { readonly hasIntervals: boolean; readonly hasLabels: boolean },
  explain: (row: PredictionRow) => unknown,
): HTMLElement {
  const { gene, symbol, cellType, prediction, low, high, label } = row;
  const number = (children: readonly Child[]) => make("td.number", children);
  const interval = low === undefined || high === undefined
    ? "–"
    : `${formatFixed(low)} to ${formatFixed(high)}`;
  return make("tr", [
    make("th", [
      symbol ?? gene,
      symbol !== undefined && symbol !== gene && make("span.gene-id", [` ${gene}`]),
    ], { scope: "row" }),
    make("td", [cellType]),
    number([formatFixed(prediction)]),
    shows.hasIntervals && number([interval]),
    shows.hasLabels && number([label === undefined ? "–" : formatFixed(label)]),
    make("td.why", [
      make("button.quiet", ["Why?"], {
        type: "button",
        "aria-label": `Why ${symbol ?? gene} in ${cellType} is predicted so`,
        onclick: () => explain(row),
      }),
    ]),
  ]);
}

function makePager(text: string, act: () => void): HTMLButtonElement {
  const button = make("button", [text], { type: "button" });
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  });
  return button;
}

function format(count: number): string {
  return count.toLocaleString("en");
}
