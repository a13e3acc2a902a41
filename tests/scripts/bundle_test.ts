/** The folder for machines without a network, and the program in one file. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { type CommandResult, endOf, filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];

/** A shell that has no network, where this user may make one. */
const ISOLATED = ["unshare", "--map-root-user", "--net", "--mount"];

async function canIsolate(): Promise<boolean> {
  const [program = "", ...args] = ISOLATED;
  try {
    return (await new Deno.Command(program, { args: [...args, "true"] }).output()).success;
  } catch {
    return false;
  }
}

const isIsolated = await canIsolate();

/** What any request for a package would fail on, were there one. */
const NOWHERE = "http://127.0.0.1:9/";
const NO_NETWORK = {
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  NPM_CONFIG_REGISTRY: NOWHERE,
  JSR_URL: NOWHERE,
};

/** Runs a shell's lines where the network is cut off and a bundle can only be read. */
function runOffline(
  lines: string,
  { bundle, cwd }: { readonly bundle: string; readonly cwd: string },
): Promise<CommandResult> {
  const lock = isIsolated
    ? `mount --bind "${bundle}" "${bundle}" && mount -o remount,ro,bind "${bundle}" || exit 9`
    : `chmod -R a-w "${bundle}" && trap 'chmod -R u+w "${bundle}"' EXIT`;
  const shell = ["sh", "-c", `${lock}\n${lines}`];
  const [program = "", ...args] = isIsolated ? [...ISOLATED, ...shell] : shell;
  return endOf(
    new Deno.Command(program, {
      args,
      cwd,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: cwd, COLUMNS: "10000", ...NO_NETWORK },
    }),
  );
}

Deno.test("a bundle that was moved works without a network, itself read-only", () =>
  withDirectory(async (directory) => {
    const made = await runTask("bundle", "--out", `${directory}/made`);
    strictEqual(made.code, 0, made.stderr);
    match(
      made.stdout,
      /^Written: .*\/made\/ \(histone, bin\/deno, app\/, cache\/ with \d+ packages\)\n$/,
    );
    const bundle = `${directory}/elsewhere/with space`;
    await Deno.mkdir(`${directory}/elsewhere`);
    await Deno.rename(`${directory}/made`, bundle);
    const before = filesIn(bundle);
    const cwd = `${directory}/work`;
    await Deno.mkdir(cwd);
    // As where packages come from a mirror.
    await Deno.writeTextFile(
      `${cwd}/.npmrc`,
      `registry=${NOWHERE}\n@tensorflow:registry=${NOWHERE}\n`,
    );
    const { code, stdout, stderr } = await runOffline(
      `set -e
      histone="${bundle}/histone"
      "$histone" --version
      "$histone" simulate --genes 30
      "$histone" doctor simulated/train.npz
      "$histone" train --data simulated/train.npz ${QUICK.join(" ")}
      "$histone" predict --model runs/experiment1 --data simulated/eval.npz
      "$histone" report runs/experiment1
      "$histone" completion bash > completion.bash
      printf 'cell_type\\tmark\\tpath\\nliver\\tH3K4me3\\thttp://a.example/b.bam\\n' > sheet.tsv
      touch genes.gtf
      "$histone" prepare --samples sheet.tsv --genes genes.gtf --signal reads --out a.npz 2>&1 |
        sed -n 's/^  //p' > line
      cat line
      "$histone" --allow-net=a.example prepare --help`,
      { bundle, cwd },
    );
    strictEqual(code, 0, stderr);
    // Neither of the cache that takes nothing, nor of V8's flags.
    strictEqual(stderr, "");
    match(stdout, /\nNext: '.*\/elsewhere\/with space\/histone' submit --model runs\/experiment1 /);
    match(stdout, /report\.html, and \d figures as SVG and PNG/);
    match(
      stdout,
      /\n'.*\/with space\/histone' --allow-net=a\.example prepare --samples sheet\.tsv .* --out a\.npz\n/,
    );
    match(stdout, /\nUsage: .*histone' prepare /);
    const written = filesIn(cwd);
    ok(written.includes("predictions.tsv") && written.includes("completion.bash"));
    deepStrictEqual(filesIn(bundle), before);
  }));

testIf(isIsolated, "network-namespaces", {
  name: "where a bundle is tried there is no network, and what is read-only stays as it is",
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.mkdir(`${directory}/bundle`);
      const { stdout, code } = await runOffline(
        "touch bundle/file 2> /dev/null || echo read-only; cut -d: -f1 /proc/net/dev | tail -n +3",
        { bundle: `${directory}/bundle`, cwd: directory },
      );
      strictEqual(code, 0);
      match(stdout, /^read-only\n *lo\n$/);
    }),
});

Deno.test("a bundle's commands have the permissions of the tasks, and it replaces nothing", () =>
  withDirectory(async (directory) => {
    const refused = await runTask("bundle", "--out", directory);
    strictEqual(refused.code, 1);
    match(
      refused.stderr,
      /^error: Cannot write to .*: it is there already\. Name another --out\n$/,
    );
    strictEqual((await runTask("bundle")).code, 2);
  }));

const DENORT = Deno.env.get("DENORT_BIN");
testIf(DENORT !== undefined, "denort", {
  name: "the compiled program runs without Deno",
  fn: () =>
    withDirectory(async (directory) => {
      const compiled = await runTask("compile", "--out", `${directory}/histone`);
      strictEqual(compiled.code, 0, compiled.stderr);
      const run = (...args: string[]) =>
        endOf(new Deno.Command(`${directory}/histone`, { args, cwd: directory }));
      strictEqual((await run("simulate", "--genes", "30")).code, 0);
      const trained = await run("train", "--data", "simulated/train.npz", ...QUICK);
      strictEqual(trained.code, 0, trained.stderr);
    }),
});

Deno.test({
  name: "without a run-time, compile says which variable names it",
  ignore: DENORT !== undefined,
  fn: async () => {
    const { code, stderr } = await runTask("compile", "--out", "histone");
    strictEqual(code, 1);
    match(stderr, /^error: Cannot compile: DENORT_BIN is not set, expected the path of .*\n$/);
  },
});
