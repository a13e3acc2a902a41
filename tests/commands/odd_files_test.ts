/** A run's own files that somebody edited, or that are of something else: each is refused in a line with its name. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { readResult, readTable } from "../../src/runs/experiment_files.ts";
import { readJson } from "../../src/runs/json.ts";
import { readRun } from "../../src/runs/saved_run.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

// Plain JSON, to be changed in every way.
// deno-lint-ignore no-explicit-any
type Json = any;

const QUICK = ["--data", "fixtures/train.npz", "--epochs", "1", "--engine", "wasm"];

async function readFile(path: string): Promise<Json> {
  return JSON.parse(await Deno.readTextFile(path));
}

async function succeed(task: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runTask(task, ...args);
  strictEqual(code, 0, stderr);
}

/** Ways to edit the content of a file, and what is said of each. */
type Edits = readonly (readonly [edit: (content: Json) => Json, message: RegExp])[];

/** Edits a file in each of the ways, and puts it back. */
async function eachEdit(
  path: string,
  edits: Edits,
  check: (message: RegExp) => Promise<void>,
): Promise<void> {
  const text = await Deno.readTextFile(path);
  for (const [edit, message] of edits) {
    const content = JSON.parse(text);
    const edited = edit(content);
    await Deno.writeTextFile(path, JSON.stringify(edited === undefined ? content : edited));
    await check(message);
  }
  await Deno.writeTextFile(path, text);
}

const REGIMES: Edits = [
  [() => ({}), /confidence is missing, expected a number \(.*regimes\.json\)$/],
  [() => [], /it is an array of 0, expected an object/],
  [(file) => void (file.regimes = [null]), /regimes\[0\] is null, expected an object/],
  [(file) => void (file.mix = null), /mix is null, expected an object/],
  [(file) => void delete file.mix.rows, /mix\.rows is missing, expected a number/],
  [
    (file) => void (file.regimes[0].models[0].mse = "low"),
    /regimes\[0\]\.models\[0\]\.mse is "low", expected an object/,
  ],
  [(file) => void (file.mix.baselines[1].name = 7), /baselines\[1\]\.name is 7, expected a string/],
];

const CONFIG: Edits = [
  [() => 3, /command is missing, expected a string \(.*config\.json\)$/],
  [(file) => void (file.samples = "many"), /samples is "many", expected a number/],
  [(file) => void (file.preset = "p\x1b[2J"), /^Cannot read run: .*"p\\x1b\[2J".*config\.json\)$/],
  [(file) => void (file.spec = "mine"), /spec is "mine", expected an object/],
];

Deno.test("report refuses files that differ from what a run wrote, and names the field", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await succeed("forecast", ...QUICK, "--preset", "experiment1", "--out", run);
    const refused = (message: RegExp) => rejects(readRun(run), { name: "FormatError", message });
    await eachEdit(`${run}/regimes.json`, REGIMES, refused);
    await eachEdit(`${run}/config.json`, CONFIG, refused);
    const history = `${run}/history.csv`;
    const header = "epoch,loss,learning_rate,seconds,samples_per_second";
    for (const value of ["Infinity", "NaN", "-Infinity", "1e999"]) {
      await Deno.writeTextFile(history, `${header}\n1,${value},0.1,1,1\n`);
      await refused(/expected numbers for epoch,.*\(.*history\.csv, line 2\)$/);
    }
  });
});

Deno.test("characters that a picture cannot hold are spelled out in it", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await succeed("forecast", ...QUICK, "--preset", "experiment1", "--out", run);
    const path = `${run}/regimes.json`;
    const file = await readFile(path);
    for (const { models } of [...file.regimes, file.mix]) {
      models[0].name = "a\x00\x1b[31m\ud800\ufffe\u202eb <script>";
    }
    await Deno.writeTextFile(path, JSON.stringify(file));
    // As a report that was killed leaves it.
    await Deno.mkdir(`${run}/figures`);
    await Deno.writeTextFile(`${run}/figures/figure-7-a.png.0123abcd.part`, "");
    await succeed("report", run);
    deepStrictEqual(filesIn(run).filter((name) => name.endsWith(".part")), []);
    const written = filesIn(run).filter((name) => /\.(svg|html)$/.test(name));
    ok(written.length > 1);
    for (const name of written) {
      const text = await Deno.readTextFile(`${run}/${name}`);
      // deno-lint-ignore no-control-regex
      ok(!/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe]|<script/.test(text), name);
    }
    match(await Deno.readTextFile(`${run}/report.html`), /a\\x00\\x1b\[31m/);
  });
});

