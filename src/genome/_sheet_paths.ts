/** Paths as a sheet has them. */

import { directoryOf } from "../io/file.ts";

/** Whether a path starts at the root of a file system, of Unix or Windows. */
export function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** A path of a sheet from where the program runs: relative ones start at the sheet's own directory. */
export function resolveSheetPath(path: string, sheetPath: string): string {
  return isAbsolute(path) ? path : `${directoryOf(sheetPath)}${path}`;
}
