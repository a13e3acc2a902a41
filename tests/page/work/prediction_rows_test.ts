/** The table of predictions, against a sorted copy of all its rows. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/mod.ts";
import type { PredictionRow } from "../../../src/page/protocol.ts";
import { PredictionRows } from "../../../src/page/work/prediction_rows.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";

const { train } = simulateColumns({ cellTypes: 3, genes: 40, newGenes: 1, bins: 2 });
const symbols = train.genes.map((_, gene) => gene % 3 === 0 ? {} : { symbol: `SYM${gene}` });
const data = new Dataset({ ...train, geneDetails: symbols });
// Many are equal, so that the order of equal rows shows.
const predictions = Float32Array.from({ length: data.length }, (_, i) => i * 7919 % 13);
const table = new PredictionRows(data, { predictions });

const all: PredictionRow[] = Array.from(predictions, (prediction, position) => {
  const symbol = data.geneDetailsOf(position)?.symbol;
  return {
    gene: data.geneOf(position),
    ...(symbol !== undefined && { symbol }),
    cellType: data.cellTypeOf(position),
    prediction,
    label: data.labels()[position]!,
  };
});

const nameOf = ({ symbol, gene }: PredictionRow) => symbol ?? gene;
const byName = new Intl.Collator("en", { numeric: true }).compare;
const COMPARE = {
  prediction: (a: PredictionRow, b: PredictionRow) => a.prediction - b.prediction,
  label: (a: PredictionRow, b: PredictionRow) => a.label! - b.label!,
  gene: (a: PredictionRow, b: PredictionRow) => byName(nameOf(a), nameOf(b)),
  cellType: (a: PredictionRow, b: PredictionRow) => byName(a.cellType, b.cellType),
};

for (const [sortBy, compare] of Object.entries(COMPARE)) {
  for (const descending of [false, true]) {
    Deno.test(`rows by ${sortBy}${descending ? ", the last first" : ""}, page after page`, () => {
      const sorted = all.toSorted((a, b) => descending ? compare(b, a) : compare(a, b));
      const found: PredictionRow[] = [];
      for (let offset = 0; offset < all.length; offset += 17) {
        const wanted = { offset, limit: 17, sortBy: sortBy as "gene", descending };
        const { total, rows } = table.rows(wanted);
        strictEqual(total, all.length);
        found.push(...rows);
      }
      deepStrictEqual(found, sorted);
    });
  }
}

Deno.test("a search finds parts of ids, symbols and cell types, in capitals or not", () => {
  const name = data.cellTypeOf(0);
  for (
    const query of ["sym1", "SYM11", name.toLowerCase(), all[0]!.gene.slice(3), "nothing like it"]
  ) {
    const text = query.toLowerCase();
    const expected = all.filter(({ gene, symbol = "", cellType }) =>
      [gene, symbol, cellType].some((field) => field.toLowerCase().includes(text))
    );
    const { total, rows } = table.rows({ offset: 0, limit: 1000, query: ` ${query} ` });
    strictEqual(total, expected.length);
    deepStrictEqual(rows, expected);
  }
});
