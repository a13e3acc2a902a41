/** Flags that a run keeps, so that `--resume` needs no others. */

import type { ResumeFlags } from "./_checkpoints.ts";
import { checkKeptFlags } from "./_flag_kinds.ts";
import { absolutePaths, findPackageFile } from "./_place.ts";

/** Flags as a later `--resume` alone is to find them, and where their paths start: it shall not begin anew again. */
export function reusableFlags<Flags extends ResumeFlags>(
  flags: Flags,
): { readonly startedIn: string; readonly flags: Flags } {
  return {
    startedIn: Deno.cwd(),
    flags: { ...flags, resume: undefined, otherArithmetic: undefined, overwrite: false },
  };
}

/**
 * Flags that were kept in a file, their paths such that they lead where they did when the run was begun.
 *
 * @param content The flags, and the directory in which they were given.
 * @param file The file, for messages.
 * @throws {FormatError} If one of them is nothing that the command line could have given.
 */
export function parseFlags<Flags>(
  { flags, startedIn }: { readonly flags?: unknown; readonly startedIn?: unknown },
  file: string,
): Flags {
  const kept = checkKeptFlags<Flags & object>(flags, file);
  // One begun by a version that kept no directory was begun in the package's.
  const directory = typeof startedIn === "string" ? startedIn : findPackageFile("") ?? Deno.cwd();
  return directory === Deno.cwd() ? kept : absolutePaths(kept, directory);
}
