import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { DEEPCHROME_AUROC } from "../../../src/report/published.ts";
import { withDirectory } from "../../helpers/command.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";
import { smallData, writeSmall } from "./_data.ts";
import { type AurocRow, benchmarkAuroc, formatAuroc } from "./auroc.ts";
import { packedSignal } from "../../helpers/packed.ts";

testWith(
  "shared",
  "the published figures are the 56 of DeepChrome, in the table that was copied",
  async () => {
    const text = await Deno.readTextFile(sharedFile("data/real/deepchrome_auroc.txt"));
    const wanted = Object.fromEntries(
      [...text.matchAll(/^(E\d+): (0\.\d+)/gm)].map(([, name, area]) =>
        [name!, Number(area)] as const
      ),
    );
    strictEqual(Object.keys(wanted).length, 56);
    deepStrictEqual(DEEPCHROME_AUROC, wanted);
  },
);

Deno.test("the published mean is the paper's", () => {
  const areas = Object.values(DEEPCHROME_AUROC);
  strictEqual(areas.length, 56);
  strictEqual((areas.reduce((sum, area) => sum + area, 0) / 56).toFixed(2), "0.80");
});

Deno.test("classes are judged in each cell type, by genes that were not trained on", async () => {
  await withDirectory(async (folder) => {
    const { columns } = smallData(2, 90);
    const path = `${folder}/small.npz`;
    // The label is how much of the fourth mark there is, which anyone can learn.
    const labels = columns.labels!.map((_, row) =>
      Float64Array.from(packedSignal(columns).subarray(100 * row, 100 * row + 100))
        .reduce((sum, count, i) => i % 5 === 3 ? sum + Math.log1p(count) : sum, 0)
    );
    await writeSmall(path, new Dataset({ ...columns, labels }));
    const rows = await benchmarkAuroc({
      paths: [path],
      seeds: [0],
      engine: "wasm",
      threads: 1,
      out: `${folder}/out`,
      log: () => {},
    });
    deepStrictEqual(
      rows.map(({ data, cellType, genes, published }) => [data, cellType, genes, published]),
      [
        ["small.npz", "E065", 30, 0.76],
        ["small.npz", "E004", 30, 0.81],
      ],
    );
    for (const { ours } of rows) {
      deepStrictEqual(Object.keys(ours).sort(), [
        "deepchrome",
        "ridge with squares and products",
        "waka3 with the panel",
        "waka3 without the panel",
      ]);
      ok(ours["ridge with squares and products"]!.auroc > 0.9);
      for (const { auroc, standardError } of Object.values(ours)) {
        ok(auroc >= 0 && auroc <= 1 && standardError < 0.2);
      }
    }
  });
});

Deno.test("a cell type that DeepChrome does not have has no published figure", () => {
  const row: AurocRow = {
    data: "a.npz",
    cellType: "HeLa",
    genes: 1234,
    ours: { deepchrome: { auroc: 0.81234, standardError: 0.0123 } },
  };
  deepStrictEqual(formatAuroc([]), []);
  match(formatAuroc([row]).at(-1)!, /\| HeLa +\| a\.npz \| 1,234 +\| +\| 0\.812 ± 0\.012 \|/);
});
