import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { readEvents } from "../helpers/events.ts";
import { checkpointsIn, kill, startUntilCheckpoint } from "./_resume.ts";

const KILLS = 20;
/** Epochs of a few dozen milliseconds, and checkpoints all the time. */
const TRAIN =
  "--preset experiment2 --epochs 60 --batch-size 50 --seed 5 --engine wasm --checkpoint-minutes 0.0001"
    .split(" ");

async function digestOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Lets a command run until it has written a checkpoint and some more time has passed, then kills it. */
async function killInTheMiddle(args: readonly string[], directory: string, delayMs: number) {
  const before = checkpointsIn(directory).at(-1);
  const child = taskCommand("train", args, { stdout: "null", stderr: "null" }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended && checkpointsIn(directory).at(-1) === before) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (!ended) child.kill("SIGKILL");
  const { signal } = await child.status;
  return signal === "SIGKILL";
}

Deno.test("a run that is killed repeatedly ends with the same bits as an uninterrupted one", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    strictEqual((await runTask("train", ...TRAIN, "--out", alone)).code, 0);
    const random = new RandomStream(deriveKey(11, "kills"));
    let kills = 0;
    for (let i = 0; i < KILLS; i++) {
      const args = i === 0 ? [...TRAIN, "--out", killed] : ["--resume", killed];
      if (await killInTheMiddle(args, killed, random.below(60))) kills++;
      else break;
    }
    strictEqual(kills, KILLS, "it ended before it was killed often enough");
    const last = await runTask("train", "--resume", killed);
    strictEqual(last.code, 0, last.stderr);
    match(last.stdout, /Resuming/);
    const weights = "model/weights.bin";
    strictEqual(await digestOf(`${killed}/${weights}`), await digestOf(`${alone}/${weights}`));
    deepStrictEqual(filesIn(killed), filesIn(alone));
  });
});

Deno.test("one run at a time writes to a directory, and an unfinished run does not restart by accident", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const args = [...TRAIN, "--epochs", "2000", "--out", out];
    const child = await startUntilCheckpoint("train", args, { directory: out });
    const second = await runTask("train", "--resume", out);
    strictEqual(second.code, 1);
    match(second.stderr, /another run is writing there/);
    const beside = await runTask("train", ...TRAIN, "--out", out);
    match(beside.stderr, /another run is writing there/);
    child.kill("SIGINT");
    strictEqual((await child.status).code, 130);
    const again = await runTask("train", ...TRAIN, "--out", out);
    strictEqual(again.code, 1);
    match(again.stderr, /holds an unfinished run. Resume it with --resume/);
    const other = await runTask("crossval", "--resume", out);
    match(other.stderr, /started with train/);
    const nothing = await runTask("train", "--resume", directory);
    match(nothing.stderr, /it holds no unfinished run/);
    const changed = await runTask("train", "--resume", out, "--epochs", "3");
    strictEqual(changed.code, 2);
    match(changed.stderr, /'--resume <dir>' cannot be used with option '--epochs <n>'/);
    const command = `${out}/checkpoints/command.json`;
    await Deno.writeTextFile(command, '{"command": "train", "flags": {"data": {"then": 3}}}');
    const hostile = await runTask("train", "--resume", out);
    strictEqual(hostile.code, 1);
    match(
      hostile.stderr,
      /^error: Cannot resume: flag data is \{"then":3\}, which this command does not take \(.*command\.json\)\n$/,
    );
  });
});

Deno.test("neither a mistake in the flags of a replacing run nor a mistaken resume destroys anything", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const data = `${directory}/train.npz`;
    await Deno.copyFile("fixtures/train.npz", data);
    const args = [...TRAIN, "--epochs", "2000", "--data", data, "--out", out];
    await kill(await startUntilCheckpoint("train", args, { directory: out }));
    const kept = filesIn(out).filter((name) => !name.endsWith(".part"));
    const mistaken = ["--data", "typo.npz", "--out", out, "--overwrite"];
    const typo = await runTask("train", ...TRAIN, ...mistaken);
    strictEqual(typo.code, 1);
    await Deno.rename(data, `${data}.away`);
    strictEqual((await runTask("train", "--resume", out)).code, 1);
    deepStrictEqual(filesIn(out), kept);
  });
});

Deno.test("a resumed run keeps the curves of its earlier epochs, and a signal that arrives twice counts once", async () => {
  await withDirectory(async (directory) => {
    const [out, events] = [`${directory}/run`, `${directory}/events`];
    const args = [...TRAIN, "--checkpoint-minutes", "9", "--tensorboard", events, "--out", out];
    const child = await startUntilCheckpoint("train", args, { directory: out });
    child.kill("SIGINT");
    child.kill("SIGTERM");
    ok([130, 143].includes((await child.status).code));
    ok(filesIn(out).includes("model/weights.bin"));
    strictEqual((await runTask("train", "--resume", out)).code, 0);
    const files = filesIn(events);
    strictEqual(files.length, 1);
    const losses = readEvents(await Deno.readFile(`${events}/${files[0]}`)).get("loss/train")!;
    deepStrictEqual(losses.map(([step]) => step), Array.from({ length: 60 }, (_, i) => i + 1));
  });
});

Deno.test("a cross-validation is resumed where it was killed, to the same bits", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    const args = [...TRAIN, "--epochs", "4", "--folds", "3", "--threads", "2"];
    strictEqual((await runTask("crossval", ...args, "--out", alone)).code, 0);
    const whole = [...args, "--out", killed];
    await kill(await startUntilCheckpoint("crossval", whole, { directory: killed }));
    const last = await runTask("crossval", "--resume", killed);
    strictEqual(last.code, 0, last.stderr);
    const finished = await runTask("crossval", "--resume", killed);
    strictEqual(finished.code, 1);
    match(
      finished.stderr,
      /its run of crossval is finished; the results are in .*killed\//,
    );
    const metrics = (run: string) => Deno.readTextFile(`${run}/metrics.json`);
    strictEqual(await metrics(killed), await metrics(alone));
  });
});
