/** Keeps the page's files in the origin's private file system, which no other site and no other program reads. */

import type { Bytes } from "../../base/bytes.ts";
import { deferred } from "../../base/platform.ts";
import { WriteError } from "../../errors.ts";
import type { PageStore, StoreWriter } from "./store.ts";

const FOLDER = "histone";
/** So long a page waits for another one that has the folder. */
const WAIT_MS = 2000;
/** A file that is being written; it becomes the file once it is whole. */
const UNFINISHED = ".unfinished";

/** A file that a dedicated worker writes without waiting; the standard types of TypeScript for windows lack it. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type WorkerFileHandle = FileSystemFileHandle & {
  readonly createSyncAccessHandle?: () => Promise<SyncAccess>;
  readonly move?: (name: string) => Promise<void>;
};

/**
 * Opens the page's folder.
 *
 * @returns The store; `undefined` where the browser keeps no files for this page, as in private windows and for pages
 * that were opened from a disk, and where the page is open in another tab already, which has the folder.
 */
export async function openOriginStore(): Promise<PageStore | undefined> {
  try {
    if (!await takeFolder()) return undefined;
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const probe: WorkerFileHandle = await folder.getFileHandle("probe", { create: true });
    if (probe.createSyncAccessHandle === undefined || probe.move === undefined) return undefined;
    (await probe.createSyncAccessHandle()).close();
    return new OriginStore(folder);
  } catch {
    // Browsers differ in what they throw where they keep nothing.
    return undefined;
  }
}

/**
 * Takes the folder for this worker until it ends.
 *
 * @returns Whether no other has it. The worker of a page that is reloaded may take a moment to end.
 */
async function takeFolder(): Promise<boolean> {
  const taken = deferred<boolean>();
  const signal = AbortSignal.timeout(WAIT_MS);
  navigator.locks.request(FOLDER, { signal }, () => {
    taken.resolve(true);
    return new Promise(() => {});
  }).catch(() => taken.resolve(false));
  return await taken.promise;
}

class OriginStore implements PageStore {
  readonly isLasting = true;
  readonly #folder: FileSystemDirectoryHandle;

  constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  async read(name: string): Promise<Blob | undefined> {
    try {
      return await (await this.#folder.getFileHandle(name)).getFile();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async write(name: string, content: Bytes | string | StoreWriter): Promise<void> {
    const unfinished = `${name}${UNFINISHED}`;
    try {
      await this.#fill(unfinished, content);
    } catch (cause) {
      // What was written so far would take room until the next try.
      await this.remove(unfinished);
      if (!isFull(cause)) throw cause;
      throw new WriteError(
        "Cannot keep what was made: the browser gives this page no more room on the disk, expected more: free some, or " +
          "forget what the page keeps",
        { cause },
      );
    }
    await this.rename(unfinished, name);
  }

  async #fill(name: string, content: Bytes | string | StoreWriter): Promise<void> {
    const handle: WorkerFileHandle = await this.#folder.getFileHandle(name, { create: true });
    const file = await handle.createSyncAccessHandle!();
    try {
      file.truncate(0);
      await fill(file, content);
      file.flush();
    } finally {
      file.close();
    }
  }

  async rename(name: string, next: string): Promise<void> {
    const handle: WorkerFileHandle = await this.#folder.getFileHandle(name);
    await handle.move!(next);
  }

  async remove(name: string): Promise<void> {
    await this.#folder.removeEntry(name).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }

  async clear(): Promise<void> {
    const names: string[] = [];
    for await (const name of keysOf(this.#folder)) names.push(name);
    for (const name of names) await this.#folder.removeEntry(name, { recursive: true });
  }
}

async function fill(file: SyncAccess, content: Bytes | string | StoreWriter): Promise<void> {
  let at = 0;
  const put = (bytes: Uint8Array) => {
    const written = file.write(bytes, { at });
    if (written < bytes.length) throw new DOMException("no room", "QuotaExceededError");
    at += written;
  };
  if (typeof content === "string") put(new TextEncoder().encode(content));
  else if (typeof content !== "function") put(content);
  else await content(new WritableStream({ write: put }));
}

function keysOf(folder: FileSystemDirectoryHandle): AsyncIterable<string> {
  return (folder as unknown as { keys(): AsyncIterable<string> }).keys();
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
