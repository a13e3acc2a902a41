/** `plan prepare`: one job a file, and the same bytes as one process. */

import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const EXAMPLE = new URL("../../fixtures/genome/example/", import.meta.url).pathname;

/** A folder with the example's files, in which they may be changed. */
function withExample(body: (directory: string) => Promise<void>): Promise<void> {
  return withDirectory(async (directory) => {
    for (const { name, isFile } of Deno.readDirSync(EXAMPLE)) {
      if (isFile) await Deno.copyFile(`${EXAMPLE}${name}`, `${directory}/${name}`);
    }
    // Copies of files are as new as their indexes.
    for (const name of filesIn(directory).filter((name) => name.endsWith(".bai"))) {
      await Deno.utime(`${directory}/${name}`, new Date(), new Date());
    }
    await body(directory);
  });
}

/** The flags of `prepare`, without those of the output. */
function prepareFlags(directory: string, ...others: readonly string[]): string[] {
  const files = `--samples ${directory}/sheet.tsv --genes ${directory}/genes.gtf ` +
    `--expression ${directory}/expression.tsv`;
  const how = "--expression-transform log2p1 --signal reads --assembly hg38";
  return ["prepare", ...files.split(" "), ...how.split(" "), ...others];
}

/** Does units, the first of which has number `first`, up to the last. */
async function workAll(plan: string, first: number, last: number): Promise<void> {
  for (let unit = first; unit <= last; unit++) {
    const { code, stderr } = await runTask("work", "--plan", plan, "--unit", String(unit));
    strictEqual(code, 0, stderr);
  }
}

for (
  const [name, perUnit, others] of [
    ["gathered.npz", 1, []],
    ["gathered.zarr", 4, ["--normalise", "rpm", "--orientation", "transcript"]],
  ] as const
) {
  Deno.test(`${name} is the same, byte for byte, from units of ${perUnit} and from one process`, () =>
    withExample(async (directory) => {
      const args = prepareFlags(directory, ...others);
      const { out, plan, units } = await doPlan(directory, args, {
        perUnit,
        out: `${directory}/${name}`,
      });
      strictEqual(units, Math.ceil(10 / perUnit));
      await compareResults(directory, { args, out });
      const [unit] = filesIn(plan).filter((file) => file.endsWith(".counts"));
      match(unit!, /^units\/01-liver-H3K27me3\/1\.counts$/);
    }));
}

Deno.test("controls are units, replicates are joined, and the page of the data is the same", () =>
  withExample(async (directory) => {
    // Two marks are taken for a mark and its control.
    const rows = [
      "cell_type\tmark\tpath\treplicate\tcontrol",
      "liver\tH3K4me3\tliver-H3K4me3.bam\t1\tliver-H3K9me3.bam",
      "liver\tH3K4me3\tliver-H3K4me1.bam\t2\tliver-H3K9me3.bam",
      "lung\tH3K4me3\tlung-H3K4me3.tagAlign.gz\t1\tlung-H3K9me3.tagAlign.gz",
    ];
    await Deno.writeTextFile(`${directory}/sheet.tsv`, `${rows.join("\n")}\n`);
    const flags = [
      "--replicates",
      "mean",
      "--control",
      "subtract",
      "--page",
      `${directory}/data.html`,
      "--overwrite",
    ];
    const args = prepareFlags(directory, ...flags);
    const out = `${directory}/data.npz`;
    const { plan, units } = await doPlan(directory, args, { out });
    strictEqual(units, 5);
    const lines = (await Deno.readTextFile(`${plan}/units.jsonl`)).trimEnd().split("\n");
    deepStrictEqual(
      lines.map((line) => JSON.parse(line).does.replaceAll(`${directory}/`, "")),
      [
        "H3K4me3 of liver from liver-H3K4me3.bam",
        "H3K4me3 of liver from liver-H3K4me1.bam",
        "control of H3K4me3 of liver from liver-H3K9me3.bam",
        "H3K4me3 of lung from lung-H3K4me3.tagAlign.gz",
        "control of H3K4me3 of lung from lung-H3K9me3.tagAlign.gz",
      ],
    );
    // Both are measured, on the smallest file.
    for (const { seconds, memoryBytes } of lines.map((line) => JSON.parse(line))) {
      ok(seconds >= 1 && memoryBytes > 2 ** 24, `${seconds} s, ${memoryBytes} bytes`);
    }
    const read = () =>
      Promise.all(["data.npz", "data.html"].map((name) => Deno.readFile(`${directory}/${name}`)));
    const gathered = await read();
    const { code, stderr } = await runTask(...args as [string], "--out", out);
    strictEqual(code, 0, stderr);
    deepStrictEqual(await read(), gathered);
  }));

