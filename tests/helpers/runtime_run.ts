/**
 * What a program of Node, Bun or Deno does with this package and files on disk: a portable run, data and models that are
 * written and read, checkpoints, a run's directory, errors. A test bundles it and runs it on each. Prints one line of JSON.
 *
 * The parameters are an empty folder, the folder of the example's files, and the address of the threads' program.
 */

import process from "node:process";
import { useWorkers } from "../../src/base/workers.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { writeDirectoryAtomic } from "../../src/files/atomic_directory.ts";
import { listDirectory, openFile, pathKind, writeFileAtomic } from "../../src/files/file.ts";
import { readWholeFile } from "../../src/files/whole_file.ts";
import { readAnnotation } from "../../src/genome/genes.ts";
import { openSignalFile } from "../../src/genome/open_signal_file.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { digestWeights } from "../../src/model/digest_weights.ts";
import { loadModel, saveModel } from "../../src/model/save_load.ts";
import { takeRun } from "../../src/runs/run_directory.ts";
import { writeSimulation } from "../../src/simulate/write.ts";
import { fit } from "../../src/training/fit.ts";
import { portableRun } from "./portable_run.ts";

const [folder = "", example = "", workers] = process.argv.slice(2);
if (workers !== undefined) useWorkers({ url: new URL(workers) });

/** What an operation fails with. */
async function failure(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "nothing";
  } catch (error) {
    const { constructor: { name }, code } = error as Error & { readonly code?: string };
    // Our own errors have codes of their own; those of the system are of other classes on each.
    return code?.startsWith("HISTONE_") ? name : String(code);
  }
}

async function countFile(): Promise<number> {
  const annotation = await openFile(`${example}/genes.gtf`);
  const { genes } = await readAnnotation(annotation);
  annotation.close();
  const { track, close } = await openSignalFile(`${example}/liver-H3K4me3.bam`);
  const windows = geneWindows(genes, { halfWidthBp: 5000, binSizeBp: 100 });
  const { values } = await track.count(windows, { rule: "reads" });
  close();
  return values.reduce((sum, value) => sum + value, 0);
}

async function trainAndResume(): Promise<{ readonly weights: string; readonly second: string }> {
  await writeSimulation(`${folder}/data`, { cellTypes: 3, genes: 40, newGenes: 2, bins: 20 });
  const data = await readDataset(`${folder}/data/train.npz`, { threads: 2 });
  await using run = await takeRun(`${folder}/run`, { command: "test", checkpointMinutes: 0.0001 });
  await run.begin();
  const { model } = await fit("experiment1", data, { epochs: 3, engine: "wasm", ...run.options });
  const second = await failure(() => takeRun(`${folder}/run`, { command: "test" }));
  await saveModel(model, `${folder}/model`);
  await run.finish();
  return { weights: await digestWeights((await loadModel(`${folder}/model`)).weights), second };
}

const reads = await countFile();
const trained = await trainAndResume();
await writeFileAtomic(`${folder}/a/b.txt`, "histone");
await writeDirectoryAtomic(
  `${folder}/c`,
  (directory) => directory.set("/d/e.txt", new TextEncoder().encode("written")),
);
const failures = {
  missing: await failure(() => openFile(`${folder}/missing`)),
  directory: await failure(() => openFile(folder)),
  belowFile: await failure(() => readWholeFile(`${folder}/a/b.txt/c`)),
  refused: await failure(() => writeFileAtomic("/dev/full/a", "text")),
};
console.log(JSON.stringify({
  reads,
  trained,
  failures,
  text: new TextDecoder().decode(await readWholeFile(`${folder}/a/b.txt`)),
  below: await listDirectory(`${folder}/c/d`),
  // What a finished run leaves, and no file of a lock.
  left: (await listDirectory(folder)).concat(await listDirectory(`${folder}/a`)),
  runKind: await pathKind(`${folder}/run/checkpoints`) ?? "none",
  run: await portableRun(async (name) => await readWholeFile(`${example}/../${name}`)),
}));
process.exit(0);
