/** The blocks of remote files that are kept in memory, for all files together. */

import type { Bytes } from "../base/bytes.ts";
import { freeArray } from "../base/free.ts";

/** Keeps blocks up to a total size, and forgets the least recently used first. */
export class BlockCache {
  readonly #mostBytes: number;
  /** The blocks, by file and number, the least recently used first. */
  readonly #blocks = new Map<string, Bytes>();
  #bytes = 0;
  /** Blocks that were forgotten and whose memory is not given back yet. */
  #forgotten: Bytes[] = [];

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
      this.#forget(oldest);
      this.#bytes -= length;
    }
  }

  /**
   * Forgets a block, and gives its memory back when those who waited for the block have copied it. The garbage collector
   * would let some 250 MB of blocks pile up for each file that is read from its start to its end.
   */
  #forget(key: string): void {
    if (this.#forgotten.length === 0) {
      // Whoever waits for a block that has just arrived copies it in the next microtask.
      queueMicrotask(() => queueMicrotask(() => this.#free()));
    }
    this.#forgotten.push(this.#blocks.get(key)!);
    this.#blocks.delete(key);
  }

  #free(): void {
    for (const block of this.#forgotten) freeArray(block);
    this.#forgotten = [];
  }
}
