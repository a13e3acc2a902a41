/** `convert`: nothing is lost on the way to Zarr and back, and what is refused or killed leaves nothing. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { writeSimulation } from "../../src/simulate/mod.ts";
import { packedSignal } from "../helpers/packed.ts";
import { runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const SMALL = { cellTypes: 2, genes: 6, newCellTypes: 1, newGenes: 2, bins: 4 };

async function convert(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask("convert", ...args);
  strictEqual(code, 0, stderr);
  return stdout + stderr;
}

Deno.test("npz becomes Zarr and npz again, each with the same values; logarithms become counts if asked", async () => {
  await withDirectory(async (directory) => {
    const path = (name: string) => `${directory}/${name}`;
    await writeSimulation(path("sim"), { ...SMALL, features: "log1p" });
    const [npz, zarr, again] = [path("sim/train.npz"), path("x.zarr"), path("again.npz")];
    match(await convert("--data", npz, "--counts", "--out", zarr), /The counts are written/);
    await convert("--data", zarr, "--out", again, "--compress");
    const same = path("same.zarr");
    await convert("--data", npz, "--out", same);
    const [kept, source] = [await readDataset(same), await readDataset(npz)];
    deepStrictEqual(kept.record, source.record);
    for (let row = 0; row < source.length; row++) {
      deepStrictEqual(kept.signalOf(row), source.signalOf(row));
    }
    const [first, ...others] = await Promise.all([npz, zarr, again].map((one) => readDataset(one)));
    const counts = packedSignal(first!.columns);
    for (const { columns } of others) {
      const { signal: _, record, ...rest } = columns;
      const { signal: __, signalValues: ___, record: wanted, ...restWanted } = first!.columns;
      deepStrictEqual(packedSignal(columns), counts);
      deepStrictEqual(record, { ...wanted, transform: "none" });
      deepStrictEqual(rest, restWanted);
    }
  });
});

Deno.test("several files become one, with each codec; what does not fit together leaves nothing", async () => {
  await withDirectory(async (directory) => {
    const path = (name: string) => `${directory}/${name}`;
    await writeSimulation(path("sim"), { ...SMALL, features: "counts" });
    const [train, held] = [path("sim/train.npz"), path("sim/eval.npz")];
    const message = /Cannot (join|write).*/;
    const failed = await runTask("convert", "--data", `${train},${held}`, "--out", path("x.zarr"));
    strictEqual(failed.code, 1);
    match(failed.stderr, message);
    deepStrictEqual(Array.from(Deno.readDirSync(directory), ({ name }) => name), ["sim"]);
    const { columns } = await readDataset(train);
    for (const codec of ["none", "gzip"]) {
      const out = path(`${codec}.zarr`);
      await convert("--data", train, "--out", out, "--codec", codec);
      deepStrictEqual(packedSignal((await readDataset(out)).columns), packedSignal(columns));
    }
    const wrong = await runTask(
      "convert",
      "--data",
      train,
      "--out",
      path("x.npz"),
      "--codec",
      "gzip",
    );
    match(wrong.stderr, /--codec is for \.zarr/);
    await rejects(readDataset(path("x.npz")), { name: "NotFoundError" });
  });
});

Deno.test("a convert that is killed leaves the folder as it was, and the next one removes what it had started", async () => {
  await withDirectory(async (directory) => {
    const names = () => Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
    await writeSimulation(`${directory}/sim`, {
      cellTypes: 6,
      genes: 800,
      newCellTypes: 1,
      newGenes: 1,
      features: "counts",
    });
    const args = ["--data", `${directory}/sim/train.npz`, "--out", `${directory}/x.zarr`];
    await convert(...args);
    const metadata = Deno.readTextFileSync(`${directory}/x.zarr/X/zarr.json`);
    const child = taskCommand("convert", [...args, "--codec", "gzip", "--overwrite"], {
      stdout: "null",
      stderr: "null",
    }).spawn();
    const ended = child.status.then(() => true);
    const hasStarted = () => names().some((name) => name.endsWith(".part"));
    while (!hasStarted() && !await Promise.race([ended, new Promise((r) => setTimeout(r, 1))]));
    try {
      child.kill("SIGKILL");
    } catch {
      // It was faster.
    }
    const { signal } = await child.status;
    if (signal === "SIGKILL") {
      strictEqual(Deno.readTextFileSync(`${directory}/x.zarr/X/zarr.json`), metadata);
    }
    await convert(...args, "--overwrite");
    strictEqual(Deno.readTextFileSync(`${directory}/x.zarr/X/zarr.json`), metadata);
    deepStrictEqual(names(), ["sim", "x.zarr"]);
  });
});
