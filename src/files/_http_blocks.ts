/**
 * Reads a file on a server in blocks. What is wanted at the same time and lies near each other is asked for together,
 * and several requests are under way at a time.
 */

import { deferred } from "../base/platform.ts";
import type { Bytes } from "../base/bytes.ts";
import { freeArray } from "../base/free.ts";
import { FormatError } from "../errors.ts";
import type { ByteRange } from "./byte_source.ts";
import type { BlockCache } from "./_http_cache.ts";
import type { FileFacts } from "./_http_facts.ts";
import type { RemoteContent } from "./_http_content.ts";
import type { HttpFile } from "./_http_file.ts";
import { type BlockSpan, ReadPlan } from "./_http_plan.ts";
import { PassingFailure } from "./_http_retry.ts";

/** Size of a block: each end of what is asked for is rounded to it. */
export const BLOCK_BYTES = 1 << 14;
/** Longest part that is asked for with one request. */
const RUN_BLOCKS = 64;
/** Blocks between two wanted ones that are fetched too, since they cost less than another request. */
const GAP_BLOCKS = 3;
/** Blocks that are fetched before the reader has come to them. */
const AHEAD_BLOCKS = 256;

/** A block that was asked for. */
interface PendingBlock {
  readonly done: Promise<Bytes>;
  readonly resolve: (bytes: Bytes) => void;
  readonly reject: (error: unknown) => void;
}

/** What the blocks of a file are read with. */
export interface HttpBlocksOptions {
  readonly facts: FileFacts;
  readonly cache: BlockCache;
}

let files = 0;

/** The blocks of one file. */
export class HttpBlocks implements RemoteContent {
  readonly isKept = true;
  readonly #file: HttpFile;
  readonly #facts: FileFacts;
  readonly #cache: BlockCache;
  /** What the cache knows the file by. */
  readonly #id = `${files++}`;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Blocks that somebody waits for and that no request is under way for, in the order in which they were wanted. */
  readonly #wanted = new Map<number, PendingBlock>();
  /** Blocks that requests are under way for. */
  readonly #underWay = new Map<number, PendingBlock>();
  #requests = 0;
  #plan: ReadPlan | undefined;
  #isScheduled = false;
  /** The fault that makes all that follows useless. */
  #fault: FormatError | undefined;

  constructor(file: HttpFile, { facts, cache }: HttpBlocksOptions) {
    this.#file = file;
    this.#facts = facts;
    this.#cache = cache;
    const { signal } = file.settings;
    this.#signal = signal === undefined
      ? this.#stop.signal
      : AbortSignal.any([signal, this.#stop.signal]);
    const end = () => this.#rejectWanted(this.#signal.reason);
    this.#signal.addEventListener("abort", end, { once: true });
  }

  /** Keeps bytes from the start of the file, of which the last block may be incomplete. */
  keepHead(bytes: Bytes): void {
    for (let block = 0; (block + 1) * BLOCK_BYTES <= bytes.length; block++) {
      this.#keep(block, bytes.slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES));
    }
    if (bytes.length !== this.#facts.size || bytes.length % BLOCK_BYTES === 0) return;
    const last = Math.floor(bytes.length / BLOCK_BYTES);
    this.#keep(last, bytes.slice(last * BLOCK_BYTES));
  }

  /** Plans what will be read. */
  willRead(ranges: readonly ByteRange[]): void {
    this.#plan = new ReadPlan(ranges, { blockBytes: BLOCK_BYTES, size: this.#facts.size });
    this.#schedule();
  }

  /** Reads a part that lies within the file. */
  async read({ offset, length }: ByteRange): Promise<Bytes> {
    this.#signal.throwIfAborted();
    if (this.#fault !== undefined) throw this.#fault;
    const result = new Uint8Array(length);
    if (length === 0) return result;
    const span = {
      first: Math.floor(offset / BLOCK_BYTES),
      end: Math.ceil((offset + length) / BLOCK_BYTES),
    };
    this.#plan?.follow(span);
    const waits: Promise<void>[] = [];
    for (let block = span.first; block < span.end; block++) {
      const start = block * BLOCK_BYTES - offset;
      const copy = (bytes: Bytes) =>
        result.set(
          bytes.subarray(Math.max(0, -start), Math.min(bytes.length, length - start)),
          Math.max(0, start),
        );
      const bytes = this.#cache.get(this.#key(block));
      if (bytes !== undefined) copy(bytes);
      else waits.push(this.#want(block).then(copy));
    }
    this.#schedule();
    await Promise.all(waits);
    return result;
  }

  /** Ends all requests. Whoever waits for a block gets an error. */
  close(reason: Error): void {
    this.#plan = undefined;
    this.#stop.abort(reason);
  }

  #rejectWanted(reason: unknown): void {
    for (const { reject } of this.#wanted.values()) reject(reason);
    this.#wanted.clear();
  }

  #key(block: number): string {
    return `${this.#id}:${block}`;
  }

  #keep(block: number, bytes: Bytes): void {
    this.#cache.set(this.#key(block), bytes);
  }

  #want(block: number): Promise<Bytes> {
    const known = this.#underWay.get(block) ?? this.#wanted.get(block);
    if (known !== undefined) return known.done;
    const pending = makePending();
    this.#wanted.set(block, pending);
    return pending.done;
  }

  /** Sends requests as soon as the caller has said all that it wants now. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      while (this.#requests < this.#file.settings.requests && !this.#signal.aborted) {
        const run = this.#nextRun();
        if (run === undefined) return;
        this.#requests++;
        this.#fetchRun(run).finally(() => {
          this.#requests--;
          this.#schedule();
        });
      }
    });
  }

  /** Chooses blocks for a request: those that somebody waits for first, then planned ones. */
  #nextRun(): BlockSpan | undefined {
    const [wanted] = this.#wanted.keys();
    const seed = wanted ?? this.#nextAhead();
    if (seed === undefined) return undefined;
    const room = RUN_BLOCKS - 1;
    const first = wanted === undefined ? seed : seed - this.#reach(seed, -1, room);
    const end = seed + 1 + this.#reach(seed, 1, room - (seed - first));
    this.#plan?.markAsked(end);
    return { first, end };
  }

  /** The next planned block to fetch before it is wanted, once there is room for a whole run of them. */
  #nextAhead(): number | undefined {
    const plan = this.#plan;
    if (plan === undefined) return undefined;
    while (plan.ahead + RUN_BLOCKS <= AHEAD_BLOCKS) {
      const block = plan.nextBlock();
      if (block === undefined || !this.#isKnown(block)) return block;
      plan.markAsked(block + 1);
    }
    return undefined;
  }

  /** Counts how many blocks to one side of a block are to be fetched with it. */
  #reach(seed: number, step: 1 | -1, most: number): number {
    let reach = 0;
    for (let distance = 1; distance <= most && distance - reach <= GAP_BLOCKS + 1; distance++) {
      const block = seed + step * distance;
      if (block < 0 || block * BLOCK_BYTES >= this.#facts.size || this.#isThere(block)) break;
      if (this.#wanted.has(block) || (step > 0 && this.#plan?.has(block))) reach = distance;
    }
    return reach;
  }

  #isKnown(block: number): boolean {
    return this.#wanted.has(block) || this.#isThere(block);
  }

  #isThere(block: number): boolean {
    return this.#underWay.has(block) || this.#cache.has(this.#key(block));
  }

