/** Results of the benchmark over versions. */

import { deepStrictEqual, match } from "node:assert";
import { pathToFileURL } from "node:url";
import { formatHistory, keepResult, type KeptResult, readResults } from "./results.ts";

const RESULT: KeptResult = {
  version: "0.9.0",
  date: "2026-12-01",
  machine: { cpu: "A processor", cores: 2 },
  versions: { deno: "2.9.6", v8: "15" },
  engine: "wasm",
  rows: [{
    figure: "training",
    unit: "samples/s",
    threads: 2,
    ours: 200,
    peer: "PyTorch",
    theirs: 100,
    ratio: 2,
  }],
  disturbed: [],
};

Deno.test("one result is kept for each version and machine, and versions are in order", async () => {
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/results/`);
  await keepResult({ ...RESULT, version: "0.10.0" }, folder);
  await keepResult({ ...RESULT, date: "2026-11-01" }, folder);
  await keepResult(RESULT, folder);
  await keepResult({ ...RESULT, machine: { cpu: "Another", cores: 8 } }, folder);
  const kept = await readResults(folder);
  deepStrictEqual(
    kept.map(({ version, date, machine }) => [version, date, machine.cpu]),
    [
      ["0.9.0", "2026-12-01", "A processor"],
      ["0.9.0", "2026-12-01", "Another"],
      ["0.10.0", "2026-12-01", "A processor"],
    ],
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the history is a table of ratios, empty where a figure was not measured", () => {
  const table = formatHistory([{ ...RESULT, version: "0.8.0", rows: [] }, RESULT]);
  match(table, /\| training, 2 threads, to PyTorch +\| +\| 2\.00× +\|/);
});
