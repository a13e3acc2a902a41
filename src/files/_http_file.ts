/** A file on a server: its facts, and requests for parts of it. */

import type { Bytes } from "../base/bytes.ts";
import { RemoteError } from "../errors.ts";
import type { ByteRange } from "./byte_source.ts";
import { exchange, type HttpAnswer } from "./_http_exchange.ts";
import {
  checkIsFile,
  checkIsPlain,
  checkIsSame,
  type ContentRange,
  factsOf,
  failLength,
  failStatus,
  type FileFacts,
  parseContentLength,
  parseContentRange,
} from "./_http_facts.ts";
import type { HttpAddress } from "./http_address.ts";
import { PassingFailure, sleep, waitAfter } from "./_http_retry.ts";
import type { HttpSettings } from "./_http_settings.ts";

/** What was sent and received for a file, as far as it is known. */
export interface HttpTraffic {
  /** Number of requests, with those that failed; without those of redirects. */
  readonly requests: number;
  /** Number of bytes of bodies that arrived. */
  readonly bytes: number;
}

/** An answer to a request for a part of a file. */
export interface PartAnswer {
  readonly answer: HttpAnswer;
  /** The part that it holds; `undefined` if it is the whole file. */
  readonly range: ContentRange | undefined;
}

/** Sends requests for one file. */
export class HttpFile {
  readonly address: HttpAddress;
  readonly settings: HttpSettings;
  /** Where the server redirects to. Such addresses may be signed and expire; then the first address is asked again. */
  #location: URL | undefined;
  #requests = 0;
  #bytes = 0;

  constructor(address: HttpAddress, settings: HttpSettings) {
    this.address = address;
    this.settings = settings;
  }

  /** Name of the file for messages. */
  get name(): string {
    return this.address.shown;
  }

  get traffic(): HttpTraffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** Adds to the traffic what arrived. */
  countBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  /**
   * Asks for the file, or for a part of it, once.
   *
   * @throws {PassingFailure} If a second try may succeed.
   * @throws {RemoteError} If the file is not there, or must not be read.
   */
  async ask(
    { range, method = "GET", signal }: {
      readonly range?: ByteRange | undefined;
      readonly method?: "GET" | "HEAD";
      readonly signal: AbortSignal;
    },
  ): Promise<HttpAnswer> {
    const { address, settings } = this;
    const last = range && range.offset + range.length - 1;
    const text = range && `bytes=${range.offset}-${last}`;
    const send = async (url: URL) => {
      this.#requests++;
      return await exchange({ address, url, method, range: text, signal }, settings);
    };
    let answer = await send(this.#location ?? address.url);
    if (this.#location !== undefined && isRefusal(answer.status)) {
      answer.close();
      this.#location = undefined;
      answer = await send(address.url);
    }
    if (answer.status === 200 || answer.status === 206) {
      this.#location = answer.url.href === address.url.href ? undefined : answer.url;
    } else if (answer.status !== 416) {
      answer.close();
      failStatus(answer.status, this.name);
    }
    return answer;
  }

  /**
   * Asks for a part, and passes on its bytes. The server may send less than was asked for.
   *
   * @throws {PassingFailure} If the connection breaks, or the server is busy.
   * @throws {FormatError} If the file is not the one that was opened any more.
   * @throws {RemoteError} If the server does not do what was asked.
   */
  async *readPart(
    range: ByteRange,
    { facts, signal }: { readonly facts: FileFacts; readonly signal: AbortSignal },
  ): AsyncGenerator<Bytes> {
    const answer = await this.ask({ range, signal });
    try {
      const end = this.#checkPart(answer, range, facts);
      yield* this.readBody(answer, end - range.offset);
    } finally {
      answer.close();
    }
  }

  /** Passes on the bytes of a body, which must be as many as its head says, if it says how many. */
  async *readBody(answer: HttpAnswer, expected: number | undefined): AsyncGenerator<Bytes> {
    let found = 0;
    for await (const bytes of answer.body) {
      found += bytes.length;
      this.countBytes(bytes.length);
      if (expected !== undefined && found > expected) failLength(found, expected);
      yield bytes;
    }
    if (expected !== undefined && found < expected) failLength(found, expected);
  }

  /** Checks the head of an answer, and returns where the part that it holds ends. */
  #checkPart(answer: HttpAnswer, { offset, length }: ByteRange, facts: FileFacts): number {
    const { status, headers, hidesHeaders } = answer;
    checkIsPlain(answer, this.address.url.pathname, this.name);
    if (status === 200) {
      const size = parseContentLength(headers);
      checkIsSame(factsOf(headers, size ?? facts.size), facts, this.name);
      throw new PassingFailure("its server sent the whole file, expected a part of it");
    }
    if (status === 416) {
      const [, total] = /\/(\d{1,15})\s*$/.exec(headers.get("content-range") ?? "") ?? [];
      if (total !== undefined) checkIsSame({ size: Number(total) }, facts, this.name);
      throw new PassingFailure("its server says that the part lies past the end", { status });
    }
    const found = parseContentRange(headers.get("content-range"));
    if (found === undefined && hidesHeaders) return offset + length;
    const { total } = found ?? {};
    checkIsSame(factsOf(headers, total ?? facts.size), facts, this.name);
    if (found?.start === offset && found.end <= offset + length) return found.end;
    throw new RemoteError(
      `Cannot read ${this.name}: its server sent ${
        describeRange(found)
      }, expected bytes ${offset} to ${offset + length - 1}`,
    );
  }

