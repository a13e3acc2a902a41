/** The command that rebuilds the competition's files, from a server on this machine. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { STORE_FOLDER } from "../../src/atlas/_count_store.ts";
import { EVAL_CELL_TYPES } from "../../src/atlas/competition_cell_types.ts";
import { REBUILT_FILES } from "../../src/atlas/rebuild_options.ts";
import { roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { ROADMAP_HOST } from "../../src/atlas/roadmap_tree.ts";
import {
  type CommandResult,
  endOf,
  filesIn,
  runTask,
  taskFlags,
  withDirectory,
} from "../helpers/command.ts";
import { makeTree, writeTree } from "../helpers/roadmap_tree.ts";
import { startWebServer, type WebServer, type WebServerOptions } from "../helpers/web_server.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = "/roadmap/data/";
const CELL_TYPES = ["E003", "E004", "E071"];
const TREE = makeTree({ cellTypes: CELL_TYPES, reads: 8000, seed: 3 });
const FILES = Object.fromEntries(
  Array.from(TREE.files, ([path, bytes]) => [FOLDER + path, bytes]),
);
const NAMES = ["--cell-types", CELL_TYPES.join(",")];

function serve(fault?: WebServerOptions["fault"]): WebServer {
  return startWebServer({ files: FILES, ...(fault && { fault }) });
}

/** The command as the line that it prints for a mirror has it, not yet started. */
function command(server: WebServer, out: string, ...args: readonly string[]): Deno.Command {
  const base = ["--out", out, "--base-url", server.origin + FOLDER];
  const flags = [...taskFlags("roadmap"), `--allow-net=${server.host}`];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "scripts/roadmap.ts", ...base, ...args],
    cwd: ROOT,
    env: { COLUMNS: "10000" },
    stdout: "piped",
    stderr: "piped",
  });
}

function roadmap(
  server: WebServer,
  out: string,
  ...args: readonly string[]
): Promise<CommandResult> {
  return endOf(command(server, out, ...args));
}

async function digestOutputs(directory: string): Promise<string[]> {
  return await Promise.all(REBUILT_FILES.map(async (name) => {
    const bytes = await Deno.readFile(`${directory}/${name}`);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }));
}

/** Waits until a condition holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** How many files are counted in a directory. */
function countedIn(directory: string): number {
  try {
    return filesIn(`${directory}/${STORE_FOLDER}`).filter((name) => name.endsWith(".counts"))
      .length;
  } catch {
    return 0;
  }
}

Deno.test("the task may reach Roadmap's host alone, and a mirror is answered with the exact line to run", () =>
  withDirectory(async (directory) => {
    await using server = serve();
    const out = `${directory}/out`;
    const args = ["--out", out, "--base-url", server.origin + FOLDER, ...NAMES];
    const { code, stderr, stdout } = await runTask("roadmap", ...args);
    strictEqual(code, 1);
    strictEqual(stdout, "");
    ok(stderr.includes(`Cannot reach ${server.host}: `), stderr);
    deepStrictEqual(server.requests, []);
    deepStrictEqual(filesIn(directory), []);
    const line = /\n\s*(deno run .*)/s.exec(stderr)?.[1] ?? "";
    ok(line.includes(`--allow-net=${server.host}`) && line.includes("-P=roadmap"), line);
    const shell = new Deno.Command("sh", {
      args: ["-c", line],
      cwd: ROOT,
      env: {
        COLUMNS: "10000",
        PATH: `${Deno.execPath().replace(/[^/]*$/, "")}:${Deno.env.get("PATH")}`,
      },
    });
    const allowed = await endOf(shell);
    strictEqual(allowed.code, 0, allowed.stderr);
    deepStrictEqual(filesIn(out), [...REBUILT_FILES].sort());
    const { permissions } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    deepStrictEqual(permissions.roadmap.net, [ROADMAP_HOST]);
  }));

