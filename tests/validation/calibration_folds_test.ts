/** What calibrations hold out. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { calibrationFolds } from "../../src/validation/calibration_folds.ts";
import { classifyRows } from "../../src/validation/regimes.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

function countKinds(train: Dataset, test: Dataset): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of classifyRows(train, test)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

Deno.test("each fold holds out genes and cell types, so that every regime has samples that no model saw", () => {
  const data = tableDataset(4, 50);
  const folds = calibrationFolds(data);
  strictEqual(folds.length, 4);
  const cellTypes: string[] = [];
  for (const { training, heldOut } of folds) {
    strictEqual(training.length + heldOut.length, data.length);
    deepStrictEqual(countKinds(training, heldOut), { newGene: 30, newCellType: 40, bothNew: 10 });
    const seen = new Set(Array.from(training.rows, (_, i) => training.cellTypeOf(i)));
    cellTypes.push(...data.columns.cellTypes.filter((name) => !seen.has(name)));
  }
  deepStrictEqual(cellTypes.sort(), [...data.columns.cellTypes]);
});

Deno.test("one or two cell types are never held out", () => {
  for (const cellTypes of [1, 2]) {
    const folds = calibrationFolds(tableDataset(cellTypes, 20), { folds: 4 });
    strictEqual(folds.length, 4);
    for (const { training, heldOut } of folds) {
      deepStrictEqual(countKinds(training, heldOut), { newGene: 5 * cellTypes });
    }
  }
});

Deno.test("a single gene is never held out; a single gene in two cell types cannot be calibrated", () => {
  for (const { training, heldOut } of calibrationFolds(tableDataset(5, 1))) {
    deepStrictEqual(countKinds(training, heldOut), { newCellType: 1 });
  }
  throws(
    () => calibrationFolds(tableDataset(2, 1)),
    /the data have 1 gene in 2 cell types, expected/,
  );
  for (const folds of [1, 0, 2.5, NaN]) {
    throws(() => calibrationFolds(tableDataset(4, 10), { folds }), RangeError);
  }
});

Deno.test("replicates are held out together, and count as one cell type", () => {
  const columns = tableColumns(4, 10);
  const cellTypeGroups = ["a", "a", "b", "c"];
  const folds = calibrationFolds(new Dataset({ ...columns, cellTypeGroups }), { folds: 5 });
  strictEqual(folds.length, 3);
  for (const { training, heldOut } of folds) {
    const groups = (data: Dataset) => new Set(Array.from(data.rows, (_, i) => data.groupOf(i)));
    const held = [...groups(heldOut)].filter((name) => !groups(training).has(name));
    strictEqual(held.length, 1);
  }
});

Deno.test("folds depend on names and seed, not on the order of the samples", () => {
  const data = tableDataset(5, 20);
  const backwards = data.subset([...data.rows].reverse());
  const idsOf = (folds: ReturnType<typeof calibrationFolds>) =>
    folds.map(({ training }) => training.submissionIds().sort());
  deepStrictEqual(idsOf(calibrationFolds(backwards)), idsOf(calibrationFolds(data)));
  const other = idsOf(calibrationFolds(data, { seed: 1 }));
  ok(JSON.stringify(other) !== JSON.stringify(idsOf(calibrationFolds(data))));
});
