/** Chromosomes and groups in the commands that divide data besides `crossval` and `split`. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readCompetition } from "../../src/io/mod.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const DATA = ["--data", "fixtures/train.npz", "--engine", "wasm"];

/** Writes where the fixture's genes lie, and which donor its cell types are of. */
async function writeTables(directory: string): Promise<{ genes: string; groups: string }> {
  const { genes, cellTypes } = await readCompetition("fixtures/train.npz");
  const paths = { genes: `${directory}/genes.tsv`, groups: `${directory}/donors.tsv` };
  const places = genes.map((id, i) => `${id}\tchr${1 + i % 5}\t${1000 * i}\t+`);
  await Deno.writeTextFile(paths.genes, ["gene_id\tchrom\ttss\tstrand", ...places, ""].join("\n"));
  const donors = cellTypes.map((name, i) => `${name}\t${"AB"[i % 2]}`);
  await Deno.writeTextFile(paths.groups, ["cell_type\tdonor", ...donors, ""].join("\n"));
  return paths;
}

Deno.test("forecast holds out the genes of whole chromosomes", async () => {
  await withDirectory(async (directory) => {
    const { genes } = await writeTables(directory);
    const run = (...args: string[]) =>
      runTask(
        "forecast",
        ...DATA,
        "--preset",
        "experiment1",
        "--epochs",
        "1",
        "--out",
        `${directory}/run`,
        ...args,
      );
    const { code, stdout, stderr } = await run("--new-chromosomes", "chr2,5", "--genes", genes);
    strictEqual(code, 0, stderr);
    match(
      stdout,
      /Held out: 40 genes, and cell type E\d{3}; 300 samples to train on, 300 to measure on/,
    );
    const { heldOut } = JSON.parse(await Deno.readTextFile(`${directory}/run/regimes.json`));
    const { genes: ids } = await readCompetition("fixtures/train.npz");
    const expected = ids.filter((_, i) => i % 5 === 1 || i % 5 === 4).toSorted();
    deepStrictEqual(heldOut.newGenes, expected);
    const cases: [string[], number, RegExp][] = [
      [
        ["--new-chromosomes", "chr9", "--genes", genes],
        1,
        /no gene is on chromosome "chr9"; genes are on chr1, chr2/,
      ],
      [
        ["--new-chromosomes", "1,2,3,4,5", "--genes", genes],
        1,
        /every chromosome is to be held out/,
      ],
      [["--new-chromosomes", "chr1"], 1, /unknown for \d+ of 100 genes/],
      [["--genes", genes], 1, /Cannot use --genes: no chromosomes are held out/],
      [["--new-chromosomes", "chr1", "--new-genes", "3"], 2, /cannot be used with/],
    ];
    for (const [args, expectedCode, message] of cases) {
      const refused = await run(...args, "--overwrite");
      strictEqual(refused.code, expectedCode, args.join(" "));
      match(refused.stderr, message);
    }
  });
});

Deno.test("a search by groups is resumed with the same groups only", async () => {
  await withDirectory(async (directory) => {
    const { groups } = await writeTables(directory);
    const out = `${directory}/search`;
    const scheme = ["--scheme", "by-group", "--groups", groups, "--folds", "2", "--stratified"];
    const args = [...DATA, ...scheme, "--epochs", "1", "--trials", "1", "--out", out];
    const { code, stdout, stderr } = await runTask("search", ...args);
    strictEqual(code, 0, stderr);
    match(stdout, /Search: 1 trial on 2 folds by-group, with 300 samples to train on and 300 to/);
    const description = JSON.parse(await Deno.readTextFile(`${out}/search.json`));
    match(JSON.stringify(description), /"stratified":true.*"groups":"[0-9a-f]{32}"/);
    const more = await runTask("search", "--resume", out, "--trials", "2");
    strictEqual(more.code, 0, more.stderr);
    match(more.stdout, /Resuming after 1 finished trial/);
    await Deno.writeTextFile(groups, (await Deno.readTextFile(groups)).replaceAll("\tB", "\tC"));
    const other = await runTask("search", "--resume", out, "--trials", "3");
    strictEqual(other.code, 1);
    match(other.stderr, /donors\.tsv \(--groups\) is not the file/);
  });
});

Deno.test("experiments hold out a chromosome", async () => {
  await withDirectory(async (directory) => {
    const { genes } = await writeTables(directory);
    const scheme = ["--scheme", "by-chromosome", "--genes", genes, "--folds", "5"];
    const only = ["--only", "experiment1", "--epochs", "1", "--out", `${directory}/table`];
    const { code, stdout, stderr } = await runTask("experiments", ...DATA, ...scheme, ...only);
    strictEqual(code, 0, stderr);
    match(stdout, /No --test: fold 1 of 5 by-chromosome is held out, 120 of 600 samples/);
    const config = JSON.parse(await Deno.readTextFile(`${directory}/table/config.json`));
    strictEqual(config.scheme, "by-chromosome");
    ok(config.inputs.genes.sha256.length === 64);
  });
});
