/** Which blocks of a file will be read, and how far reading and fetching have come. */

import { findFirst } from "../base/search.ts";
import type { ByteRange } from "./byte_source.ts";

/** A read in blocks: the first block, and the one after the last. */
export interface BlockSpan {
  readonly first: number;
  readonly end: number;
}

/**
 * The blocks that a reader says it will read, in their order. A block's *rank* is how many of them come before it. The
 * plan knows two ranks: where the reader is, and up to where blocks were asked for.
 */
export class ReadPlan {
  /** Spans of blocks, ascending and disjoint. */
  readonly #spans: readonly BlockSpan[];
  /** The rank of each span's first block, and after them the number of all blocks. */
  readonly #ranks: readonly number[];
  #read = 0;
  #asked = 0;
  /** The block after those of the last read. */
  #next = -1;

  constructor(ranges: readonly ByteRange[], { blockBytes, size }: {
    readonly blockBytes: number;
    readonly size: number;
  }) {
    const spans: { first: number; end: number }[] = [];
    const sorted = ranges.filter(({ length }) => length > 0).sort((a, b) => a.offset - b.offset);
    for (const { offset, length } of sorted) {
      const first = Math.max(0, Math.floor(offset / blockBytes));
      const end = Math.ceil(Math.min(size, offset + length) / blockBytes);
      const last = spans.at(-1);
      if (last !== undefined && first <= last.end) last.end = Math.max(last.end, end);
      else if (first < end) spans.push({ first, end });
    }
    this.#spans = spans;
    const ranks = [0];
    for (const { first, end } of spans) ranks.push(ranks.at(-1)! + end - first);
    this.#ranks = ranks;
  }

  /** Number of blocks that were asked for and that the reader has not come to. */
  get ahead(): number {
    return this.#asked - this.#read;
  }

  /** Whether a block is planned. */
  has(block: number): boolean {
    const span = this.#spans[this.#findSpan(block)];
    return span !== undefined && block < span.end;
  }

  /** Takes note of a read. One far from the others, such as of a file's end, does not move the plan. */
  follow({ first, end }: BlockSpan): void {
    const [from, to] = [this.#rankOf(first), this.#rankOf(end)];
    const isNear = from >= this.#read && from <= this.#asked;
    const continues = first === this.#next || first === this.#next - 1;
    this.#next = end;
    if (isNear) this.#asked = Math.max(this.#asked, to);
    else if (continues || from === 0) this.#asked = to;
    else return;
    this.#read = from;
  }

  /** The next block to ask for, or `undefined` if all were. */
  nextBlock(): number | undefined {
    if (this.#asked >= this.#ranks.at(-1)!) return undefined;
    const index = findFirst(this.#ranks.length, (i) => this.#ranks[i]! > this.#asked) - 1;
    return this.#spans[index]!.first + this.#asked - this.#ranks[index]!;
  }

  /** Takes note that all blocks before one were asked for. */
  markAsked(end: number): void {
    this.#asked = Math.max(this.#asked, this.#rankOf(end));
  }

  /** Number of planned blocks before a block. */
  #rankOf(block: number): number {
    const index = this.#findSpan(block);
    const span = this.#spans[index];
    if (span === undefined) return 0;
    return this.#ranks[index]! + Math.min(block, span.end) - span.first;
  }

  /** Index of the last span that starts at or before a block, or -1. */
  #findSpan(block: number): number {
    return findFirst(this.#spans.length, (i) => this.#spans[i]!.first > block) - 1;
  }
}
