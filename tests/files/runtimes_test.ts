/**
 * The package bundled for other run-times, with the threads' program at an address of its own: what it finds and writes
 * on Bun, where that is installed, is what it finds and writes on Deno. Node needs a build for its older language: the npm
 * package, whose tests do the same.
 */

import { deepStrictEqual, match, ok } from "node:assert";
import { withDirectory } from "../helpers/command.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const EXAMPLE = `${ROOT}fixtures/genome/example`;

async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  ok(success, `${program} ${args.join(" ")}\n${out}${errors}`);
  return out!;
}

/** Whether a program is there, with the version that it says. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    return (await run(program, ["--version"])).trim();
  } catch {
    return undefined;
  }
}

async function bundle(folder: string): Promise<void> {
  const flags = ["--platform", "deno", "--format", "esm", "--code-splitting", "--no-lock"];
  const programs = ["tests/helpers/runtime_run.ts", "tests/helpers/thread_program.ts"];
  await run(Deno.execPath(), ["bundle", "-q", ...flags, "--outdir", folder, ...programs]);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module" }');
}

Deno.test("a bundle counts, trains, writes and refuses the same on Deno and Bun, whose threads it finds by useWorkers", () =>
  withDirectory(async (folder) => {
    await bundle(`${folder}/bundle`);
    const program = `${folder}/bundle/runtime_run.js`;
    let runs = 0;
    const runOn = async (command: string, flags: readonly string[]) => {
      const own = `${folder}/${runs++}`;
      await Deno.mkdir(own);
      const threads = `file://${folder}/bundle/thread_program.js`;
      const found = JSON.parse(await run(command, [...flags, program, own, EXAMPLE, threads]));
      const { device } = found.run;
      delete found.run.device;
      return { device, found };
    };
    const onDeno = ["run", "-A", "--no-check"];
    const fused = await runOn(Deno.execPath(), onDeno);
    const separate = await runOn(Deno.execPath(), [...onDeno, "--v8-flags=--no-enable-fma3"]);
    const version = await versionOf("bun");
    if (version === undefined) return console.warn("SKIPPED on Bun, which this machine lacks");
    const { device, found } = await runOn("bun", []);
    match(device, /^cpu, \d+ threads?, SIMD with(out)? fused multiply-add$/);
    const { found: expected } = device.includes("without") ? separate : fused;
    deepStrictEqual(found, expected, `Bun ${version}, ${device}`);
  }));