Deno.test("experiments refuses results that were edited, and names the field", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await succeed("experiments", ...QUICK, "--only", "experiment1", "--out", run);
    const result = "experiments/experiment1.json";
    const edits: Edits = [
      [() => null, /it is null, expected an object \(.*experiment1\.json\)$/],
      [(file) => void delete file.plan.spec, /plan\.spec is missing, expected an object/],
      [(file) => void (file.history = 3), /history is 3, expected an array/],
      [(file) => void (file.test = "good"), /test is "good", expected an object/],
      [
        (file) => void (file.train.mse = []),
        /train\.mse is an array of 0, expected a number/,
      ],
      [(file) => void (file.engine = { a: 1 }), /engine is an object, expected a string/],
    ];
    await eachEdit(`${run}/${result}`, edits, async (message) => {
      await rejects(readResult(run, "experiment1"), { name: "FormatError", message });
    });
    await eachEdit(`${run}/experiments.json`, [
      [() => ({}), /it is an object, expected an array of experiments \(.*experiments\.json\)$/],
      [(file) => void (file[0].testMse = "low"), /\[0\]\.testMse is "low"/],
      [(file) => void delete file[0].name, /\[0\]\.name is missing, expected a string/],
    ], async (message) => await rejects(readTable(run), { name: "FormatError", message }));
    deepStrictEqual((await readTable(run))?.length, 1);
  });
});

Deno.test("JSON that is nested deeply is refused with its file", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/config.json`;
    for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
      for (const depth of [102, 200_000]) {
        await Deno.writeTextFile(path, `${open.repeat(depth)}1${close.repeat(depth)}`);
        await rejects(readJson(path, "read run"), {
          name: "FormatError",
          message: /^Cannot read run: .*(nested|stack).*config\.json\)$/,
        });
      }
    }
    await Deno.writeTextFile(path, `${"[".repeat(100)}${"]".repeat(100)}`);
    await readJson(path, "read run");
  });
});

Deno.test("a run whose kept flags were edited is not resumed, but missing flags get their defaults", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const args = [...QUICK.slice(0, 2), "--preset", "experiment2", "--epochs", "2000"];
    await kill(
      await startUntilCheckpoint("train", [...args, "--engine", "wasm", "--out", run], {
        directory: run,
      }),
    );
    const path = `${run}/checkpoints/command.json`;
    await eachEdit(path, [
      [() => null, /command is missing, expected a name/],
      [(file) => void delete file.flags, /flags is missing, expected an object/],
      [(file) => void (file.flags = [1]), /flags is \[1\], expected an object/],
      [(file) => void (file.flags.preset = 3), /flag preset is 3, which this command does not/],
      [(file) => void (file.flags.epochs = -1), /flag epochs is -1, which this/],
      [(file) => void (file.flags.engine = "cuda"), /flag engine is "cuda", which this/],
      [(file) => void (file.flags.geneEffects = "yes"), /flag geneEffects is "yes", which/],
      [(file) => void (file.flags.test = ["a"]), /flag test is \["a"\], which/],
      [(file) => void (file.flags.colour = "red"), /flag colour is "red", which/],
    ], async (message) => {
      const { code, stderr } = await runTask("train", "--resume", run);
      strictEqual(code, 1);
      match(stderr, /^error: Cannot resume: .*command\.json\)\n$/);
      match(stderr, message);
    });
    const file = await readFile(path);
    delete file.flags.seed;
    delete file.flags.ensemble;
    await Deno.writeTextFile(path, JSON.stringify(file));
    const resumed = taskCommand("train", ["--resume", run], { stdout: "piped", stderr: "null" })
      .spawn();
    for await (const text of resumed.stdout.pipeThrough(new TextDecoderStream())) {
      if (/epoch/.test(text)) break;
    }
    await kill(resumed);
    strictEqual((await readFile(path)).flags.seed, 0);
  });
});