Deno.test("what is secret in the address of a mirror is neither printed nor kept, however the run ends", () =>
  withDirectory(async (directory) => {
    const out = `${directory}/out`;
    const faults: WebServerOptions["fault"][] = [
      ({ path }) => path.includes("/E003-H3K4me1") ? { kind: "status", status: 403 } : undefined,
      ({ path }) =>
        path.includes("/E003-H3K4me1")
          ? { kind: "redirect", to: "http://elsewhere.example/?sig=PASSWORD" }
          : undefined,
      undefined,
    ];
    for (const fault of faults) {
      await using server = serve(fault);
      const secret = `http://user:PASSWORD@${server.host}${FOLDER}?sig=PASSWORD`;
      const args = ["--out", out, "--keep", ...NAMES, "--base-url"];
      const denied = await runTask("roadmap", ...args, secret);
      match(
        denied.stderr,
        /, with your address's own user, password and query in the place of SECRET:/,
      );
      ok(denied.stderr.includes(`'http://SECRET@${server.host}${FOLDER}?SECRET'`), denied.stderr);
      const results = [
        denied,
        await roadmap(server, out, "--keep", ...NAMES, "--base-url", secret),
      ];
      strictEqual(results[1]!.code, fault === undefined ? 0 : 1, results[1]!.stderr);
      for (const { stdout, stderr } of results) doesNotMatch(stdout + stderr, /PASSWORD|user:/);
      for (const name of filesIn(out)) {
        const text = new TextDecoder("latin1").decode(await Deno.readFile(`${out}/${name}`));
        ok(!name.includes("PASSWORD") && !text.includes("PASSWORD"), name);
      }
    }
  }));

Deno.test("it says what it reads, which cell types are finished, what it wrote and what comes next", () =>
  withDirectory(async (directory) => {
    await using server = serve();
    const out = `${directory}/out`;
    const { code, stdout, stderr } = await roadmap(server, out, ...NAMES);
    strictEqual(code, 0, stderr);
    strictEqual(stderr, "");
    const lines = stdout.trimEnd().split("\n");
    match(
      lines[0]!,
      /^Counting 15 files \([\d.]+ MB\) of 3 cell types from http:\/\/127.*\/roadmap\/data\/$/,
    );
    const finished = lines.filter((line) => / is counted: \d of 3 cell types$/.test(line));
    deepStrictEqual(finished.map((line) => line.slice(0, 4)).sort(), CELL_TYPES);
    match(stdout, /\nWriting train\.npz\nWriting eval\.npz\nWriting eval_labels\.csv\n/);
    match(
      stdout,
      /\nWritten: .*\/out\/ \(train\.npz, eval\.npz, eval_labels\.csv\): 3 cell types, 32,000 rows to train on and 20,341 rows to predict\n/,
    );
    match(
      stdout,
      /\nNext: deno task doctor .*train\.npz\nThen: deno task experiments .*eval_labels\.csv\n/,
    );
    doesNotMatch(stdout, /--competition/);
    deepStrictEqual(filesIn(out), [...REBUILT_FILES].sort());
    const again = await roadmap(server, out, ...NAMES);
    strictEqual(again.code, 1);
    match(again.stderr, /already holds train\.npz\. Name another --out, or add --overwrite/);
    const before = await digestOutputs(out);
    strictEqual((await roadmap(server, out, ...NAMES, "--overwrite", "--quiet")).code, 0);
    deepStrictEqual(await digestOutputs(out), before);
  }));

Deno.test("kept files are a copy that --from takes without a network", () =>
  withDirectory(async (directory) => {
    const [out, again] = [`${directory}/out`, `${directory}/again`];
    await using server = serve();
    strictEqual((await roadmap(server, out, ...NAMES, "--keep")).code, 0);
    for (const path of TREE.files.keys()) ok(filesIn(out).includes(path), path);
    const { code, stderr } = await runTask("roadmap", "--from", out, "--out", again, ...NAMES);
    strictEqual(code, 0, stderr);
    strictEqual((await digestOutputs(again))[2], (await digestOutputs(out))[2]);
  }));

