/** What can happen to a plan: nodes that die, two workers on one unit, files that were changed, a full disk, clocks apart. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import {
  type CommandResult,
  endOf,
  filesIn,
  runTask,
  taskCommand,
  withDirectory,
} from "../helpers/command.ts";
import { compareResults } from "../helpers/cluster.ts";
import { testIf } from "../helpers/require.ts";
import { canMountSmallDisk, withSmallDisk } from "../helpers/small_disk.ts";
import { checkpointsIn, kill } from "./_resume.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
/** Epochs of a few dozen milliseconds, and checkpoints all the time. */
const LONG =
  "--preset experiment2 --epochs 60 --batch-size 50 --seed 5 --engine wasm --checkpoint-minutes 0.0001"
    .split(" ");

/** Plans an ensemble, which must succeed. */
async function planEnsemble(
  directory: string,
  args: readonly string[],
  { members = 2, name = "plan" } = {},
): Promise<{ readonly plan: string; readonly out: string; readonly args: readonly string[] }> {
  const [plan, out] = [`${directory}/${name}`, `${directory}/gathered`];
  const train = ["train", ...args, "--ensemble", String(members)];
  const { code, stderr } = await runTask("plan", "--plan", plan, ...train, "--out", out);
  strictEqual(code, 0, stderr);
  return { plan, out, args: train };
}

async function work(plan: string, unit: number): Promise<CommandResult> {
  return await runTask("work", "--plan", plan, "--unit", String(unit));
}

async function workAll(plan: string, units: number): Promise<void> {
  for (let unit = 1; unit <= units; unit++) {
    const { code, stderr } = await work(plan, unit);
    strictEqual(code, 0, stderr);
  }
}

/** Expects that a command fails with this message. */
async function refused(task: string, args: readonly string[], message: RegExp): Promise<void> {
  const { code, stderr } = await runTask(task, ...args);
  match(stderr, message);
  strictEqual(code, 1);
}

Deno.test("a plan that was edited by hand is refused, and no unit of it is done", async () => {
  await withDirectory(async (directory) => {
    const { plan } = await planEnsemble(directory, QUICK);
    const changes = [["plan.json", '"epochs": 1', '"epochs": 2'], [
      "units.jsonl",
      '"part":[0,1]',
      '"part":[1,2]',
    ]] as const;
    for (const [name, from, to] of changes) {
      const file = `${plan}/${name}`;
      const text = await Deno.readTextFile(file);
      ok(text.includes(from), `${name} lacks ${from}`);
      await Deno.writeTextFile(file, text.replace(from, to));
      const message = new RegExp(`${name} is not as deno task plan wrote it`);
      await refused("work", ["--plan", plan, "--unit", "1"], message);
      await refused("gather", ["--plan", plan], message);
      await Deno.writeTextFile(file, text);
    }
    // What a gathering that was killed has added is not known yet: it is left out.
    const units = await Deno.readTextFile(`${plan}/units.jsonl`);
    await Deno.writeTextFile(`${plan}/units.jsonl`, `${units}{"unit":3}\n`);
    await refused("work", ["--plan", plan, "--unit", "3"], /the plan has 2, expected a number/);
    deepStrictEqual(filesIn(plan), ["plan.json", "units.jsonl"]);
  });
});

Deno.test("gathering names the units that are missing, and refuses those of another plan, changed files and other inputs", async () => {
  await withDirectory(async (directory) => {
    const data = `${directory}/train.npz`;
    await Deno.copyFile("fixtures/train.npz", data);
    const ours = await planEnsemble(directory, [...QUICK, "--data", data], { members: 3 });
    const other = await planEnsemble(directory, [...QUICK, "--data", data, "--seed", "8"], {
      name: "other",
    });
    await workAll(other.plan, 1);
    strictEqual((await work(ours.plan, 2)).code, 0);
    const gather = ["--plan", ours.plan];
    const missing =
      /2 of 3 units are not done: 1, 3, expected all of them\. Do one: deno task work /;
    await refused("gather", gather, missing);
    await Deno.rename(`${other.plan}/units/member1`, `${ours.plan}/units/member1`);
    await refused("gather", gather, /units\/member1: it was made for another plan/);
    await refused("work", [...gather, "--unit", "1"], /it was made for another plan/);
    await Deno.remove(`${ours.plan}/units/member1`, { recursive: true });
    await workAll(ours.plan, 3);
    const file = `${ours.plan}/units/member3/part.checkpoint`;
    const bytes = await Deno.readFile(file);
    await Deno.writeFile(file, bytes.with(bytes.length - 40, bytes.at(-40)! ^ 1));
    await refused("gather", gather, /part\.checkpoint: found .* bytes, SHA-256 \w+…, expected/);
    await Deno.remove(file);
    await refused("gather", gather, /part\.checkpoint: it is missing, expected/);
    await Deno.writeFile(file, bytes);
    await Deno.copyFile("fixtures/eval.npz", data);
    await refused(
      "gather",
      gather,
      /train\.npz \(--data\) is not the file that the run was started/,
    );
    await Deno.remove(`${ours.plan}/units/member1`, { recursive: true });
    await refused("work", [...gather, "--unit", "1"], /is not the file that the run was started/);
    await Deno.copyFile("fixtures/train.npz", data);
    await workAll(ours.plan, 1);
    strictEqual((await runTask("gather", ...gather)).code, 0);
    await compareResults(directory, ours);
  });
});

