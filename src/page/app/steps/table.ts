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

/** Whether a table has the columns that not all predictions have. */
interface ColumnsShown {
  readonly hasIntervals: boolean;
  readonly hasLabels: boolean;
}

/** Which rows are shown, and in which order. */
interface Wanted {
  readonly offset: number;
  readonly query: string;
  readonly sortBy: SortBy;
  readonly descending: boolean;
}

const COLUMNS: readonly {
  readonly sortBy?: SortBy;
  readonly text: string;
  readonly needs?: keyof ColumnsShown;
  readonly isNumber?: boolean;
}[] = [
  { sortBy: "gene", text: "Gene" },
  { sortBy: "cellType", text: "Cell type" },
  { sortBy: "prediction", text: "Predicted", isNumber: true },
  { text: "Interval", needs: "hasIntervals", isNumber: true },
  { sortBy: "label", text: "Measured", needs: "hasLabels", isNumber: true },
];

/** A table of predictions. */
export class PredictionTable {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #explain: (row: PredictionRow) => unknown;
  readonly #search = makeSearch((query) => this.#want({ query, offset: 0 }));
  readonly #head = make("tr");
  readonly #body = make("tbody");
  readonly #pager = new Pager((by) =>
    this.#want({ offset: Math.max(0, this.#wanted.offset + by) })
  );
  #wanted: Wanted = { offset: 0, query: "", sortBy: "prediction", descending: true };
  #shows: ColumnsShown = { hasIntervals: false, hasLabels: false };
  #asked = 0;

  constructor(app: App, { explain }: TableOptions) {
    this.#app = app;
    this.#explain = explain;
    this.element = make("div.table", [
      makeField("Search genes and cell types", this.#search),
      make("div.scroll", [
        make("table", [
          make("caption.unseen", ["Predicted expression of each gene in each cell type"]),
          make("thead", [this.#head]),
          this.#body,
        ]),
      ], { tabindex: 0, role: "region", "aria-label": "Table of predictions" }),
      this.#pager.element,
    ]);
  }

  /** Shows the first rows of new predictions. */
  async restart(columns: ColumnsShown): Promise<void> {
    this.#shows = columns;
    this.#head.replaceChildren(...makeHead(columns, (sortBy) => this.#sort(sortBy)));
    await this.#want({ offset: 0, query: this.#search.value.trim() });
  }

  /** Sorts by a column; by the one that is sorted already, the other way round. */
  #sort(sortBy: SortBy): void {
    const descending = this.#wanted.sortBy === sortBy
      ? !this.#wanted.descending
      : sortBy === "prediction" || sortBy === "label";
    this.#want({ sortBy, descending, offset: 0 });
  }

  /** Asks for the rows of another place, search or order, and shows them. */
  async #want(change: Partial<Wanted>): Promise<void> {
    const wanted = { ...this.#wanted, ...change };
    this.#wanted = wanted;
    markSorted(this.#head, wanted);
    const ask = ++this.#asked;
    const { query, ...rest } = wanted;
    const answer = await this.#app.ask("rows", {
      ...rest,
      limit: PAGE_ROWS,
      ...(query !== "" && { query }),
    }, "predictions");
    // Only the last question's answer is shown.
    if (answer === undefined || ask !== this.#asked) return;
    this.#body.replaceChildren(
      ...answer.rows.map((row) => makeRow(row, this.#shows, this.#explain)),
    );
    this.#pager.show({ offset: wanted.offset, rows: answer.rows.length, total: answer.total });
  }
}

/** Makes the field of a search, which begins when typing rests. */
function makeSearch(find: (query: string) => unknown): HTMLInputElement {
  const input = make("input", [], {
    type: "search",
    id: "search",
    autocomplete: "off",
    spellcheck: "false",
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => find(input.value.trim()), REST_MS);
  });
  return input;
}

/** Which rows of how many are shown, between the buttons that lead to others. */
class Pager {
  readonly element: HTMLElement;
  readonly #count = make("p.page-count", [], { role: "status" });
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;

  constructor(turn: (by: number) => unknown) {
    this.#previous = makeTurn("Previous", () => turn(-PAGE_ROWS));
    this.#next = makeTurn("Next", () => turn(PAGE_ROWS));
    this.element = make("div.pager", [this.#previous, this.#count, this.#next]);
  }

  show({ offset, rows, total }: {
    readonly offset: number;
    readonly rows: number;
    readonly total: number;
  }): void {
    const last = Math.min(total, offset + rows);
    setText(
      this.#count,
      total === 0
        ? "No gene or cell type has this in its name."
        : `${format(offset + 1)}–${format(last)} of ${format(total)}`,
    );
    setAttributes(this.#previous, { "aria-disabled": offset === 0 ? "true" : undefined });
    setAttributes(this.#next, { "aria-disabled": last >= total ? "true" : undefined });
  }
}

function makeHead(
  shows: ColumnsShown,
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
  { sortBy, descending }: Pick<Wanted, "sortBy" | "descending">,
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
  shows: ColumnsShown,
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

/** A button that stays where it is, with its focus, where it leads nowhere. */
function makeTurn(text: string, act: () => void): HTMLButtonElement {
  const button = make("button", [text], { type: "button" });
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  });
  return button;
}

function format(count: number): string {
  return count.toLocaleString("en");
}
