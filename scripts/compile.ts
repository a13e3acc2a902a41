/** `deno task compile`: compiles the program into one file that needs no Deno, if a run-time is available. */

import { fileURLToPath } from "node:url";
import { ContractError } from "../src/errors.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { PROGRAM_FLAGS } from "../src/commands/version.ts";

interface CompileFlags {
  readonly out: string;
  readonly allowNet?: string;
}

/** The package's directory. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));

await runCommand<CompileFlags>(
  {
    name: "compile",
    summary: "Compiles the program into one file that needs no Deno. It uses the run-time that " +
      "the variable DENORT_BIN names; without one, use deno task bundle.",
    examples: [["DENORT_BIN=path/to/denort deno task compile --out histone", "one file, histone"]],
    declare: (command) =>
      command
        .requiredOption("--out <file>", "file to write")
        .option("--allow-net <hosts>", "hosts that the program may reach, separated by commas"),
    run: compile,
  },
  Deno.args,
);

async function compile({ out, allowNet }: CompileFlags): Promise<void> {
  if (!Deno.env.get("DENORT_BIN")) {
    throw new ContractError(
      "Cannot compile: DENORT_BIN is not set, expected the path of Deno's run-time, denort, of this version",
    );
  }
  const { success, stderr } = await new Deno.Command("deno", {
    args: [
      "compile",
      "--quiet",
      "--no-check",
      "--cached-only",
      "--frozen",
      `--config=${ROOT}deno.json`,
      `--include=${ROOT}src`,
      `--output=${out}`,
      ...PROGRAM_FLAGS,
      ...allowNet === undefined ? [] : [`--allow-net=${allowNet}`],
      `${ROOT}src/commands/cli.ts`,
    ],
  }).output();
  if (!success) {
    throw new ContractError(`Cannot compile: deno says ${new TextDecoder().decode(stderr).trim()}`);
  }
  console.info(`Written: ${out}`);
}
