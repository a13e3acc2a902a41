/** How a command of this package is called from anywhere, such as from a job of a cluster. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../deno.json" with { type: "json" };
import { quotePath } from "../base/shell.ts";
import { callOf, findPackageFile } from "./_place.ts";
import { findSource, PROGRAM_FLAGS } from "./version.ts";

/**
 * Returns the words of a shell that call a command by the program that runs now, with absolute paths: the launcher of a
 * bundle, a compiled program, or this Deno with the permissions that the command has as a task or in an installation.
 * Nothing is fetched by it.
 *
 * @param name The command's name, one of the tasks in `deno.json`.
 */
export function absoluteCall(name: keyof typeof packageJson.tasks): string {
  const { program, launcher } = callOf();
  if (launcher !== undefined) return `${quotePath(resolve(launcher))} ${name}`;
  const deno = quotePath(Deno.execPath());
  if (Deno.build.standalone) return `${deno} ${name}`;
  const script = findPackageFile(`scripts/${name}.ts`);
  if (program === undefined && script !== undefined) {
    // The task itself would first look whether packages are to be fetched.
    const flags = commandOf(name).split(" ").slice(2, -1);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    return [deno, "run", ...flags, `--config=${quotePath(config)}`, quotePath(resolve(script))]
      .join(" ");
  }
  return [deno, "run -q --cached-only", ...PROGRAM_FLAGS, ...findSource(), name].join(" ");
}

function commandOf(name: keyof typeof packageJson.tasks): string {
  return packageJson.tasks[name].command;
}
