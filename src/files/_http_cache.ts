/** The blocks of remote files that are kept in memory, for all files together. */

import type { Bytes } from "../base/bytes.ts";

/** Keeps blocks up to a total size, and forgets the least recently used first. */
export class BlockCache {
  readonly #mostBytes: number;
  /** The blocks, by file and number, the least recently used first. */
  readonly #blocks = new Map<string, Bytes>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  has(key: string): boolean {
    return this.#blocks.has(key);
  }

  get(key: string): Bytes | undefined {
    const block = this.#blocks.get(key);
    if (block === undefined) return undefined;
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    return block;
  }

  set(key: string, block: Bytes): void {
    this.#bytes += block.length - (this.#blocks.get(key)?.length ?? 0);
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    for (const [oldest, { length }] of this.#blocks) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#blocks.delete(oldest);
      this.#bytes -= length;
    }
  }
}