Deno.test("wrong flags are refused before anything is asked for", async () => {
  const refused = async (args: readonly string[], message: RegExp, code = 2) => {
    const result = await runTask("roadmap", ...args);
    strictEqual(result.code, code, result.stderr);
    match(result.stderr, message);
  };
  await refused([], /--out/);
  await refused(
    ["--out", "x", "--from", ".", "--keep"],
    /'--from <dir>' cannot be used with option '--keep'/,
  );
  await refused(
    ["--out", "x", "--from", ".", "--base-url", "http://a.org/"],
    /cannot be used with/,
  );
  await refused(
    ["--out", "x", "--base-url", "ftp://a.org/"],
    /Expected an address that begins with/,
  );
  await refused(["--out", "x", "--missing", "skip"], /Expected one of refuse, leave-out/);
  await refused(["--out", "x", "--cell-types", "E003,,E004"], /Expected names between commas/);
  await refused(["--out", "x", "--from", ".", "--cell-types", "E999"], /no cell type "E999"/, 1);
  await refused(["--out", "x", "--from", "./nowhere"], /nowhere as a copy of Roadmap's files/, 1);
  await refused(
    ["--out", "x", "--from", "src", "--cell-types", "E003"],
    /src lacks .*gene_info/,
    1,
  );
  ok(!filesIn(ROOT.replace(/\/$/, "/src")).includes("x"));
  ok(await Deno.stat(`${ROOT}x`).then(() => false, () => true));
});

Deno.test("all cell types is the default, and missing ones are named all together", () =>
  withDirectory(async (directory) => {
    await writeTree(TREE, directory);
    for (const args of [[], ["--cell-types", "all"]]) {
      const { code, stderr } = await runTask(
        "roadmap",
        "--from",
        directory,
        "--out",
        `${directory}/out`,
        ...args,
      );
      strictEqual(code, 1);
      const [, names = ""] = /: ([^:]*) lack all files of alignments\. Name other/.exec(stderr) ??
        [];
      deepStrictEqual(
        names.split(", "),
        EVAL_CELL_TYPES.filter((name) => !CELL_TYPES.includes(name)),
        stderr,
      );
    }
  }));

Deno.test("after Ctrl-C it says what is kept, and the same command resumes with the next file", () =>
  withDirectory(async (directory) => {
    const [out, expected] = [`${directory}/out`, `${directory}/expected`];
    const isOfLast = (path: string) => path.includes("/E003-");
    let isSlow = true;
    await using server = serve(({ path, range }) =>
      isSlow && isOfLast(path) && range!.end > 2 ** 14 ? { kind: "slow", bytes: 100 } : undefined
    );
    await using plain = serve();
    strictEqual((await roadmap(plain, expected, ...NAMES)).code, 0);
    const child = command(server, out, ...NAMES).spawn();
    await until(() => countedIn(out) === 10);
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    strictEqual(code, 130);
    const said = new TextDecoder().decode(stderr);
    match(
      said,
      /Interrupted: the counts of 10 of 15 files are kept\. The same command resumes\.\n$/,
    );
    ok(filesIn(out).every((name) => name.startsWith(`${STORE_FOLDER}/`)), filesIn(out).join());
    strictEqual(countedIn(out), 10);
    isSlow = false;
    server.reset();
    const resumed = await roadmap(server, out, ...NAMES);
    strictEqual(resumed.code, 0, resumed.stderr);
    match(
      resumed.stdout,
      /^Counting 5 files \(.*\) of 3 cell types from .*, after 10 files that a stopped run has counted\n/,
    );
    const read = server.requests.filter(({ range, path }) =>
      path.endsWith("Align.gz") && range!.end > 2 ** 14
    );
    ok(read.every(({ path }) => isOfLast(path)));
    strictEqual((await digestOutputs(out))[2], (await digestOutputs(expected))[2]);
    deepStrictEqual(filesIn(out), [...REBUILT_FILES].sort());
  }));

function isRefused(code: number, stderr: Uint8Array): boolean {
  return code === 1 && /it already holds train\.npz/.test(new TextDecoder().decode(stderr));
}

Deno.test("killed again and again, at any moment, it ends with the same bytes and leaves nothing else", () =>
  withDirectory(async (directory) => {
    const [out, expected] = [`${directory}/out`, `${directory}/expected`];
    await using server = serve();
    strictEqual((await roadmap(server, expected, ...NAMES, "--keep")).code, 0);
    let kills = 0;
    for (let waitMs = 600;; waitMs = waitMs * 1.35 + 100) {
      const child = command(server, out, ...NAMES, "--keep").spawn();
      const timer = setTimeout(() => child.kill("SIGKILL"), waitMs);
      const { code, success, stderr } = await child.output();
      clearTimeout(timer);
      // A kill between the removal of the last trace of the work and the end of the process comes too late.
      if (success || isRefused(code, stderr)) break;
      kills++;
      strictEqual(code, 137, new TextDecoder().decode(stderr));
      // What is there under its own name is whole.
      await Deno.mkdir(out, { recursive: true });
      const whole = filesIn(out).filter((name) => TREE.files.has(name));
      for (const name of whole) {
        strictEqual(Deno.statSync(`${out}/${name}`).size, TREE.files.get(name)!.length);
      }
    }
    ok(kills > 2, `${kills}`);
    deepStrictEqual(await digestOutputs(out), await digestOutputs(expected));
    const others = filesIn(out).filter((name) => !TREE.files.has(name));
    deepStrictEqual(others, [...REBUILT_FILES].sort());
  }));

Deno.test("a second command in the same directory is refused while the first one works", () =>
  withDirectory(async (directory) => {
    const out = `${directory}/out`;
    await using server = serve(({ path }) =>
      path.endsWith("gene_info") ? { kind: "slow", bytes: 1000 } : undefined
    );
    const child = command(server, out, ...NAMES).spawn();
    await until(() => server.requests.length > 1);
    const { code, stderr } = await roadmap(server, out, ...NAMES);
    strictEqual(code, 1);
    match(stderr, /another command is writing it/);
    child.kill("SIGTERM");
    strictEqual((await child.output()).code, 143);
    ok(await Deno.stat(out).then(() => false, () => true));
  }));

const QUICK = ["--epochs", "1", "--engine", "wasm"];

Deno.test("the report's experiments, training, evaluation and submission run on what it wrote", () =>
  withDirectory(async (directory) => {
    await using server = serve();
    const data = `${directory}/data`;
    strictEqual((await roadmap(server, data, ...NAMES)).code, 0);
    const [train, evaluation, labels] = REBUILT_FILES.map((name) => `${data}/${name}`);
    const run = async (name: string, ...args: readonly string[]) => {
      const result = await runTask(name, ...args);
      strictEqual(result.code, 0, `${name}: ${result.stderr}`);
      return result.stdout;
    };
    const test = ["--test", evaluation!, "--labels", labels!];
    const one = ["--only", "experiment1", "--out", `${directory}/table`];
    const table = await run("experiments", "--data", train!, ...test, ...one, ...QUICK);
    match(table, /experiment1/);
    await run(
      "train",
      "--data",
      train!,
      "--out",
      `${directory}/run`,
      "--preset",
      "experiment1",
      ...QUICK,
    );
    const model = ["--model", `${directory}/run`, "--data", evaluation!];
    const measured = await run("evaluate", ...model, "--labels", labels!);
    match(measured, /MSE/);
    const submission = `${directory}/submission.csv`;
    await run("submit", ...model, "--out", submission);
    const ids = (text: string) => text.split("\n").map((line) => line.split(",")[0]).join("\n");
    strictEqual(ids(await Deno.readTextFile(submission)), ids(await Deno.readTextFile(labels!)));
    match(await run("forecast", "--data", train!, "--preset", "experiment1", ...QUICK), /./);
    match(await run("doctor", train!), /./);
  }));

Deno.test("a file that stays away is no reason to wait: the others are counted, and the message names it", () =>
  withDirectory(async (directory) => {
    const out = `${directory}/out`;
    const path = roadmapPath({ cellType: "E004", mark: "H3K4me3" });
    const half = FILES[FOLDER + path]!.slice(0, -300);
    await using server = startWebServer({ files: { ...FILES, [FOLDER + path]: half } });
    const { code, stderr } = await roadmap(server, out, ...NAMES);
    strictEqual(code, 1);
    match(stderr, /warning: .*E004-H3K4me3\.tagAlign\.gz.*It is read again/);
    match(
      stderr,
      /error: .*1 of 15 files could not be counted: .*E004-H3K4me3\.tagAlign\.gz\)?\. The counts of the others are kept/,
    );
    strictEqual(countedIn(out), 14);
  }));
