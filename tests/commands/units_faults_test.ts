/** Searches, experiments and explanations in units, with nodes that die and machines that round differently. */

import { match, ok, strictEqual } from "node:assert";
import { compareResults } from "../helpers/cluster.ts";
import {
  type CommandResult,
  endOf,
  filesIn,
  runTask,
  taskCommand,
  withDirectory,
} from "../helpers/command.ts";
import { kill } from "./_resume.ts";

const DATA = ["--data", "fixtures/train.npz", "--engine", "wasm"];
const SPACE = {
  filters: [4],
  blocks: [{ width: [4], pool: [10] }],
  dense: [[]],
  learningRate: [0.003, 0.01, 0.03],
  batchSize: [25],
};

/** Commands whose work is divided, each with the words of a short one. */
const COMMANDS: Readonly<Record<string, (directory: string) => Promise<string[]>>> = {
  async search(directory) {
    const space = `${directory}/space.json`;
    await Deno.writeTextFile(space, JSON.stringify(SPACE));
    const how = ["--method", "grid", "--folds", "2", "--epochs", "3", "--threads", "2"];
    return ["search", ...DATA, "--space", space, ...how, "--halving", "3"];
  },
  experiments: () =>
    Promise.resolve(["experiments", ...DATA, "--epochs", "1", "--only", "experiment1,experiment2"]),
  async explain(directory) {
    const run = `${directory}/run`;
    const train = [...DATA, "--preset", "experiment1", "--epochs", "1", "--out", run];
    strictEqual((await runTask("train", ...train)).code, 0);
    return ["explain", run, ...DATA, "--method", "gradient", "--null", "matched"];
  },
};

for (const [command, argsIn] of Object.entries(COMMANDS)) {
  Deno.test(`${command}: nodes that die in a unit or while they gather lose nothing, and other arithmetic is refused`, async () => {
    await withDirectory(async (directory) => {
      const args = await argsIn(directory);
      const [plan, out] = [`${directory}/plan`, `${directory}/gathered`];
      const planned = await runTask("plan", "--plan", plan, ...args, "--out", out);
      strictEqual(planned.code, 0, planned.stderr);
      await refuseOtherArithmetic(plan);
      let done = 0;
      for (;;) {
        const units = Deno.readTextFileSync(`${plan}/units.jsonl`).trimEnd().split("\n").length;
        if (units === done) break;
        for (; done < units; done++) {
          const work = await killUntilEnd("work", ["--plan", plan, "--unit", String(done + 1)]);
          strictEqual(work.code, 0, work.stderr);
        }
        const { code, stderr } = await killUntilEnd("gather", ["--plan", plan]);
        // A gathering that was killed after it had planned the next rung has nothing more to do until that is trained.
        if (code !== 0) match(stderr, /1 of 4 units are not done: 4/);
      }
      match((await runTask("gather", "--plan", plan)).stdout, /is gathered already/);
      strictEqual(
        filesIn(out).some((name) => /checkpoint|\.part$|lock|unfinished/.test(name)),
        false,
      );
      await compareResults(directory, { args, out });
    });
  });
}

/** Runs a task to its end after it was killed at a few moments of its work. */
async function killUntilEnd(task: string, args: readonly string[]): Promise<CommandResult> {
  // It takes longer from time to time, so that something is done even on a slow machine.
  for (const delay of [400, 700, 1000, 1300]) {
    const child = taskCommand(task, args, { stdout: "null", stderr: "null" }).spawn();
    const isOver = await Promise.race([child.status.then(() => true), after(delay)]);
    if (isOver) break;
    await kill(child);
  }
  return await runTask(task, ...args);
}

function after(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}

/** A unit is refused before its work on a machine that rounds differently. */
async function refuseOtherArithmetic(plan: string): Promise<void> {
  const args = ["--plan", plan, "--unit", "1"];
  const { code, stderr } = await endOf(taskCommand("work", args, { noFusing: true }));
  // A processor that has no fused multiply-add cannot show the difference.
  if (code === 0) return;
  match(stderr, /Cannot do the unit: the others of its plan are computed with other arithmetic/);
  ok(!filesIn(plan).some((name) => name.endsWith("done.json")));
}
