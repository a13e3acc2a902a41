/** The program `histone`: from any folder, installed, and without a clone. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { PROGRAM_FLAGS, VERSION } from "../../src/commands/version.ts";
import { type CommandResult, endOf, filesIn, PROGRAM } from "../helpers/command.ts";
import { programCommand, withDirectory } from "../helpers/command.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];

/** Runs the program from a directory. */
function runFrom(directory: string, ...args: string[]): Promise<CommandResult> {
  return endOf(programCommand(args, { cwd: directory }));
}

/** Copies what is published, which is not all that a clone has. */
async function copyPublished(directory: string): Promise<void> {
  const { publish } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const folders = publish.include.map((path: string) => path.split("/")[0]);
  for (const path of [...folders, "deno.lock"]) {
    await new Deno.Command("cp", { args: ["-r", `${ROOT}${path}`, directory] }).output();
  }
}

Deno.test("the program lists its commands, and their help has its name", async () => {
  const help = await runFrom(ROOT, "--help");
  strictEqual(help.code, 0);
  for (const name of ["train", "predict", "prepare", "completion", "--version"]) {
    match(help.stdout, new RegExp(`\\n  ${name} `));
  }
  const train = await runFrom(ROOT, "help", "train");
  strictEqual(train.code, 0);
  match(train.stdout, /^Usage: histone train \[options\]/);
  match(train.stdout, /\n {2}histone train --data train\.npz --out runs\/first\n/);
  doesNotMatch(train.stdout, /deno task/);
});

Deno.test("a missing command and an unknown one are refused, with the nearest name", async () => {
  const unknown = await runFrom(ROOT, "trian");
  strictEqual(unknown.code, 2);
  match(unknown.stderr, /unknown command 'trian'\n\(Did you mean train\?\)/);
  const none = await runFrom(ROOT);
  strictEqual(none.code, 2);
  match(none.stderr, /Usage: histone <command>/);
  const flag = await runFrom(ROOT, "train", "--epoch", "2");
  strictEqual(flag.code, 2);
  match(flag.stderr, /Did you mean --epochs\?\)\n\(histone train --help lists the flags\)/);
});

Deno.test("paths start at the user's directory, and next steps are written as the program was called", () =>
  withDirectory(async (directory) => {
    match((await runFrom(directory, "simulate", "--genes", "30")).stdout, /Written: simulated\/ /);
    const trained = await runFrom(directory, "train", "--data", "simulated/train.npz", ...QUICK);
    strictEqual(trained.code, 0, trained.stderr);
    strictEqual(trained.stderr, "");
    match(trained.stdout, /\nWritten: runs\/experiment1\/ /);
    const next = /\nNext: histone (.*)\n$/.exec(trained.stdout)?.[1] ?? "";
    match(next, /^submit --model runs\/experiment1 --data simulated\/eval\.npz /);
    strictEqual((await runFrom(directory, ...next.split(" "))).code, 0);
    ok(filesIn(directory).includes("submission.csv"));
    // A task was called somewhere else; a program was not.
    const options = { cwd: directory, env: { INIT_CWD: "/" } };
    await endOf(programCommand(["simulate", "--genes", "20", "--out", "here"], options));
    ok(filesIn(directory).includes("here/train.npz"));
  }));

Deno.test("the line that --version prints installs a program that runs from any folder with a minimal PATH", () =>
  withDirectory(async (directory) => {
    const { stdout } = await runFrom(ROOT, "--version");
    match(stdout, new RegExp(`^histone ${VERSION.replaceAll(".", "\\.")}\\n`));
    const line = /^ {2}deno (install .*)\n$/m.exec(stdout)?.[1] ?? "";
    match(
      line,
      / --allow-net=egg2\.wustl\.edu --allow-sys=systemMemoryInfo --allow-env=COLUMNS,XDG_RUNTIME_DIR --allow-env=SLURM_CPUS_PER_TASK,SLURM_MEM_PER_CPU,SLURM_MEM_PER_NODE --allow-env=JOB_COMPLETION_INDEX,SGE_TASK_ID,SLURM_ARRAY_TASK_ID --v8-flags=--no-maglev-escape-analysis,--max-semi-space-size=1,--expose-gc /,
    );
    const [folder, root] = [`${directory}/work`, `${directory}/root`];
    await Deno.mkdir(folder);
    const installed = await endOf(
      new Deno.Command(Deno.execPath(), {
        args: [...line.split(" "), "--root", root],
        cwd: folder,
      }),
    );
    strictEqual(installed.code, 0, installed.stderr);
    const deno = `${directory}/deno-alone`;
    await Deno.mkdir(deno);
    await Deno.symlink(Deno.execPath(), `${deno}/deno`);
    // Where the packages are that were installed.
    const cache = Deno.env.get("DENO_DIR");
    const env = {
      PATH: `${deno}:/bin`,
      HOME: Deno.env.get("HOME") ?? "/",
      COLUMNS: "10000",
      ...cache === undefined ? {} : { DENO_DIR: cache },
    };
    const run = (...args: string[]) =>
      endOf(new Deno.Command(`${root}/bin/histone`, { args, cwd: folder, clearEnv: true, env }));
    const simulated = await run("simulate", "--genes", "30");
    strictEqual(simulated.code, 0, simulated.stderr);
    const trained = await run("train", "--data", "simulated/train.npz", ...QUICK);
    // Nothing of flags of V8 that are missing.
    strictEqual(trained.stderr, "");
    match(trained.stdout, /\nNext: histone submit --model runs\/experiment1 /);
    deepStrictEqual(filesIn(folder).filter((path) => path.startsWith("simulated/")), [
      "simulated/eval.npz",
      "simulated/eval_labels.csv",
      "simulated/train.npz",
      "simulated/truth.json",
    ]);
  }));

