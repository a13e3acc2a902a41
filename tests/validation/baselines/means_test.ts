import { deepStrictEqual, match, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import {
  hideLabels,
  makeBaselines,
  makeGeneMean,
  makeOverallMean,
} from "../../../src/validation/mod.ts";
import { tableColumns, tableDataset } from "../../helpers/samples.ts";

// Labels of the table: cell type 0 has 0 1 2, cell type 1 has 3 4 5, cell type 2 has 6 7 8.
const table = tableDataset(3, 3);

Deno.test("the overall mean is that of the training samples, for every sample", () => {
  const { values, fellBack } = makeOverallMean().fit(table.subset([0, 1, 5])).predict(table);
  deepStrictEqual([...values], new Array(9).fill(2));
  deepStrictEqual([...fellBack], new Array(9).fill(0));
});

Deno.test("the gene mean is over the training cell types that have the gene", () => {
  const fitted = makeGeneMean().fit(table.subset([0, 1, 3]));
  const { values, fellBack } = fitted.predict(table.slice(6, 9));
  deepStrictEqual([...values], [1.5, 1, 4 / 3]);
  deepStrictEqual([...fellBack], [0, 0, 1]);
  match(fitted.description, /^means of 2 genes over 2 training cell types$/);
});

Deno.test("a gene is found again in a file that lists its genes in another order", () => {
  const columns = tableColumns(1, 3);
  const reversed = new Dataset({ ...columns, genes: columns.genes.toReversed() });
  const { values } = makeGeneMean().fit(table).predict(reversed);
  deepStrictEqual([...values], [5, 4, 3]);
});

Deno.test("no baseline learns from samples without labels, or from an empty set", () => {
  for (const baseline of makeBaselines()) {
    throws(() => baseline.fit(hideLabels(table)), { name: "ContractError" });
    throws(() => baseline.fit(table.slice(0, 0)), { name: "RangeError" });
  }
});
