/** How commands refuse, stop and help. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readPredictions } from "../../src/io/submission.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { resealModel } from "../helpers/reseal.ts";

const COMMANDS = [
  "train",
  "crossval",
  "edit",
  "experiments",
  "explain",
  "forecast",
  "evaluate",
  "predict",
  "submit",
  "report",
  "search",
  "prepare",
  "doctor",
  "info",
  "motifs",
  "export",
  "import",
  "sequences",
  "simulate",
  "split",
];
const QUICK = ["--preset", "experiment1", "--epochs", "1"];

Deno.test("every command has help with its flags and examples", async () => {
  for (const command of COMMANDS) {
    const { code, stdout } = await runTask(command, "--help");
    strictEqual(code, 0);
    match(stdout, new RegExp(`Usage: deno task ${command}`));
    // These only look.
    if (command !== "doctor" && command !== "info") match(stdout, /--out/);
    match(stdout, new RegExp(`Examples:\\n  # .*\\n  deno task ${command}`));
  }
});

Deno.test("every command is a task that runs with a set of permissions", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  for (const command of COMMANDS) {
    const flags =
      "-q --no-prompt --no-remote --cached-only --frozen --unstable-lazy-dynamic-imports " +
      "-P=(examine|write|compute)( --v8-flags=\\S+)?";
    match(tasks[command].command, new RegExp(`^deno run ${flags} scripts/${command}\\.ts$`));
  }
});

Deno.test("bad flags end with exit code 2 and name the flag", async () => {
  const cases: [string, string[], RegExp][] = [
    ["train", ["--epoch", "3"], /unknown option '--epoch'[^]*Did you mean --epochs/],
    [
      "train",
      ["--epochs", "0"],
      /'--epochs <n>' argument '0' is invalid. Expected an integer >= 1/,
    ],
    ["train", ["--epochs", "two"], /--epochs/],
    ["train", ["--learning-rate", "-1"], /Expected a number > 0/],
    ["train", ["--engine", "cuda"], /Expected one of auto, webgpu, wasm, tfjs-cpu/],
    ["train", ["--transform", "log2"], /Expected one of none, log1p, asinh/],
    ["train", ["data.npz"], /too many arguments/],
    ["train", ["--ensemble", "0"], /Expected an integer >= 1/],
    ["train", ["--spec", "a.json", "--preset", "wakawaka"], /cannot be used with option '--preset/],
    ["experiments", ["--only", "experiment1,"], /Expected names between commas/],
    ["experiments", ["--folds", "1"], /Expected an integer >= 2/],
    ["forecast", ["--new-genes", "-1"], /Expected an integer >= 0/],
    ["train", ["--threads", "0"], /Expected an integer >= 1/],
    ["crossval", ["--scheme", "random"], /contiguous, shuffled, by-gene, by-cell-type, by-both/],
    ["submit", ["--data", "x.npz"], /required option '--model <dir>' not specified$/m],
    [
      "prepare",
      ["--samples", "x.csv", "--genes", "hg38"],
      /required option '--signal <rule>' not specified\. Expected one of reads, .*mean.*\.$/m,
    ],
    ["simulate", ["--visible-share", "2"], /Expected a number >= 0 and <= 1/],
  ];
  for (const [command, args, message] of cases) {
    const { code, stdout, stderr } = await runTask(command, ...args);
    strictEqual(code, 2, `${command} ${args.join(" ")}: ${stdout}${stderr}`);
    match(stderr, message);
  }
});

Deno.test("bad input ends with exit code 1, one line that says what is wrong, and no files", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/out`;
    const text = (name: string, content: string) => {
      Deno.writeTextFileSync(`${directory}/${name}`, content);
      return `${directory}/${name}`;
    };
    const fixture = Deno.readFileSync("fixtures/train.npz");
    Deno.writeFileSync(`${directory}/cut.npz`, fixture.subarray(0, 100_000));
    const cases: [string[], RegExp][] = [
      [["--data", `${directory}/none.npz`], /no file or folder ".*none.npz"/],
      [["--data", text("a.txt", "x")], /of no known kind, expected .npz, .csv, .zarr or a folder/],
      [["--data", text("not.npz", "not a zip")], /not.npz/],
      [["--data", `${directory}/cut.npz`], /cut.npz/],
      [["--data", text("short.csv", "000003,1,0,1,0,2,0\n")], /line 1/],
      [["--data", "fixtures/eval.npz"], /no labels/],
      [
        ["--record", `${directory}/none.json`],
        /Cannot open .*none\.json: it does not exist/,
      ],
      [["--out", "README.md/run"], /Cannot write to README.md\/run: README.md is a file, expected/],
      [["--data", "fixtures/train.npz", "--preset", "wakwaka"], /did you mean wakawaka/],
      [["--data", "fixtures/train.npz", "--preset", "deepchrome"], /expected 0 or 1/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await runTask("train", ...QUICK, "--out", out, ...args);
      strictEqual(code, 1, `${args.join(" ")}: ${stderr}`);
      match(stderr, /^error: .*\n$/);
      match(stderr, message);
    }
    deepStrictEqual(filesIn(directory).filter((name) => name.startsWith("out")), []);
  });
});

Deno.test("what simulate cannot simulate is said of its flags", async () => {
  await withDirectory(async (directory) => {
    const cases: [string[], string][] = [
      [
        ["--new-genes", "0", "--new-cell-types", "0"],
        "--new-cell-types and --new-genes are both 0",
      ],
      [["--cell-types", "70000"], "--cell-types is 70000, expected an integer from 1 to 65536"],
      [["--visible-share", "0.9"], "--visible-share + --hidden-share is 1.12, expected at most 1"],
      [
        ["--sequences", "--sequence-effect", "0.5"],
        "--sequence-effect is 0.5, expected a number from 0 to --hidden-share, which is 0.22",
      ],
      [
        ["--sequences", "--sequence-half-width", "600000"],
        "--sequence-half-width is 600000, expected an integer from 300 to",
      ],
      [["--depth", "2000"], "--depth is 2000, expected a number > 0 and <= 1000"],
      [
        ["--cell-types", "2000", "--genes", "60000"],
        "2002 cell types × 60040 genes × 100 bins are 12020008000 bins in all",
      ],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await runTask("simulate", "--out", `${directory}/out`, ...args);
      strictEqual(code, 1);
      ok(stderr.startsWith(`error: Cannot simulate: ${message}`), stderr);
    }
  });
});

Deno.test("a run is overwritten only on request", async () => {
  await withDirectory(async (directory) => {
    const args = ["--data", "fixtures/train.npz", "--out", `${directory}/run`, ...QUICK];
    strictEqual((await runTask("train", ...args)).code, 0);
    const refused = await runTask("train", ...args);
    strictEqual(refused.code, 1);
    match(refused.stderr, /already holds a run. Name another --out, or add --overwrite/);
    strictEqual((await runTask("train", ...args, "--overwrite")).code, 0);
  });
});

Deno.test("a model is refused on data of other marks, and so is a folder without a model", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await runTask("train", "--data", "fixtures/train.npz", "--out", run, ...QUICK);
    const path = `${run}/model/model.json`;
    const json = await Deno.readTextFile(path);
    const { record } = JSON.parse(json).userDefinedMetadata.histone;
    const swapped = { ...record, marks: record.marks.toReversed() };
    const content = JSON.parse(json);
    content.userDefinedMetadata.histone.record = swapped;
    await Deno.writeTextFile(path, resealModel(content));
    const out = `${directory}/submission.csv`;
    const submit = (model: string) =>
      runTask("submit", "--model", model, "--data", "fixtures/eval.npz", "--out", out);
    const refused = await submit(`${run}/model`);
    strictEqual(refused.code, 1);
    match(refused.stderr, /trained on marks H3K9me3,.*the data have H3K27me3,/);
    const missing = await submit(`${directory}/nowhere`);
    strictEqual(missing.code, 1);
    match(
      missing.stderr,
      /neither a run nor a model in ".*nowhere", which does not exist, expected a directory that train/,
    );
    const file = await submit(path);
    match(file.stderr, /"[^"]*model\.json" is a file, expected a directory that train wrote/);
    ok(!filesIn(directory).includes("submission.csv"));
  });
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `${signal} ends a run with exit code ${exitCode} and keeps the epochs that were finished`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await withDirectory(async (directory) => {
        const flags = ["--preset", "wakawaka", "--epochs", "100000", "--engine", "wasm"];
        const args = ["--data", "fixtures/train.npz", "--out", directory, ...flags];
        const child = taskCommand("train", args, { stdout: "piped", stderr: "null" }).spawn();
        let printed = "";
        let asked = false;
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
          printed += text;
          if (!asked && /epoch +2 /.test(printed)) {
            child.kill(signal);
            asked = true;
          }
        }
        strictEqual((await child.status).code, exitCode);
        const history = await Deno.readTextFile(`${directory}/history.csv`);
        const epochs = history.trim().split("\n").length - 1;
        ok(epochs >= 2 && epochs < 100_000);
        ok(filesIn(directory).includes("model/weights.bin"));
        const found = await new CheckpointFolder(`${directory}/checkpoints`).load();
        strictEqual(found?.checkpoint.runs[0]?.history.length, epochs);
      });
    },
  });
}

Deno.test({
  name: "a full disk ends a command with exit code 1, the file's name, and nothing half-written",
  // A limit on the size of files stands in for a full disk: the same failed write, without a mount.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withDirectory(async (directory) => {
      const out = `${directory}/data`;
      const task = `"${Deno.execPath()}" run -q -P=write scripts/simulate.ts --out "${out}"`;
      const { code, stderr } = await new Deno.Command("bash", {
        args: ["-c", `trap '' XFSZ; ulimit -f 64; exec ${task} --genes 100`],
      }).output();
      strictEqual(code, 1);
      match(new TextDecoder().decode(stderr), /^error: Cannot write .*\/data\/train.npz: /);
      deepStrictEqual(filesIn(directory), []);
    });
  },
});

Deno.test("a submission has exactly the header and a line for each row", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await runTask("train", "--data", "fixtures/train.npz", "--out", run, ...QUICK);
    const out = `${directory}/submission.csv`;
    const submit = (...flags: string[]) => {
      const input = ["--model", `${run}/model`, "--data", "fixtures/eval.npz"];
      return runTask("submit", ...input, "--out", out, ...flags);
    };
    match((await submit()).stdout, /^Written: .*submission.csv, 440 predictions$/m);
    // It may be a file of labels, which look alike.
    const refused = await submit();
    strictEqual(refused.code, 1);
    match(refused.stderr, /^error: Cannot write .*: it is there already.* --overwrite\n$/);
    const replaced = await submit("--overwrite");
    match(replaced.stdout, /^Replaced: .*submission.csv, 440 predictions$/m);
    const text = await Deno.readTextFile(out);
    match(text, /^id,expression\n(E\d{3}_\d+,-?\d+(\.\d+)?(e-\d+)?\n){440}$/);
    const { ids } = await readPredictions("fixtures/eval_labels.csv");
    deepStrictEqual(text.trim().split("\n").slice(1).map((line) => line.split(",")[0]), ids);
  });
});

Deno.test("a warning says that more threads than cores were requested, and how many are used", async () => {
  await withDirectory(async (directory) => {
    const train = (threads: number) =>
      runTask(
        "train",
        "--data",
        "fixtures/train.npz",
        ...QUICK,
        "--engine",
        "wasm",
        "--overwrite",
        "--threads",
        String(threads),
        "--out",
        directory,
      );
    const cores = navigator.hardwareConcurrency;
    strictEqual((await train(cores)).stderr, "");
    const { stdout, stderr } = await train(1000);
    const used =
      /warning: --threads 1000 is more than the \d+ cores? that this machine lends: (\d+) threads at/
        .exec(
          stderr,
        );
    match(stdout, new RegExp(`Engine: wasm \\(cpu, ${used?.[1]} threads,`));
  });
});
