/** Counts that no transform was chosen for are warned of, with the flag to add; others are not. */

import { strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";
import { writeBlocks } from "../helpers/npz_file.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

const WARNING = /^warning: the data hold reads, .*add --transform log1p, or\s+--transform none/gm;
const QUICK = ["--engine", "wasm", "--epochs", "1"];

/** How often the output of a command warns of counts. */
async function countWarnings(name: string, ...args: string[]): Promise<number> {
  const { code, stdout, stderr } = await runTask(name, ...args);
  strictEqual(code, 0, stderr);
  return [...`${stdout}\n${stderr}`.matchAll(WARNING)].length;
}

/** A folder with the fixtures' counts. */
function withCounts(body: (directory: string, data: string) => Promise<void>): Promise<void> {
  return withDirectory(async (directory) => {
    const data = `${directory}/counts.zarr`;
    const args = ["--data", "fixtures/train.npz", "--counts", "--out", data];
    strictEqual((await runTask("convert", ...args)).code, 0);
    await body(directory, data);
  });
}

Deno.test("training on counts without a transform is warned of once, with the flag to add", () =>
  withCounts(async (directory, data) => {
    const place = (name: string) => ["--out", `${directory}/${name}`];
    const train = (out: string, ...args: string[]) =>
      countWarnings("train", "--data", data, ...QUICK, ...place(out), ...args);
    const preset = ["--preset", "experiment1"];
    strictEqual(await train("plain", ...preset), 1);
    strictEqual(await train("log", ...preset, "--transform", "log1p"), 0);
    strictEqual(await train("meant", ...preset, "--transform", "none"), 0);
    strictEqual(await train("own", "--preset", "waka2"), 0);
    // It has its transform from the model that it starts from.
    strictEqual(await train("more", "--from", `${directory}/plain`), 0);
    const logarithms = ["--data", "fixtures/train.npz", ...preset, ...QUICK];
    strictEqual(await countWarnings("train", ...logarithms, ...place("logarithms")), 0);
    const crossval = ["--data", data, ...preset, ...QUICK, "--folds", "2", ...place("cv")];
    strictEqual(await countWarnings("crossval", ...crossval), 1);
    const forecast = ["--data", data, ...preset, ...QUICK, "--no-arms", ...place("forecast")];
    strictEqual(await countWarnings("forecast", ...forecast), 1);
  }));

Deno.test("a search of counts is warned of where it is started or planned, not where it is resumed or gathered", () =>
  withCounts(async (directory, data) => {
    const [out, plan] = [`${directory}/search`, `${directory}/plan`];
    const how = ["--trials", "1", "--folds", "2", "--scheme", "by-gene"];
    const args = ["--data", data, ...QUICK, ...how, "--out"];
    strictEqual(await countWarnings("search", ...args, out), 1);
    strictEqual(await countWarnings("search", "--resume", out), 0);
    const named = [...args, `${directory}/named`, "--transform", "none"];
    strictEqual(await countWarnings("search", ...named), 0);
    strictEqual(
      await countWarnings("plan", "--plan", plan, "search", ...args, `${directory}/planned`),
      1,
    );
    strictEqual(await countWarnings("work", "--plan", plan, "--unit", "1"), 0);
    strictEqual(await countWarnings("gather", "--plan", plan), 0);
  }));

Deno.test("signal that is no number of reads is not warned of, nor a model that was published for counts", async () => {
  await withDirectory(async (directory) => {
    const genes = ["ENSG00000000003", "ENSG00000000005", "ENSG00000000419", "ENSG00000000457"];
    const signal = Float64Array.from({ length: genes.length * 200 }, (_, i) => (i * 7) % 90);
    const blocks = ["liver", "lung"].map((cellType, i) => ({
      cellType,
      genes,
      signal,
      labels: genes.map((_, gene) => (gene + i) % 2),
    }));
    const marks = ["H3K4me3", "H3K9me3"];
    const others = [
      [{}, 1],
      [{ normalisation: "rpm" }, 1],
      [{ control: "subtract" }, 1],
      [{ control: "ratio" }, 0],
      [{ countingRule: "mean" }, 0],
      [{ countingRule: "enrichment" }, 0],
    ] as const;
    const [data, out] = [`${directory}/data.npz`, `${directory}/run`];
    for (const [other, times] of others) {
      const record = { ...DEEPCHROME_RECORD, marks, ...other };
      await writeBlocks(data, blocks, { record, fromCounts: false });
      const args = ["--data", data, ...QUICK, "--out", out, "--overwrite", "--preset"];
      const found = await countWarnings("train", ...args, "experiment1");
      strictEqual(found, times, JSON.stringify(other));
      // Its paper trained it on counts.
      strictEqual(await countWarnings("train", ...args, "deepchrome"), 0);
    }
  });
});