Deno.test("a model that training starts from is refused if it was changed after the plan", async () => {
  await withDirectory(async (directory) => {
    const from = `${directory}/from`;
    const trainFrom = async (...flags: readonly string[]) => {
      const args = ["--data", "fixtures/train.npz", ...QUICK, "--out", from, ...flags];
      strictEqual((await runTask("train", ...args)).code, 0);
    };
    await trainFrom();
    const flags = ["--from", from, "--data", "fixtures/train.npz", "--epochs", "1"];
    const { plan } = await planEnsemble(directory, [...flags, "--engine", "wasm"]);
    await workAll(plan, 2);
    await trainFrom("--seed", "9", "--overwrite");
    const message =
      /from\/model \(--from\) is not the file that the run was started with.*plan again/;
    await refused("gather", ["--plan", plan], message);
    await Deno.remove(`${plan}/units/member1`, { recursive: true });
    await refused("work", ["--plan", plan, "--unit", "1"], message);
  });
});

Deno.test("two workers on one unit: the second is refused; the first is killed repeatedly, and the unit ends with the same bits", async () => {
  await withDirectory(async (directory) => {
    const ours = await planEnsemble(directory, LONG);
    const { plan } = ours;
    const folder = `${plan}/units/member1`;
    const start = () =>
      taskCommand("work", ["--plan", plan, "--unit", "1"], { stdout: "null", stderr: "null" })
        .spawn();
    for (let kills = 0; kills < 4; kills++) {
      const before = checkpointsIn(folder).at(-1);
      const child = start();
      while (checkpointsIn(folder).at(-1) === before) await soon();
      if (kills === 0) {
        await refused("work", ["--plan", plan, "--unit", "1"], /another process works/);
      }
      await kill(child);
    }
    strictEqual(filesIn(folder).includes("done.json"), false);
    const child = start();
    const before = checkpointsIn(folder).at(-1);
    while (checkpointsIn(folder).at(-1) === before) await soon();
    child.kill("SIGUSR2");
    // With this code Grid Engine starts the job again.
    strictEqual((await child.status).code, 99);
    const last = await work(plan, 1);
    match(last.stdout, /Resuming .*member1\n/);
    strictEqual(last.code, 0, last.stderr);
    match((await work(plan, 1)).stdout, /Unit 1 of 2 \(member 1 of 2\) is done already: skipped/);
    // As if the node had died before it could say that the unit is done: nothing is trained again.
    await Deno.remove(`${folder}/done.json`);
    const again = await work(plan, 1);
    strictEqual(again.code, 0, again.stderr);
    strictEqual(/epoch/.test(again.stdout), false, again.stdout);
    deepStrictEqual(filesIn(folder), ["done.json", "part.checkpoint"]);
    strictEqual((await work(plan, 2)).code, 0);
    await Deno.writeTextFile(`${folder}/part.checkpoint.0123abcd.part`, "cut");
    strictEqual((await runTask("gather", "--plan", plan)).code, 0);
    await compareResults(directory, ours);
  });
});

Deno.test("a node that dies while it gathers loses nothing, and clocks that differ do not matter", async () => {
  await withDirectory(async (directory) => {
    const ours = await planEnsemble(directory, QUICK);
    const { plan, out } = ours;
    await workAll(plan, 2);
    // One machine's clock is in the year 2001, the other's in 2100.
    for (const [i, file] of filesIn(plan).entries()) {
      const time = new Date(i % 2 === 0 ? "2001-01-01" : "2100-01-01");
      await Deno.utime(`${plan}/${file}`, time, time);
    }
    let kills = 0;
    for (let delay = 150; kills < 12; delay += 40) {
      const child = taskCommand("gather", ["--plan", plan], { stdout: "null", stderr: "null" })
        .spawn();
      const isOver = await Promise.race([child.status.then(() => true), after(delay)]);
      if (isOver) break;
      await kill(child);
      kills++;
    }
    ok(kills > 0, "it was never killed");
    const last = await runTask("gather", "--plan", plan);
    strictEqual(last.code, 0, last.stderr);
    match((await runTask("gather", "--plan", plan)).stdout, /is gathered already/);
    strictEqual(filesIn(out).some((name) => /checkpoint|\.part$|lock/.test(name)), false);
    await compareResults(directory, ours);
    // A result that somebody has changed is not taken for the plan's, and is not replaced without being asked.
    await Deno.writeTextFile(`${out}/metrics.json`, "{}");
    await refused("gather", ["--plan", plan], /it already holds a run/);
  });
});