  /** Repeats an action until it succeeds, or fails for good. */
  async retry<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1;; failures++) {
      try {
        return await action();
      } catch (error) {
        await this.waitOrFail(error, failures, signal);
      }
    }
  }

  /** Waits after a failure that a second try may mend. Throws an error for users after too many, or for another one. */
  async waitOrFail(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    if (!(error instanceof PassingFailure)) throw error;
    if (failures > this.settings.retries) {
      throw new RemoteError(
        `Cannot read ${this.name}: ${error.message}, after ${failures} tries: try again later`,
        { status: error.status, cause: error },
      );
    }
    const { backOffMs } = this.settings;
    await sleep(waitAfter(failures, { failure: error, backOffMs }), signal);
  }

  /**
   * Opens the file with a request for its beginning.
   *
   * @param length How many bytes to ask for.
   */
  async open(length: number, signal: AbortSignal): Promise<PartAnswer> {
    const answer = await this.ask({ range: { offset: 0, length }, signal });
    try {
      const { pathname } = this.address.url;
      checkIsFile(answer, pathname, this.name);
      checkIsPlain(answer, pathname, this.name);
      if (answer.status === 200) return { answer, range: undefined };
      const header = answer.headers.get("content-range");
      if (answer.status === 416) {
        if (/^\s*bytes\s+\*\/0\s*$/i.test(header ?? "")) {
          return { answer, range: { start: 0, end: 0, total: 0 } };
        }
        failStatus(416, this.name);
      }
      const range = parseContentRange(header);
      if (range?.total !== undefined && range.start === 0) return { answer, range };
      if (range === undefined && !answer.hidesHeaders || (range?.start ?? 0) !== 0) {
        throw new RemoteError(
          `Cannot open ${this.name}: its server sent ${describeRange(range)}, expected bytes 0 to ${
            length - 1
          }`,
        );
      }
      const total = await this.#askSize(signal);
      return { answer, range: { start: 0, end: range?.end ?? Math.min(length, total), total } };
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** Asks for the size of the file alone, where the answer with its beginning does not say it. */
  async #askSize(signal: AbortSignal): Promise<number> {
    const answer = await this.ask({ method: "HEAD", signal });
    answer.close();
    const size = parseContentLength(answer.headers);
    if (size !== undefined) return size;
    const hint = answer.hidesHeaders
      ? ": it must send Access-Control-Expose-Headers: Content-Range, Content-Length, ETag"
      : "";
    throw new RemoteError(
      `Cannot open ${this.name}: its server does not say how long it is${hint}`,
    );
  }
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 416;
}

function describeRange(range: ContentRange | undefined): string {
  return range === undefined
    ? "a part of it without saying which"
    : `bytes ${range.start} to ${range.end - 1}`;
}
