/** No task can do more than its work needs, whatever a file makes it do. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { writeCompetition } from "../src/io/competition_writer.ts";
import { DEEPCHROME_RECORD } from "../src/record.ts";
import { fromLetters, toLetters } from "./fuzz/seed.ts";
import { filesIn, withDirectory } from "./helpers/command.ts";
import { collect } from "./io/_npz_helpers.ts";

type Permissions = Readonly<Record<string, unknown>>;

const ROOT = new URL("../", import.meta.url);
const CONFIG: {
  readonly tasks: Readonly<
    Record<string, { readonly command: string; readonly dependencies?: readonly string[] }>
  >;
  readonly permissions: Readonly<Record<string, Permissions>>;
  readonly test: { readonly permissions: Permissions; readonly include: readonly string[] };
} = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

/** The tasks that run a program of this project, with their set of permissions, all their flags, and the program. */
const RUN_TASKS = Object.entries(CONFIG.tasks).flatMap(([name, { command, dependencies }]) => {
  if (!command.startsWith("deno run ")) return [];
  const words = command.split(" ");
  const set = words.find((word) => word.startsWith("-P="))?.slice(3);
  const at = words.findIndex((word) => word.endsWith(".ts"));
  return [{ name, set, flags: words.slice(2, at), program: words[at]!, dependencies }];
});

