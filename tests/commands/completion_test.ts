/** Completion, as the shells themselves do it. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { endOf, programCommand, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";

/** Whether a shell is on this machine. */
async function hasShell(shell: string): Promise<boolean> {
  const find = new Deno.Command("sh", { args: ["-c", `command -v ${shell}`] });
  return (await find.output()).success;
}

async function completionOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await endOf(programCommand(["completion", shell]));
  strictEqual(code, 0, stderr);
  return stdout;
}

/** What bash offers after some words, in a folder with a few files. */
async function completeInBash(words: readonly string[], script: string): Promise<string[]> {
  const ask = `
    complete() { :; }
    compopt() { files=no; }
    files=yes
    source "$1"
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _histone
    printf '%s\\n' "\${COMPREPLY[@]}"
    [ $files = yes ] && echo "(files)"
    true`;
  const { stdout } = await endOf(
    new Deno.Command("bash", { args: ["-c", ask, "bash", script, ...words] }),
  );
  return stdout.trim().split("\n");
}

Deno.test("bash completes commands, flags, words of flags and names of files", () =>
  withDirectory(async (directory) => {
    const script = `${directory}/histone.bash`;
    await Deno.writeTextFile(script, await completionOf("bash"));
    const complete = (...words: string[]) => completeInBash(["histone", ...words], script);
    deepStrictEqual(await complete("pre"), ["prepare", "predict"]);
    deepStrictEqual(await complete("train", "--ep"), ["--epochs"]);
    deepStrictEqual(await complete("train", "--engine", "w"), ["webgpu", "wasm"]);
    deepStrictEqual(
      await complete("train", "--engine", "="),
      await complete("train", "--engine", ""),
    );
    deepStrictEqual(await complete("train", "--engine", "=", "w"), ["webgpu", "wasm"]);
    deepStrictEqual(await complete("train", "--data", "=", "fix"), ["(files)"]);
    deepStrictEqual(await complete("train", "--data", ""), ["(files)"]);
    deepStrictEqual(await complete("train", "--epochs", ""), [""]);
    deepStrictEqual(await complete("doctor", "fix"), ["(files)"]);
    deepStrictEqual(await complete("completion", ""), ["bash", "zsh", "fish"]);
    ok((await complete("help", "")).includes("crossval"));
  }));

Deno.test("bash itself accepts the completion", async () => {
  const ask = `source /dev/stdin && complete -p histone`;
  const child = new Deno.Command("bash", {
    args: ["-c", ask],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(await completionOf("bash")));
  await writer.close();
  const { stdout, stderr } = await child.output();
  strictEqual(new TextDecoder().decode(stderr), "");
  strictEqual(new TextDecoder().decode(stdout), "complete -o default -F _histone histone\n");
});

Deno.test("completion for zsh and fish describes each flag and its value", async () => {
  const zsh = await completionOf("zsh");
  match(zsh, /^#compdef histone\n/);
  match(zsh, /'--engine\[where to compute\\: [^\]]*\]:value:\(auto webgpu wasm/);
  const fish = await completionOf("fish");
  match(fish, /^complete -c histone -n __fish_use_subcommand -f -a train -d 'Train a model/m);
});

testIf(await hasShell("zsh"), "zsh", {
  name: "zsh takes the completion",
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/_histone`, await completionOf("zsh"));
      const ask =
        `fpath=(${directory} $fpath); autoload -Uz compinit; compinit -u -d ${directory}/dump
        print -r -- $_comps[histone]
        autoload +X _histone && functions _histone > /dev/null && print loaded`;
      const { stdout } = await endOf(new Deno.Command("zsh", { args: ["-f", "-c", ask] }));
      strictEqual(stdout, "_histone\nloaded\n");
    }),
});

testIf(await hasShell("fish"), "fish", {
  name: "fish completes words of flags",
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/histone.fish`, await completionOf("fish"));
      const ask = `source ${directory}/histone.fish; complete -C'histone train --engine w'`;
      const { stdout } = await endOf(new Deno.Command("fish", { args: ["-N", "-c", ask] }));
      const words = stdout.trim().split("\n").map((line) => line.split("\t")[0]);
      deepStrictEqual(words.sort(), ["wasm", "webgpu"]);
    }),
});

Deno.test("a shell without completion is refused", async () => {
  const { code, stderr } = await endOf(programCommand(["completion", "ksh"]));
  strictEqual(code, 2);
  match(stderr, /unknown shell 'ksh', expected bash, zsh, fish/);
});

Deno.test({
  name: "a program whose output nothing takes ends in one line",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const words of ["--version", "--help", "completion bash"]) {
      const ask = `"$0" run -q -A --config deno.json src/commands/cli.ts ${words} > /dev/full`;
      const command = new Deno.Command("sh", { args: ["-c", ask, Deno.execPath()] });
      const { code, stderr } = await endOf(command);
      strictEqual(code, 1);
      match(stderr, /^error: Cannot write to standard output: [^\n]*\n$/);
    }
  },
});
