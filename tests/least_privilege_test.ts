/** No task can do more than its work needs, whatever a file makes it do. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { writeCompetition } from "../src/io/competition_writer.ts";
import { COMPETITION_RECORD } from "../src/record.ts";
import { fromLetters, toLetters } from "./fuzz/seed.ts";
import { filesIn, withDirectory } from "./helpers/command.ts";
import { collect } from "./io/_npz_helpers.ts";

type Permissions = Readonly<Record<string, unknown>>;

const ROOT = new URL("../", import.meta.url);
const CONFIG: {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, Permissions>>;
  readonly test: { readonly permissions: Permissions };
} = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

/** The tasks that run a program of this project, with what stands before and behind `-P=`, and the program. */
const RUN_TASKS = Object.entries(CONFIG.tasks).flatMap(([name, { command }]) => {
  if (!command.startsWith("deno run ")) return [];
  const words = command.split(" ");
  const set = words.find((word) => word.startsWith("-P="))?.slice(3);
  return [{ name, set, flags: words.slice(2, -1), program: words.at(-1)! }];
});

/** Runs Deno in the project's directory. */
async function runDeno(args: readonly string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("every task runs with one set of permissions, asks for no more, and loads no module of a web site", () => {
  ok(RUN_TASKS.length > 10);
  for (const { name, set, flags, program } of RUN_TASKS) {
    const isScript = program.startsWith("scripts/") && name !== "bench";
    strictEqual(set, isScript ? "command" : name);
    const others = flags.filter((flag) => !/^(-q|-P=\w+|--v8-flags=\S+)$/.test(flag));
    deepStrictEqual(others.sort(), ["--no-prompt", "--no-remote"], name);
  }
});

Deno.test("the sets hold what the tasks need: none the network or native code, one alone other programs", () => {
  const { command, fuzz, bench, ...others } = CONFIG.permissions;
  deepStrictEqual(others, {});
  deepStrictEqual(command, { read: true, write: true, env: ["INIT_CWD", "XDG_RUNTIME_DIR"] });
  deepStrictEqual(fuzz, { read: ["."] });
  deepStrictEqual(Object.keys(bench).sort(), ["env", "read", "run", "sys", "write"]);
  const tests = Object.keys(CONFIG.test.permissions).sort();
  deepStrictEqual(tests, ["env", "read", "run", "write"]);
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
    const refused = error.name === "NotCapable" || /Requires .* access|--no-remote/.test(error.message);
    if (!refused) got.push(name + ": " + error);
  }
}
console.log(JSON.stringify(got));
Deno.exit();
`;

/** The tasks whose flags and permissions differ from each other. */
const DISTINCT_TASKS = [...new Map(RUN_TASKS.map((task) => [task.set, task])).values()];

for (const { name, set, flags } of DISTINCT_TASKS.filter(({ set }) => set !== "bench")) {
  Deno.test(`what runs as the task ${name} does cannot reach the network, programs or native code`, () =>
    withDirectory(async (directory) => {
      const probe = `${directory}/probe.js`;
      await Deno.writeTextFile(probe, PROBE);
      const args = ["run", ...flags, "--no-lock", "--config", "deno.json", probe];
      const { code, text } = await runDeno(args);
      strictEqual(code, 0, text);
      deepStrictEqual(JSON.parse(text), [], set);
    }));
}

/** A data set whose record, if it were used as paths, would lead anywhere. */
function makeData(): Promise<Uint8Array<ArrayBuffer>> {
  const record = { ...COMPETITION_RECORD, assembly: "../../hg19", countingRule: "/etc/passwd" };
  const size = 4 * 100 * record.marks.length;
  const blocks = ["___._.___escaped", "~escaped"].map((cellType, cell) => ({
    cellType,
    genes: ["1", "2", "3", "4"],
    signal: Array.from({ length: size }, (_, i) => (i * 7 + cell) % 5),
    labels: [0.5, -1, 2, cell],
  }));
  return collect((sink) => writeCompetition(sink, blocks, { record }));
}

/** The same with a cell type's name that leads out of any directory, which our own writer refuses. */
function withPathAsName(data: Uint8Array): Uint8Array {
  const renamed = toLetters(data).replaceAll("___._.___escaped", "../../../escaped");
  return fromLetters(renamed);
}

const SHORT = ["--trials", "3", "--epochs", "1", "--engine", "wasm"];
const ONE = ["--only", "experiment1", "--epochs", "1", "--engine", "wasm"];
const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];

/** Runs a command with the set that it has as a task, but for writing: what it wrote elsewhere would be refused. */
function runConfined(out: string, script: string, ...args: string[]) {
  const permissions = [
    "--allow-read",
    "--allow-env=INIT_CWD,XDG_RUNTIME_DIR",
    `--allow-write=${out}`,
  ];
  const flags = ["-q", "--no-prompt", "--no-remote", ...permissions];
  return runDeno(["run", ...flags, `scripts/${script}.ts`, ...args]);
}

Deno.test("commands write into their output directory and nowhere else", () =>
  withDirectory(async (directory) => {
    const [out, data] = [`${directory}/out`, `${directory}/data.npz`];
    await Deno.mkdir(out);
    await Deno.writeFile(data, await makeData());
    const model = `${out}/run/model`;
    const commands = [
      ["train", "--data", data, "--out", `${out}/run`, ...QUICK],
      ["submit", "--model", model, "--data", data, "--out", `${out}/submission.csv`],
      ["evaluate", "--model", model, "--data", data, "--out", `${out}/metrics.json`],
      ["simulate", "--out", `${out}/simulated`, "--cell-types", "2", "--genes", "20"],
      ["crossval", "--data", data, "--folds", "2", "--out", `${out}/folds`, ...QUICK],
      ["search", "--data", data, "--folds", "2", "--out", `${out}/search`, ...SHORT],
      ["experiments", "--data", data, "--folds", "2", "--out", `${out}/table`, ...ONE],
      ["report", `${out}/run`],
      ["doctor", data],
    ];
    for (const [script, ...args] of commands) {
      const { code, text } = await runConfined(out, script, ...args);
      strictEqual(code, 0, text);
    }
    const written = filesIn(directory).filter((name) => name !== "data.npz");
    ok(written.length > 8);
    const odd = /escaped|passwd|hg19|\.part$/;
    const expected = /^out\/(submission\.csv$|metrics\.json$|(run|simulated|folds|search|table)\/)/;
    deepStrictEqual(written.filter((name) => !expected.test(name) || odd.test(name)), []);
  }));

Deno.test("a file whose names lead out of its directory is refused, and nothing is written", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/data.npz`;
    await Deno.writeFile(data, withPathAsName(await makeData()));
    const args = ["--data", data, "--out", `${directory}/out`, ...QUICK];
    const { code, text } = await runConfined(directory, "train", ...args);
    strictEqual(code, 1);
    match(text, /^error: Cannot read npz file: .*Unsafe filename.*data\.npz/);
    deepStrictEqual(filesIn(directory), ["data.npz"]);
  }));