Deno.test("without a clone a command says what data it needs; in one it has the fixtures", () =>
  withDirectory(async (directory) => {
    await copyPublished(directory);
    const run = (root: string) =>
      endOf(
        new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "-q",
            "--no-remote",
            "--cached-only",
            "-R",
            "-W",
            "--allow-env=COLUMNS,XDG_RUNTIME_DIR",
            `${root}src/commands/cli.ts`,
            "train",
            ...QUICK,
            "--out",
            `${directory}/run`,
          ],
          cwd: directory,
          env: { COLUMNS: "10000" },
        }),
      );
    const without = await run(`${directory}/`);
    strictEqual(without.code, 1);
    match(
      without.stderr,
      /^error: Cannot train: found no --data, expected a competition \.npz, .*; histone simulate writes a small set to try$/m,
    );
    const within = await run(ROOT);
    strictEqual(within.code, 0, within.stderr);
    match(within.stdout, /training on the small simulated data set in fixtures\//);
  }));

/** Serves the package's published files as a registry does, and prints the port. */
const SERVER = `
const root = Deno.args[0];
const types = { ts: "application/typescript", json: "application/json" };
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
  const { pathname } = new URL(request.url);
  const type = types[pathname.split(".").at(-1)] ?? "text/plain";
  return new Response(await Deno.readFile(root + pathname), { headers: { "content-type": type } });
});
console.log(server.addr.port);
`;

/** Where Deno keeps the npm packages that it has fetched. */
async function findNpmCache(): Promise<string> {
  const info = await endOf(new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }));
  return JSON.parse(info.stdout).npmCache;
}

Deno.test("a package that was fetched rather than cloned runs, its threads too, and has no fixtures", () =>
  withDirectory(async (directory) => {
    const [server, cwd] = [`${directory}/server.js`, `${directory}/work`];
    await Deno.mkdir(cwd);
    await Deno.writeTextFile(server, SERVER);
    // A cache of its own for what is fetched here, but for the packages.
    const cache = `${directory}/cache`;
    await Deno.mkdir(cache);
    await Deno.symlink(await findNpmCache(), `${cache}/npm`);
    // The names of packages, which a registry would have put into the modules.
    for (const name of ["deno.json", "deno.lock"]) {
      await Deno.copyFile(`${ROOT}${name}`, `${cwd}/${name}`);
    }
    await using child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--allow-net=127.0.0.1", "--allow-read", server, ROOT],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
    const host = `127.0.0.1:${value?.trim()}`;
    const run = (...args: string[]) =>
      endOf(
        new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "-q",
            `--allow-import=${host}`,
            "--config=deno.json",
            ...PROGRAM_FLAGS,
            `http://${host}/src/commands/cli.ts`,
            ...args,
          ],
          cwd,
          env: { COLUMNS: "10000", DENO_DIR: cache },
        }),
      );
    const version = await run("--version");
    strictEqual(version.code, 0, version.stderr);
    match(version.stdout, / jsr:@waka\/histone@[\d.]+\/cli\n$/);
    strictEqual((await run("simulate", "--genes", "30")).code, 0);
    match((await run("train", ...QUICK)).stderr, /^error: Cannot train: found no --data, /);
    const trained = await run("train", "--data", "simulated/train.npz", ...QUICK, "--threads", "2");
    strictEqual(trained.code, 0, trained.stderr);
    // On one core one thread is lent.
    match(trained.stdout, /\nEngine: wasm \(cpu, (1 thread|2 threads)\b/);
    match(trained.stdout, /\nNext: histone submit --model runs\/experiment1 /);
  }));

Deno.test("without V8's flags a command that trains says that memory grows, once, and others do not", () =>
  withDirectory(async (directory) => {
    const run = (...args: string[]) =>
      endOf(
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", PROGRAM, ...args],
          cwd: directory,
          env: { COLUMNS: "10000" },
        }),
      );
    strictEqual((await run("simulate", "--genes", "30")).stderr, "");
    const args = ["--data", "simulated/train.npz", ...QUICK];
    const { stderr } = await run("train", ...args);
    match(
      stderr,
      /^note: without V8's flags --no-maglev-escape-analysis,--max-semi-space-size=1,--expose-gc, memory grows .*, and a fault of V8 can change figures; .*\n$/,
    );
    strictEqual((await run("train", ...args, "--quiet")).stderr, "");
  }));
