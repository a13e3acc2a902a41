/** What commands advise leads on. */

import { match, strictEqual } from "node:assert";
import { endOf, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("after training, the next command names the user's own files", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/train.npz`;
    await Deno.copyFile("fixtures/train.npz", data);
    const args = [...QUICK, "--data", data, "--out", `${directory}/run`, "--overwrite"];
    const next = async (...more: string[]) =>
      /Next: deno task (.*)\n/.exec((await runTask("train", ...args, ...more)).stdout)?.[1];
    const run = `${directory}/run`;
    strictEqual(await next(), `report ${run}`);
    const predict = `predict --model ${run} --data ${data}`;
    strictEqual(await next("--test", data), `${predict} --out predictions.tsv`);
    await Deno.writeTextFile(`${directory}/eval.npz`, "");
    const submit = `submit --model ${run} --data ${directory}/eval.npz`;
    strictEqual(await next("--test", data), `${submit} --out submission.csv`);
  }));

Deno.test("the hint about flags is a command that works in the user's directory", () =>
  withDirectory(async (directory) => {
    const env = { INIT_CWD: directory };
    const { code, stderr } = await endOf(taskCommand("train", ["--xyzzy"], { env: env }));
    strictEqual(code, 2);
    strictEqual(
      stderr.split("\n")[1],
      `(deno task --config ${ROOT}deno.json train --help lists the flags)`,
    );
  }));

Deno.test("a run whose data were moved says so, and resumes when their new path is given", () =>
  withDirectory(async (directory) => {
    const [data, out] = [`${directory}/train.npz`, `${directory}/run`];
    const moved = `${directory}/moved.npz`;
    await Deno.copyFile("fixtures/train.npz", data);
    const args = ["--data", data, "--preset", "experiment1", "--engine", "wasm", "--out", out];
    const epochs = ["--epochs", "2000"];
    await kill(await startUntilCheckpoint("train", [...args, ...epochs], { directory: out }));
    const reported = await runTask("report", out);
    strictEqual(reported.code, 1);
    match(
      reported.stderr,
      /holds an unfinished run .* resume it: deno task train --resume \S+run\n$/,
    );
    await Deno.rename(data, moved);
    const resume = (...flags: string[]) => runTask("train", "--resume", out, ...flags);
    match(
      (await resume()).stderr,
      /train\.npz \(--data\), .* is not there\. Put it back there, or say .* --data PATH beside/,
    );
    const other = await resume("--data", "fixtures/eval.npz");
    match(other.stderr, /eval\.npz \(--data\) is not the file that the run was started with/);
    const test = await resume("--data", moved, "--test", "fixtures/train.npz");
    match(test.stderr, /found --test .*, expected no --test, since the run was started without it/);
    const child = taskCommand("train", ["--resume", out, "--data", moved], {
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (/epoch +\d+ /.test(printed)) break;
    }
    await kill(child);
    match(printed, /from \S+moved\.npz\n/);
  }));

Deno.test("submit compresses nothing, and a table may hold ids that a submission cannot", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    // DeepChrome names the cell type after the directory.
    const cellType = `${directory}/liver, adult`;
    await Deno.mkdir(cellType);
    const rows = Array.from({ length: 100 }, (_, bin) => `7,${bin + 1},1,2,3,4,5,0`);
    await Deno.writeTextFile(`${cellType}/train.csv`, rows.join("\n") + "\n");
    const data = ["--data", `${cellType}/train.csv`];
    const trained = await runTask("train", ...QUICK, ...data, "--out", run);
    strictEqual(trained.code, 0, trained.stderr);
    const submit = (name: string) =>
      runTask("submit", "--model", run, ...data, "--out", `${directory}/${name}`);
    const packed = await submit("sub.csv.gz");
    strictEqual(packed.code, 1);
    match(packed.stderr, /sub\.csv\.gz: the file is plain text, expected a name without \.gz/);
    match((await submit("sub.csv")).stderr, /id "liver, adult_7" has a comma/);
    const table = await submit("sub.tsv");
    strictEqual(table.code, 0, table.stderr);
  }));
