/** Flags that a run keeps, so that `--resume` needs no others. */

import type { KeptCommand } from "../runs/command_file.ts";
import { checkKeptFlags } from "./_flag_kinds.ts";
import { absolutePaths, findPackageFile } from "./_place.ts";

/** Flags as a later `--resume` alone finds them: `overwrite` is off, so that resuming never erases the run. */
export function reusableFlags<Flags extends object>(
  flags: Flags,
): Readonly<Record<string, unknown>> {
  return { ...flags, resume: undefined, otherArithmetic: undefined, overwrite: false };
}

/**
 * Flags that a run kept in a file, their paths changed so that they lead where they did when the run was started.
 *
 * @throws {FormatError} If one of them is nothing that the command line could have given.
 */
export function parseFlags<Flags>(
  { flags, startedIn, file }: Pick<KeptCommand, "flags" | "startedIn" | "file">,
): Flags {
  const kept = checkKeptFlags<Flags & object>(flags, file);
  // Versions that kept no directory started every run in the package's own.
  const directory = startedIn ?? findPackageFile("") ?? Deno.cwd();
  return directory === Deno.cwd() ? kept : absolutePaths(kept, directory);
}
