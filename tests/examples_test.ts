/** Runs the programs in docs/examples/ as their first comments say, with no more permissions than these name. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import {
  type CommandResult,
  endOf,
  filesIn,
  taskCommand,
  withDirectory,
} from "./helpers/command.ts";
import { ROOT } from "./helpers/pages.ts";

const FOLDER = new URL("docs/examples/", ROOT);

/** What each program prints, among other lines. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  "count_reads.ts": [/^60 genes, 15183 mapped reads/, /^ENSG00000100000\.1\tchr1\t24585\t-\t788$/m],
  "cross_validate.ts": [/^E065: MSE \d\.\d{3}, Pearson r 0\.\d{3}\n/, /^E027: MSE /m],
  "engine_session.ts": [/^epoch 5: 0\.\d{4}, 0\.\d{4}$/m, /gradient by bin.*Float32Array/],
  "load_run.ts": [
    /^experiment1, models: 1, epochs: 1, computed on \S+\nliver\tENSG\S+\t-?\d+\.\d{4}\n/,
  ],
  "own_samples.ts": [/^ENSG00000139618 in liver: -?\d\.\d{4}$/m],
  "plain_tfjs.ts": [/^Feed the values as they are\.$/m, /^\[ -?\d+\.\d+ \]$/m],
  "train_and_predict.ts": [/^epoch 5: loss \d\.\d{4}, held out \d\.\d{4}$/m, /^MSE .* new genes$/m],
};

/** The arguments that a program's first comment shows after `deno`. */
function shownArguments(source: string): string[] {
  const [, command = ""] = /^ \* {5}deno (run (?:\\\n \* +|.)*)/m.exec(source) ?? [];
  return command.replace(/\\\n \* +/g, "").split(/ +/);
}

/** Runs a program where `runs/mine` is a run and `runs/example.npz` a data set, as the README leaves them. */
async function runExample(name: string, directory: string): Promise<CommandResult> {
  const [run = "", ...args] = shownArguments(await Deno.readTextFile(new URL(name, FOLDER)));
  const line = args.map((arg) =>
    /^(docs|fixtures)\//.test(arg) ? new URL(arg, ROOT).pathname : arg
  );
  return await endOf(
    new Deno.Command(Deno.execPath(), { args: [run, "--no-prompt", ...line], cwd: directory }),
  );
}

Deno.test("every example is run here", () => {
  // tests/python_test.ts runs the one in Python, tests/service/ the service, tests/cluster/ the workflow.
  const programs = filesIn(FOLDER.pathname)
    .filter((name) => !/\.py$|^(service|snakemake)/.test(name));
  deepStrictEqual(programs, Object.keys(PRINTED));
});

Deno.test("the examples run as described and print what they should", async (t) => {
  await withDirectory(async (directory) => {
    const example = `${ROOT.pathname}fixtures/genome/example`;
    const data = `${directory}/runs/example.npz`;
    const counting = ["--signal", "reads", "--assembly", "hg38", "--out", data];
    const inputs = ["--samples", `${example}/sheet.tsv`, "--genes", `${example}/genes.gtf`];
    const labels = ["--expression", `${example}/expression.tsv`];
    await Deno.mkdir(`${directory}/runs`);
    const prepared = await endOf(taskCommand("prepare", [...inputs, ...labels, ...counting]));
    strictEqual(prepared.code, 0, prepared.stderr);
    const flags = ["--preset", "experiment1", "--epochs", "1", "--out", `${directory}/runs/mine`];
    const trained = await endOf(taskCommand("train", ["--data", data, ...flags]));
    strictEqual(trained.code, 0, trained.stderr);

    for (const [name, expected] of Object.entries(PRINTED)) {
      await t.step(name, async () => {
        const { code, stdout, stderr } = await runExample(name, directory);
        strictEqual(code, 0, stderr);
        for (const pattern of expected) match(stdout, pattern);
      });
    }
    ok(filesIn(directory).every((file) => file.startsWith("runs/")));
  });
});