Deno.test("a file that changes after its unit is done is named, with the unit to do again", () =>
  withExample(async (directory) => {
    const plan = `${directory}/plan`;
    const out = `${directory}/data.npz`;
    const args = [...prepareFlags(directory), "--out", out];
    strictEqual((await runTask("plan", "--plan", plan, ...args)).code, 0);
    await workAll(plan, 1, 10);
    const file = `${directory}/lung-H3K4me3.tagAlign.gz`;
    await Deno.copyFile(`${directory}/lung-H3K4me1.tagAlign.gz`, file);
    await Deno.utime(file, 1_700_000_000, 1_700_000_000);
    const refused = await runTask("gather", "--plan", plan);
    notStrictEqual(refused.code, 0);
    match(refused.stderr, /unit 9 counted another version of \S+lung-H3K4me3\.tagAlign\.gz/);
    strictEqual(filesIn(directory).includes("data.npz"), false);
    const [, folder] = /Remove (\S+)\/1\.counts/.exec(refused.stderr)!;
    await Deno.remove(folder!, { recursive: true });
    await workAll(plan, 9, 9);
    strictEqual((await runTask("gather", "--plan", plan)).code, 0);
    await compareResults(directory, { args: prepareFlags(directory), out });
  }));

Deno.test("a gathering that was killed replaces its own data, not those that somebody else has put there", () =>
  withExample(async (directory) => {
    const [plan, out] = [`${directory}/plan`, `${directory}/data.npz`];
    const page = `${directory}/data.html`;
    const args = [...prepareFlags(directory), "--page", page, "--out", out];
    strictEqual((await runTask("plan", "--plan", plan, "--per-unit", "10", ...args)).code, 0);
    await workAll(plan, 1, 1);
    const gather = () => runTask("gather", "--plan", plan);
    strictEqual((await gather()).code, 0);
    const [file, whole] = [`${plan}/gathered.json`, await Deno.readFile(out)];
    const kept = JSON.parse(await Deno.readTextFile(file));
    const write = (files: unknown) =>
      Deno.writeTextFile(file, JSON.stringify({ ...kept, state: "started", files }));
    // As if it had been killed when the data had their name, before the page was written.
    await Deno.remove(page);
    await write(kept.files);
    const again = await gather();
    strictEqual(again.code, 0, again.stderr);
    deepStrictEqual(await Deno.readFile(out), whole);
    strictEqual(filesIn(directory).includes("data.html"), true);
    // As if it had been killed before its data had a name, and others were there by then.
    await write([]);
    await Deno.writeTextFile(out, "mine");
    const refused = await gather();
    strictEqual(refused.code, 1);
    match(refused.stderr, /it is there already\. .*or move \S+ away and gather again$/m);
    strictEqual(await Deno.readTextFile(out), "mine");
  }));

Deno.test("work and gather refuse another sheet than that of the plan", () =>
  withExample(async (directory) => {
    const plan = `${directory}/plan`;
    const args = [...prepareFlags(directory), "--out", `${directory}/data.npz`];
    strictEqual((await runTask("plan", "--plan", plan, ...args)).code, 0);
    const sheet = `${directory}/sheet.tsv`;
    const text = await Deno.readTextFile(sheet);
    await Deno.writeTextFile(sheet, `${text}\n`);
    const work = await runTask("work", "--plan", plan, "--unit", "1");
    notStrictEqual(work.code, 0);
    match(work.stderr, /sheet\.tsv is not the file that it was made with/);
    await Deno.writeTextFile(sheet, text);
    await workAll(plan, 1, 10);
    await Deno.writeTextFile(`${directory}/expression.tsv`, "gene_id\tliver\tlung\n");
    const gather = await runTask("gather", "--plan", plan);
    notStrictEqual(gather.code, 0);
    match(gather.stderr, /expression\.tsv is not the file that it was made with/);
  }));

Deno.test("a fault of the last file shows when the plan is made, and so does an output that is there", () =>
  withExample(async (directory) => {
    const out = `${directory}/there.npz`;
    await Deno.writeTextFile(out, "something");
    const flags = ["--plan", `${directory}/plan`, ...prepareFlags(directory), "--out", out];
    const refused = await runTask("plan", ...flags);
    notStrictEqual(refused.code, 0);
    match(refused.stderr, /Cannot write to \S+there\.npz: it is there already/);
    strictEqual(await Deno.readTextFile(out), "something");
    await Deno.writeTextFile(`${directory}/liver-H3K9me3.bam`, "no BAM");
    const args = [...prepareFlags(directory), "--out", `${directory}/data.npz`];
    const { code, stderr } = await runTask("plan", "--plan", `${directory}/plan`, ...args);
    notStrictEqual(code, 0);
    match(stderr, /liver-H3K9me3\.bam/);
  }));
