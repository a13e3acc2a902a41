/** An explanation in units: several processes end with the files of one. */

import { match, ok, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const DATA = "fixtures/train.npz";

/** Trains a small ensemble. */
async function trainIn(directory: string): Promise<string> {
  const run = `${directory}/run`;
  const args = ["--data", DATA, "--preset", "experiment1", "--epochs", "1", "--ensemble", "2"];
  const { code, stderr } = await runTask("train", ...args, "--engine", "wasm", "--out", run);
  strictEqual(code, 0, stderr);
  return run;
}

Deno.test("an explanation in units ends with the files of one process, q-values included", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory);
    const how = ["--method", "input-x-gradient", "--null", "matched", "--format", "parquet"];
    const args = ["explain", run, "--data", DATA, ...how];
    const { plan, out, units } = await doPlan(directory, args, { perUnit: 2 });
    // 600 samples are three blocks: two units, and one of the null.
    strictEqual(units, 3);
    await compareResults(directory, { args, out });
    const again = await runTask("gather", "--plan", plan);
    match(again.stdout, /is gathered already/);
  });
});

Deno.test("an explanation is gathered again where it was killed, and another one is not replaced", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory);
    const how = ["--genes", "ENSG00000101044,ENSG00000274355", "--baseline", "matched"];
    const args = ["explain", run, "--data", DATA, ...how];
    const [plan, out] = [`${directory}/plan`, `${directory}/gathered`];
    const planned = await runTask("plan", "--plan", plan, ...args, "--out", out);
    strictEqual(planned.code, 0, planned.stderr);
    match(planned.stdout, /Planned: explain in 1 unit,/);
    const other = ["--genes", "ENSG00000101044", "--method", "gradient", "--out", out];
    strictEqual((await runTask("explain", run, "--data", DATA, ...other)).code, 0);
    strictEqual((await runTask("work", "--plan", plan, "--unit", "1")).code, 0);
    const before = await Deno.readTextFile(`${out}/explain.json`);
    for (let tries = 0; tries < 2; tries++) {
      const { code, stderr } = await runTask("gather", "--plan", plan);
      strictEqual(code, 1);
      match(stderr, /already holds an explanation/);
      strictEqual(await Deno.readTextFile(`${out}/explain.json`), before);
    }
    await Deno.remove(out, { recursive: true });
    strictEqual((await runTask("gather", "--plan", plan)).code, 0);
    // As if it had been killed when all was written, before the end was recorded.
    const { plan: id } = JSON.parse(await Deno.readTextFile(`${plan}/gathered.json`));
    const started = JSON.stringify({ plan: id, state: "started", files: [] });
    await Deno.writeTextFile(`${plan}/gathered.json`, started);
    const again = await runTask("gather", "--plan", plan);
    strictEqual(again.code, 0, again.stderr);
    match(again.stdout, /All was written to .* already/);
    await compareResults(directory, { args, out });
  });
});

Deno.test("the arithmetic names the engine once, and the null has a time, by which its jobs have a limit", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory);
    const explain = ["explain", run, "--data", DATA, "--engine", "wasm", "--null"];
    for (const kind of ["matched", "labels"]) {
      const plan = `${directory}/${kind}`;
      const place = ["--plan", plan, "--slurm"];
      const args = [...explain, kind, "--out", `${directory}/x`];
      const { code, stdout, stderr } = await runTask("plan", ...place, ...args);
      strictEqual(code, 0, stderr);
      match(stdout, /^Arithmetic: wasm, (?:no )?fused multiply-add$/m);
      match(stdout, /^Expected: \d.* in all/m);
      match(await Deno.readTextFile(`${plan}/slurm/units.sbatch`), /^#SBATCH --time=/m);
      const [first] = (await Deno.readTextFile(`${plan}/units.jsonl`)).split("\n");
      const unit = JSON.parse(first!);
      strictEqual(unit.id, "null");
      ok(unit.seconds >= 1, String(unit.seconds));
    }
  });
});

Deno.test("flags that the method does not use are refused when the work is planned", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory);
    const args = ["explain", run, "--data", DATA, "--method", "gradient", "--steps", "3"];
    const place = ["--plan", `${directory}/plan`];
    const { code, stderr } = await runTask("plan", ...place, ...args, "--out", `${directory}/x`);
    strictEqual(code, 1);
    match(stderr, /Cannot use --steps with --method gradient/);
  });
});

Deno.test("a file of genes that was changed after the plan is refused by units and by the gathering", async () => {
  await withDirectory(async (directory) => {
    const [run, plan, genes] = [
      await trainIn(directory),
      `${directory}/plan`,
      `${directory}/genes`,
    ];
    await Deno.writeTextFile(genes, "ENSG00000101044\n");
    const args = ["explain", run, "--data", DATA, "--genes", genes, "--out", `${directory}/out`];
    strictEqual((await runTask("plan", "--plan", plan, ...args)).code, 0);
    const unit = ["work", "--plan", plan, "--unit", "1"] as const;
    strictEqual((await runTask(...unit)).code, 0);
    await Deno.writeTextFile(genes, "ENSG00000274355\n");
    const changed = /Cannot use .*genes \(genes\) of the plan: found .*, expected .*SHA/;
    match((await runTask("gather", "--plan", plan)).stderr, changed);
    await Deno.remove(`${plan}/units`, { recursive: true });
    match((await runTask(...unit)).stderr, changed);
  });
});
