import { ok } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { summariseDataset } from "../../src/data/mod.ts";
import { multiqcFiles } from "../../src/report/multiqc.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";

Deno.test("names with markup put none into MultiQC's page", () => {
  const { train } = simulateColumns({ cellTypes: 1, genes: 20 });
  const marks = train.record.marks.map((mark) => `${mark}<b onload="x">`);
  const record = { ...train.record, marks };
  const cellTypes = ['<img src=x onerror="alert(1)">'];
  const data = summariseDataset(new Dataset({ ...train, record, cellTypes }));
  for (const { path, content } of multiqcFiles({ name: "a.npz", data }, { key: "<i>a" })) {
    ok(!/[<>]/.test(String(content)), path);
    ok(!JSON.stringify(JSON.parse(String(content))).includes('\\"'), path);
  }
});
