/**
 * The operating system's files, as Deno names what they can do. On Node and Bun `node:fs` does it; in a browser there is
 * nothing that could.
 *
 * @module
 */

import { nodeSystem } from "./_node_system.ts";

/** What is known of a file. */
export type FileFacts = Pick<
  Deno.FileInfo,
  "isFile" | "isDirectory" | "isSymlink" | "isFifo" | "size" | "mtime" | "ino" | "dev" | "mode"
>;

/** An open file. All reads and writes share one position. */
export interface OpenFile extends Disposable {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
  seek(offset: number, from: Deno.SeekMode): Promise<number>;
  seekSync(offset: number, from: Deno.SeekMode): number;
  stat(): Promise<FileFacts>;
  statSync(): FileFacts;
  truncate(bytes?: number): Promise<void>;
  sync(): Promise<void>;
  syncDataSync(): void;
  /** Takes the file's lock unless another process has it; throws where the run-time or the file system has no locks. */
  tryLock(exclusive: boolean): Promise<boolean>;
  close(): void;
}

/** What an entry of a directory is. */
export type DirectoryItem = Pick<Deno.DirEntry, "name" | "isFile" | "isDirectory" | "isSymlink">;

/** What is done with files. */
export interface System {
  readonly build: { readonly os: string; readonly arch: string };
  readonly version: Readonly<Record<string, string>>;
  readonly SeekMode: { readonly Start: Deno.SeekMode; readonly End: Deno.SeekMode };
  stat(path: string | URL): Promise<FileFacts>;
  lstat(path: string | URL): Promise<FileFacts>;
  open(path: string | URL, options?: Deno.OpenOptions): Promise<OpenFile>;
  openSync(path: string | URL, options?: Deno.OpenOptions): OpenFile;
  readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  readDir(path: string | URL): AsyncIterable<DirectoryItem>;
  mkdir(path: string, options?: Pick<Deno.MkdirOptions, "recursive">): Promise<void>;
  mkdirSync(path: string, options?: Pick<Deno.MkdirOptions, "recursive">): void;
  makeTempDir(options: { readonly dir: string; readonly prefix: string }): Promise<string>;
  remove(path: string, options?: Deno.RemoveOptions): Promise<void>;
  removeSync(path: string): void;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  realPath(path: string): Promise<string>;
}

/** The system of this run-time. */
export const SYSTEM: System = (globalThis as { Deno?: System }).Deno ?? nodeSystem() ??
  absentSystem();

/** Whether locks are the system's: it releases them when a process ends in whatever way. */
export const HAS_SYSTEM_LOCKS = "Deno" in globalThis;

/** The system's errors by Deno's names, with those of C that Node uses. */
const CODES = {
  NotFound: "ENOENT",
  IsADirectory: "EISDIR",
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

/** The error of a system that was given a directory for a file. */
export function isADirectoryError(path: string): Error {
  const message = `Cannot open ${path}: it is a directory, expected a file`;
  if ("Deno" in globalThis) return new Deno.errors.IsADirectory(message);
  return Object.assign(new Error(message), { code: CODES.IsADirectory });
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
