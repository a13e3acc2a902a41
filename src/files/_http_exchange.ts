/** One request and its answer: redirects, time-outs, and statuses in words. */

import { deferred, parseUrl } from "../base/platform.ts";
import type { Bytes } from "../base/bytes.ts";
import { RemoteError } from "../errors.ts";
import { type HttpAddress, showAddress } from "./http_address.ts";
import { takeTurn } from "./_http_hosts.ts";
import { hostOf } from "./http_permission.ts";
import {
  isPassingStatus,
  LONGEST_WAIT_MS,
  parseRetryAfter,
  PassingFailure,
} from "./_http_retry.ts";
import type { HttpSettings } from "./_http_settings.ts";

/** A request, and where to send it. */
export interface HttpRequest {
  /** The address that the user gave, for messages, and whose host alone gets the user's headers. */
  readonly address: HttpAddress;
  /** Where to send it: the address, or where the server has redirected it to before. */
  readonly url: URL;
  readonly method: "GET" | "HEAD";
  /** The part of the file to ask for, such as `bytes=0-99`. */
  readonly range?: string | undefined;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** The head of an answer, and its body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Whether a browser hides headers that the server does not open to the page's origin. */
  readonly hidesHeaders: boolean;
  /** Where the answer came from, after all redirects. */
  readonly url: URL;
  /** The body, to be read once; throws a {@linkcode PassingFailure} if the connection breaks or stalls. */
  readonly body: AsyncIterable<Bytes>;
  /** Ends the request. To be called when the answer is no longer needed, however much of it was read. */
  close(): void;
}

const MOST_REDIRECTS = 10;

/**
 * Sends a request and follows its redirects.
 *
 * @throws {PassingFailure} If no answer came, or one that may be another one later.
 * @throws {RemoteError} If this program may not reach a host, or the redirects lead nowhere.
 */
export async function exchange(request: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  let { url } = request;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await send({ ...request, url }, settings);
    const target = findRedirect(answer, request);
    if (target === undefined) {
      if (isPassingStatus(answer.status)) failBusy(answer, request);
      return answer;
    }
    answer.close();
    url = target;
  }
  throw new RemoteError(
    `Cannot open ${request.address.shown}: it was redirected more than ${MOST_REDIRECTS} times`,
  );
}

/** Where an answer redirects to. */
function findRedirect(answer: HttpAnswer, { address }: HttpRequest): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = answer.headers.get("location");
  const target = parseUrl(location ?? "", answer.url);
  const isSafe = target?.protocol === "https:" ||
    (target?.protocol === "http:" && answer.url.protocol === "http:");
  if (location !== null && target !== null && isSafe) return target;
  answer.close();
  const found = target === null || location === null ? "nowhere" : showAddress(target);
  const expected = answer.url.protocol === "https:" ? "https://" : "http:// or https://";
  throw new RemoteError(
    `Cannot open ${address.shown}: its server redirects from ${showAddress(answer.url)} to ` +
      `${found}, expected an address that begins with ${expected}`,
    { status: answer.status },
  );
}

/** Throws a failure for a server that is busy or out of order. */
function failBusy(answer: HttpAnswer, { address }: HttpRequest): never {
  const { status } = answer;
  const waitMs = parseRetryAfter(answer.headers.get("retry-after"));
  answer.close();
  if (waitMs !== undefined && waitMs > LONGEST_WAIT_MS) {
    throw new RemoteError(
      `Cannot open ${address.shown}: its server is busy (status ${status}) and asks to wait ` +
        `${Math.ceil(waitMs / 1000)} seconds: try again then`,
      { status },
    );
  }
  throw new PassingFailure(`its server answers with status ${status}`, { status, waitMs });
}

