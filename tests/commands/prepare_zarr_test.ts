/** Data sets as AnnData: what `prepare` writes is the same data for every command, and a killed one leaves nothing. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const EXAMPLE = "fixtures/genome/example";
const PREPARE = [
  "--samples",
  `${EXAMPLE}/sheet.tsv`,
  "--genes",
  `${EXAMPLE}/genes.gtf`,
  "--expression",
  `${EXAMPLE}/expression.tsv`,
  "--signal",
  "reads",
  "--assembly",
  "hg38",
  "--out",
];

/** Names of everything in a directory. */
function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

Deno.test("a folder of AnnData holds the same data as an npz file, for the library and for commands", () =>
  withDirectory(async (directory) => {
    for (const name of ["data.npz", "data.zarr"]) {
      const { code, stdout, stderr } = await runTask("prepare", ...PREPARE, `${directory}/${name}`);
      strictEqual(code, 0, stderr);
      match(stdout, new RegExp(`\nWritten: \\S+/${name}\n`));
      match(stdout, new RegExp(`\nThen: deno task train --data \\S+/${name} `));
    }
    deepStrictEqual(namesIn(directory), ["data.npz", "data.zarr"]);
    const [npz, zarr] = await Promise.all(
      ["data.npz", "data.zarr"].map((name) => readDataset(`${directory}/${name}`)),
    );
    deepStrictEqual(zarr!.columns, npz!.columns);
    const models = [];
    for (const name of ["data.npz", "data.zarr"]) {
      const run = `${directory}/run-${name}`;
      const flags = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm", "--out", run];
      const { code, stderr } = await runTask("train", "--data", `${directory}/${name}`, ...flags);
      strictEqual(code, 0, stderr);
      models.push(JSON.parse(await Deno.readTextFile(`${run}/model/model.json`)));
    }
    const [a, b] = models.map((model) => model.userDefinedMetadata.histone.sha256);
    strictEqual(a, b);
    const config = JSON.parse(await Deno.readTextFile(`${directory}/run-data.zarr/config.json`));
    match(config.inputs.data.sha256, /^[0-9a-f]{64}$/);
    ok(config.inputs.data.bytes > 10_000);
    const doctor = await runTask("doctor", `${directory}/data.zarr/`);
    strictEqual(doctor.code, 0, doctor.stderr);
    match(doctor.stdout, /120 samples/);
  }));

Deno.test("a lost chunk is noticed, and so is a folder that is no data", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/data.zarr`;
    strictEqual((await runTask("prepare", ...PREPARE, path)).code, 0);
    await Deno.remove(`${path}/X/c/0/0`);
    const lost = await runTask("doctor", path);
    strictEqual(lost.code, 1);
    match(lost.stderr, /the chunk c\/0\/0 is missing \(\S+\/data\.zarr\/X\)/);
    await Deno.mkdir(`${directory}/other.zarr`);
    await Deno.writeTextFile(`${directory}/other.zarr/zarr.json`, '{"node_type":"group"}');
    const other = await runTask("doctor", `${directory}/other.zarr`);
    match(other.stderr, /encoding-type is missing, expected "anndata"/);
  }));

Deno.test("a folder is replaced only if asked, and a killed prepare leaves what the next one removes", () =>
  withDirectory(async (directory) => {
    const out = `${directory}/data.zarr`;
    strictEqual((await runTask("prepare", ...PREPARE, out)).code, 0);
    const files = filesIn(directory);
    const again = await runTask("prepare", ...PREPARE, out);
    strictEqual(again.code, 1);
    match(again.stderr, /data\.zarr: it is there already\. Name another --out, or add --overwrite/);
    const child = taskCommand("prepare", [...PREPARE, out, "--overwrite"], {
      stdout: "null",
      stderr: "null",
    }).spawn();
    const hasStarted = () => namesIn(directory).some((name) => name.endsWith(".part"));
    const ended = child.status.then(() => true);
    while (!hasStarted() && !await Promise.race([ended, new Promise((r) => setTimeout(r, 1))]));
    try {
      child.kill("SIGKILL");
    } catch {
      // It was faster.
    }
    await child.status;
    const replaced = await runTask("prepare", ...PREPARE, out, "--overwrite");
    strictEqual(replaced.code, 0, replaced.stderr);
    match(replaced.stdout, /\nReplaced: \S+\/data\.zarr\n/);
    deepStrictEqual(filesIn(directory), files);
  }));
