/** Parts of paths, by `node:path` where there is one and else as Unix has them: a browser loads this, and has no files. */

import { BUILTINS } from "./builtins.ts";

type Paths = Pick<typeof import("node:path"), "basename" | "dirname" | "relative" | "resolve">;

const PATHS: Paths = BUILTINS.getBuiltinModule?.("node:path") ?? {
  basename: basenamePortable,
  dirname: dirnamePortable,
  resolve: resolvePortable,
  relative: (from, to) => {
    const [own, other] = [from, to].map((path) => resolvePortable(path).split("/").slice(1));
    let shared = 0;
    while (shared < own!.length && own![shared] === other![shared]) shared++;
    return [...own!.slice(shared).fill(".."), ...other!.slice(shared)].join("/");
  },
};

/** The last part of a path. */
export function basename(path: string): string {
  return PATHS.basename(path);
}

/** A path without its last part; `.` for a name alone. */
export function dirname(path: string): string {
  return PATHS.dirname(path);
}

/** The path that leads from a directory to a file. */
export function relative(from: string, to: string): string {
  return PATHS.relative(from, to);
}

/** The whole path that paths, each seen from the one before, lead to. */
export function resolve(...paths: readonly string[]): string {
  return PATHS.resolve(...paths);
}

/** {@linkcode basename} of Unix. */
export function basenamePortable(path: string): string {
  return /([^/]*)\/*$/.exec(path)![1]!;
}

/** {@linkcode dirname} of Unix. */
export function dirnamePortable(path: string): string {
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const end = trimmed.lastIndexOf("/");
  if (end < 0) return ".";
  return trimmed.slice(0, end) || "/";
}

/** {@linkcode resolve} of Unix, from its root. */
export function resolvePortable(...paths: readonly string[]): string {
  const parts: string[] = [];
  for (const part of paths.flatMap((path) => path.startsWith("/") ? ["/", path] : [path])) {
    if (part === "/") parts.length = 0;
    for (const name of part.split("/")) {
      if (name === "..") parts.pop();
      else if (name !== "" && name !== ".") parts.push(name);
    }
  }
  return `/${parts.join("/")}`;
}
