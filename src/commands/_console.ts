/** What commands print: through here, whatever they quote of files. */

import { format } from "node:util";
import { printable } from "../base/printable.ts";
import { WriteError } from "../errors.ts";

/**
 * Has all that `console` prints pass through {@linkcode printable}, so that no name in a file speaks to the terminal.
 * Standard output that takes no more, such as a file on a full disk, is an error; standard error is not, since nobody
 * could be told.
 */
export function guardConsole(): void {
  const { log, error } = console;
  const guardedLog = (...words: unknown[]) => {
    try {
      log(printable(format(...words)));
    } catch (cause) {
      // Whoever read it has had enough, which is no fault.
      if (cause instanceof Deno.errors.BrokenPipe) throw cause;
      throw new WriteError(`Cannot write to standard output: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const guardedError = (...words: unknown[]) => {
    try {
      error(printable(format(...words)));
    } catch {
      // There is no place left to say so.
    }
  };
  Object.assign(console, { log: guardedLog, info: guardedLog, debug: guardedLog });
  Object.assign(console, { error: guardedError, warn: guardedError });
}
