/** Plans that a real Slurm does, with failures. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { compareResults } from "../helpers/cluster.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { HAS_SLURM, type SlurmCluster, startSlurm } from "./slurm_cluster.ts";

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

/** Waits until a unit's log says something. */
async function waitForLog(folder: string, unit: string, pattern: RegExp): Promise<void> {
  while (!pattern.test(await logOf(folder, unit))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

testIf(HAS_SLURM, "slurm", {
  name:
    "eight units on Slurm, of which a node, requeuing and scancel kill three, end like one process",
  fn: () =>
    withDirectory(async (directory) => {
      await using cluster = await startSlurm();
      const out = `${directory}/gathered`;
      const command = CROSSVAL.split(" ");
      const folder = await plan(directory, { command, out, jobs: ["--slurm-cap", "4"] });
      const first = await submit(cluster, folder);
      // An array of this cluster has five tasks at most.
      match(first.text, /tasks 1-5 after 0 units\n.*tasks 1-3 after 5 units\n.* which gathers\n$/);
      const [job] = first.jobs;
      for (const task of [1, 2, 3, 4]) await waitForLog(folder, `${job}_${task}`, /epoch {2,}5 /);
      const { stdout: nodes } = await new Deno.Command("squeue", {
        args: ["--noheader", "--format=%i %N", "--states=RUNNING"],
        env: cluster.env,
      }).output();
      match(new TextDecoder().decode(nodes), /_\d n1\n[^]*_\d n2\n|_\d n2\n[^]*_\d n1\n/);
      await cluster.run("scancel", "--signal=KILL", `${job}_1`);
      await cluster.run("scontrol", "requeue", `${job}_2`);
      await cluster.restartNode("n2");
      await cluster.finish();
      // A unit was cancelled, so nothing was gathered; the other two ran again by themselves.
      deepStrictEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["plan"]);
      strictEqual(
        (await logOf(folder, `${job}_2`)).match(/^Unit 2 of 8 .*: crossval/gm)?.length,
        2,
      );
      const second = await submit(cluster, folder);
      match(second.text, /^Submitted: job \d+, tasks 1 after 0 units\nSubmitted: job \d+, which/);
      await cluster.finish();
      await compareResults(directory, { args: command, out });
    }),
});