  /** Fetches blocks, with as many requests as that takes. */
  async #fetchRun({ first, end }: BlockSpan): Promise<void> {
    for (let block = first; block < end; block++) {
      this.#underWay.set(block, this.#wanted.get(block) ?? makePending());
      this.#wanted.delete(block);
    }
    let next = first;
    let failures = 0;
    try {
      while (next < end) {
        const before = next;
        try {
          next = await this.#receive({ first: next, end }, (done) => next = done);
        } catch (error) {
          if (next > before) failures = 0;
          await this.#file.waitOrFail(error, ++failures, this.#signal);
        }
      }
    } catch (error) {
      if (error instanceof FormatError) this.#fault = error;
      for (let block = next; block < end; block++) {
        this.#underWay.get(block)?.reject(error);
        this.#underWay.delete(block);
      }
    }
  }

  /**
   * Receives the answer to one request, and hands out its blocks as they are complete.
   *
   * @param onBlock Called with the number after that of each complete block.
   * @returns The number after that of the last complete block.
   */
  async #receive({ first, end }: BlockSpan, onBlock: (done: number) => void): Promise<number> {
    const { size } = this.#facts;
    const offset = first * BLOCK_BYTES;
    const range = { offset, length: Math.min(end * BLOCK_BYTES, size) - offset };
    let number = first;
    let block = new Uint8Array(blockLength(number, size));
    let filled = 0;
    for await (
      const bytes of this.#file.readPart(range, { facts: this.#facts, signal: this.#signal })
    ) {
      for (let at = 0; at < bytes.length;) {
        const part = bytes.subarray(at, at + block.length - filled);
        block.set(part, filled);
        at += part.length;
        filled += part.length;
        if (filled < block.length) continue;
        this.#settle(number, block);
        onBlock(++number);
        block = new Uint8Array(blockLength(number, size));
        filled = 0;
      }
      if (this.#file.settings.ownsBodies) freeArray(bytes);
    }
    if (number === first) {
      throw new PassingFailure(`its server sent ${filled} bytes, expected ${range.length}`);
    }
    return number;
  }

  #settle(number: number, block: Bytes): void {
    this.#keep(number, block);
    this.#underWay.get(number)?.resolve(block);
    this.#underWay.delete(number);
  }
}

function blockLength(block: number, size: number): number {
  return Math.max(0, Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES));
}

function makePending(): PendingBlock {
  const { promise: done, resolve, reject } = deferred<Bytes>();
  // Nobody may wait for a block that is fetched ahead.
  done.catch(() => undefined);
  return { done, resolve, reject };
}
