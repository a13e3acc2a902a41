import { deepStrictEqual, match, strictEqual } from "node:assert";
import type { ExperimentResult } from "../../src/training/experiments.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const EPOCHS = 60;
const ARGS =
  `--data fixtures/train.npz --only experiment1,experiment2 --engine wasm --epochs ${EPOCHS} --seed 4`
    .split(" ");

/** An experiment's result without what depends on the clock. */
async function resultOf(directory: string, name: string) {
  const text = await Deno.readTextFile(`${directory}/experiments/${name}.json`);
  const { history, train, test, plan, epochs } = JSON.parse(text) as
    & ExperimentResult
    & Record<string, unknown>;
  return { train, test, plan, epochs, losses: history.map(({ epoch, loss }) => [epoch, loss]) };
}

Deno.test("an experiment that is killed is resumed to the same bits, by --resume and by the same command", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    strictEqual((await runTask("experiments", ...ARGS, "--out", alone)).code, 0);
    const same = [...ARGS, "--out", killed];
    for (const resume of [["--resume", killed], same]) {
      const first = resume === same ? ["--overwrite"] : [];
      const place = { directory: killed, part: "experiment2/" };
      await kill(await startUntilCheckpoint("experiments", [...same, ...first], place));
      const { code, stdout, stderr } = await runTask("experiments", ...resume);
      strictEqual(code, 0, stderr);
      match(stdout, /Resuming .*killed\n/);
      match(stdout, /experiment1: finished before, .*; not run again/);
      match(stdout, /experiment2: .*\n {2}Resuming after epoch [1-9]\d* of 60\n/);
      for (const name of ["experiment1", "experiment2"]) {
        const result = await resultOf(killed, name);
        deepStrictEqual(result, await resultOf(alone, name));
        strictEqual(result.losses.length, EPOCHS);
      }
      deepStrictEqual(filesIn(killed), filesIn(alone));
    }
  });
});

Deno.test("running experiments are locked, and others replace them only on request", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const args = [...ARGS, "--out", out];
    const refuse = async (message: RegExp, ...flags: string[]) => {
      const { code, stderr } = await runTask("experiments", ...flags);
      strictEqual(code, 1, stderr);
      match(stderr, message);
    };
    const child = await startUntilCheckpoint("experiments", [...args, "--epochs", "2000"], {
      directory: out,
    });
    await refuse(/another run is writing there/, "--resume", out);
    await refuse(/another run is writing there/, ...args, "--overwrite");
    await refuse(/another run is writing there/, ...args);
    await kill(child);
    await refuse(
      /unfinished experiments that were started with other flags: --epochs was 2000, is now 60\. Resume them with --resume/,
      ...args,
    );
    await refuse(/Cannot write to .*it holds unfinished experiments/, ...args, "--seed", "5");
    const other = await runTask("train", "--resume", out);
    match(other.stderr, /started with experiments/);
    // A mistake costs nothing that is there.
    await refuse(/nothing\.npz/, ...args, "--overwrite", "--data", `${directory}/nothing.npz`);
    const [epochs, only] = [["--epochs", "2"], ["--only", "experiment1"]];
    const again = await runTask("experiments", ...args, ...epochs, ...only, "--overwrite");
    strictEqual(again.code, 0, again.stderr);
    await refuse(/its run of experiments is finished/, "--resume", out);
  });
});

Deno.test("experiments do not overwrite a run of another command", async () => {
  await withDirectory(async (out) => {
    await Deno.writeTextFile(`${out}/config.json`, '{ "command": "train" }');
    const { code, stderr } = await runTask("experiments", ...ARGS, "--out", out);
    strictEqual(code, 1);
    match(stderr, /it holds a run of train/);
    deepStrictEqual(filesIn(out), ["config.json"]);
  });
});
