/** How the system's word that a path leads nowhere becomes an error of this package. */

import { NotFoundError } from "../errors.ts";
import { isSystemError } from "./_system.ts";

/** Each error of the system that says so, with what it means. */
const REASONS = [
  ["NotFound", "it does not exist"],
  ["NotADirectory", "a part of this path is a file"],
] as const;

/**
 * Makes what is called with an error of the system.
 *
 * @param path What was looked for.
 * @param action What was to be done with it.
 * @returns A function that throws a {@linkcode NotFoundError} if the path leads nowhere, and else the error itself.
 */
export function refuseMissing(path: string | URL, action = "open"): (error: unknown) => never {
  return (cause) => {
    if (cause instanceof NotFoundError) throw cause;
    const [, reason] = REASONS.find(([name]) => isSystemError(cause, name)) ?? [];
    if (reason === undefined) throw cause;
    throw new NotFoundError(`Cannot ${action} ${path}: ${reason}`, { path: String(path), cause });
  };
}
