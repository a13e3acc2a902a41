import { deepStrictEqual, match, strictEqual } from "node:assert";
import { filesIn, runTask, withDirectory } from "../../helpers/command.ts";
import { smallData, writeSmall } from "./_data.ts";

const NAME = "benchmark-real";

Deno.test("the command prints a table, keeps its results, and prints the same as JSON without computing", async () => {
  await withDirectory(async (folder) => {
    await writeSmall(`${folder}/data.npz`, smallData(3, 20));
    const flags = ["--log2", `${folder}/data.npz`, "--out", `${folder}/out`, "--quick"];
    const more = ["--no-trees", "--presets", "waka3,experiment8", "--threads", "1"];
    const { code, stdout, stderr } = await runTask(NAME, ...flags, ...more);
    strictEqual(code, 0, stderr);
    match(stderr, /Left out: experiment8 is wakawaka by another name/);
    match(stderr, /8 of 8 results to compute: about \d+ s/);
    match(
      stdout,
      /^\*\*log2\(RPKM \+ 1\)\.\*\* Held out in turn: E065; 32 samples to train on, 28 to judge by/m,
    );
    match(stdout, /^\| ridge with squares and products, turned +\| – +\| 1 +\| \d\.\d{3} ± /m);
    match(stdout, /^\| waka3 +\| with +\| 1 /m);
    match(stdout, /^\| waka3 +\| without +\| 1 /m);
    match(stdout, /^\| waka3 +\| H3K4me3 +\| [+−]\d\.\d{3} ± \d\.\d{3} \|/m);
    strictEqual(filesIn(`${folder}/out`).filter((name) => name.endsWith(".json")).length, 8);
    const again = await runTask(
      NAME,
      ...flags,
      ...more,
      "--json",
      "--figures",
      `${folder}/figures`,
    );
    strictEqual(again.code, 0, again.stderr);
    match(again.stderr, /All 8 results are kept/);
    const { suites } = JSON.parse(again.stdout);
    deepStrictEqual(suites[0].folds, ["E065"]);
    strictEqual(suites[0].rows.mix, 28);
    strictEqual(suites[0].genes.newCellType, 16);
    strictEqual(suites[0].entries.at(-1).kind, "best of each");
    deepStrictEqual(filesIn(`${folder}/figures`), ["real-log2.png", "real-log2.svg"]);
    const svg = await Deno.readTextFile(`${folder}/figures/real-log2.svg`);
    match(svg, /waka3 without the panel/);
    match(svg, /New gene, trained cell type/);
  });
});

Deno.test("what it cannot run is refused by a sentence", async () => {
  await withDirectory(async (folder) => {
    const data = ["--log2", `${folder}/data.npz`];
    await writeSmall(`${folder}/data.npz`, smallData(3, 20));
    const cases = [
      [[], 1, /there are no data, expected --log2, --competition, --counts or --auroc/],
      [
        [...data, "--folds", "E999", "--out", `${folder}/out`],
        1,
        /Cannot hold out E999: found E065, /,
      ],
      [[...data, "--presets", "waka9"], 2, /Cannot find preset "waka9"/],
      [[...data, "--seeds", "1,x"], 2, /Expected an integer >= 0/],
      [["--log2", `${folder}/none.npz`], 1, /no file or folder/],
    ] as const;
    for (const [flags, wanted, message] of cases) {
      const { code, stderr } = await runTask(NAME, ...flags);
      strictEqual(code, wanted, stderr);
      match(stderr, message);
    }
    deepStrictEqual(filesIn(folder), ["data.npz"]);
  });
});
