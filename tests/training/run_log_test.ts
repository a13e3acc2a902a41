import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { listDirectory } from "../../src/files/file.ts";
import { decodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import type { EpochRecord, FitCheckpoint, RunCheckpoint } from "../../src/training/fit_types.ts";
import { withDirectory } from "../helpers/command.ts";

function makeRun(seed: number, epochs: number): RunCheckpoint {
  const history = Array.from({ length: epochs }, (_, i): EpochRecord => ({
    epoch: i + 1,
    loss: Math.fround(1 / (seed + i + 1)),
    validationLoss: i % 2 === 0 ? undefined : 0.5,
    seconds: 0.25,
    samplesPerSecond: 1000,
  }));
  const values = () => [Float32Array.of(seed, epochs, 3), Float32Array.of(-seed)];
  const state = {
    step: epochs,
    weights: values(),
    firstMoments: values(),
    secondMoments: values(),
  };
  return { state, history };
}

/** The checkpoint after an epoch of one of several runs that train one after another. */
function checkpointAt(run: number, epoch: number, epochs: number): FitCheckpoint {
  const finished = Array.from({ length: run }, (_, i): RunCheckpoint => ({
    ...makeRun(i, epochs),
    ...(i === 1 && { diverged: "its loss became NaN" }),
    ...(i === 2 && { geneEffects: { genes: ["a"], effects: [1] } }),
  }));
  return {
    identity: "runs",
    arithmetic: ["wasm"],
    group: [run, run + 1],
    epoch,
    position: 0,
    lossSums: [0],
    seconds: 0,
    runs: [...finished, makeRun(run, epoch)],
  };
}

function sizes(directory: string): { log: number; checkpoint: number } {
  const files = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  const size = (name: string) => Deno.statSync(`${directory}/${name}`).size;
  const logs = files.filter((name) => name.endsWith(".log"));
  strictEqual(logs.length, 1, String(files));
  return {
    log: size(logs[0]!),
    checkpoint: size(files.findLast((name) => name.endsWith(".checkpoint"))!),
  };
}

Deno.test("a checkpoint is as small after many epochs and members as at the start; the log grows evenly", async () => {
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    const found: { log: number; checkpoint: number }[] = [];
    for (let epoch = 1; epoch <= 60; epoch++) {
      await folder.save(checkpointAt(0, epoch, 60));
      found.push(sizes(directory));
    }
    ok(found[59]!.checkpoint <= found[0]!.checkpoint + 20, JSON.stringify([found[0], found[59]]));
    ok(found[59]!.log < 80 * found[0]!.log);
    for (let run = 1; run <= 40; run++) await folder.save(checkpointAt(run, 1, 60));
    ok(sizes(directory).checkpoint <= found[0]!.checkpoint + 20);
    deepStrictEqual(
      (await new CheckpointFolder(directory).load())!.checkpoint,
      checkpointAt(40, 1, 60),
    );
  });
});

Deno.test("a folder reads back what was saved, also by a folder that continues its log", async () => {
  await withDirectory(async (directory) => {
    let folder = new CheckpointFolder(directory);
    for (let run = 0; run < 4; run++) {
      for (let epoch = 1; epoch <= 3; epoch++) {
        const checkpoint = checkpointAt(run, epoch, 3);
        await folder.save(checkpoint);
        if (epoch === 2) folder = new CheckpointFolder(directory);
        deepStrictEqual((await folder.load())!.checkpoint, checkpoint);
      }
    }
    deepStrictEqual(await listDirectory(directory), [
      "000001.log",
      "000011.checkpoint",
      "000012.checkpoint",
    ]);
    await folder.clear();
    deepStrictEqual(await listDirectory(directory), []);
  });
});

