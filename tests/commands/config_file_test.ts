/** `--config FILE`: flags from a file. */

import { match, ok, strictEqual } from "node:assert";
import { type CommandResult, filesIn, runTask, withDirectory } from "../helpers/command.ts";

/** Runs `simulate` or another task with a file of flags. */
async function runWith(
  directory: string,
  flags: unknown,
  [task = "simulate", ...args]: readonly string[] = [],
): Promise<CommandResult> {
  const file = `${directory}/flags.json`;
  await Deno.writeTextFile(file, typeof flags === "string" ? flags : JSON.stringify(flags));
  return await runTask(task, "--config", file, ...args);
}

async function genesIn(directory: string): Promise<number> {
  const { options } = JSON.parse(await Deno.readTextFile(`${directory}/truth.json`));
  return options.genes;
}

Deno.test("a file gives flags of all kinds, and flags on the line win", () =>
  withDirectory(async (directory) => {
    const out = `${directory}/data`;
    const flags = { out, genes: 20, "new-genes": 5, "hidden-share": 0.2, compress: true };
    strictEqual((await runWith(directory, flags)).code, 0);
    ok(filesIn(directory).includes("data/train.npz"));
    strictEqual(await genesIn(out), 20);
    const line = ["simulate", "--genes", "30", "--overwrite"];
    const replaced = await runWith(directory, { ...flags, overwrite: false }, line);
    strictEqual(replaced.code, 0, replaced.stderr);
    strictEqual(await genesIn(out), 30);
  }));

Deno.test("the file may hold required flags and lists, and may turn off flags that are on", () =>
  withDirectory(async (directory) => {
    const required = { samples: "a.tsv", genes: "b.gtf", signal: "reads", out: "c.npz" };
    const prepare = { ...required, "gene-type": ["protein_coding", "lncRNA"] };
    match(
      (await runWith(directory, prepare, ["prepare"])).stderr,
      /^error: Cannot read --samples a\.tsv: it does not exist\n$/,
    );
    const train = { preset: "waka2", "gene-effects": false, epochs: 1, engine: "wasm" };
    const run = `${directory}/run`;
    const trained = await runWith(directory, train, [
      "train",
      "--data",
      "fixtures/train.npz",
      "--out",
      run,
    ]);
    strictEqual(trained.code, 0, trained.stderr);
    strictEqual(JSON.parse(await Deno.readTextFile(`${run}/config.json`)).geneEffects, false);
  }));

Deno.test("a flag whose value is optional may be true in the file, and a negative zero is zero", () =>
  withDirectory(async (directory) => {
    const search = { halving: true, data: "nowhere.npz", seed: -0 };
    const text = JSON.stringify(search).replace('"seed":0', '"seed":-0');
    match((await runWith(directory, text, ["search"])).stderr, /^error: .*nowhere\.npz/);
    const refused = await runWith(directory, { halving: false }, ["search"]);
    match(refused.stderr, /found false for halving, expected an integer >= 2/);
  }));

Deno.test("flags that a flag on the line excludes are left out, as most are with --resume", () =>
  withDirectory(async (directory) => {
    const flags = { preset: "experiment1", epochs: 1, engine: "wasm", data: "fixtures/train.npz" };
    const resumed = await runWith(directory, flags, ["train", "--resume", `${directory}/none`]);
    strictEqual(resumed.code, 1);
    match(resumed.stderr, /^error: Cannot resume .*none/);
    const spec = await runWith(directory, flags, ["train", "--spec", `${directory}/none.json`]);
    match(spec.stderr, /^error: Cannot open .*none\.json/);
  }));

Deno.test("unknown names, wrong values and damaged files are refused with the file's name", () =>
  withDirectory(async (directory) => {
    const cases: [unknown, RegExp][] = [
      [{ gene: 3 }, /found "gene", expected names of this command's flags: out, cell-types, genes/],
      [{ config: "b.json" }, /found "config", expected names/],
      [{ genes: "20" }, /found "20" for genes, expected a number/],
      [{ genes: 0 }, /found 0 for genes, expected an integer >= 1/],
      [{ genes: null }, /found null for genes, expected an integer >= 1/],
      [{ "hidden-share": 2 }, /found 2 for hidden-share, expected a number >= 0 and <= 1/],
      [{ compress: "yes" }, /found "yes" for compress, expected true or false/],
      [{ out: 7 }, /found 7 for out, expected a string/],
      [["--genes", 3], /expected an object/],
      ["{", /Cannot read --config: .*JSON/],
    ];
    for (const [flags, message] of cases) {
      const { code, stderr } = await runWith(directory, flags);
      strictEqual(code, 1, JSON.stringify(flags));
      match(stderr, message);
      match(stderr, /^error: Cannot read --config: .*flags\.json\)\n$/);
    }
    const absent = await runTask("simulate", "--config", `${directory}/absent.json`);
    match(absent.stderr, /^error: Cannot open .*absent\.json: it does not exist\n$/);
    ok(!filesIn(directory).some((name) => name.endsWith(".npz")));
  }));

Deno.test("a flag that the file has twice is refused, and so is a file without an end", () =>
  withDirectory(async (directory) => {
    const twice = `{"out": "${directory}/data", "genes": 20, "seed": 1, "genes": 30}`;
    const { code, stderr } = await runWith(directory, twice);
    strictEqual(code, 1);
    match(stderr, /^error: Cannot read --config: "genes" stands twice in one object.*flags\.json/);
    if (Deno.build.os === "windows") return;
    const endless = await runTask("simulate", "--config", "/dev/zero");
    strictEqual(endless.code, 1);
    match(endless.stderr, /^error: Cannot read file: .* at most 16777216 \(\/dev\/zero\)/);
  }));

Deno.test("more threads than any machine has are a wrong flag", async () => {
  for (const task of ["train", "prepare", "split", "bench"]) {
    const { code, stderr } = await runTask(task, "--threads", "1025");
    strictEqual(code, 2);
    match(stderr, /'1025' is invalid\. Expected an integer >= 1 and <= 1024\./);
  }
});
