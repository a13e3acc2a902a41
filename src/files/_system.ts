/**
 * The operating system's files, as Deno names what they can do. On Node and Bun `node:fs` does it; in a browser there is
 * nothing that could.
 *
 * @module
 */

import { nodeSystem } from "./_node_system.ts";
import type { System } from "./_system_types.ts";

export type { FileFacts, OpenFile } from "./_system_types.ts";

/** The system of this run-time. */
export const SYSTEM: System = (globalThis as { Deno?: System }).Deno ?? nodeSystem() ??
  absentSystem();

/** Whether locks are the system's: it releases them when a process ends in whatever way. */
export const HAS_SYSTEM_LOCKS = "Deno" in globalThis;

/** The system's errors by Deno's names, with those of C that Node uses. */
const CODES = {
  NotFound: "ENOENT",
  NotADirectory: "ENOTDIR",
  AlreadyExists: "EEXIST",
} as const;

/** Names of the system's errors. */
export type SystemErrorName = keyof typeof CODES;

/** Whether the system says one of these things. */
export function isSystemError(error: unknown, ...names: readonly SystemErrorName[]): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  // Our own error for a missing file is the system's too.
  if (code === "HISTONE_NOT_FOUND") return names.includes("NotFound");
  return names.some((name) => error.name === name || code === CODES[name]);
}

/** Where there are no files: each function says so. */
function absentSystem(): System {
  const refuse = (path: unknown): never => {
    throw new TypeError(
      `Cannot open ${path}: this run-time has no files, expected a Blob, a File, bytes or an address`,
    );
  };
  const refuseLater = (path: unknown) => Promise.reject().catch(() => refuse(path));
  return {
    build: { os: "browser", arch: "wasm" },
    version: {},
    SeekMode: { Start: 0, End: 2 },
    stat: refuseLater,
    statSync: refuse,
    lstat: refuseLater,
    open: refuseLater,
    openSync: refuse,
    readFile: refuseLater,
    readDir: refuse,
    mkdir: refuseLater,
    mkdirSync: refuse,
    makeTempDir: ({ dir }) => refuseLater(dir),
    remove: refuseLater,
    removeSync: refuse,
    rename: refuseLater,
    link: refuseLater,
    realPath: refuseLater,
  };
}
