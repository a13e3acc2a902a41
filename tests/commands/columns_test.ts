/** Everything that commands print fits 80 columns, but for words that are longer. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { endOf, programCommand, taskCommand, withDirectory } from "../helpers/command.ts";
import { smallDna } from "../helpers/small_dna.ts";

const COMMANDS = [
  "prepare",
  "doctor",
  "info",
  "train",
  "predict",
  "evaluate",
  "report",
  "crossval",
  "search",
  "experiments",
  "explain",
  "forecast",
  "submit",
  "motifs",
  "export",
  "import",
  "sequences",
  "simulate",
  "split",
  "bench",
  "benchmark-real",
  "bundle",
  "compile",
];
const QUICK = ["--epochs", "1", "--engine", "wasm"];
const MODEL = ["--preset", "experiment1", ...QUICK];
const EXAMPLE = "fixtures/genome/example";

/** Where nothing says how wide the terminal is. */
const UNKNOWN = { env: { COLUMNS: "" } };

/** Lines that are too wide although they could have been broken. */
function wideLines(text: string): string[] {
  return text.split("\n").filter((line) => line.length > 80 && /\S\s+\S/.test(line));
}

/** Runs a task, and returns what it printed. */
async function printedBy(task: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await endOf(taskCommand(task, args, UNKNOWN));
  strictEqual(code, 0, stderr);
  return stdout + stderr;
}

Deno.test("the help of every command fits, and a shell accepts its examples unchanged", async () => {
  for (const name of COMMANDS) {
    const help = await printedBy(name, "--help");
    match(help, new RegExp(`^Usage: deno task ${name}`));
    deepStrictEqual(wideLines(help), [], name);
    // A line that is continued has its backslash at the very end.
    for (const line of help.split("\n").filter((line) => line.includes("\\"))) {
      match(line, / \\$/);
    }
  }
  for (const args of [["--help"], ["--version"], ["trian"], ["completion", "ksh"]]) {
    const { stdout, stderr } = await endOf(programCommand(args, UNKNOWN));
    deepStrictEqual(wideLines(stdout + stderr), []);
  }
});

Deno.test("progress and results that commands print fit", () =>
  withDirectory(async (directory) => {
    const out = (name: string) => ["--out", `${directory}/${name}`];
    const data = ["--data", "fixtures/train.npz"];
    const test = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];
    const run = ["--model", `${directory}/run`, "--data", "fixtures/eval.npz"];
    const labels = ["--labels", "fixtures/eval_labels.csv", "--train", "fixtures/train.npz"];
    const sequences = ["--sequences", "--sequence-half-width", "300"];
    const dna = ["--data", `${directory}/dna/train.npz`];
    const spec = `${directory}/spec.json`;
    await Deno.writeTextFile(spec, JSON.stringify(smallDna({ bins: 100, bases: 600 })));
    const show = ["--page", `${directory}/page.html`, "--multiqc", `${directory}/qc`];
    const commands = [
      ["simulate", ...out("data"), "--genes", "40"],
      ["train", ...data, ...MODEL, ...test, "--ensemble", "2", ...out("run")],
      ["train", ...data, ...MODEL, "--threads", "1000", ...out("other")],
      ["evaluate", ...run, ...labels, ...out("metrics.json")],
      ["predict", ...run, ...out("table.csv")],
      ["submit", ...run, ...out("submission.csv")],
      ["split", ...data, "--keep-crossing", ...out("parts")],
      ["crossval", ...data, ...MODEL, "--folds", "2", ...out("folds")],
      ["forecast", ...data, ...MODEL, ...out("forecast")],
      ["search", ...data, ...QUICK, "--folds", "2", "--trials", "2", ...out("search")],
      ["experiments", ...data, ...QUICK, "--only", "experiment1", "--competition", ...out("table")],
      ["report", `${directory}/run`],
      [
        "explain",
        `${directory}/run`,
        ...data,
        ..."--cell-types E065 --null matched --method input-x-gradient --no-pages".split(" "),
        ...out("why"),
      ],
      ["simulate", ...out("dna"), "--genes", "40", ...sequences],
      ["train", ...dna, "--spec", spec, ...QUICK, ...out("dna-run")],
      ["forecast", ...dna, "--spec", spec, ...QUICK, ...out("dna-forecast")],
      [
        "motifs",
        `${directory}/dna-run`,
        ...dna,
        "--match",
        `${directory}/dna/truth.json`,
        ...out("m.meme"),
      ],
      ["doctor", "fixtures/train.npz", "--test", "fixtures/eval.npz", ...show],
      ["info", "fixtures/train.npz", `${EXAMPLE}/genes.gtf`, `${EXAMPLE}/liver-H3K4me1.bam`],
      [
        "prepare",
        "--samples",
        `${EXAMPLE}/sheet.tsv`,
        "--genes",
        `${EXAMPLE}/genes.gtf`,
        "--signal",
        "reads",
        ...out("example.npz"),
      ],
    ];
    for (const [task = "", ...args] of commands) {
      deepStrictEqual(wideLines(await printedBy(task, ...args)), [], task);
    }
  }));

Deno.test("errors fit, and a wider terminal has wider lines", async () => {
  const args = ["--data", "nowhere/a.npz", "--out", "README.md/run"];
  const narrow = await endOf(taskCommand("train", args, { env: { COLUMNS: "80" } }));
  strictEqual(narrow.code, 1);
  deepStrictEqual(wideLines(narrow.stderr), []);
  const wide = await endOf(taskCommand("train", ["--help"], { env: { COLUMNS: "120" } }));
  const longest = Math.max(...wide.stdout.split("\n").map((line) => line.length));
  ok(longest > 100 && longest <= 120);
});

Deno.test("an error in a log stays one line, which can be searched", async () => {
  const args = ["--data", `${"long/".repeat(14)}a.npz`];
  const { code, stderr } = await endOf(taskCommand("train", args, UNKNOWN));
  strictEqual(code, 1);
  match(stderr, /^error: .{90,}\n$/);
});