Deno.test("bytes that a crash left after the last checkpoint in the log are overwritten", async () => {
  await withDirectory(async (directory) => {
    await new CheckpointFolder(directory).save(checkpointAt(0, 1, 9));
    const log = `${directory}/000001.log`;
    const whole = await Deno.readFile(log);
    await Deno.writeTextFile(log, "torn".repeat(1000), { append: true });
    const folder = new CheckpointFolder(directory);
    deepStrictEqual((await folder.load())!.checkpoint, checkpointAt(0, 1, 9));
    await folder.save(checkpointAt(0, 2, 9));
    const appended = await Deno.readFile(log);
    ok(appended.length < 3 * whole.length);
    deepStrictEqual(appended.subarray(0, whole.length), whole);
    deepStrictEqual(
      (await new CheckpointFolder(directory).load())!.checkpoint,
      checkpointAt(0, 2, 9),
    );
  });
});

Deno.test("if the newest checkpoint is damaged, the previous one continues the log as it was then", async () => {
  await withDirectory(async (directory) => {
    const first = new CheckpointFolder(directory);
    for (const epoch of [1, 2, 3]) await first.save(checkpointAt(0, epoch, 9));
    await Deno.truncate(`${directory}/000003.checkpoint`, 50);
    const folder = new CheckpointFolder(directory);
    const found = await folder.load();
    deepStrictEqual([found!.checkpoint, found!.damaged.length], [checkpointAt(0, 2, 9), 1]);
    for (const epoch of [3, 4]) {
      await folder.save(checkpointAt(0, epoch, 9));
      const { checkpoint } = (await new CheckpointFolder(directory).load())!;
      deepStrictEqual(checkpoint, checkpointAt(0, epoch, 9));
    }
  });
});

Deno.test("damage anywhere in a log is noticed, and so is a log that is missing or cut short", async () => {
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    for (const run of [0, 1, 2]) await folder.save(checkpointAt(run, 2, 2));
    const log = `${directory}/000001.log`;
    const bytes = await Deno.readFile(log);
    const refused = async () => await rejects(new CheckpointFolder(directory).load(), FormatError);
    for (let i = 0; i < bytes.length; i += 17) {
      const changed = bytes.slice();
      changed[i]! ^= 1;
      await Deno.writeFile(log, changed);
      const found = await new CheckpointFolder(directory).load().catch((error) => {
        ok(error instanceof FormatError);
      });
      // After the part that the older checkpoint refers to, the log is whole.
      deepStrictEqual(found?.checkpoint ?? checkpointAt(1, 2, 2), checkpointAt(1, 2, 2));
    }
    await Deno.writeFile(log, bytes.subarray(0, 100));
    await refused();
    await Deno.remove(log);
    await refused();
    const name = `${directory}/000003.checkpoint`;
    await rejects(
      decodeCheckpoint(await Deno.readFile(name)),
      /it is only a part, expected its dir/,
    );
  });
});

Deno.test("other runs in the same folder have their own log, and the older checkpoint keeps its log", async () => {
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    for (const epoch of [1, 2]) await folder.save(checkpointAt(0, epoch, 9));
    const other = { ...checkpointAt(0, 1, 9), identity: "others" };
    await folder.save(other);
    deepStrictEqual(await listDirectory(directory), [
      "000001.log",
      "000002.checkpoint",
      "000003.checkpoint",
      "000003.log",
    ]);
    deepStrictEqual((await new CheckpointFolder(directory).load())!.checkpoint, other);
    await Deno.writeTextFile(`${directory}/000003.checkpoint`, "damaged");
    const back = new CheckpointFolder(directory);
    deepStrictEqual((await back.load())!.checkpoint, checkpointAt(0, 2, 9));
    await back.save(checkpointAt(0, 3, 9));
    await back.save(checkpointAt(0, 4, 9));
    deepStrictEqual(
      (await new CheckpointFolder(directory).load())!.checkpoint,
      checkpointAt(0, 4, 9),
    );
    deepStrictEqual(await listDirectory(directory), [
      "000001.log",
      "000004.checkpoint",
      "000005.checkpoint",
    ]);
    // Fewer epochs than the log has, though of the same runs: a new log is started.
    await back.save(checkpointAt(0, 1, 9));
    deepStrictEqual((await back.load())!.checkpoint, checkpointAt(0, 1, 9));
  });
});