/** Sends one request, without following a redirect if that is possible. */
async function send(request: HttpRequest, settings: HttpSettings): Promise<HttpAnswer> {
  const { address, url, method, range, signal } = request;
  const headers = new Headers(url.origin === address.url.origin ? settings.headers : {});
  if (url.origin === address.url.origin && address.authorization !== undefined) {
    if (!headers.has("authorization")) headers.set("authorization", address.authorization);
  }
  // Bytes that are compressed on their way have other offsets than those of the file.
  headers.set("accept-encoding", "identity");
  if (range !== undefined) headers.set("range", range);
  const endTurn = await takeTurn(url.origin);
  const watch = new StallWatch(settings.stallTimeoutMs, signal);
  const end = () => {
    watch.stop();
    endTurn();
  };
  try {
    const init = { method, headers, signal: watch.signal, redirect: "manual" } as const;
    let response = await watch.guard(settings.fetch(url, init));
    if (response.type === "opaqueredirect") {
      // Browsers do not say where a redirect leads, but follow it themselves.
      response = await watch.guard(settings.fetch(url, { ...init, redirect: "follow" }));
    }
    return makeAnswer(response, { request, watch, end });
  } catch (error) {
    end();
    throw describeFailure(error, request, watch);
  }
}

/** What an answer needs beside the response. */
interface AnswerContext {
  readonly request: HttpRequest;
  readonly watch: StallWatch;
  /** Says that the request is over. */
  readonly end: () => void;
}

function makeAnswer(response: Response, { request, watch, end }: AnswerContext): HttpAnswer {
  const reader = response.body?.getReader();
  const close = () => {
    end();
    reader?.cancel().catch(() => undefined);
  };
  async function* readBody(): AsyncGenerator<Bytes> {
    try {
      while (reader !== undefined) {
        const { done, value } = await watch.guard(reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw describeFailure(error, request, watch);
    } finally {
      close();
    }
  }
  return {
    status: response.status,
    headers: response.headers,
    hidesHeaders: response.type === "cors",
    url: response.url === "" ? request.url : new URL(response.url),
    body: readBody(),
    close,
  };
}

/** Turns what `fetch` throws into an error of ours, without the secret parts of an address. */
function describeFailure(error: unknown, request: HttpRequest, watch: StallWatch): unknown {
  const { address, url, signal } = request;
  if (signal.aborted) return signal.reason;
  if (watch.hasStalled) {
    return new PassingFailure(`no byte arrived for ${watch.timeoutMs / 1000} seconds`);
  }
  if (!(error instanceof Error)) return error;
  if (error.name === "NotCapable") {
    const host = hostOf(url);
    const from = url.origin === address.url.origin ? "" : `, to which its server redirects`;
    return new RemoteError(
      `Cannot open ${address.shown}: this program may not reach ${host}${from}: allow it with ` +
        `--allow-net=${host}`,
      { deniedHost: host },
    );
  }
  return new PassingFailure(describeCause(error, url));
}

/** Finds the words of a failure in those of Deno, Node or a browser, whose messages may hold the whole address. */
function describeCause(error: Error, url: URL): string {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  const words = cause.replace(/^.*?for url \([^)]*\)(: )?/, "").replaceAll(
    url.href,
    showAddress(url),
  )
    .replace(/^client error \(\w+\): /, "");
  const isBrowser = !("Deno" in globalThis) && "document" in globalThis;
  const hint = isBrowser
    ? "; if the file is there, its server may not let this page's origin read it (CORS)"
    : "";
  return `the connection failed: ${words}${hint}`;
}

/** Aborts a request if nothing happens for some time. */
class StallWatch {
  readonly timeoutMs: number;
  hasStalled = false;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #aborted: Promise<never>;
  readonly #abort = () => this.#controller.abort(this.#outer.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes what aborts the request from outside, which lives longer than the request and must not keep it. */
  constructor(timeoutMs: number, outer: AbortSignal) {
    this.timeoutMs = timeoutMs;
    this.#outer = outer;
    const { promise, reject } = deferred<never>();
    promise.catch(() => undefined);
    this.#aborted = promise;
    this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    if (outer.aborted) this.#abort();
    else outer.addEventListener("abort", this.#abort);
  }

  /** Aborted by the watch, or from outside. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for a step of the request, which must not take longer than the time-out. */
  async guard<T>(step: Promise<T>): Promise<T> {
    this.#timer = setTimeout(() => {
      this.hasStalled = true;
      this.#controller.abort();
    }, this.timeoutMs);
    step.catch(() => undefined);
    try {
      return await Promise.race([step, this.#aborted]);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Ends the watch when the request is over. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }
}
