/** Refuses a command that would write over what it reads: `--overwrite` never means that. */

import type { Command, Option } from "commander";
import { basename, dirname } from "../base/paths.ts";
import { ContractError } from "../errors.ts";
import { splitPaths } from "./_split_paths.ts";

/** Flags that name what a command writes. */
const OUTPUTS = ["--out", "--page", "--report", "--sets-out"];
/** Flags that name a folder to write to, or a file that is read before everything else. */
const NEITHER = ["--resume", "--tensorboard", "--multiqc", "--figures", "--config", "--plan"];
/** Matches the placeholder of an option that takes paths. */
const PATHS = /<(files?|paths?|dirs?)>/;
/** The files of a model that a command reads, by their names. */
const MODEL_FILES = ["model.json", "weights.bin", "config.json", "ensemble.json"];

/**
 * Refuses an output that is one of the command's own inputs, or a file of a model that it reads.
 *
 * @throws {ContractError} Naming the two flags.
 */
export function refuseOwnInputs(command: Command): void {
  const isOutput = ({ long }: Option) => OUTPUTS.includes(long ?? "");
  const named = command.options.filter(({ flags, long }) =>
    PATHS.test(flags) && !NEITHER.includes(long ?? "")
  );
  const inputs = named.filter((option) => !isOutput(option)).flatMap((option) =>
    pathsOf(command, option).map((path) => ({ path, by: option.long! }))
  );
  const given = command.args.flatMap((word) => ({ path: realPath(word), by: "the argument" }));
  for (const output of named.filter(isOutput)) {
    for (const path of pathsOf(command, output)) {
      const input = [...inputs, ...given].find((input) => isSame(path, input.path));
      if (input === undefined) continue;
      throw new ContractError(
        `Cannot write to ${
          command.getOptionValue(output.attributeName())
        }: it belongs to what ${input.by} reads. ` +
          `Name another ${output.long}`,
      );
    }
  }
}

/** Whether a file that is there is among those that a flag's value names, with commas between them. */
export function isNamed(path: string, value: string): boolean {
  const real = realPath(path);
  return real !== undefined && realPaths(value).includes(real);
}

/** The real paths of what a flag names, of those that are there. */
function pathsOf(command: Command, option: Option): string[] {
  const value: unknown = command.getOptionValue(option.attributeName());
  return typeof value === "string" ? realPaths(value) : [];
}

function realPaths(value: string): string[] {
  return splitPaths(value).map(realPath).filter((path) => path !== undefined);
}

/** The path without links; `undefined` where nothing is. */
function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined;
  }
}

/** Whether a file that is there is an input, or one of the model's in a folder that is. */
function isSame(output: string, input: string | undefined): boolean {
  if (input === undefined || Deno.statSync(output).isDirectory) return false;
  if (output === input) return true;
  const isBelow = `${dirname(output)}/`.startsWith(`${input}/`);
  return isBelow && MODEL_FILES.includes(basename(output));
}
