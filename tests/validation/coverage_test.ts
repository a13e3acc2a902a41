/** Coverage by regime and cell type, and what is new about samples to a model. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { measureCoverage } from "../../src/validation/coverage.ts";
import { knownRegimes } from "../../src/validation/known_regimes.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

Deno.test("coverage counts ends as held, by regime and by cell type", () => {
  const coverage = measureCoverage({
    low: Float32Array.of(0, 0, 0.1, 5),
    high: Float32Array.of(1, 1, 0.3, 6),
    labels: [0, 1.001, 0.1, 5.5],
    regimes: ["newGene", "newGene", "newCellType", "newGene"],
    cellTypes: ["a", "b", "c", "a"],
  });
  deepStrictEqual(coverage.map(({ regime, samples, covered }) => [regime, samples, covered]), [
    ["newGene", 3, 2 / 3],
    // 0.1 is not exact in float32, but the label is the end.
    ["newCellType", 1, 1],
  ]);
  deepStrictEqual(
    coverage[0]!.byCellType.map(({ cellType, covered }) => [cellType, covered]),
    [["a", 1], ["b", 0]],
  );
});

Deno.test("genes are known by any spelling, replicates and members of groups by either name", () => {
  const columns = tableColumns(3, 2);
  const trained = { genes: ["ENSG00000000001"], cellTypes: ["a", "E003"] };
  const genes = ["ENSG00000000001.7", "ENSG00000000002"];
  const data = new Dataset({ ...columns, genes, cellTypeGroups: ["a", "b", "c"] });
  deepStrictEqual(knownRegimes(trained, data), [
    "seen",
    "newGene",
    "newCellType",
    "bothNew",
    "seen",
    "newGene",
  ]);
});

Deno.test("new genes of the panel are told from others", () => {
  const data = tableDataset(2, 3);
  const [first, second] = data.columns.genes;
  const trained = { genes: [first!], cellTypes: ["E001"], inPanel: [first!, second!] };
  deepStrictEqual(knownRegimes(trained, data), [
    "seen",
    "newGeneInPanel",
    "newGene",
    "newCellType",
    "bothNewInPanel",
    "bothNew",
  ]);
  strictEqual(knownRegimes({ genes: [], cellTypes: [] }, data)[0], "bothNew");
});
