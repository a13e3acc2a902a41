import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { labelHighLow } from "../../src/training/high_low.ts";
import { tableColumns } from "../helpers/samples.ts";

/** Two cell types of four genes, labels 0 to 3 and 4 to 7. */
const TABLE = new Dataset(tableColumns(2, 4));

Deno.test("labels become 1 above the median of their own cell type", () => {
  const { train } = labelHighLow({ train: TABLE, test: TABLE });
  deepStrictEqual([...train.labels()], [0, 0, 1, 1, 0, 0, 1, 1]);
  strictEqual(train.columns.signal, TABLE.columns.signal);
});

Deno.test("the medians are those of the training samples", () => {
  const train = TABLE.subset([0, 1, 4, 5]);
  const test = TABLE.subset([2, 3, 6, 7]);
  const classes = labelHighLow({ train, test });
  // Medians 0.5 and 4.5, though those of the test samples are 2.5 and 6.5.
  deepStrictEqual([...classes.train.labels()], [0, 1, 0, 1]);
  deepStrictEqual([...classes.test.labels()], [1, 1, 1, 1]);
});

Deno.test("a cell type that was not trained on has its own median, and a label at the median is low", () => {
  const train = TABLE.subset([0, 1, 2, 3]);
  const test = TABLE.subset([4, 5, 6]);
  deepStrictEqual([...labelHighLow({ train, test }).test.labels()], [0, 0, 1]);
});

Deno.test("classes are unchanged", () => {
  const labels = Float64Array.of(1, 1, 1, 0, 0, 0, 0, 1);
  const binary = new Dataset({ ...TABLE.columns, labels });
  const { train, test } = labelHighLow({ train: binary, test: binary.subset([0]) });
  strictEqual(train, binary);
  deepStrictEqual([...test.labels()], [1]);
});

Deno.test("data without labels are refused", () => {
  const unlabelled = new Dataset({ ...TABLE.columns, labels: undefined });
  throws(() => labelHighLow({ train: TABLE, test: unlabelled }), /have no labels/);
});