Deno.test("a plan that was killed is made again, and a run that is in the place of its result stays unless it may be replaced", async () => {
  await withDirectory(async (directory) => {
    const [plan, out] = [`${directory}/plan`, `${directory}/gathered`];
    const train = ["train", ...QUICK, "--ensemble", "2", "--out", out];
    const child = taskCommand("plan", ["--plan", plan, ...train], {
      stdout: "null",
      stderr: "null",
    }).spawn();
    while (!await Deno.stat(`${plan}/survey/checkpoints`).then(() => true, () => false)) {
      await soon();
    }
    await kill(child);
    const again = await runTask("plan", "--plan", plan, ...train);
    strictEqual(again.code, 0, again.stderr);
    deepStrictEqual(filesIn(plan), ["plan.json", "units.jsonl"]);
    await workAll(plan, 2);
    // It came there after the plan was made.
    strictEqual((await runTask("train", ...QUICK, "--seed", "5", "--out", out)).code, 0);
    const before = await Deno.readTextFile(`${out}/metrics.json`);
    for (let i = 0; i < 2; i++) {
      await refused("gather", ["--plan", plan], /gathered: it already holds a run/);
    }
    strictEqual(await Deno.readTextFile(`${out}/metrics.json`), before);
    const other = `${directory}/other`;
    await refused("plan", ["--plan", other, ...train], /gathered: it already holds a run/);
    const may = await runTask("plan", "--plan", other, ...train, "--overwrite");
    strictEqual(may.code, 0, may.stderr);
    await workAll(other, 2);
    const gathered = await runTask("gather", "--plan", other);
    strictEqual(gathered.code, 0, gathered.stderr);
    await compareResults(directory, { args: train.slice(0, -2), out });
  });
});

Deno.test("machines with other arithmetic are refused, in words", async () => {
  await withDirectory(async (directory) => {
    const { plan } = await planEnsemble(directory, QUICK);
    const noFusing = { noFusing: true };
    const first = await endOf(taskCommand("work", ["--plan", plan, "--unit", "1"], noFusing));
    // A processor that has no fused multiply-add cannot show the difference.
    if (first.code === 0) return;
    match(first.stderr, /Cannot train a part: the others are computed with other arithmetic/);
    await workAll(plan, 2);
    const gathered = await endOf(taskCommand("gather", ["--plan", plan], noFusing));
    match(gathered.stderr, /computed with other arithmetic/);
    strictEqual(gathered.code, 1);
    const done = `${plan}/units/member2/done.json`;
    const text = await Deno.readTextFile(done);
    await Deno.writeTextFile(done, text.replace("fused multiply-add", "separate multiply and add"));
    await refused(
      "gather",
      ["--plan", plan],
      /unit 2 was computed with other arithmetic \(wasm, sep/,
    );
  });
});

Deno.test("a unit's folder that is half there is completed", async () => {
  await withDirectory(async (directory) => {
    const ours = await planEnsemble(directory, QUICK, { members: 3 });
    const { plan } = ours;
    // Of the first there is a folder, of the second a run without a checkpoint, of the third a part that is cut short.
    await Deno.mkdir(`${plan}/units/member1/checkpoints`, { recursive: true });
    await workAll(plan, 3);
    const checkpoints = `${plan}/units/member2/checkpoints`;
    await Deno.remove(`${plan}/units/member2`, { recursive: true });
    await Deno.mkdir(checkpoints, { recursive: true });
    await Deno.writeTextFile(`${checkpoints}/000001.checkpoint`, "HISTONE CHECKPOINT 2\ncut");
    const part = `${plan}/units/member3/part.checkpoint`;
    await Deno.truncate(part, 1000);
    await Deno.remove(`${plan}/units/member3/done.json`);
    const [, second, third] = [await work(plan, 1), await work(plan, 2), await work(plan, 3)];
    match(second!.stderr, /warning: Cannot read checkpoint: .*; the unit starts over/);
    match(third!.stderr, /warning: Cannot read checkpoint: .*; the unit starts over/);
    strictEqual((await runTask("gather", "--plan", plan)).code, 0);
    await compareResults(directory, ours);
  });
});

testIf(await canMountSmallDisk(), "small-disk", {
  name:
    "a full disk ends a unit and a gathering with a message; with space again both end as they would have",
  fn: () =>
    withSmallDisk(1, async (directory) => {
      const ours = await planEnsemble(directory, QUICK);
      const { plan } = ours;
      const fill = `${directory}/fill`;
      await fillUp(fill);
      await refused("work", ["--plan", plan, "--unit", "1"], /Cannot write .*(space|full)/i);
      await Deno.remove(fill);
      await workAll(plan, 2);
      await fillUp(fill);
      await refused("gather", ["--plan", plan], /Cannot write .*(space|full)/i);
      await Deno.remove(fill);
      strictEqual((await runTask("gather", "--plan", plan)).code, 0);
      await compareResults(directory, ours);
    }),
});

async function fillUp(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  for (const size of [65_536, 4096]) {
    try {
      while (true) await file.write(new Uint8Array(size));
    } catch {
      // It is full.
    }
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
