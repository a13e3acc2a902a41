/** Where files are written whose first bytes are known only at the end. */

import { type Bytes, concatenateAll } from "../base/bytes.ts";

/** Replaces bytes at an offset. */
export type WriteAt = (offset: number, bytes: Uint8Array) => Promise<void>;

/** Takes the bytes of a file, and replaces some of them later. */
export interface PatchableSink {
  /** Adds bytes at the end. They must not be changed afterwards. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Replaces bytes that were written. */
  readonly writeAt: WriteAt;
}

/** A file in memory. */
export class MemorySink implements PatchableSink {
  #pieces: Uint8Array[] = [];

  /** Adds bytes at the end. */
  readonly write = (bytes: Uint8Array): Promise<void> => {
    this.#pieces.push(bytes);
    return Promise.resolve();
  };

  /** Replaces bytes that were written. */
  readonly writeAt: WriteAt = (offset, bytes) => {
    this.bytes().set(bytes, offset);
    return Promise.resolve();
  };

  /** What was written. */
  bytes(): Bytes {
    const joined = concatenateAll(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
