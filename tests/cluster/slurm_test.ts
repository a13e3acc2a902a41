/** Plans that a real Slurm does, with failures. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { compareResults } from "../helpers/cluster.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { HAS_SLURM, NODES, type SlurmCluster, startSlurm } from "./slurm_cluster.ts";

/** Eight units of some seconds each. */
const CROSSVAL = "crossval --data fixtures/train.npz --preset wakawaka --epochs 60 --folds 4 " +
  "--repeats 2 --engine wasm --threads 1";

/** Plans with jobs for Slurm whose units need a processor each. */
async function plan(
  directory: string,
  { command, out, jobs = [] }: {
    readonly command: readonly string[];
    readonly out: string;
    readonly jobs?: readonly string[];
  },
): Promise<string> {
  const folder = `${directory}/plan`;
  const slurm = ["--slurm", "--slurm-cpus", "1", "--slurm-memory", "900M", ...jobs];
  const { code, stderr } = await runTask(
    "plan",
    "--plan",
    folder,
    ...slurm,
    ...command,
    "--out",
    out,
  );
  strictEqual(code, 0, stderr);
  return folder;
}

/** What a plan's script printed that submits its jobs, and their numbers. */
async function submit(cluster: SlurmCluster, folder: string) {
  const text = await cluster.run("sh", `${folder}/slurm/submit.sh`);
  const jobs = [...text.matchAll(/job (\d+)/g)].map(([, job]) => job!);
  return { text, jobs };
}

/** All that the tasks of a unit have printed, in the order of its turns. */
async function logOf(folder: string, unit: string): Promise<string> {
  return await Deno.readTextFile(`${folder}/slurm/log/unit-${unit}.txt`).catch(() => "");
}

testIf(HAS_SLURM, "slurm", {
  name:
    "eight units on Slurm, of which a node, requeuing and scancel kill three, end like one process",
  fn: () =>
    withDirectory(async (directory) => {
      await using cluster = await startSlurm({ losesJobs: true });
      const out = `${directory}/gathered`;
      const command = CROSSVAL.split(" ");
      const folder = await plan(directory, { command, out, jobs: ["--slurm-cap", "4"] });
      const first = await submit(cluster, folder);
      // An array of this cluster has five tasks at most.
      match(first.text, /tasks 1-5 after 0 units\n.*tasks 1-3 after 5 units\n.* which gathers\n$/);
      const [job] = first.jobs;
      const says = (unit: number, pattern: RegExp) =>
        cluster.until(`unit ${unit} says ${pattern}`, async () =>
          pattern.test(await logOf(folder, `${job}_${unit}`)));
      for (const unit of [1, 2, 3, 4]) {
        await says(unit, /epoch {2,}5 /);
      }
      const running = await cluster.run("squeue", "--noheader", "--states=RUNNING", "--format=%N");
      deepStrictEqual(running.trim().split("\n").toSorted(), ["n1", "n1", "n2", "n2"]);
      await cluster.run("scancel", "--signal=KILL", `${job}_1`);
      await cluster.run("scontrol", "requeue", `${job}_2`);
      // Units 3 and 4, unless they were placed otherwise.
      await cluster.restartNode("n2");
      await cluster.finish();
      // A unit was cancelled, so nothing was gathered; the others ran again by themselves.
      deepStrictEqual(
        [...Deno.readDirSync(directory)].map(({ name }) =>
          name
        ),
        ["plan"],
      );
      const turns = async (unit: number) =>
        (await logOf(folder, `${job}_${unit}`)).match(/^Unit \d of 8 \(.*\): crossval$/gm)?.length;
      strictEqual(await turns(1), 1);
      strictEqual(await turns(2), 2);
      const restarted = await Promise.all([3, 4].map(turns));
      ok(Math.max(...restarted.map((count) => count ?? 0)) >= 2, `turns: ${restarted}`);
      const second = await submit(cluster, folder);
      match(second.text, /^Submitted: job \d+, tasks 1 after 0 units\nSubmitted: job \d+, which/);
      // The node that gathers dies, too, unless it is faster than this process.
      const log = `${folder}/slurm/log/gather-${second.jobs.at(-1)}.txt`;
      const reads = () =>
        Deno.readTextFile(log).then((text) => /^Engine: /m.test(text), () => false);
      await cluster.until("gathering computes", reads);
      const node = (await cluster.run("squeue", "--noheader", "--format=%N")).trim();
      for (const name of NODES) if (node === name) await cluster.restartNode(name);
      await cluster.finish();
      await compareResults(directory, { args: command, out });
    }),
});

testIf(HAS_SLURM, "slurm", {
  name: "a unit whose time runs out keeps a checkpoint, is queued again, and resumes it",
  fn: () =>
    withDirectory(async (directory) => {
      await using cluster = await startSlurm({ losesJobs: true });
      const out = `${directory}/gathered`;
      const long = CROSSVAL.replace("--epochs 60", "--epochs 100000").split(" ");
      // Slurm signals half a minute before the limit of one minute, or up to half a minute earlier.
      const folder = await plan(directory, { command: long, out, jobs: ["--slurm-time", "1"] });
      const { jobs: [job] } = await submit(cluster, folder);
      const says = (pattern: RegExp) =>
        cluster.until(`the unit says ${pattern}`, async () => {
          await cluster.hurry();
          return pattern.test(await logOf(folder, `${job}_1`));
        });
      // Two turns, and the second continues where the first stopped.
      await says(/kept its progress[^]*^Unit 1 of 8 \(.*\): crossval$[^]*epoch +\d+ /m);
      const turns = (await logOf(folder, `${job}_1`)).split("kept its progress");
      const [before, after] = turns.map((turn) =>
        [...turn.matchAll(/epoch +([\d,]+) /g)].map(([, epoch]) => Number(epoch!.replace(",", "")))
      );
      strictEqual(after![0], before!.at(-1)! + 1);
      // Deno would open its debugger at the signal of Slurm.
      ok(!turns.join("").includes("inspector"));
    }),
});

testIf(HAS_SLURM, "slurm", {
  name: "gathering a rung of a search on Slurm submits the next one, to the files of one process",
  fn: () =>
    withDirectory(async (directory) => {
      await using cluster = await startSlurm();
      const out = `${directory}/gathered`;
      const space = `${directory}/space.json`;
      const learningRate = [0.003, 0.01, 0.03, 0.001];
      const blocks = [{ width: [4], pool: [10] }];
      await Deno.writeTextFile(
        space,
        JSON.stringify({ filters: [4], blocks, dense: [[]], learningRate, batchSize: [25] }),
      );
      const words =
        "search --data fixtures/train.npz --folds 2 --seed 3 --engine wasm --threads 1 " +
        "--method grid --epochs 4 --halving 2";
      const command = [...words.split(" "), "--space", space];
      const folder = await plan(directory, { command, out });
      await submit(cluster, folder);
      await cluster.finish();
      // Four trials, two of them for more epochs, one of them for all.
      const jobs = [...Deno.readDirSync(`${folder}/slurm/log`)].map(({ name }) => name);
      strictEqual(jobs.filter((name) => name.startsWith("unit-")).length, 7);
      strictEqual(jobs.filter((name) => name.startsWith("gather-")).length, 3);
      await compareResults(directory, { args: command, out });
    }),
});
