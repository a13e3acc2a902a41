/** What commands print: through here, whatever they quote of files. */

import { format } from "node:util";
import { printable } from "../base/printable.ts";
import { WriteError } from "../errors.ts";
import { readVariable } from "./_environment.ts";
import { outputWidth, wrapText } from "./_wrap.ts";

/** Whether nothing but errors and results is printed; see {@linkcode beQuiet}. */
let quiet = false;

/** Whether nothing but errors and results is printed. */
export function isQuiet(): boolean {
  return quiet;
}

/** Prints to standard error in lines that fit the terminal, once {@linkcode guardConsole} has been called. */
let printToError: (...words: unknown[]) => void = console.error;

/**
 * Has all that `console` prints pass through {@linkcode printable}, so that no name in a file speaks to the terminal,
 * in lines that fit it. Results are printed by `console.log`, what a command tells of its work by `console.info`,
 * warnings by `console.warn` and errors by `console.error`. An error in a log stays one line, which can be searched.
 *
 * Standard output that takes no more, such as a file on a full disk, is an error; standard error is not, since nobody
 * could be told.
 */
export function guardConsole(): void {
  const { log, error } = console;
  const width = outputWidth();
  const show = (words: unknown[], most = width) =>
    wrapText(printable(format(...words)), { width: most });
  const guardedLog = (...words: unknown[]) => {
    try {
      log(show(words));
    } catch (cause) {
      // Whoever read it needs no more, which is no fault.
      if (cause instanceof Deno.errors.BrokenPipe) throw cause;
      throw new WriteError(`Cannot write to standard output: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  const guardedError = (words: unknown[], most?: number) => {
    try {
      error(show(words, most));
    } catch {
      // There is no place left to say so.
    }
  };
  const errorWidth = isErrorLog() ? Infinity : width;
  printToError = (...words) => guardedError(words);
  Object.assign(console, { log: guardedLog, info: guardedLog, debug: guardedLog });
  console.error = (...words) => guardedError(words, errorWidth);
  console.warn = printToError;
}

/** Whether standard error is read by a program or kept in a file, for which nobody named a width. */
function isErrorLog(): boolean {
  return !Deno.stderr.isTerminal() && readVariable("COLUMNS") === undefined;
}

/** From here on prints nothing but errors and results. */
export function beQuiet(): void {
  quiet = true;
  const silence = () => undefined;
  Object.assign(console, { info: silence, debug: silence, warn: silence });
}

/** From here on prints to standard error, since the one file that the command writes is standard output. */
export function leaveStandardOutput(): void {
  console.log = printToError;
  if (!quiet) Object.assign(console, { info: printToError, debug: printToError });
}
