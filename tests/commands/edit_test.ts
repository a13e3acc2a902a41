/** Command `edit`: a table of edits in, a table of effects out. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const DATA = new URL("../../fixtures/train.npz", import.meta.url).pathname;

/** Four edits of a gene of the fixture, of which one draws genes. */
const EDITS = [
  "id\tgene\tcell_type\tedit\tmark\tfactor\tto\tlike\tshift_bins",
  "out\tENSG00000274355\tE065\tremove\tH3K4me3\t\t\t\t",
  "dose\tENSG00000274355\tE065\tscale\tH3K4me3\t2\t\t\t",
  "drawn\tENSG00000274355\t\treplace\tH3K4me3\t\t\tany\t",
  "all\t\tE004\tmove\t*\t\t\t\t5",
].join("\n");

type Step = (
  directory: string,
  edit: (...args: string[]) => ReturnType<typeof runTask>,
) => Promise<void>;

const STEPS: Record<string, Step> = {};

const read = (path: string) => Deno.readTextFileSync(path);
const rowsOf = (text: string) => {
  const [header = "", ...rows] = text.replace(/\n$/, "").split("\n");
  const names = header.split("\t");
  return rows.map((row) => Object.fromEntries(row.split("\t").map((cell, i) => [names[i]!, cell])));
};

STEPS["every format has the same effects, in the order of the edits and of the data"] = async (
  directory,
  edit,
) => {
  for (const ending of ["tsv", "csv", "jsonl", "parquet"]) {
    const { code, stdout, stderr } = await edit("--out", `e.${ending}`);
    strictEqual(code, 0, stderr);
    match(stdout, /\nEdits: 4, of 108 samples in all\n/);
    match(
      stdout,
      /\nIntervals hold the mean effect with a confidence of 95%, over 2 models and up to 20 drawn genes/,
    );
    match(stdout, /Note: 2 models are few, so intervals over them are wide and rough/);
    match(stdout, new RegExp(`\nWritten: e\\.${ending}, 108 effects\n$`));
  }
  const rows = rowsOf(read(`${directory}/e.tsv`));
  strictEqual(
    Object.keys(rows[0]!).join(" "),
    "edit cell_type gene_id symbol chrom tss strand change before after effect low high models draws sd_models " +
      "sd_draws measured typicality unlike",
  );
  deepStrictEqual(rows.map((row) => row.edit).slice(0, 9), [
    "out",
    "dose",
    ...Array(6).fill("drawn"),
    "all",
  ]);
  for (const row of rows) {
    const number = (name: string) => Number(row[name]);
    ok(Math.abs(number("after") - number("before") - number("effect")) < 1e-5);
    ok(number("low") <= number("effect") && number("effect") <= number("high"));
    strictEqual(row.draws, row.edit === "drawn" ? "20" : "1");
    strictEqual(row.sd_draws === "", row.edit !== "drawn");
    strictEqual(row.models, "2");
  }
  strictEqual(rows[1]!.change, "scale H3K4me3 by 2");
  strictEqual(
    read(`${directory}/e.csv`).split("\n")[1],
    read(`${directory}/e.tsv`).split("\n")[1]!
      .replaceAll("\t", ","),
  );
  const objects = read(`${directory}/e.jsonl`).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  deepStrictEqual(
    objects.map((row) => Object.values(row).map((cell) => `${cell ?? ""}`)),
    rows.map((row) => Object.values(row)),
  );
  const file = Deno.readFileSync(`${directory}/e.parquet`).buffer;
  const parquet = await parquetReadObjects({ file });
  deepStrictEqual(
    parquet.map(({ edit, effect, sd_draws }) => [edit, effect, sd_draws]),
    objects.map(({ edit, effect, sd_draws }) => [
      edit,
      Math.fround(effect),
      sd_draws === null ? null : Math.fround(sd_draws),
    ]),
  );
  const [metadata] = parquetMetadata(file).key_value_metadata!;
  const { members, draws, seed } = JSON.parse(metadata!.value!);
  deepStrictEqual([members, draws, seed], [2, 20, 0]);
};

STEPS["standard output has the table alone; draws, seed and confidence are the user's"] = async (
  directory,
  edit,
) => {
  const { code, stdout, stderr } = await edit("--out", "-", "--draws", "3", "--confidence", "0.5");
  strictEqual(code, 0, stderr);
  match(stdout, /^edit\tcell_type\t/);
  match(stderr, /Written to standard output, 108 effects\n$/);
  match(stderr, /confidence of 50%/);
  const drawn = rowsOf(stdout).filter((row) => row.edit === "drawn");
  deepStrictEqual([...new Set(drawn.map((row) => row.draws))], ["3"]);
  const seeded = await edit("--out", "-", "--draws", "3", "--seed", "1");
  const others = rowsOf(seeded.stdout);
  deepStrictEqual(
    others.filter((row) => row.edit !== "drawn").map((row) => row.effect),
    rowsOf(stdout).filter((row) => row.edit !== "drawn").map((row) => row.effect),
  );
  ok(others.some((row, i) => row.effect !== rowsOf(stdout)[i]!.effect));
  deepStrictEqual(filesIn(directory).filter((name) => /^(effects|-)/.test(name)), []);
};

