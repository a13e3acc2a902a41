/** A search in units: several processes end with the files of one. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const SPACE = {
  filters: [4],
  blocks: [{ width: [4], pool: [10, 200] }],
  dense: [[]],
  learningRate: [0.003, 0.01, 0.03, 0.001],
  batchSize: [25],
};

/** A search of tiny models, in which one trial is trained at a time. */
function searchArgs(directory: string, ...more: string[]): string[] {
  const space = `${directory}/space.json`;
  Deno.writeTextFileSync(space, JSON.stringify(SPACE));
  const what = ["--data", "fixtures/train.npz", "--space", space, "--folds", "2", "--seed", "3"];
  return ["search", ...what, "--engine", "wasm", "--threads", "2", ...more];
}

Deno.test("a search in units ends with the files of one process, those of trials that make no model included", async () => {
  await withDirectory(async (directory) => {
    const args = searchArgs(directory, "--method", "grid", "--epochs", "1");
    const { plan, out, units } = await doPlan(directory, args, { perUnit: 3 });
    // Four of the eight points make no model, so there are two units of three trials and one.
    strictEqual(units, 2);
    await compareResults(directory, { args, out });
    const lines = (await Deno.readTextFile(`${plan}/units.jsonl`)).trimEnd().split("\n");
    const [first] = lines.map((line) => JSON.parse(line));
    strictEqual(first.settings.rung, 1);
    strictEqual(first.makes[0], "trials.jsonl");
    strictEqual(first.seconds > 0, true);
    const again = await runTask("gather", "--plan", plan);
    match(again.stdout, /is gathered already/);
  });
});

Deno.test("a search with halving is planned rung by rung, to the files of one process", async () => {
  await withDirectory(async (directory) => {
    const args = searchArgs(directory, "--method", "grid", "--epochs", "4", "--halving", "2");
    const { plan, out, units } = await doPlan(directory, args);
    // Four trials, two of them for more epochs, one of them for all.
    strictEqual(units, 7);
    await compareResults(directory, { args, out });
    deepStrictEqual([...Deno.readDirSync(`${plan}/units`)].map(({ name }) => name).length, 7);
  });
});

Deno.test("a trial that is killed in its unit is resumed there, and gathering says what is missing", async () => {
  await withDirectory(async (directory) => {
    const long = ["--trials", "2", "--epochs", "60", "--checkpoint-minutes", "0.0001"];
    const args = searchArgs(directory, ...long);
    const [plan, out] = [`${directory}/plan`, `${directory}/gathered`];
    const planned = await runTask("plan", "--plan", plan, ...args, "--out", out);
    strictEqual(planned.code, 0, planned.stderr);
    const unit = ["--plan", plan, "--unit", "1"];
    const folder = `${plan}/units/rung1-trial${trialOf(plan, 1)}`;
    const place = { directory: folder, part: `rung-1-trial-${trialOf(plan, 1)}/` };
    await kill(await startUntilCheckpoint("work", unit, place));
    const early = await runTask("gather", "--plan", plan);
    strictEqual(early.code, 1);
    match(early.stderr, /2 of 2 units are not done: 1, 2/);
    const resumed = await runTask("work", ...unit);
    strictEqual(resumed.code, 0, resumed.stderr);
    match(resumed.stdout, /Resuming within trial \d, from its checkpoint/);
    deepStrictEqual(filesIn(folder).filter((name) => name.includes("checkpoint")), []);
    strictEqual((await runTask("work", "--plan", plan, "--unit", "2")).code, 0);
    strictEqual((await runTask("gather", "--plan", plan)).code, 0);
    await compareResults(directory, { args, out });
  });
});

function trialOf(plan: string, unit: number): number {
  const lines = Deno.readTextFileSync(`${plan}/units.jsonl`).trimEnd().split("\n");
  return JSON.parse(lines[unit - 1]!).settings.trials[0];
}

Deno.test("gathering does not replace another search, however often it is tried, and repairs its own", async () => {
  await withDirectory(async (directory) => {
    const args = searchArgs(directory, "--method", "grid", "--epochs", "1");
    const [plan, out] = [`${directory}/plan`, `${directory}/gathered`];
    strictEqual((await runTask("plan", "--plan", plan, ...args, "--out", out)).code, 0);
    for (const unit of ["1", "2", "3", "4"]) {
      const { code, stderr } = await runTask("work", "--plan", plan, "--unit", unit);
      strictEqual(code, 0, stderr);
    }
    const other = [...args.slice(1), "--seed", "9", "--out", out];
    strictEqual((await runTask("search", ...other)).code, 0);
    const before = await Deno.readTextFile(`${out}/search.json`);
    for (let tries = 0; tries < 3; tries++) {
      const { code, stderr } = await runTask("gather", "--plan", plan);
      strictEqual(code, 1);
      match(stderr, /already holds a search/);
      strictEqual(await Deno.readTextFile(`${out}/search.json`), before);
    }
    await Deno.remove(out, { recursive: true });
    const gathered = await runTask("gather", "--plan", plan);
    strictEqual(gathered.code, 0, gathered.stderr);
    // As if it had been killed after its first file, before the end of it was recorded.
    const record = JSON.parse(await Deno.readTextFile(`${plan}/gathered.json`));
    const started = JSON.stringify({ plan: record.plan, state: "started", files: [] });
    await Deno.writeTextFile(`${plan}/gathered.json`, started);
    await Deno.remove(`${out}/ranking.csv`);
    const repaired = await runTask("gather", "--plan", plan);
    strictEqual(repaired.code, 0, repaired.stderr);
    await compareResults(directory, { args, out });
  });
});
