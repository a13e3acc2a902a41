/** Predictions in units: several processes end with the file of one. */

import { match, ok, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { endOf, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill } from "./_resume.ts";

const ENGINE = ["--engine", "wasm"];

async function trainIn(directory: string, ...args: string[]): Promise<string> {
  const run = `${directory}/run`;
  const data = ["--data", "fixtures/train.npz", "--epochs", "1", ...ENGINE, "--out", run];
  const { code, stderr } = await runTask("train", ...data, ...args);
  strictEqual(code, 0, stderr);
  return run;
}

Deno.test("predictions of an ensemble in units end with the table of one process", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory, "--preset", "experiment1", "--ensemble", "2");
    const args = ["predict", "--model", run, "--data", "fixtures/train.npz", ...ENGINE];
    const place = { perUnit: 250, out: `${directory}/gathered.tsv` };
    const { plan, out, units } = await doPlan(directory, args, place);
    strictEqual(units, 3);
    await compareResults(directory, { args, out });
    match((await runTask("gather", "--plan", plan)).stdout, /is gathered already/);
    await Deno.writeTextFile(out, "cell_type\tgene_id\n");
    const again = await runTask("gather", "--plan", plan);
    match(
      again.stderr,
      /it is there already\. .* plan again with one, or move \S+ away and gather again$/m,
    );
    strictEqual(await Deno.readTextFile(out), "cell_type\tgene_id\n");
  });
});

for (const name of ["gathered.tsv", "gathered.zarr"]) {
  Deno.test(`a gathering of ${name} that was killed replaces its own result, not what somebody else has put there`, async () => {
    await withDirectory(async (directory) => {
      const run = await trainIn(directory, "--preset", "experiment1");
      const args = ["predict", "--model", run, "--data", "fixtures/eval.npz", ...ENGINE];
      const [plan, out] = [`${directory}/plan`, `${directory}/${name}`];
      const gather = () => runTask("gather", "--plan", plan);
      strictEqual((await runTask("plan", "--plan", plan, ...args, "--out", out)).code, 0);
      strictEqual((await runTask("work", "--plan", plan, "--unit", "1")).code, 0);
      let kills = 0;
      for (let delay = 200; kills < 12; delay += 40) {
        const child = taskCommand("gather", ["--plan", plan], { stdout: "null", stderr: "null" })
          .spawn();
        if (await Promise.race([child.status.then(() => true), after(delay)])) break;
        await kill(child);
        kills++;
      }
      ok(kills > 0, "it was never killed");
      const last = await gather();
      strictEqual(last.code, 0, last.stderr);
      // As if it had been killed when the result had its name, before the end was recorded.
      const kept = JSON.parse(await Deno.readTextFile(`${plan}/gathered.json`));
      const write = (files: unknown) =>
        Deno.writeTextFile(
          `${plan}/gathered.json`,
          JSON.stringify({ ...kept, state: "started", files }),
        );
      await write(kept.files);
      const again = await gather();
      strictEqual(again.code, 0, again.stderr);
      await compareResults(directory, { args, out });
      // As if it had been killed before its result had a name, and another one was there by then.
      await write([]);
      const refused = await gather();
      strictEqual(refused.code, 1);
      match(refused.stderr, /it is there already/);
      await compareResults(directory, { args, out });
    });
  });
}

function after(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}

Deno.test("predictions of a model that reads a panel in units end with the folder of one process", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory, "--preset", "waka2");
    const args = ["predict", "--model", run, "--data", "fixtures/eval.npz", ...ENGINE];
    const place = { perUnit: 37, out: `${directory}/gathered.zarr` };
    const { out } = await doPlan(directory, args, place);
    await compareResults(directory, { args, out });
  });
});

Deno.test("searches and predictions of data that stay on disk are divided as others are", async () => {
  await withDirectory(async (directory) => {
    const [run, data, space] = ["run", "data.zarr", "space.json"].map((name) =>
      `${directory}/${name}`
    ) as [string, string, string];
    await trainIn(directory, "--preset", "experiment1");
    const converted = await runTask("convert", "--data", "fixtures/train.npz", "--out", data);
    strictEqual(converted.code, 0, converted.stderr);
    const stored = ["--data", data, "--memory", "100000", ...ENGINE];
    const predict = ["predict", "--model", run, ...stored];
    const place = { perUnit: 333, out: `${directory}/gathered.tsv` };
    const { out } = await doPlan(directory, predict, place);
    await compareResults(directory, { args: predict, out });
    const choices = { filters: [4], width: [4], blocks: [{ pool: [10] }], dense: [[], [2]] };
    await Deno.writeTextFile(space, JSON.stringify(choices));
    const how = ["--space", space, "--method", "grid", "--folds", "2", "--epochs", "1"];
    const search = ["search", ...stored, ...how, "--threads", "2"];
    const below = `${directory}/search`;
    const searched = await doPlan(below, search);
    strictEqual(searched.units, 2);
    await compareResults(below, { args: search, out: searched.out });
  });
});

Deno.test("a unit of predictions is refused where it would round differently, and standard output or no output when it is planned", async () => {
  await withDirectory(async (directory) => {
    const run = await trainIn(directory, "--preset", "experiment1");
    const predict = ["predict", "--model", run, "--data", "fixtures/eval.npz", ...ENGINE, "--out"];
    const place = ["--plan", `${directory}/plan`];
    const nowhere = await runTask("plan", ...place, ...predict.slice(0, -1));
    strictEqual(nowhere.code, 2);
    match(nowhere.stderr, /Cannot plan: found no --out, expected .* as --out predictions\.tsv$/m);
    const streamed = await runTask("plan", ...place, ...predict, "-");
    strictEqual(streamed.code, 1);
    match(streamed.stderr, /Cannot plan: --out is standard output/);
    const planned = await runTask("plan", ...place, ...predict, `${directory}/p.parquet`);
    strictEqual(planned.code, 0, planned.stderr);
    match(planned.stdout, /Planned: predict in 1 unit,/);
    const options = { noFusing: true };
    const other = await endOf(taskCommand("work", [...place, "--unit", "1"], options));
    // A processor that has no fused multiply-add cannot show the difference.
    if (other.code === 0) return;
    match(other.stderr, /Cannot do the unit: the others of its plan are computed with other arith/);
  });
});
