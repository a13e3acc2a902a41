import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parseTrials } from "../../src/search/mod.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { checkpointsIn, kill, startUntilCheckpoint } from "./_resume.ts";

const FILES = ["best.json", "ranking.csv", "search.json", "trials.jsonl"];
const SPACE = {
  filters: [4],
  blocks: [{ width: [4], pool: [10] }],
  dense: [[]],
  learningRate: { from: 0.001, to: 0.01, scale: "log" },
  batchSize: [25],
};

/** A random search of tiny models, and a file for its space. */
function searchArgs(directory: string, ...more: string[]): string[] {
  const space = `${directory}/space.json`;
  Deno.writeTextFileSync(space, JSON.stringify(SPACE));
  const what = ["--data", "fixtures/train.npz", "--space", space, "--folds", "2", "--seed", "3"];
  return [...what, "--engine", "wasm", "--threads", "2", ...more];
}

/** Trials that last about a second, and checkpoints all the time. */
const LONG = ["--trials", "2", "--epochs", "60", "--checkpoint-minutes", "0.0001"];

async function trialsOf(run: string) {
  const trials = parseTrials(await Deno.readTextFile(`${run}/trials.jsonl`));
  return trials.map((trial) => ({ ...trial, seconds: undefined }));
}

Deno.test("a search that is killed within a trial is resumed within it, to the same scores", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    const args = searchArgs(directory, ...LONG);
    strictEqual((await runTask("search", ...args, "--out", alone)).code, 0);
    const place = { directory: killed, part: "rung-1-trial-2/" };
    await kill(await startUntilCheckpoint("search", [...args, "--out", killed], place));
    strictEqual((await trialsOf(killed)).length, 1);
    const { code, stdout, stderr } = await runTask("search", "--resume", killed);
    strictEqual(code, 0, stderr);
    match(stdout, /Resuming after 1 finished trials/);
    match(stdout, /Resuming within trial 2, from its checkpoint/);
    deepStrictEqual(await trialsOf(killed), await trialsOf(alone));
    deepStrictEqual(filesIn(killed), FILES);
  });
});

Deno.test("a running search is locked, and restarts or changes only on request", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const args = searchArgs(directory, ...LONG, "--out", out);
    const refuse = async (message: RegExp, ...flags: string[]) => {
      const { code, stderr } = await runTask("search", ...flags);
      strictEqual(code, 1, stderr);
      match(stderr, message);
    };
    const child = await startUntilCheckpoint("search", [...args, "--epochs", "9000"], {
      directory: out,
    });
    await refuse(/another run is writing there/, "--resume", out);
    await refuse(/another run is writing there/, ...args, "--overwrite");
    await kill(child);
    await refuse(/already holds a search. Resume it with --resume/, ...args);
    await refuse(/epochs was 9000, is now 8/, "--resume", out, "--epochs", "8");
    const kept = checkpointsIn(out);
    ok(kept.length > 0);
    // A mistake costs nothing that is there.
    await refuse(/nothing\.npz/, ...args, "--overwrite", "--data", `${directory}/nothing.npz`);
    deepStrictEqual(checkpointsIn(out), kept);
    const other = await runTask("train", "--resume", out);
    match(other.stderr, /started with search/);
    const again = await runTask("search", ...args, "--overwrite", "--epochs", "1");
    strictEqual(again.code, 0, again.stderr);
    deepStrictEqual(filesIn(out), FILES);
  });
});

Deno.test("--resume needs no other flags, and --trials adds to a search that is finished", async () => {
  await withDirectory(async (directory) => {
    const [run, whole] = [`${directory}/run`, `${directory}/whole`];
    const args = searchArgs(directory, "--epochs", "1");
    strictEqual((await runTask("search", ...args, "--trials", "2", "--out", run)).code, 0);
    strictEqual((await runTask("search", ...args, "--trials", "4", "--out", whole)).code, 0);
    const again = await runTask("search", "--resume", run);
    strictEqual(again.code, 0, again.stderr);
    match(again.stdout, /Resuming after 2 finished trials/);
    ok(!/^trial /m.test(again.stdout));
    const more = await runTask("search", "--resume", run, "--trials", "4");
    strictEqual(more.code, 0, more.stderr);
    strictEqual(more.stdout.match(/^trial /gm)?.length, 2);
    deepStrictEqual(await trialsOf(run), await trialsOf(whole));
    // What it grew to is what it now is.
    match((await runTask("search", "--resume", run)).stdout, /Search: 4 trials on 2 folds/);
    deepStrictEqual(filesIn(run), FILES);
  });
});
