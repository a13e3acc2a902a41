/** Experiments in units: several processes end with the files of one. */

import { match, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const ARGS = ["experiments", "--data", "fixtures/train.npz", "--engine", "wasm", "--epochs", "1"];

Deno.test("experiments in units end with the files of one process", async () => {
  await withDirectory(async (directory) => {
    const args = [...ARGS, "--only", "experiment2,deepchrome,experiment1"];
    const { plan, out, units } = await doPlan(directory, args);
    strictEqual(units, 3);
    await compareResults(directory, { args, out });
    const again = await runTask("gather", "--plan", plan);
    match(again.stdout, /is gathered already/);
  });
});

Deno.test("experiments are gathered beside those that are there, and a unit of changed data is refused", async () => {
  await withDirectory(async (directory) => {
    const [plan, out, data] = ["plan", "table", "data.npz"].map((name) => `${directory}/${name}`);
    await Deno.copyFile("fixtures/train.npz", data!);
    const own = ["experiments", "--data", data!, ...ARGS.slice(3), "--out", out!];
    const first = await runTask("experiments", ...own.slice(1), "--only", "experiment1");
    strictEqual(first.code, 0, first.stderr);
    const place = ["--plan", plan!, "--per-unit", "2"];
    const only = ["--only", "experiment1,experiment2,experiment3"];
    const planned = await runTask("plan", ...place, ...own, ...only);
    strictEqual(planned.code, 0, planned.stderr);
    match(planned.stdout, /Planned: experiments in 2 units/);
    for (const unit of ["1", "2"]) {
      const { code, stderr } = await runTask("work", "--plan", plan!, "--unit", unit);
      strictEqual(code, 0, stderr);
    }
    const kept = await Deno.readTextFile(`${out}/experiments/experiment1.json`);
    const gathered = await runTask("gather", "--plan", plan!);
    strictEqual(gathered.code, 0, gathered.stderr);
    // It was there, with these settings and data, and is what one process would have left alone.
    strictEqual(await Deno.readTextFile(`${out}/experiments/experiment1.json`), kept);
    const table = JSON.parse(await Deno.readTextFile(`${out}/experiments.json`));
    strictEqual(table.length, 3);

    await Deno.copyFile("fixtures/eval.npz", data!);
    await Deno.remove(`${plan}/units`, { recursive: true });
    const changed = await runTask("work", "--plan", plan!, "--unit", "1");
    strictEqual(changed.code, 1);
    match(changed.stderr, /Cannot use .*data\.npz \(data\) of the plan: found .*, expected .*SHA/);
  });
});
