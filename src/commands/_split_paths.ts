import { existsSync } from "node:fs";
import { resolve } from "node:path";

/**
 * The paths that a flag's value names: itself, if there is such a file or folder, since a name may have a comma, else what
 * stands between its commas.
 *
 * @param value The value.
 * @param directory Where relative paths start.
 * @returns The paths as they are given.
 */
export function splitPaths(value: string, directory = "."): string[] {
  if (!value.includes(",") || existsSync(resolve(directory, value))) return [value];
  return value.split(",").map((path) => path.trim());
}
