/** The table of predictions: sorted, searched and shown in parts, without a copy of it. */

import type { Dataset } from "../../data/mod.ts";
import type { PredictionRow, RowsWanted } from "../protocol.ts";
import type { HeldPredictions } from "./predict_data.ts";

/** The table of some predictions. */
export class PredictionRows {
  readonly #data: Dataset;
  readonly #held: HeldPredictions;
  readonly #labels: Float64Array | undefined;
  /** The last order that was asked for. */
  #sorted: { readonly key: string; readonly order: Uint32Array } | undefined;

  constructor(data: Dataset, held: HeldPredictions) {
    this.#data = data;
    this.#held = held;
    this.#labels = data.hasLabels ? data.labels() : undefined;
  }

  /** The rows that are wanted, and how many the search leaves. */
  rows(wanted: RowsWanted): { readonly total: number; readonly rows: readonly PredictionRow[] } {
    const order = this.#orderOf(wanted);
    const { offset, limit } = wanted;
    const shown = order.subarray(offset, offset + limit);
    return { total: order.length, rows: Array.from(shown, (position) => this.#row(position)) };
  }

  #row(position: number): PredictionRow {
    const { predictions, low, high } = this.#held;
    const symbol = this.#data.geneDetailsOf(position)?.symbol;
    const label = this.#labels?.[position];
    return {
      gene: this.#data.geneOf(position),
      ...(symbol !== undefined && { symbol }),
      cellType: this.#data.cellTypeOf(position),
      prediction: predictions[position]!,
      ...(low && high && { low: low[position]!, high: high[position]! }),
      ...(label !== undefined && { label }),
    };
  }

  #orderOf({ query = "", sortBy, descending = false }: RowsWanted): Uint32Array {
    const key = JSON.stringify([query, sortBy, descending]);
    if (this.#sorted?.key === key) return this.#sorted.order;
    const found = this.#search(query.trim().toLowerCase());
    const compare = this.#comparison(sortBy);
    const sign = descending ? -1 : 1;
    // Equal rows stay in the order of the data.
    if (compare !== undefined) found.sort((a, b) => sign * compare(a, b) || a - b);
    this.#sorted = { key, order: found };
    return found;
  }

  /** Positions of samples whose gene or cell type has some text in its name. */
  #search(text: string): Uint32Array {
    const all = Uint32Array.from({ length: this.#data.length }, (_, position) => position);
    if (text === "") return all;
    const { genes, geneDetails, cellTypes } = this.#data.columns;
    const has = (name: string | undefined) => name?.toLowerCase().includes(text) === true;
    const genesFound = genes.map((id, gene) => has(id) || has(geneDetails?.[gene]?.symbol));
    const cellTypesFound = cellTypes.map(has);
    const [geneOf, cellTypeOf] = [this.#data.geneIndices(), this.#data.cellTypeIndices()];
    return all.filter((position) =>
      genesFound[geneOf[position]!] || cellTypesFound[cellTypeOf[position]!]
    );
  }

  #comparison(sortBy: RowsWanted["sortBy"]): ((a: number, b: number) => number) | undefined {
    const byNumber = (values: ArrayLike<number>) => (a: number, b: number) =>
      values[a]! - values[b]!;
    switch (sortBy) {
      case undefined:
        return undefined;
      case "prediction":
        return byNumber(this.#held.predictions);
      case "label":
        return this.#labels && byNumber(this.#labels);
      case "gene": {
        const { genes, geneDetails } = this.#data.columns;
        const names = genes.map((id, gene) => geneDetails?.[gene]?.symbol ?? id);
        const rank = rankOf(names);
        const geneOf = this.#data.geneIndices();
        return (a, b) => rank[geneOf[a]!]! - rank[geneOf[b]!]!;
      }
      case "cellType": {
        const rank = rankOf(this.#data.columns.cellTypes);
        const cellTypeOf = this.#data.cellTypeIndices();
        return (a, b) => rank[cellTypeOf[a]!]! - rank[cellTypeOf[b]!]!;
      }
    }
  }
}

/** The place of each name among all of them in their order, so that each is compared once and not in every row. */
function rankOf(names: readonly string[]): Uint32Array {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const order = names.map((_, i) => i).sort((a, b) => compare(names[a]!, names[b]!));
  const rank = new Uint32Array(names.length);
  for (const [place, i] of order.entries()) rank[i] = place;
  return rank;
}
