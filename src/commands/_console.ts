/** Makes all that commands print safe for the terminal and as wide as it, whatever the commands quote from files. */

import { format } from "node:util";
import { printable } from "../base/printable.ts";
import { WriteError } from "../errors.ts";
import { coverSecrets } from "../files/http_address.ts";
import { readVariable } from "./_environment.ts";
import { outputWidth, wrapCommand, wrapText } from "./_wrap.ts";

/** Whether nothing but errors and results is printed; see {@linkcode beQuiet}. */
let quiet = false;

/** Whether nothing but errors and results is printed. */
export function isQuiet(): boolean {
  return quiet;
}

/** Prints to standard error in lines that fit the terminal, once {@linkcode guardConsole} has been called. */
let printToError: (...words: unknown[]) => void = console.error;

/**
 * Passes all that `console` prints through {@linkcode printable}, so that no name in a file can control the terminal,
 * through {@linkcode coverSecrets}, so that no password stays in a log, and breaks it into lines that fit. Commands print results with `console.log`, progress with `console.info`, warnings
 * with `console.warn` and errors with `console.error`. An error in a log stays one line, which can be searched.
 *
 * A failure to write to standard output, such as a full disk, is an error. A failure to write to standard error is not,
 * since the error could not be reported.
 */
export function guardConsole(): void {
  const { log, error } = console;
  const width = outputWidth();
  const show = (words: unknown[], most = width) =>
    wrapText(coverSecrets(printable(format(...words))), { width: most });
  const guardedLog = (...words: unknown[]) => {
    try {
      log(show(words));
    } catch (cause) {
      throw failureToPrint(cause);
    }
  };
  const guardedError = (words: unknown[], most?: number) => {
    try {
      error(show(words, most));
    } catch {
      // There is nowhere left to report it.
    }
  };
  const errorWidth = isErrorLog() ? Infinity : width;
  printToError = (...words) => guardedError(words);
  printLine = (line) => guardedError([line], Infinity);
  Object.assign(console, { log: guardedLog, info: guardedLog, debug: guardedLog });
  console.error = (...words) => guardedError(words, errorWidth);
  console.warn = printToError;
}

/** The error for a failure to write to standard output. */
export function failureToPrint(cause: unknown): unknown {
  // The reader has closed the pipe because it needs no more, which is not an error.
  if (cause instanceof Deno.errors.BrokenPipe) return cause;
  return new WriteError(`Cannot write to standard output: ${(cause as Error).message}`, { cause });
}

/** Prints a line to standard error as it is, once {@linkcode guardConsole} has been called. */
let printLine: (line: string) => void = console.error;

/** Prints to standard error a command line that may be copied into a shell, broken only where a shell joins it. */
export function printCommand(command: string): void {
  printLine(`  ${wrapCommand(command, { width: outputWidth() - 2, indent: "    " })}`);
}

/** Whether standard error is read by a program or kept in a file, for which nobody named a width. */
function isErrorLog(): boolean {
  return !Deno.stderr.isTerminal() && readVariable("COLUMNS") === undefined;
}

/** Makes `console` print nothing but errors and results from now on. */
export function beQuiet(): void {
  quiet = true;
  const silence = () => undefined;
  Object.assign(console, { info: silence, debug: silence, warn: silence });
}

/** Makes `console` print to standard error from now on, because the command writes its file to standard output. */
export function printToStandardError(): void {
  console.log = printToError;
  if (!quiet) Object.assign(console, { info: printToError, debug: printToError });
}
