/** Command `plan` refuses places where no result can be, and units refuse what belongs to another. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { readPlan, writePlan } from "../../src/cluster/plan_file.ts";
import { takeLock } from "../../src/files/lock.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--engine", "wasm"];
const CROSSVAL = ["crossval", ...QUICK, "--epochs", "1", "--folds", "2"];

Deno.test("a result among the plan's own files is refused, one in its folder result is not", async () => {
  await withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    const planInto = (out: string) => runTask("plan", "--plan", plan, ...CROSSVAL, "--out", out);
    for (const out of [plan, `${plan}/`, `${plan}/units`, `${plan}/results`, `${plan}/x/../y/z`]) {
      const { code, stderr } = await planInto(out);
      strictEqual(code, 1, out);
      match(
        stderr,
        /--out .* is in the plan's own folder .*, expected another folder, or .*result/,
      );
    }
    strictEqual(filesIn(directory).length, 0);
    const { code, stderr } = await planInto(`${plan}/result`);
    strictEqual(code, 0, stderr);
    const place = ["--plan", `${directory}/other`];
    const beside = await runTask(
      "plan",
      ...place,
      ...CROSSVAL,
      "--out",
      `${directory}/other-result`,
    );
    strictEqual(beside.code, 0, beside.stderr);
  });
});

Deno.test("a file where a folder is to be written is said to be one, with --overwrite, too", async () => {
  await withDirectory(async (directory) => {
    const [plan, out] = [`${directory}/plan`, `${directory}/file`];
    await Deno.writeTextFile(out, "mine\n");
    const search = ["search", "--data", "fixtures/train.npz", "--engine", "wasm"];
    for (
      const words of [CROSSVAL, search, [...CROSSVAL, "--overwrite"], [...search, "--overwrite"]]
    ) {
      const { code, stderr } = await runTask("plan", "--plan", plan, ...words, "--out", out);
      strictEqual(code, 1, stderr);
      match(stderr, /Cannot write to .*file: it is a file, expected a folder or a new name$/m);
    }
    strictEqual(await Deno.readTextFile(out), "mine\n");
  });
});

Deno.test("two plans do not write to one folder at the same time, and one that was killed leaves nothing in the way", async () => {
  await withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    const planNow = () => runTask("plan", "--plan", plan, ...CROSSVAL, "--out", `${directory}/out`);
    const lock = await takeLock(`${plan}/plan.lock`);
    const refused = await planNow();
    strictEqual(refused.code, 1);
    match(
      refused.stderr,
      /plan: another plan is being written there now, expected another --plan$/m,
    );
    deepStrictEqual(filesIn(plan), ["plan.lock"]);
    // As a process leaves it that is killed.
    await lock!.release({ remove: false });
    const both = await Promise.all([planNow(), planNow()]);
    deepStrictEqual(both.map(({ code }) => code).sort(), [0, 1]);
    const loser = both.find(({ code }) => code === 1)!;
    match(loser.stderr, /another plan is being written there now|holds files already/);
    deepStrictEqual(filesIn(plan).sort(), ["plan.json", "units.jsonl"]);
    const work = await runTask("work", "--plan", plan, "--unit", "1");
    strictEqual(work.code, 0, work.stderr);
  });
});

Deno.test("a plan that another version made is neither done nor gathered", async () => {
  await withDirectory(async (directory) => {
    const [own, other] = [`${directory}/own`, `${directory}/other`];
    const out = `${directory}/out`;
    const planned = await runTask("plan", "--plan", own, ...CROSSVAL, "--out", out);
    strictEqual(planned.code, 0, planned.stderr);
    const { units, id: _, ...head } = await readPlan(own);
    await writePlan(other, { ...head, version: "0.0.7" }, units);
    const message =
      /version 0\.0\.7 of histone made it, expected \S+, which runs here\. .*: use that one, or plan again/;
    const work = await runTask("work", "--plan", other, "--unit", "1");
    strictEqual(work.code, 1);
    match(work.stderr, message);
    for (const unit of ["1", "2"]) {
      strictEqual((await runTask("work", "--plan", own, "--unit", unit)).code, 0);
    }
    const gather = await runTask("gather", "--plan", other);
    strictEqual(gather.code, 1);
    match(gather.stderr, message);
    strictEqual(filesIn(directory).some((name) => name.startsWith("out")), false);
    deepStrictEqual(Array.from(Deno.readDirSync(other), ({ name }) => name).sort(), [
      "plan.json",
      "units.jsonl",
    ]);
  });
});

Deno.test("a part that is in another unit's folder is refused, with the folder to remove", async () => {
  await withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    const place = ["--plan", plan];
    const planned = await runTask("plan", ...place, ...CROSSVAL, "--out", `${directory}/out`);
    strictEqual(planned.code, 0, planned.stderr);
    const work = () => runTask("work", ...place, "--unit", "1");
    strictEqual((await runTask("work", ...place, "--unit", "2")).code, 0);
    await Deno.mkdir(`${plan}/units/fold1`);
    const [own, other] = [1, 2].map((fold) => `${plan}/units/fold${fold}/part.checkpoint`);
    await Deno.copyFile(other!, own!);
    const { code, stderr } = await work();
    strictEqual(code, 1);
    match(
      stderr,
      /fold1\/part\.checkpoint: found model 2, expected model 1\. Remove the folder .*units\/fold1, and do unit 1 again/,
    );
    await Deno.remove(`${plan}/units/fold1`, { recursive: true });
    strictEqual((await work()).code, 0);
    // As a version left it that did not look.
    const kept = await Deno.readFile(own!);
    const [doneFile, otherDone] = [1, 2].map((fold) => `${plan}/units/fold${fold}/done.json`);
    const done = await Deno.readTextFile(doneFile!);
    const { files } = JSON.parse(await Deno.readTextFile(otherDone!));
    await Deno.copyFile(other!, own!);
    await Deno.writeTextFile(doneFile!, JSON.stringify({ ...JSON.parse(done), files }));
    const refused = await runTask("gather", ...place);
    strictEqual(refused.code, 1);
    match(refused.stderr, /found model 2, expected model 1\. Remove the folder .*units\/fold1,/);
    await Deno.writeFile(own!, kept);
    await Deno.writeTextFile(doneFile!, done);
    const gathered = await runTask("gather", ...place);
    strictEqual(gathered.code, 0, gathered.stderr);
  });
});
