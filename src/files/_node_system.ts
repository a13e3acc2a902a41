/** The files of Node and Bun, with the names and the habits of Deno's. */

import type { Stats } from "node:fs";
import { BUILTINS } from "../base/builtins.ts";
import type { FileFacts, OpenFile, System } from "./_system_types.ts";

type Fs = typeof import("node:fs");

const START = 0;
const END = 2;

/** The system of Node or Bun; `undefined` elsewhere. */
export function nodeSystem(): System | undefined {
  const fs = BUILTINS.getBuiltinModule?.("node:fs");
  const os = BUILTINS.getBuiltinModule?.("node:os");
  if (fs === undefined || os === undefined) return undefined;
  const { promises } = fs;
  const open = (path: string | URL, options?: Deno.OpenOptions): OpenFile =>
    new NodeFile(fs, fs.openSync(path, flagsOf(fs, options), options?.mode));
  return {
    build: { os: osName(os.platform()), arch: archName(os.arch()) },
    version: versions(),
    SeekMode: { Start: START, End: END },
    stat: async (path) => factsOf(await promises.stat(path)),
    statSync: (path) => factsOf(fs.statSync(path)),
    lstat: async (path) => factsOf(await promises.lstat(path)),
    // Opening takes no longer than another thread would take to begin with it.
    open: (path, options) => Promise.resolve().then(() => open(path, options)),
    openSync: open,
    readFile: async (path) => ownBytes(await promises.readFile(path)),
    async *readDir(path) {
      for (const entry of await promises.readdir(path, { withFileTypes: true })) {
        yield {
          name: entry.name,
          isFile: entry.isFile(),
          isDirectory: entry.isDirectory(),
          isSymlink: entry.isSymbolicLink(),
        };
      }
    },
    mkdir: async (path, options) => void await promises.mkdir(path, options),
    mkdirSync: (path, options) => void fs.mkdirSync(path, options),
    makeTempDir: ({ dir, prefix }) => promises.mkdtemp(`${dir}/${prefix}`),
    async remove(path, { recursive = false } = {}) {
      if (recursive) return await promises.rm(path, { recursive });
      const isDirectory = (await promises.lstat(path)).isDirectory();
      await (isDirectory ? promises.rmdir(path) : promises.unlink(path));
    },
    removeSync: (path) => fs.unlinkSync(path),
    rename: (from, to) => promises.rename(from, to),
    link: (from, to) => promises.link(from, to),
    realPath: (path) => promises.realpath(path),
  };
}

/** The bits with which a file is opened. */
function flagsOf({ constants }: Fs, options: Deno.OpenOptions = { read: true }): number {
  const { read, write, append, create, createNew, truncate } = options;
  const writes = write || append;
  let flags = read && writes ? constants.O_RDWR : writes ? constants.O_WRONLY : constants.O_RDONLY;
  if (append) flags |= constants.O_APPEND;
  if (create || createNew) flags |= constants.O_CREAT;
  if (createNew) flags |= constants.O_EXCL;
  if (truncate) flags |= constants.O_TRUNC;
  return flags;
}

function factsOf(stats: Stats): FileFacts {
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    isFifo: stats.isFIFO(),
    size: stats.size,
    // Deno's have whole milliseconds, too.
    mtime: new Date(Math.floor(stats.mtimeMs)),
    ino: stats.ino,
    dev: stats.dev,
    mode: stats.mode,
  };
}

/** An array of the bytes alone: small buffers of Node share a larger one. */
function ownBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return byteLength === buffer.byteLength ? bytes : bytes.slice();
}

/** Names as Deno has them, so that records of runs are the same. */
function osName(name: string): string {
  return name === "win32" ? "windows" : name;
}

function archName(name: string): string {
  return name === "x64" ? "x86_64" : name === "arm64" ? "aarch64" : name;
}

function versions(): Readonly<Record<string, string>> {
  const { process } = globalThis as unknown as {
    process: { readonly versions: Readonly<Record<string, string>> };
  };
  const { bun, node, v8, webkit } = process.versions;
  const known = bun === undefined ? { node, v8 } : { bun, webkit };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}

/** An open file of Node. */
class NodeFile implements OpenFile {
  readonly #fs: Fs;
  readonly #handle: number;
  /** Where the next byte is; `null` where the system keeps the place: pipes, devices, files that are appended to. */
  #position: number | null;

  constructor(fs: Fs, handle: number) {
    this.#fs = fs;
    this.#handle = handle;
    this.#position = fs.fstatSync(handle).isFile() ? 0 : null;
  }

  read(into: Uint8Array): Promise<number | null> {
    const position = this.#position;
    return new Promise((resolve, reject) => {
      this.#fs.read(this.#handle, into, 0, into.length, position, (error, count) => {
        if (error !== null) return reject(error);
        if (position !== null) this.#position = position + count;
        resolve(count === 0 && into.length > 0 ? null : count);
      });
    });
  }

  readSync(into: Uint8Array): number | null {
    const count = this.#fs.readSync(this.#handle, into, 0, into.length, this.#position);
    if (this.#position !== null) this.#position += count;
    return count === 0 && into.length > 0 ? null : count;
  }

  write(bytes: Uint8Array): Promise<number> {
    const position = this.#position;
    return new Promise((resolve, reject) => {
      this.#fs.write(this.#handle, bytes, 0, bytes.length, position, (error, count) => {
        if (error !== null) return reject(error);
        if (position !== null) this.#position = position + count;
        resolve(count);
      });
    });
  }

  writeSync(bytes: Uint8Array): number {
    const count = this.#fs.writeSync(this.#handle, bytes, 0, bytes.length, this.#position);
    if (this.#position !== null) this.#position += count;
    return count;
  }

  seekSync(offset: number, from: Deno.SeekMode): number {
    return this.#position = (from as number) === END ? this.statSync().size + offset : offset;
  }

  seek(offset: number, from: Deno.SeekMode): Promise<number> {
    return Promise.resolve().then(() => this.seekSync(offset, from));
  }

  statSync(): FileFacts {
    return factsOf(this.#fs.fstatSync(this.#handle));
  }

  stat(): Promise<FileFacts> {
    return Promise.resolve().then(() => this.statSync());
  }

  truncate(bytes = 0): Promise<void> {
    return Promise.resolve().then(() => this.#fs.ftruncateSync(this.#handle, bytes));
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fs.fsync(this.#handle, (error) => error === null ? resolve() : reject(error));
    });
  }

  syncDataSync(): void {
    this.#fs.fdatasyncSync(this.#handle);
  }

  tryLock(): Promise<boolean> {
    return Promise.reject(new Error("this run-time has no locks of the system"));
  }

  close(): void {
    this.#fs.closeSync(this.#handle);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
