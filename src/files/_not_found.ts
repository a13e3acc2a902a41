/** How the system's word that a path leads nowhere becomes an error of this package. */

import { NotFoundError } from "../errors.ts";

/** Names and codes of these errors, in the run-times that there are. */
const REASONS: Readonly<Record<string, string>> = {
  NotFound: "it does not exist",
  ENOENT: "it does not exist",
  NotADirectory: "a part of this path is a file",
  ENOTDIR: "a part of this path is a file",
};

/**
 * Makes what is called with an error of the system.
 *
 * @param path What was looked for.
 * @param action What was to be done with it.
 * @returns A function that throws a {@linkcode NotFoundError} if the path leads nowhere, and else the error itself.
 */
export function refuseMissing(path: string | URL, action = "open"): (error: unknown) => never {
  return (cause) => {
    const { name, code } = cause as { readonly name?: string; readonly code?: string };
    const reason = REASONS[name ?? ""] ?? REASONS[code ?? ""];
    if (reason === undefined || cause instanceof NotFoundError) throw cause;
    throw new NotFoundError(`Cannot ${action} ${path}: ${reason}`, { path: String(path), cause });
  };
}