STEPS["without --out the table is effects.tsv, which is replaced; others are not"] = async (
  directory,
  edit,
) => {
  strictEqual((await edit()).code, 0);
  match((await edit()).stdout, /\nReplaced: effects\.tsv, 108 effects\n$/);
  Deno.writeTextFileSync(`${directory}/effects.tsv`, "something else");
  const refused = await edit();
  strictEqual(refused.code, 1);
  match(refused.stderr, /effects\.tsv: a file of another kind is there already/);
  strictEqual(read(`${directory}/effects.tsv`), "something else");
};

STEPS["what is wrong with a table is said before anything is predicted, and nothing is written"] =
  async (directory, edit) => {
    const table = (text: string) => {
      Deno.writeTextFileSync(`${directory}/bad.tsv`, text);
      return edit("--edits", "bad.tsv", "--out", "bad_effects.tsv");
    };
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        "edit\tfactor\nscale\ttwo\n",
        /column "factor": it is "two", expected a number \(bad\.tsv, line 2\)/,
      ],
      [
        "edit\tmark\nremove\tH3K27ac\n",
        /the data have no mark "H3K27ac", expected H3K27me3, .* \(bad\.tsv, line 2\)/,
      ],
      ["edit\tgene\nremove\tDPM1\n", /gene "DPM1".* \(bad\.tsv, line 2\)/],
      [
        "edit\tcell_type\nremove\tE999\n",
        /no cell type "E999", expected E065, E004.* \(bad\.tsv, line 2\)/,
      ],
      ["edit\tletters\tstart_bp\nsubstitute\tA\t0\n", /it changes DNA, but the model reads no DNA/],
      [
        "id\tedit\n=1+1\tremove\n",
        /"=1\+1" would be a formula in a spreadsheet. Rename it in the table of edits/,
      ],
      ["edit\tmark\nmove\tH3K4me3\n", /column "shift_bp": it is empty/],
    ];
    for (const [text, message] of cases) {
      const { code, stderr } = await table(text);
      strictEqual(code, 1);
      match(stderr, message);
      strictEqual(stderr.trimEnd().split("\n").length, 1, stderr);
    }
    const missing = await edit("--edits", "nowhere.tsv", "--out", "bad_effects.tsv");
    match(missing.stderr, /Cannot read --edits nowhere\.tsv: it does not exist/);
    deepStrictEqual(filesIn(directory).filter((name) => name.startsWith("bad_")), []);
  };

STEPS["Ctrl-C ends it, and leaves no file"] = async (directory) => {
  const many = ["edit\tmark\tlike", ...Array(60).fill("replace\t*\tmarks")].join("\n");
  Deno.writeTextFileSync(`${directory}/many.tsv`, many);
  const args = [
    "run",
    "--data",
    DATA,
    "--edits",
    "many.tsv",
    "--draws",
    "100",
    "--out",
    "many_effects.tsv",
  ];
  const child = taskCommand("edit", args, {
    env: { INIT_CWD: directory },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("Edits: 60");) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  child.kill("SIGINT");
  await reader.cancel();
  const { code } = await child.status;
  await child.stderr.cancel();
  strictEqual(code, 130);
  deepStrictEqual(filesIn(directory).filter((name) => name.startsWith("many_")), []);
};

Deno.test("edits of a run", (t) =>
  withDirectory(async (directory) => {
    const training = [
      "--preset",
      "experiment1",
      "--epochs",
      "1",
      "--engine",
      "wasm",
      "--ensemble",
      "2",
    ];
    const run = ["--data", DATA, ...training, "--out", `${directory}/run`];
    strictEqual((await runTask("train", ...run)).code, 0);
    Deno.writeTextFileSync(`${directory}/edits.tsv`, EDITS);
    const edit = (...args: string[]) => {
      const edits = args.includes("--edits") ? [] : ["--edits", "edits.tsv"];
      const line = ["run", "--data", DATA, ...edits, ...args];
      return endOf(taskCommand("edit", line, { env: { INIT_CWD: directory } }));
    };
    for (const [name, step] of Object.entries(STEPS)) {
      await t.step(name, () => step(directory, edit));
    }
  }));
