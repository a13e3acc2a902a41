import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { buildPanel, extendPanel, summaryShape } from "../../../src/panel/mod.ts";
import { turnedGenes } from "../../../src/panel/turned_genes.ts";
import { smallData } from "./_data.ts";
import { newGenesOf } from "./contestants.ts";
import { holdOutCellTypes } from "./suite.ts";
import { makeTreeInputs } from "./tree_inputs.ts";
import { turnWindows } from "./turned.ts";

const DATA = smallData(4, 20);
const { values: SUMMARY, valuesOfMark } = summaryShape({ bins: 20, marks: 5 });

Deno.test("the inputs are the summary, its difference from the references' mean, and label statistics", async () => {
  const panel = await buildPanel(DATA);
  const { values, width } = await makeTreeInputs(DATA, panel, "all");
  const nothing = await makeTreeInputs(DATA, panel, "nothing");
  const marks = await makeTreeInputs(DATA, panel, "marks");
  deepStrictEqual([nothing.width, marks.width, width], [SUMMARY, 2 * SUMMARY + 1, 2 * SUMMARY + 8]);
  // One gene in all four cell types.
  const rows = DATA.rows.filter((_, position) => DATA.geneOf(position) === DATA.geneOf(0));
  const row = (position: number) => values.subarray(position * width, (position + 1) * width);
  const labels = DATA.labels();
  const standardised = rows.map((position) => position).slice(1);
  const known = Array.from(standardised, (p) => (labels[p]! - panel.labelMean) / panel.labelSd);
  const mean = known.reduce((sum, label) => sum + label, 0) / known.length;
  const near = (found: number, wanted: number) =>
    ok(Math.abs(found - wanted) < 1e-4, `${found} ${wanted}`);
  near(row(rows[0]!)[2 * SUMMARY + 1]!, mean);
  near(row(rows[0]!)[2 * SUMMARY + 3]!, Math.min(...known));
  near(row(rows[0]!)[2 * SUMMARY + 4]!, Math.max(...known));
  const weighted = row(rows[0]!)[width - 1]!;
  ok(weighted > Math.min(...known) - 1e-4 && weighted < Math.max(...known) + 1e-4);
  for (const place of [0, 3, valuesOfMark + 7]) {
    const others = [...rows].slice(1).reduce((sum, position) => sum + row(position)[place]!, 0) / 3;
    near(row(rows[0]!)[SUMMARY + place]!, row(rows[0]!)[place]! - others);
  }
  deepStrictEqual(marks.values.slice(0, SUMMARY), values.slice(0, SUMMARY));
  deepStrictEqual(nothing.values.slice(0, SUMMARY), values.slice(0, SUMMARY));
});

Deno.test("a sample's own label and its own cell type's labels are nowhere in its inputs", async () => {
  const { columns } = DATA;
  const labels = columns.labels!.map((label, row) =>
    columns.cellTypeIndex[row] === 1 ? 1e3 : label
  );
  const panel = await buildPanel(DATA);
  // The same scales, so that other samples' labels look alike.
  const planted = panel.labels.map((label, pair) => pair % 4 === 1 ? 1e3 : label);
  const own = DATA.filter((position) => columns.cellTypeIndex[position] === 1);
  const honest = await makeTreeInputs(own, panel, "all");
  const leaky = await makeTreeInputs(
    new Dataset({ ...columns, labels }, own.rows),
    { ...panel, labels: planted },
    "all",
  );
  deepStrictEqual(leaky, honest);
});

Deno.test("a new gene has no differences without the panel, and has them with it", async () => {
  const [fold] = holdOutCellTypes(DATA);
  const panel = await buildPanel(fold!.train);
  const test = fold!.test.filter((row) => fold!.kinds[row] === "newGene");
  const without = await makeTreeInputs(test, panel, "marks");
  ok(without.values.subarray(SUMMARY, without.width).every(Number.isNaN));
  const extended = await extendPanel(panel, [newGenesOf(fold!)]);
  const { values } = await makeTreeInputs(test, extended, "marks");
  ok(values.every(Number.isFinite));
  ok(values.subarray(SUMMARY, without.width).some((value) => value !== 0));
});

Deno.test("windows of genes on the minus strand are turned, once", () => {
  const names = ["ENSG00000012048", "ENSG00000141510", "ENSG00000139618"];
  const { columns } = DATA;
  const data = new Dataset({ ...columns, genes: columns.genes.map((id, i) => names[i] ?? id) });
  const turned = turnWindows(data);
  const isTurned = turnedGenes(data.columns);
  ok(isTurned.includes(1) && isTurned.includes(0));
  for (const position of [0, 1, 2, 21]) {
    const reversed = isTurned[data.geneIndices()[position]!] === 1;
    const binsOf = (of: Dataset) =>
      Array.from(
        { length: 20 },
        (_, bin) => [...of.signalOf(position).subarray(5 * bin, 5 * bin + 5)],
      );
    deepStrictEqual(binsOf(turned), reversed ? binsOf(data).reverse() : binsOf(data));
  }
  strictEqual(turned.record.orientation, "transcript");
  deepStrictEqual(turnWindows(turned).signalOf(0), turned.signalOf(0));
});
