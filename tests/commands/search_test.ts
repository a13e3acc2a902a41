import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { parseTrials } from "../../src/search/mod.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const FILES = ["best.json", "ranking.csv", "search.json", "trials.jsonl"];

const SPACE = JSON.stringify({
  filters: [4],
  blocks: [{ width: [4], pool: [10, 200] }],
  dense: [[]],
  learningRate: [0.003, 0.01],
});

/** Arguments of a quick grid search that is written to `run` below a directory. */
function quickArgs(directory: string): string[] {
  Deno.writeTextFileSync(`${directory}/space.json`, SPACE);
  const data = ["--data", "fixtures/train.npz", "--space", `${directory}/space.json`];
  const how = ["--method", "grid", "--folds", "2", "--epochs", "1", "--transform", "log1p"];
  return [...data, ...how, "--engine", "wasm", "--threads", "2"];
}

async function trialsOf(run: string) {
  const trials = parseTrials(await Deno.readTextFile(`${run}/trials.jsonl`));
  return trials.map((trial) => ({ ...trial, seconds: undefined }));
}

Deno.test("search ranks the models of a space, writes the best, and resumes where it was interrupted", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const args = quickArgs(directory);
    const { code, stdout, stderr } = await runTask("search", ...args, "--out", run);
    strictEqual(code, 0, stderr);
    strictEqual(stderr, "");
    match(stdout, /Search: 4 trials on 2 folds by-both, with 150 samples to train on and 150 to/);
    match(
      stdout,
      /^2 of them do not fit data of 100 bins × 5 marks and are skipped; left: 2$/m,
    );
    match(stdout, /trial 1\/4 {2}\d+\.\d{4} {2}1 × conv, filters 4, .*learning rate 0.003.* s\n/);
    match(
      stdout,
      /trial 3\/4 {2}skipped: .*maxPool1d\) does not fit its input of shape \[100, 4\]/,
    );
    match(stdout, /rank +trial +score/);
    deepStrictEqual(filesIn(run), FILES);
    strictEqual((await Deno.readTextFile(`${run}/ranking.csv`)).split("\n").length, 6);
    const best = JSON.parse(await Deno.readTextFile(`${run}/best.json`));
    deepStrictEqual(parseSpec(best.spec), best.spec);
    deepStrictEqual(Object.keys(best.training), ["learningRate", "batchSize", "epochs"]);
    // The data hold logarithms, which the network is to see of counts too.
    strictEqual(best.transform, "log1p");

    const whole = await trialsOf(run);
    const path = `${run}/trials.jsonl`;
    const lines = (await Deno.readTextFile(path)).split("\n");
    await Deno.writeTextFile(path, [...lines.slice(0, 3), lines[3]?.slice(0, 40)].join("\n"));
    const resumed = await runTask("search", ...args, "--resume", run);
    strictEqual(resumed.code, 0, resumed.stderr);
    match(resumed.stdout, /Resuming after 3 finished trials/);
    strictEqual(resumed.stdout.match(/^trial /gm)?.length, 1);
    deepStrictEqual(await trialsOf(run), whole);
  });
});

Deno.test("a search is not overwritten or mixed with another", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const args = [...quickArgs(directory), "--out", run];
    strictEqual((await runTask("search", ...args)).code, 0);
    const resume = [...quickArgs(directory), "--resume"];
    const cases: [string[], RegExp][] = [
      [args, /already holds a search. Resume it with --resume/],
      [[...resume, run, "--seed", "3"], /Cannot resume the search: seed was 0, is now 3/],
      [[...resume, directory], /no file ".*\/search.json", expected a directory that search wrote/],
      [[...resume, run, "--overwrite"], /Cannot resume into another --out/],
    ];
    for (const [command, message] of cases) {
      const { code, stderr } = await runTask("search", ...command);
      strictEqual(code, 1);
      match(stderr, message);
    }
    strictEqual((await runTask("search", ...args, "--overwrite", "--seed", "3")).code, 0);
  });
});

Deno.test("bad input ends a search with one line that says what is wrong, and no files", async () => {
  await withDirectory(async (directory) => {
    const file = (name: string, content: string) => {
      Deno.writeTextFileSync(`${directory}/${name}`, content);
      return `${directory}/${name}`;
    };
    const cases: [string[], number, RegExp][] = [
      [["--space", file("a.json", "{")], 1, /Cannot read space: .*a.json/],
      [["--space", file("b.json", '{"blocks": 3}')], 1, /blocks is 3, expected an array .*b.json/],
      [["--folds", "7"], 1, /only 6 cell types/],
      [["--method", "grid"], 1, /Cannot search a grid of [\d,]+ points/],
      [["--method", "best"], 2, /random, grid/],
      [["--halving", "1"], 2, /Expected an integer >= 2/],
      [["--data", "fixtures/eval.npz"], 1, /no labels/],
    ];
    for (const [args, expected, message] of cases) {
      const out = ["--out", `${directory}/run`];
      const { code, stderr } = await runTask("search", ...out, ...args);
      strictEqual(code, expected, stderr);
      match(stderr, message);
    }
    ok(!filesIn(directory).some((name) => name.startsWith("run/")));
  });
});

Deno.test("a search in which nothing could be trained says why", async () => {
  await withDirectory(async (directory) => {
    const space = `${directory}/long.json`;
    const out = ["--out", `${directory}/run`];
    await Deno.writeTextFile(
      space,
      JSON.stringify({ filters: [4], blocks: [{ width: [300] }], padding: ["valid"] }),
    );
    const { code, stderr } = await runTask("search", "--space", space, ...out);
    strictEqual(code, 1);
    match(stderr, /no trial has a score. The first of them: .*conv1d\) does not fit/);
  });
});

Deno.test({
  name: "Ctrl-C ends a search with exit code 130 and keeps the trials that were finished",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withDirectory(async (directory) => {
      const run = `${directory}/run`;
      const space = `${directory}/space.json`;
      const many = Array.from({ length: 500 }, (_, i) => (i + 1) / 10_000);
      await Deno.writeTextFile(space, JSON.stringify({ ...JSON.parse(SPACE), learningRate: many }));
      const args = ["--space", space, "--out", run, "--trials", "900", "--epochs", "1"];
      const more = ["--folds", "2", "--engine", "wasm"];
      const child = taskCommand("search", [...args, ...more], { stdout: "piped", stderr: "piped" })
        .spawn();
      const stderr = new Response(child.stderr).text();
      let printed = "";
      let asked = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        printed += text;
        if (!asked && /trial +\d+\/900 {2}\d/.test(printed)) {
          child.kill("SIGINT");
          asked = true;
        }
      }
      strictEqual((await child.status).code, 130);
      match(await stderr, /kept \d+ of 900 trials. Resume: deno task search --resume .*run\n/);
      const scored = (await trialsOf(run)).filter(({ status }) => status === "scored");
      ok(scored.length >= 1 && scored.length < 400, String(scored.length));
      const unfinished = ["checkpoints/command.json", "checkpoints/lock"];
      deepStrictEqual(filesIn(run), [FILES[0], ...unfinished, ...FILES.slice(1)]);
    });
  },
});
