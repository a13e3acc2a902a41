/** Resolves and compares paths in sheets. */

import { directoryOf } from "../files/file.ts";
import { isAddress } from "../files/http_address.ts";

/** Whether a path starts at the root of a file system, on Unix or Windows. */
export function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** Removes redundant steps from a path: `./a/..//b.bam` becomes `b.bam`, and `../a/../b.bam` becomes `../b.bam`. */
function plainPath(path: string): string {
  const kept: string[] = [];
  const root = /^[/\\]/.test(path) ? "/" : "";
  for (const step of path.split(/[/\\]/)) {
    if (step === "" || step === ".") continue;
    if (step !== "..") kept.push(step);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (root === "") kept.push(step);
  }
  return root + kept.join("/");
}

/** Whether a path may lead to the file that a sheet in another directory names as `written`. */
export function endsInPath(path: string, written: string): boolean {
  const end = plainPath(written).replace(/^(?:\.\.\/)+/, "");
  return `/${plainPath(path)}`.endsWith(end.startsWith("/") ? end : `/${end}`);
}

/** Resolves a path of a sheet: relative paths start at the sheet's own directory. An address stays as it is. */
export function resolveSheetPath(path: string, sheetPath: string): string {
  return isAbsolute(path) || isAddress(path) ? path : `${directoryOf(sheetPath)}${path}`;
}
