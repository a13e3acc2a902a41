/** Where the page keeps what outlives a reload. */

import { type Bytes, concatenateAll } from "../../base/bytes.ts";

/** Files by name, each there whole or not at all. */
export interface PageStore {
  /** Whether the files are still there after a reload. */
  readonly isLasting: boolean;
  /** The content of a file; `undefined` if no file has that name. */
  read(name: string): Promise<Blob | undefined>;
  /** Writes a file, in place of one of that name, once its writer has returned. */
  write(name: string, content: Bytes | string | StoreWriter): Promise<void>;
  /** Gives a file another name, in place of one of that name. */
  rename(name: string, next: string): Promise<void>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
  /** Removes all files. */
  clear(): Promise<void>;
}

/** Writes the content of a file, and closes the sink. */
export type StoreWriter = (sink: WritableStream<Uint8Array>) => Promise<void>;

/** Keeps files in memory: for browsers that keep none, and for tests. */
export class MemoryStore implements PageStore {
  readonly isLasting = false;
  readonly #files = new Map<string, Blob>();

  read(name: string): Promise<Blob | undefined> {
    return Promise.resolve(this.#files.get(name));
  }

  async write(name: string, content: Bytes | string | StoreWriter): Promise<void> {
    if (typeof content !== "function") {
      this.#files.set(name, new Blob([content]));
      return;
    }
    const pieces: Uint8Array[] = [];
    // Writers may reuse the memory of what they have written.
    const keep = (piece: Uint8Array) => void pieces.push(piece.slice());
    await content(new WritableStream({ write: keep }));
    this.#files.set(name, new Blob([concatenateAll(pieces)]));
  }

  rename(name: string, next: string): Promise<void> {
    const file = this.#files.get(name);
    if (file === undefined) throw new DOMException(`no file ${name}`, "NotFoundError");
    this.#files.delete(name);
    this.#files.set(next, file);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#files.clear();
    return Promise.resolve();
  }
}
