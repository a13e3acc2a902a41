import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { simulate, simulateColumns } from "../../src/simulate/mod.ts";
import { classifyRows, COMPETITION_ROWS, forecastMix, REGIMES } from "../../src/validation/mod.ts";
import { tableDataset } from "../helpers/samples.ts";

Deno.test("the regimes of a simulated competition are the simulator's own", () => {
  const size = { cellTypes: 3, genes: 5, newCellTypes: 2, newGenes: 4, bins: 2 };
  const { train, eval: test } = simulateColumns(size);
  const names: Record<string, string> = {
    newGeneSeenCellType: "newGene",
    seenGeneNewCellType: "newCellType",
    newGeneNewCellType: "bothNew",
  };
  deepStrictEqual(
    classifyRows(new Dataset(train), new Dataset(test)),
    Array.from(simulate(size).rows("eval"), ({ regime }) => names[regime!]),
  );
});

Deno.test("a pair that was trained on is distinguished from one whose gene and cell type were", () => {
  const data = tableDataset(2, 2);
  const train = data.subset([0, 3]);
  deepStrictEqual(classifyRows(train, data), ["trained", "bothSeen", "bothSeen", "trained"]);
});

Deno.test("a name that only the columns list, without samples, is new", () => {
  const data = tableDataset(2, 2);
  deepStrictEqual(
    classifyRows(data.subset([0]), data.subset([1, 2, 3])),
    ["newGene", "newCellType", "bothNew"],
  );
});

Deno.test("genes and cell types of two files are matched by name, not by place", () => {
  const { columns } = tableDataset(2, 2);
  const reversed = new Dataset({
    ...columns,
    cellTypes: columns.cellTypes.toReversed(),
    genes: columns.genes.toReversed(),
  });
  // The last row of the reversed table is the first cell type and gene of the other.
  deepStrictEqual(
    classifyRows(tableDataset(2, 2).subset([0]), reversed),
    ["bothNew", "newCellType", "newGene", "trained"],
  );
});

Deno.test("a gene is recognised by another version of its id, and not by its digits alone", () => {
  const { columns } = tableDataset(2, 2);
  const respelt = (prefix: string, version: string) =>
    new Dataset({
      ...columns,
      genes: columns.genes.map((id) => id.replace("ENSG", prefix) + version),
    });
  deepStrictEqual(
    classifyRows(tableDataset(2, 2), respelt("ENSG", ".3")),
    Array(4).fill("trained"),
  );
  deepStrictEqual(
    classifyRows(tableDataset(2, 2), respelt("ENSMUSG", ".3")),
    Array(4).fill("newGene"),
  );
});

Deno.test("the competition's rows add up to its eval.npz, in the shares it is known for", () => {
  const total = REGIMES.reduce((sum, regime) => sum + COMPETITION_ROWS[regime], 0);
  strictEqual(total, 177_032);
  deepStrictEqual(
    REGIMES.map((regime) => Math.round(1000 * COMPETITION_ROWS[regime] / total) / 10),
    [40.9, 54.2, 4.9],
  );
});

Deno.test("a forecast weighs each regime by the competition's rows", () => {
  const forecast = forecastMix({ newGene: 3, newCellType: 2, bothNew: 5 });
  const wanted = (3 * 72_350 + 2 * 96_000 + 5 * 8_682) / 177_032;
  ok(Math.abs(forecast! - wanted) < 1e-12);
});

Deno.test("there is no forecast if a regime is missing or an error is not a valid number", () => {
  strictEqual(forecastMix({ newGene: 3, newCellType: 2 }), undefined);
  strictEqual(forecastMix({ newGene: 3, newCellType: 2, bothNew: null }), undefined);
  throws(() => forecastMix({ newGene: NaN, newCellType: 2, bothNew: 1 }), /newGene is NaN/);
  throws(() => forecastMix({ newGene: 1, newCellType: -2, bothNew: 1 }), { name: "RangeError" });
});
