/** Flags that a run keeps, so that `--resume` needs no others. */

import type { KeptCommand } from "../runs/command_file.ts";
import { checkKeptFlags } from "./_flag_kinds.ts";
import { absolutePaths, findPackageFile } from "./_place.ts";

/** Changes flags into those that a later `--resume` uses: `overwrite` is off, so that resuming never erases the run. */
export function reusableFlags<Flags extends object>(
  flags: Flags,
): Readonly<Record<string, unknown>> {
  return { ...flags, resume: undefined, otherArithmetic: undefined, overwrite: false };
}

/**
 * Parses flags that a run kept in a file, and resolves their paths against the directory in which the run was started.
 *
 * @throws {FormatError} If a flag has a value that the command line could not have given.
 */
export function parseFlags<Flags>(
  { flags, startedIn, file }: Pick<KeptCommand, "flags" | "startedIn" | "file">,
): Flags {
  const kept = checkKeptFlags<Flags & object>(flags, file);
  // Versions that did not keep the directory started every run in the package's own.
  const directory = startedIn ?? findPackageFile("") ?? Deno.cwd();
  return directory === Deno.cwd() ? kept : absolutePaths(kept, directory);
}
