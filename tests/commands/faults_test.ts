/** Runs to which something happens: each ends with its cause, and what was good stays on disk. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadModel } from "../../src/model/save_load.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import {
  type CommandResult,
  endOf,
  filesIn,
  runTask,
  taskCommand,
  withDirectory,
} from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { canMountSmallDisk, withSmallDisk } from "../helpers/small_disk.ts";

const EPOCHS = 60;
const TRAIN = `--data fixtures/train.npz --preset experiment2 --epochs ${EPOCHS} --batch-size 50 \
--engine wasm --threads 2 --seed 3`.split(" ");

async function succeed(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTask("train", ...args);
  strictEqual(code, 0, stderr);
}

function failedInOneLine({ code, stderr }: CommandResult, message: RegExp): void {
  strictEqual(code, 1, stderr);
  match(stderr, /^error: .*\n$/);
  match(stderr, message);
}

async function newestCheckpoint(run: string): Promise<FitCheckpoint> {
  const found = await new CheckpointFolder(`${run}/checkpoints`).load();
  deepStrictEqual(found?.damaged, []);
  return found.checkpoint;
}

/** Resumes a run to its end, which is that of a run to which nothing happened, bit for bit. */
async function resume(run: string, directory: string): Promise<void> {
  const alone = `${directory}/alone`;
  await succeed(...TRAIN, "--out", alone);
  await succeed("--resume", run);
  const weights = (run: string) => Deno.readFile(`${run}/model/weights.bin`);
  deepStrictEqual(await weights(run), await weights(alone));
  deepStrictEqual(filesIn(run), filesIn(alone));
}

Deno.test("a worker that dies ends the run with the cause, and the run resumes from the last checkpoint", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const struck = taskCommand("train", [...TRAIN, "--out", run], {
      preload: "let_workers_die.ts",
    });
    const result = await endOf(struck);
    failedInOneLine(result, /worker 2 of 2 failed: struck by a test/);
    const unfinished = Number(/Epoch (\d+) was not finished/.exec(result.stderr)?.[1]);
    const { epoch, runs } = await newestCheckpoint(run);
    deepStrictEqual([epoch, runs[0]?.history.length], [unfinished - 1, unfinished - 1]);
    ok(epoch > 0 && epoch < EPOCHS);
    await resume(run, directory);
  });
});

Deno.test("a run that diverges ends with the cause and leaves the model of the last good epoch", async () => {
  await withDirectory(async (directory) => {
    const [run, good] = [`${directory}/run`, `${directory}/good`];
    // One step an epoch: the first takes the weights so far that the second overflows.
    const wild = ["--preset", "wakawaka", "--batch-size", "1000", "--learning-rate", "1000"];
    await succeed(...TRAIN, ...wild, "--epochs", "1", "--out", good);
    const { weights } = await loadModel(`${good}/model`);
    const kept = /\. Kept the model of epoch 1 of 60\n$/;
    failedInOneLine(await runTask("train", ...TRAIN, ...wild, "--out", run), kept);
    deepStrictEqual((await loadModel(`${run}/model`)).weights, weights);
    const history = await Deno.readTextFile(`${run}/history.csv`);
    strictEqual(history.trim().split("\n").length, 2);
    const { runs: [first] } = await newestCheckpoint(run);
    deepStrictEqual(first?.state.weights, weights);
    match(first?.diverged ?? "", /epoch 2/);
    // A resumed run comes to the same end.
    failedInOneLine(await runTask("train", "--resume", run), kept);

    const hopeless = ["--learning-rate", "1e30", "--out", `${directory}/hopeless`];
    failedInOneLine(await runTask("train", ...TRAIN, ...hopeless), /the loss is NaN in epoch 1/);
    deepStrictEqual(filesIn(directory).filter((name) => name.startsWith("hopeless")), []);
  });
});

testIf(await canMountSmallDisk(), "small-disk", {
  name: "a full disk ends a run with the file's name; once there is room, it is resumed",
  fn: async () => {
    await withDirectory(async (directory) => {
      // Room for four of its checkpoints.
      await withSmallDisk(3, async (disk) => {
        const run = `${disk}/run`;
        const streams = { stdout: "null", stderr: "piped" } as const;
        const child = taskCommand("train", [...TRAIN, "--out", run], streams).spawn();
        const output = child.output();
        await fillAfterCheckpoint(disk, run, output);
        const { code, stderr } = await output;
        const error = { code, stdout: "", stderr: new TextDecoder().decode(stderr) };
        failedInOneLine(error, /Cannot write .*\/run\/checkpoints\/\d+\.checkpoint: .*space/);
        const files = filesIn(run);
        ok(
          files.every((name) =>
            /^checkpoints\/(\d{6}\.(checkpoint|log)|command\.json|lock)$/.test(name)
          ),
        );
        const { epoch } = await newestCheckpoint(run);
        ok(epoch > 0 && epoch < EPOCHS);
        await Deno.remove(`${disk}/ballast`);
        await resume(run, directory);
      });
    });
  },
});

/** Takes all the room that is left on a disk, from the run's first checkpoint until the run has ended. */
async function fillAfterCheckpoint(
  disk: string,
  run: string,
  ending: Promise<unknown>,
): Promise<void> {
  let ended = false;
  ending.then(() => ended = true);
  const folder = new CheckpointFolder(`${run}/checkpoints`);
  while (!ended && await folder.isEmpty()) await new Promise((resolve) => setTimeout(resolve, 2));
  const ballast = await Deno.open(`${disk}/ballast`, { create: true, append: true });
  const page = new Uint8Array(4096);
  while (!ended) {
    const isFull = await ballast.write(page).then(() => false, () => true);
    if (isFull) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  ballast.close();
}