/** Runs Deno in the project's directory, or in that of `options`. */
async function runDeno(
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd ?? ROOT,
    env: { ...options.env, NO_COLOR: "1", COLUMNS: "10000" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** The set of each task that is not named for it: what looks, what writes, and what computes too. */
const SETS: Readonly<Record<string, string>> = {
  bench: "bench",
  "benchmark-real": "bench",
  bundle: "bundle",
  compile: "compile",
  doctor: "write",
  fuzz: "fuzz",
  info: "examine",
  motifs: "write",
  npm: "bundle",
  page: "page",
  prepare: "write",
  release: "release",
  roadmap: "roadmap",
  sequences: "write",
  simulate: "write",
  split: "write",
  convert: "write",
  test: "test",
  "test-all": "test",
  work: "work",
};

/** Sets of tasks for developers: they run other programs or write the project's files, and are given no files of others. */
const SETS_OF_DEVELOPERS = ["bench", "release", "test"];

/** Sets of tasks that are no commands of the program. */
const SETS_OF_MAKERS = ["bundle", "compile", "fuzz", "page", ...SETS_OF_DEVELOPERS];

Deno.test("every task runs with one set of permissions, asks for no more, and loads no module of a web site", () => {
  ok(RUN_TASKS.length > 10);
  for (const { name, set, flags, dependencies } of RUN_TASKS) {
    strictEqual(set, SETS[name] ?? "compute", name);
    const others = flags.filter((flag) => !/^(-q|-P=\w+|--v8-flags=\S+)$/.test(flag));
    const expected = ["--no-prompt", "--no-remote", "--cached-only", "--frozen"];
    // Commands start sooner if modules are looked at when they are imported; what bundles or tests needs all of them.
    if (!SETS_OF_MAKERS.includes(set)) expected.push("--unstable-lazy-dynamic-imports");
    deepStrictEqual(others, expected, name);
    // What the flags keep from being loaded, the task before it has fetched.
    deepStrictEqual(dependencies, ["fetch"], name);
  }
  // It names nothing but the lock file; without a network the task itself says what is missing.
  strictEqual(CONFIG.tasks.fetch?.command, "deno install -q --frozen || true");
});

Deno.test("the sets hold what the tasks need: one host for one of them, no native code, few other programs", () => {
  const { examine, write, roadmap, compute, work, bundle, page, compile, fuzz, ...others } =
    CONFIG.permissions;
  deepStrictEqual(Object.keys(others).sort(), SETS_OF_DEVELOPERS);
  const { bench, release, test } = others;
  const keysOf = (set: Permissions | undefined) => Object.keys(set ?? {}).sort();
  // What looks writes nothing; what does not compute has no drivers to quiet.
  deepStrictEqual(keysOf(examine), ["env", "read"]);
  deepStrictEqual(keysOf(write), ["env", "read", "sys", "write"]);
  deepStrictEqual(keysOf(compute), ["env", "read", "sys", "write"]);
  // How much memory there is, and what a scheduler lends of it: a number each.
  for (const set of [write, compute]) deepStrictEqual(set?.sys, ["systemMemoryInfo"]);
  const lent = ["SLURM_CPUS_PER_TASK", "SLURM_MEM_PER_CPU", "SLURM_MEM_PER_NODE"];
  const task = ["JOB_COMPLETION_INDEX", "SGE_TASK_ID", "SLURM_ARRAY_TASK_ID"];
  deepStrictEqual(examine?.env, ["COLUMNS", "INIT_CWD"]);
  deepStrictEqual(write?.env, ["COLUMNS", "INIT_CWD", ...lent]);
  deepStrictEqual(compute?.env, ["COLUMNS", "INIT_CWD", ...lent, "XDG_RUNTIME_DIR"]);
  // A job of an array learns which unit it is for.
  deepStrictEqual(work, {
    read: compute?.read,
    write: compute?.write,
    sys: compute?.sys,
    env: ["COLUMNS", "INIT_CWD", ...task, ...lent, "XDG_RUNTIME_DIR"],
  });
  deepStrictEqual(keysOf(bundle), ["env", "read", "run", "write"]);
  // One host, which is Roadmap's; its files are counted while they arrive.
  const { net, ...rest } = roadmap ?? {};
  deepStrictEqual(net, ["egg2.wustl.edu"]);
  deepStrictEqual(rest, write);
  deepStrictEqual(bundle?.env, ["COLUMNS", "INIT_CWD"]);
  // The page is served to this machine alone.
  deepStrictEqual(page, { ...bundle, net: ["127.0.0.1"] });
  deepStrictEqual(keysOf(compile), ["env", "read", "run"]);
  deepStrictEqual(compile?.env, ["COLUMNS", "DENORT_BIN", "INIT_CWD"]);
  for (const set of [bundle, compile]) deepStrictEqual(set?.run, ["deno"]);
  for (const set of [write, compute, bundle]) deepStrictEqual(set?.write, compute?.write);
  for (const set of [examine, write, bundle, compile]) deepStrictEqual(set?.read, compute?.read);
  deepStrictEqual(fuzz, { read: ["."] });
  deepStrictEqual(keysOf(bench), ["env", "net", "read", "run", "sys", "write"]);
  // The bench's own server.
  deepStrictEqual(bench?.net, ["127.0.0.1"]);
  deepStrictEqual(test, { read: ["."], run: true, env: true });
  const released = ["deno.json", "CITATION.cff", "CHANGELOG.md"];
  deepStrictEqual(release, { read: released, write: released, run: ["deno"] });
  const tests = Object.keys(CONFIG.test.permissions).sort();
  // Playwright asks who and what it runs as.
  deepStrictEqual(tests, ["env", "net", "read", "run", "sys", "write"]);
  // Servers of the tests' own.
  deepStrictEqual(CONFIG.test.permissions.net, ["127.0.0.1"]);
});

/** Tries to get out, and prints what it could do. The port is one that nothing listens on. */
const PROBE = `
const url = "http://127.0.0.1:8901/";
const attempts = {
  "fetch": () => fetch(url),
  "WebSocket": () => new WebSocket("ws://127.0.0.1:8901/"),
  "connect": () => Deno.connect({ port: 8901 }),
  "listen": () => Deno.listen({ port: 0 }),
  "DNS": () => Deno.resolveDns("localhost", "A"),
  "program": () => new Deno.Command("true").output(),
  "program by node": async () => {
    const { spawnSync } = await import("node:child_process");
    const { error } = spawnSync("true", { env: {} });
    if (error) throw error;
  },
  "signal": () => Deno.kill(Deno.ppid, "SIGCONT"),
  "native code": () => Deno.dlopen("libm.so.6", {}),
  "native code by node": () => process.dlopen({ exports: {} }, "/lib/libm.so.6"),
  "environment": () => Deno.env.get("HOME"),
  "machine": () => Deno.hostname(),
  "remote module": () => import(url + "a.ts"),
  "npm package": () => import("npm:a-package-that-nobody-has-fetched"),
  "npm package of another version": () => import("npm:commander@1.0.0"),
  "JSR package": () => import("jsr:@a-scope/that-nobody-has-fetched"),
  "worker": () => new Promise((done, refused) => {
    const text = \`try { await fetch("\${url}"); } catch (e) { postMessage(e.message); }\`;
    const worker = new Worker("data:application/javascript," + encodeURIComponent(text), { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); refused(new Error(data)); };
    worker.onerror = (event) => { event.preventDefault(); refused(new Error(event.message)); };
  }),
};
const got = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    got.push(name);
  } catch (error) {
    const refused = error.name === "NotCapable" || 
      /Requires .* access|--no-remote|--cached-only/.test(error.message);
    if (!refused) got.push(name + ": " + error);
  }
}
console.log(JSON.stringify(got));
Deno.exit();
`;

/** The tasks whose flags and permissions differ from each other, of those that read what others made. */
const DISTINCT_TASKS = [...new Map(RUN_TASKS.map((task) => [task.set, task])).values()]
  .filter(({ set }) => !SETS_OF_DEVELOPERS.includes(set ?? ""));

/** What the probe may do with a set: the server of the page listens on this machine, so that it may connect there too. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  page: ["fetch", "WebSocket", "connect", "worker"],
};

for (const { name, set, flags } of DISTINCT_TASKS) {
  Deno.test(`a program with the permissions of task ${name} cannot reach any other host, programs or native code`, () =>
    withDirectory(async (directory) => {
      const probe = `${directory}/probe.js`;
      await Deno.writeTextFile(probe, PROBE);
      const args = ["run", ...flags, "--config", "deno.json", probe];
      // Registries that nothing listens on: a request fails in other words than a refusal.
      const nowhere = "http://127.0.0.1:8901/";
      const env = { NPM_CONFIG_REGISTRY: nowhere, JSR_URL: nowhere };
      const lock = await Deno.readTextFile(new URL("deno.lock", ROOT));
      const { code, text } = await runDeno(args, { env });
      strictEqual(code, 0, text);
      const got: readonly string[] = JSON.parse(text);
      deepStrictEqual(got.map((what) => what.split(":")[0]), ALLOWED[set ?? ""] ?? [], set);
      strictEqual(await Deno.readTextFile(new URL("deno.lock", ROOT)), lock);
    }));
}

/** Tries to change what the next task runs, and prints what it could do. */
const TAMPER = `
const attempts = {};
for (const path of JSON.parse(Deno.args[0])) {
  attempts["write " + path] = () => Deno.writeTextFileSync(path, "");
  attempts["remove " + path] = () => Deno.removeSync(path, { recursive: true });
  attempts["rename " + path] = () => Deno.renameSync(path, "elsewhere");
  attempts["replace " + path] = () => Deno.renameSync("mine", path);
  attempts["make " + path] = () => Deno.mkdirSync(path);
  attempts["link to " + path] = () => Deno.symlinkSync(path, "link");
  attempts["hard link to " + path] = () => Deno.linkSync(path, "link");
}
const got = [];
for (const [name, attempt] of Object.entries(attempts)) {
  Deno.writeTextFileSync("mine", "");
  try {
    attempt();
    got.push(name);
  } catch (error) {
    if (error.name !== "NotCapable") got.push(name + ": " + error);
  }
}
console.log(JSON.stringify(got));
`;

/** What the next task, or somebody who works in the clone, runs or is led by. */
const LAUNCHERS = [
  "deno.json",
  "deno.jsonc",
  "deno.lock",
  "package.json",
  ".npmrc",
  "node_modules/a/index.js",
  "mod.ts",
  "src",
  "src/files/file.ts",
  "scripts/train.ts",
  "tests/random_test.ts",
  "README.md",
  ".git",
  ".git/hooks/pre-commit",
  ".git/config",
  ".ci/run",
];

/** Those whose sets let them write. */
const WRITING = DISTINCT_TASKS
  .filter(({ set }) => CONFIG.permissions[set ?? ""]?.write !== undefined);

Deno.test("a task cannot change what the next one runs, from wherever it is started", () =>
  withDirectory(async (project) => {
    // Not in the clone itself: an attempt that works would do harm.
    const { tasks: _, ...config } = CONFIG;
    await Deno.writeTextFile(`${project}/deno.json`, JSON.stringify(config));
    await Deno.mkdir(`${project}/runs`);
    for (const name of ["src", "scripts", ".git"]) await Deno.mkdir(`${project}/${name}`);
    await Deno.writeTextFile(`${project}/probe.js`, TAMPER);
    ok(WRITING.length >= 3);
    for (const { set, flags } of WRITING) {
      const run = ["run", ...flags, "--config", `${project}/deno.json`, `${project}/probe.js`];
      for (const [folder, up] of [["", ""], ["/runs", "../"]]) {
        const paths = LAUNCHERS.map((path) => `${up}${path}`);
        const cwd = `${project}${folder}`;
        const { code, text } = await runDeno([...run, JSON.stringify(paths)], { cwd });
        strictEqual(code, 0, text);
        deepStrictEqual(JSON.parse(text), [], `${set} in ${cwd}`);
      }
    }
  }));

Deno.test("commands that only read cannot write anywhere", () =>
  withDirectory(async (directory) => {
    const probe = `${directory}/probe.js`;
    await Deno.writeTextFile(probe, TAMPER.replace('Deno.writeTextFileSync("mine", "");', ""));
    const flags = RUN_TASKS.find(({ set }) => set === "examine")?.flags ?? [];
    const paths = JSON.stringify([`${directory}/a`, "/tmp/a", "a"]);
    const { code, text } = await runDeno(["run", ...flags, "--config", "deno.json", probe, paths]);
    strictEqual(code, 0, text);
    deepStrictEqual(JSON.parse(text), []);
  }));

Deno.test("tests are looked for where no task can write", () => {
  const { deny } = CONFIG.permissions.compute?.write as { readonly deny: readonly string[] };
  deepStrictEqual(CONFIG.test.include.filter((path) => !deny.includes(path)), []);
});

Deno.test({
  name: "a task reads no passwords of the machine",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withDirectory(async (directory) => {
      const probe = `${directory}/probe.js`;
      const paths = [
        "/etc/shadow",
        "/etc/ssh/ssh_host_rsa_key",
        "/run/secrets/a",
        "/proc/1/environ",
      ];
      const text = `for (const path of ${JSON.stringify(paths)}) {
        try { Deno.readTextFileSync(path); console.log(path); } catch (error) {
          if (error.name !== "NotCapable") console.log(path, error.name);
        }
      }`;
      await Deno.writeTextFile(probe, text);
      for (const { set, flags } of DISTINCT_TASKS) {
        const result = await runDeno(["run", ...flags, "--config", "deno.json", probe]);
        deepStrictEqual(result, { code: 0, text: "" }, set);
      }
    }),
});

/** A data set whose record, if it were used as paths, would lead anywhere. */
function makeData(): Promise<Uint8Array<ArrayBuffer>> {
  const record = { ...DEEPCHROME_RECORD, assembly: "../../hg19", countingRule: "/etc/passwd" };
  const size = 4 * 100 * record.marks.length;
  const blocks = ["a__._.___escaped", "~escaped"].map((cellType, cell) => ({
    cellType,
    genes: ["1", "2", "3", "4"],
    signal: Array.from({ length: size }, (_, i) => (i * 7 + cell) % 5),
    labels: [0.5, -1, 2, cell],
  }));
  return collect((sink) => writeCompetition(sink, blocks, { record }));
}

/** The same with a cell type's name that leads out of any directory, which our own writer refuses. */
function withPathAsName(data: Uint8Array): Uint8Array {
  const renamed = toLetters(data).replaceAll("a__._.___escaped", "../../../escaped");
  return fromLetters(renamed);
}

const SHORT = ["--trials", "3", "--epochs", "1", "--engine", "wasm"];
const ONE = ["--only", "experiment1", "--epochs", "1", "--engine", "wasm"];
const SHORT_RUN = ["--epochs", "1", "--engine", "wasm"];
const QUICK = ["--preset", "experiment1", ...SHORT_RUN];
/** A model of five letters. */
const OF_LETTERS = {
  name: "letters",
  inputs: [{ name: "sequence", bases: 5 }],
  branches: [{
    name: "dna",
    input: "sequence",
    layers: [
      { type: "conv1d", filters: 2, width: 3, dilation: 1, padding: "same" },
      { type: "flatten" },
    ],
  }],
  head: { join: [{ type: "output", branch: "dna" }], layers: [{ type: "dense", units: 1 }] },
  loss: "meanSquaredError",
};

/** Runs a command with the set that it has as a task, but for writing: what it wrote elsewhere would be refused. */
function runConfined(out: string, script: string, ...args: string[]) {
  const set = CONFIG.permissions[SETS[script] ?? "compute"];
  const permissions = [
    "--allow-read",
    `--allow-env=${(set?.env as readonly string[]).join(",")}`,
    ...(set?.write === undefined ? [] : [`--allow-write=${out}`]),
  ];
  const flags = ["-q", "--no-prompt", "--no-remote", ...permissions];
  return runDeno(["run", ...flags, `scripts/${script}.ts`, ...args]);
}

Deno.test("commands write into their output directory and nowhere else", () =>
  withDirectory(async (directory) => {
    const [out, data] = [`${directory}/out`, `${directory}/data.npz`];
    await Deno.mkdir(out);
    await Deno.writeFile(data, await makeData());
    const letters = `${directory}/letters.csv`;
    await Deno.writeTextFile(letters, ["1", "2", "3"].map((id) => `${id},ACGTN\n`).join(""));
    const model = `${out}/run/model`;
    const spec = `${directory}/spec.json`;
    const edits = `${directory}/edits.tsv`;
    await Deno.writeTextFile(edits, "edit\tmark\nremove\t*\n");
    await Deno.writeTextFile(spec, JSON.stringify(OF_LETTERS));
    const commands = [
      ["train", "--data", data, "--out", `${out}/run`, ...QUICK],
      ["submit", "--model", model, "--data", data, "--out", `${out}/submission.csv`],
      ["predict", "--model", model, "--data", data, "--out", `${out}/predictions.tsv`],
      ["evaluate", "--model", model, "--data", data, "--out", `${out}/metrics.json`],
      ["simulate", "--out", `${out}/simulated`, "--cell-types", "2", "--genes", "20"],
      ["sequences", "--data", data, "--sequences", letters, "--out", `${out}/dna.npz`],
      [
        "train",
        "--data",
        `${out}/dna.npz`,
        "--out",
        `${out}/letters`,
        "--spec",
        spec,
        ...SHORT_RUN,
      ],
      ["motifs", `${out}/letters`, "--data", `${out}/dna.npz`, "--out", `${out}/motifs.meme`],
      ["edit", `${out}/run`, "--data", data, "--edits", edits, "--out", `${out}/effects.tsv`],
      ["explain", `${out}/run`, "--data", data, "--out", `${out}/why`, "--genes", "1,2"],
      ["split", "--data", data, "--scheme", "by-gene", "--out", `${out}/parts`],
      ["crossval", "--data", data, "--folds", "2", "--out", `${out}/folds`, ...QUICK],
      ["search", "--data", data, "--folds", "2", "--out", `${out}/search`, ...SHORT],
      ["experiments", "--data", data, "--folds", "2", "--out", `${out}/table`, ...ONE],
      ["report", `${out}/run`],
      [
        "plan",
        "--plan",
        `${out}/plan`,
        "--slurm",
        "crossval",
        "--data",
        data,
        "--folds",
        "2",
        ...QUICK,
      ],
      ["work", "--plan", `${out}/plan`, "--unit", "1"],
      ["work", "--plan", `${out}/plan`, "--unit", "2"],
      ["gather", "--plan", `${out}/plan`],
      ["doctor", data, "--page", `${out}/page.html`, "--multiqc", `${out}/qc`],
      ["info", data, `${out}/run`],
    ];
    for (const [script = "", ...args] of commands) {
      const { code, text } = await runConfined(out, script, ...args);
      strictEqual(code, 0, text);
    }
    const written = filesIn(directory).filter((name) =>
      !/^(data\.npz|letters\.csv|spec\.json|edits\.tsv)$/.test(name)
    );
    ok(written.length > 8);
    const odd = /escaped|passwd|hg19|\.part$/;
    const expected =
      /^out\/(submission\.csv$|predictions\.tsv$|metrics\.json$|page\.html$|dna\.npz$|motifs\.meme$|effects\.tsv$|(qc|run|why|letters|simulated|parts|plan|folds|search|table)\/)/;
    deepStrictEqual(written.filter((name) => !expected.test(name) || odd.test(name)), []);
  }));

Deno.test("a file whose names lead out of its directory is refused, and nothing is written", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/data.npz`;
    await Deno.writeFile(data, withPathAsName(await makeData()));
    const args = ["--data", data, "--out", `${directory}/out`, ...QUICK];
    const { code, text } = await runConfined(directory, "train", ...args);
    strictEqual(code, 1);
    match(text, /^error: Cannot read npz file: .*Unsafe filename.*data\.npz/m);
    deepStrictEqual(filesIn(directory), ["data.npz"]);
  }));
