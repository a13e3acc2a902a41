/** Results of the benchmark over versions. */

import { runTask } from "../helpers/command.ts";
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { pathToFileURL } from "node:url";
import {
  formatAgainst,
  formatHistory,
  keepResult,
  type KeptResult,
  readResults,
} from "./results.ts";

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
  match(table, /\| training, 2 threads +\| +\| 2\.00× +\|/);
});

const row = (figure: string, threads: number, ours: number) => (
  {
    figure,
    unit: "samples/s",
    threads,
    ours,
    peer: "PyTorch",
    theirs: 100,
    ratio: ours / 100,
  } as const
);

Deno.test("figures that were not measured again stay, on the same machine", async () => {
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/results/`);
  const rows = [row("a", 1, 100), row("a", 2, 150), row("b", 1, 10)];
  await keepResult({ ...RESULT, rows, disturbed: ["a, 1", "b, 1"] }, folder);
  const again = { ...RESULT, rows: [row("a", 1, 120)], date: "2026-12-09" };
  await keepResult(again, folder);
  const [kept, ...others] = await readResults(folder);
  strictEqual(others.length, 0);
  strictEqual(kept!.date, "2026-12-09");
  deepStrictEqual(
    kept!.rows.map(({ figure, threads, ours }) => [figure, threads, ours]),
    [["a", 2, 150], ["b", 1, 10], ["a", 1, 120]],
  );
  deepStrictEqual(kept!.disturbed, ["b, 1"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a result is compared with that of another version on the same machine", () => {
  const before = { ...RESULT, rows: [row("a", 1, 50), row("c", 1, 5)] };
  const now = { ...RESULT, rows: [row("a", 1, 200), row("b", 1, 10)] };
  const options = { version: "0.9.0", results: [before] };
  const table = formatAgainst(now, options);
  match(table, /\| a +\| 1 +\| 50 +\| 200 +\| 4× +\| 0\.5× +\| 2× +\|/);
  strictEqual(table.split("\n").length, 3);
  const elsewhere = { ...now, machine: { cpu: "Another", cores: 2 } };
  match(formatAgainst(elsewhere, options), /No result of version 0\.9\.0/);
  const time = { ...row("d", 1, 20), unit: "µs", ratio: 5 } as const;
  const slower = { ...time, ours: 40, ratio: 2.5 };
  match(
    formatAgainst({ ...RESULT, rows: [slower] }, {
      ...options,
      results: [{ ...RESULT, rows: [time] }],
    }),
    /\| d +\| 1 +\| 20 +\| 40 +\| 0\.5× +\|/,
  );
});

Deno.test("a result that cannot be kept is refused before anything is measured", async () => {
  for (const flags of [["--quick"], ["--ours", "."], ["--clock", "processor"], ["--load"]]) {
    const { code, stdout, stderr } = await runTask("bench", "--keep", ...flags);
    strictEqual(code, 1);
    strictEqual(stdout, "");
    match(
      stderr,
      /^error: Cannot keep the result: found --ours, --clock processor, --quick or --load/,
    );
  }
});
