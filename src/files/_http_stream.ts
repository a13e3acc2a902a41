/** Reads a file from a server that does not send parts of files: as a stream, from its start to its end. */

import { type Bytes, concatenate } from "../base/bytes.ts";
import { freeArray } from "../base/free.ts";
import { RemoteError } from "../errors.ts";
import type { ByteRange } from "./byte_source.ts";
import {
  checkIsPlain,
  checkIsSame,
  factsOf,
  type FileFacts,
  parseContentLength,
} from "./_http_facts.ts";
import type { RemoteContent } from "./_http_content.ts";
import type { HttpFile } from "./_http_file.ts";

/** Bytes at the start of the file that are kept, since readers look there first. */
const HEAD_BYTES = 1 << 16;
/**
 * How often the file is sent from its start: to look at its end, to read it, to read it again for a message. More would
 * be random access, for which the whole file would be sent each time.
 */
const MOST_PASSES = 4;

/** A stream of a file that can be read forward; reading back sends it again. */
export class HttpStream implements RemoteContent {
  readonly isKept = false;
  readonly #file: HttpFile;
  readonly #facts: FileFacts;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #head: Bytes = new Uint8Array();
  #body: AsyncGenerator<Bytes> | undefined;
  /** Bytes that arrived and were not read yet, and where in the file they are. */
  #rest: Bytes = new Uint8Array();
  #position = 0;
  #passes = 0;
  #failures = 0;
  /** Reads take turns. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: HttpFile, facts: FileFacts) {
    this.#file = file;
    this.#facts = facts;
    const { signal } = file.settings;
    this.#signal = signal === undefined
      ? this.#stop.signal
      : AbortSignal.any([signal, this.#stop.signal]);
  }

  /** Reads a part that lies within the file. */
  async read(range: ByteRange): Promise<Bytes> {
    const turn = this.#last.then(() => this.#readNext(range));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  /** Ends the request. Whoever waits for bytes gets an error. */
  close(reason: Error): void {
    this.#stop.abort(reason);
    this.#body?.return(undefined).catch(() => undefined);
  }

  async #readNext({ offset, length }: ByteRange): Promise<Bytes> {
    this.#signal.throwIfAborted();
    if (length === 0) return new Uint8Array();
    if (offset + length <= this.#head.length) return this.#head.slice(offset, offset + length);
    const result = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const bytes = await this.#take(offset + filled);
      const part = bytes.subarray(0, length - filled);
      result.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      this.#position += part.length;
    }
    return result;
  }

  /** Returns some bytes at a place in the file, which stay the next ones. */
  async #take(offset: number): Promise<Bytes> {
    if (this.#body === undefined || offset < this.#position) await this.#restart();
    for (;;) {
      const skipped = Math.min(offset - this.#position, this.#rest.length);
      this.#rest = this.#rest.subarray(skipped);
      this.#position += skipped;
      if (this.#position === offset && this.#rest.length > 0) return this.#rest;
      try {
        const { done, value } = await this.#body!.next();
        if (done) throw new RangeError(`Cannot read ${this.#file.name}: it ends too early`);
        if (this.#file.settings.ownsBodies) freeArray(this.#rest);
        this.#rest = value;
        this.#keepHead(value);
      } catch (error) {
        await this.#file.waitOrFail(error, ++this.#failures, this.#signal);
        this.#passes--;
        await this.#restart();
      }
    }
  }

  /** Keeps the first bytes of the file as they arrive. */
  #keepHead(bytes: Bytes): void {
    const isNext = this.#position === this.#head.length;
    if (!isNext || this.#head.length >= HEAD_BYTES) return;
    this.#head = concatenate(this.#head, bytes.slice(0, HEAD_BYTES - this.#head.length));
  }

  /** Asks for the file again, from its start. */
  async #restart(): Promise<void> {
    if (this.#passes++ >= MOST_PASSES) {
      throw new RemoteError(
        `Cannot read ${this.#file.name}: its server sends whole files only, and parts of it are needed in ` +
          "another order: download it first",
      );
    }
    await this.#body?.return(undefined);
    this.#rest = new Uint8Array();
    this.#position = 0;
    this.#body = this.#stream();
  }

  async *#stream(): AsyncGenerator<Bytes> {
    const { name, address } = this.#file;
    const answer = await this.#file.ask({ signal: this.#signal });
    try {
      checkIsPlain(answer, address.url.pathname, name);
      const size = parseContentLength(answer.headers);
      checkIsSame(factsOf(answer.headers, size ?? this.#facts.size), this.#facts, name);
      yield* this.#file.readBody(answer, this.#facts.size);
    } finally {
      answer.close();
    }
  }
}
