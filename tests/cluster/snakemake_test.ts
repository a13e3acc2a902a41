/** The example for Snakemake: on this machine's cores, and on a real Slurm, it gives what the commands give by themselves. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { HAS_SLURM, startSlurm } from "./slurm_cluster.ts";
import { findSnakemake, FLAGS, runOnCores, runOnSlurm, writeExample } from "./snakemake.ts";

/** Files whose bytes are compared: those of the data, of the models, and the predictions. */
const COMPARED = [
  "training.npz",
  "new.npz",
  "model/models/1/weights.bin",
  "model/models/2/weights.bin",
  "predictions.tsv",
];

/** Runs the commands of the example, each in one process. */
async function runWhole(folder: string): Promise<void> {
  const out = `${folder}/whole`;
  const counting = `--genes ${folder}/genes.gtf ${FLAGS.counting}`;
  const labels = `--expression ${folder}/expression.tsv ${FLAGS.labels}`;
  const data = `${out}/training.npz`;
  for (
    const line of [
      `prepare --samples ${folder}/training.tsv ${counting} ${labels} --out ${data}`,
      `prepare --samples ${folder}/new.tsv ${counting} --out ${out}/new.npz`,
      `train --data ${data} ${FLAGS.model} --ensemble ${FLAGS.members} --engine wasm --out ${out}/model`,
      `predict --model ${out}/model --data ${out}/new.npz --out ${out}/predictions.tsv`,
    ]
  ) {
    const [task = "", ...args] = line.split(" ");
    const { code, stderr } = await runTask(task, ...args);
    strictEqual(code, 0, stderr);
  }
}

/** Checks the results, and that each file and each model was a job of its own. */
async function checkResults(folder: string, printed: string): Promise<void> {
  const jobs = printed.match(/^ *(?:local)?rule work:/gm);
  // A job that its machine has lost is tried again.
  ok(jobs !== null && jobs.length >= 6, printed);
  const plans = filesIn(`${folder}/plans`);
  deepStrictEqual(plans.filter((file) => file.endsWith("/done.json")), [
    "prepare-new/units/1-lung-H3K36me3/done.json",
    "prepare-new/units/2-lung-H3K4me3/done.json",
    "prepare-training/units/1-liver-H3K36me3/done.json",
    "prepare-training/units/2-liver-H3K4me3/done.json",
    "train/units/member1/done.json",
    "train/units/member2/done.json",
  ]);
  await runWhole(folder);
  for (const file of COMPARED) {
    const [found, wanted] = await Promise.all(
      ["results", "whole"].map((name) => Deno.readFile(`${folder}/${name}/${file}`)),
    );
    deepStrictEqual(found, wanted, file);
  }
  match(await Deno.readTextFile(`${folder}/results/report/report.html`), /<html/);
}

for (const version of ["7", "9"] as const) {
  const requirement = version === "7" ? "snakemake" : "snakemake9";
  const snakemake = await findSnakemake(version);

  testIf(snakemake !== undefined, requirement, {
    name:
      `Snakemake ${version} goes from sheets to predictions and a report, one job a file and a model`,
    fn: () =>
      withDirectory(async (folder) => {
        await writeExample(folder);
        const printed = await runOnCores(snakemake!, folder);
        await checkResults(folder, printed);
        match(await runOnCores(snakemake!, folder), /Nothing to be done/);
        // Whatever is lost is made again, and nothing else is.
        await Deno.remove(`${folder}/results/training.npz`);
        const again = await runOnCores(snakemake!, folder, "results/training.npz");
        deepStrictEqual(again.match(/(?<=^(?:local)?rule )\w+(?=:)/gm), ["gather_training"]);
        // What has changed replaces what was made before: a sheet, and the number of models.
        await Deno.utime(`${folder}/training.tsv`, new Date(), new Date());
        await runOnCores(snakemake!, folder, "--config", "members=3");
        const models = filesIn(`${folder}/results/model/models`);
        deepStrictEqual(models.filter((file) => file.endsWith("weights.bin")), [
          "1/weights.bin",
          "2/weights.bin",
          "3/weights.bin",
        ]);
      }),
  });

  testIf(snakemake !== undefined && HAS_SLURM, HAS_SLURM ? requirement : "slurm", {
    name: `Snakemake ${version} hands the same jobs to Slurm`,
    fn: () =>
      withDirectory(async (folder) => {
        await writeExample(folder);
        await using cluster = await startSlurm();
        const printed = await runOnSlurm(snakemake!, folder, cluster);
        match(printed, /has been submitted with SLURM jobid/);
        await checkResults(folder, printed);
      }),
  });
}
