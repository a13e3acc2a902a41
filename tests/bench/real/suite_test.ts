import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { tableColumns, tableDataset } from "../../helpers/samples.ts";
import { holdOutCellTypes, holdOutGenes, holdOutThird } from "./suite.ts";

/** Names of the genes that a view has. */
function genesOf(data: Dataset): string[] {
  return [...new Set(data.rows.keys().map((position) => data.geneOf(position)))].sort();
}

/** Names of the cell types that a view has. */
function cellTypesOf(data: Dataset): string[] {
  return [...new Set(data.rows.keys().map((position) => data.cellTypeOf(position)))].sort();
}

Deno.test("each cell type is held out in turn, with the same fifth of the genes", () => {
  const data = tableDataset(3, 20);
  const folds = holdOutCellTypes(data);
  deepStrictEqual(folds.map(({ name }) => name), ["E001", "E002", "E003"]);
  const newGenes = folds.map(({ test, kinds }) =>
    genesOf(test.filter((i) => kinds[i] === "newGene"))
  );
  strictEqual(newGenes[0]!.length, 4);
  for (const [i, { name, train, test, kinds }] of folds.entries()) {
    deepStrictEqual(newGenes[i], newGenes[0]);
    strictEqual(train.length + test.length, data.length);
    ok(!cellTypesOf(train).includes(name));
    deepStrictEqual(genesOf(train).filter((gene) => newGenes[0]!.includes(gene)), []);
    const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    deepStrictEqual(["newGene", "newCellType", "bothNew"].map(count), [2 * 4, 16, 4]);
  }
});

Deno.test("which genes are new depends on their names alone, not on the order of samples or cell types", () => {
  const data = tableDataset(3, 25);
  const order = Array.from(data.rows.keys()).reverse();
  const turned = new Dataset(
    { ...data.columns, cellTypes: ["X", "Y", "Z"] },
    Uint32Array.from(order),
  );
  const newOf = (folds: ReturnType<typeof holdOutCellTypes>) =>
    genesOf(folds[0]!.test.filter((i) => folds[0]!.kinds[i] !== "newCellType"));
  deepStrictEqual(newOf(holdOutCellTypes(turned)), newOf(holdOutCellTypes(data)));
  ok(String(newOf(holdOutCellTypes(data, 1))) !== String(newOf(holdOutCellTypes(data))));
});

Deno.test("replicates of a cell type are held out together", () => {
  const columns = { ...tableColumns(3, 10), cellTypeGroups: ["A", "A", "E003"] };
  const folds = holdOutCellTypes(new Dataset(columns));
  deepStrictEqual(folds.map(({ name, train }) => [name, ...cellTypesOf(train)]), [
    ["A", "E003"],
    ["E003", "E001", "E002"],
  ]);
});

Deno.test("too few genes or cell types are refused", () => {
  throws(() => holdOutCellTypes(tableDataset(1, 20)), /have 1, expected 2 or more/);
  throws(() => holdOutCellTypes(tableDataset(3, 4)), /have 4, expected 5 or more/);
});

Deno.test("every gene is judged once by folds of genes, and thirds share no gene", () => {
  const data = tableDataset(2, 21);
  const judged = holdOutGenes(data).flatMap(({ test, train }) => {
    deepStrictEqual(genesOf(train).filter((gene) => genesOf(test).includes(gene)), []);
    return genesOf(test);
  });
  deepStrictEqual(judged.toSorted(), genesOf(data));
  const { train, test, kinds } = holdOutThird(data);
  deepStrictEqual([genesOf(train).length, genesOf(test).length], [7, 7]);
  deepStrictEqual(genesOf(train).filter((gene) => genesOf(test).includes(gene)), []);
  ok(kinds.every((kind) => kind === "newGene"));
});
