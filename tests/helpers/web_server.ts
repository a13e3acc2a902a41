/** A web server on this machine that serves files as bad servers do: it breaks off, lies, stalls, refuses. */

import type { Bytes } from "../../src/base/bytes.ts";

/** A request for a file, as the server sees it. */
export interface ServedRequest {
  readonly method: string;
  /** Path of the file, without the query. */
  readonly path: string;
  /** The query, with its question mark. */
  readonly query: string;
  readonly headers: Headers;
  /** The part that was asked for, 0-based half-open; its end may lie past that of the file. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** How many requests for this path came before. */
  readonly earlier: number;
}

/** What is wrong with an answer. */
export type Fault =
  /** A status without a body, such as 404, 500 or 429. */
  | {
    readonly kind: "status";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** Leads to another address. */
  | { readonly kind: "redirect"; readonly to: string; readonly status?: number }
  /** The connection breaks after some bytes of the body. */
  | { readonly kind: "drop"; readonly after: number }
  /** No byte comes after some bytes of the body, until the client gives up. */
  | { readonly kind: "stall"; readonly after: number }
  /** The body comes slowly: so many bytes each 10 ms. */
  | { readonly kind: "slow"; readonly bytes: number }
  /** The head of the answer comes late. */
  | { readonly kind: "late"; readonly delayMs: number }
  /** The body ends as if it were whole, but lacks some bytes, or has some too many if negative. */
  | { readonly kind: "short"; readonly by: number }
  /** `Content-Range` claims another place in the file. */
  | { readonly kind: "shifted"; readonly by: number }
  /** `Content-Range` claims another length of the file. */
  | { readonly kind: "total"; readonly total: number | "*" }
  /** The server sends less than was asked for, and says so. */
  | { readonly kind: "partial"; readonly bytes: number }
  /** Ranges are ignored: the whole file comes with status 200. The connection may break after some bytes of it. */
  | { readonly kind: "whole"; readonly hasLength?: boolean; readonly dropAfter?: number }
  /** The whole file is compressed on the way, whatever the client accepts. */
  | { readonly kind: "compressed" }
  /** Other bytes than those of the file come. */
  | { readonly kind: "wrong" }
  /** Headers of the answer are replaced; an empty value removes one. */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string>> };

/** A file to serve: its bytes, or its path on disk. */
export type ServedFile = Bytes | { readonly disk: string };

/** How a {@linkcode WebServer} answers. */
export interface WebServerOptions {
  /** The files by their paths, which begin with a slash. They may be replaced while the server runs. */
  readonly files: Record<string, ServedFile>;
  /** Decides what is wrong with an answer. */
  fault?: (request: ServedRequest) => Fault | undefined;
  /** How long every answer takes to begin, in milliseconds. */
  latencyMs?: number;
}

/** A running server. */
export interface WebServer extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly origin: string;
  /** Its host and port. */
  readonly host: string;
  /** All requests until now. */
  readonly requests: ServedRequest[];
  /** Bytes of bodies that were sent until now. */
  readonly sentBytes: number;
  /** The largest number of requests that were under way at a time. */
  readonly mostAtATime: number;
  /** Forgets the requests and bytes. */
  reset(): void;
}

/** Starts a server; `await using` ends it. */
export function startWebServer(options: WebServerOptions): WebServer {
  const requests: ServedRequest[] = [];
  let sentBytes = 0;
  let underWay = 0;
  let mostAtATime = 0;
  const stop = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, signal: stop.signal },
    async (incoming, { completed }) => {
      const request = describeRequest(incoming, requests);
      requests.push(request);
      mostAtATime = Math.max(mostAtATime, ++underWay);
      const onBytes = (bytes: number) => sentBytes += bytes;
      try {
        return await answer(request, { options, onBytes, over: completed.catch(() => undefined) });
      } finally {
        underWay--;
      }
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    origin: `http://${host}`,
    host,
    requests,
    get sentBytes() {
      return sentBytes;
    },
    get mostAtATime() {
      return mostAtATime;
    },
    reset(): void {
      requests.length = 0;
      sentBytes = 0;
      mostAtATime = 0;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stop.abort();
      await server.finished;
    },
  };
}

function describeRequest(incoming: Request, requests: readonly ServedRequest[]): ServedRequest {
  const { pathname, search } = new URL(incoming.url);
  const path = decodeURI(pathname);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(incoming.headers.get("range") ?? "") ?? [];
  return {
    method: incoming.method,
    path,
    query: search,
    headers: incoming.headers,
    range: first === undefined
      ? undefined
      : { start: Number(first), end: last ? Number(last) + 1 : Infinity },
    earlier: requests.filter((request) => request.path === path).length,
  };
}

interface AnswerOptions {
  readonly options: WebServerOptions;
  /** Called with the number of bytes that were sent. */
  readonly onBytes: (bytes: number) => void;
  /** Fulfilled when the answer was sent, or the client has gone. */
  readonly over: Promise<void>;
}

async function answer(
  request: ServedRequest,
  { options, onBytes, over }: AnswerOptions,
): Promise<Response> {
  const fault = options.fault?.(request);
  const delayMs = (options.latencyMs ?? 0) + (fault?.kind === "late" ? fault.delayMs : 0);
  if (delayMs > 0) await delay(delayMs, over);
  if (fault?.kind === "status") {
    return new Response(null, { status: fault.status, headers: { ...fault.headers } });
  }
  if (fault?.kind === "redirect") {
    return new Response(null, { status: fault.status ?? 302, headers: { location: fault.to } });
  }
  const file = options.files[request.path];
  if (file === undefined) return new Response("not there", { status: 404 });
  const head = await makeHead(request, file, fault);
  if (request.method === "HEAD" || head.status === 416) {
    return new Response(null, { status: head.status, headers: head.headers });
  }
  const bytes = await readFile(file, head.start, head.end);
  const body = await makeBody(bytes, fault);
  if (fault?.kind === "compressed") head.headers.set("content-length", `${body.length}`);
  return new Response(sendBody(body, { fault, onBytes, over }), {
    status: head.status,
    headers: head.headers,
  });
}

interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  readonly start: number;
  readonly end: number;
}

async function makeHead(
  { range }: ServedRequest,
  file: ServedFile,
  fault: Fault | undefined,
): Promise<AnswerHead> {
  const size = await sizeOf(file);
  const headers = new Headers({ "content-type": "application/octet-stream" });
  const tag = file instanceof Uint8Array ? await digestOf(file) : `disk-${size}`;
  headers.set("etag", `"${tag}"`);
  headers.set("last-modified", "Sat, 07 Mar 2026 12:00:00 GMT");
  const isWhole = range === undefined || fault?.kind === "whole" || fault?.kind === "compressed";
  if (!isWhole && range.start >= size) {
    headers.set("content-range", `bytes */${size}`);
    return { status: 416, headers, start: 0, end: 0 };
  }
  const start = isWhole ? 0 : range.start;
  const end = isWhole
    ? size
    : Math.min(size, range.end, fault?.kind === "partial" ? start + fault.bytes : Infinity);
  if (fault?.kind !== "short" && (fault?.kind !== "whole" || fault.hasLength !== false)) {
    headers.set("content-length", `${end - start}`);
  }
  if (!isWhole) {
    const shift = fault?.kind === "shifted" ? fault.by : 0;
    const total = fault?.kind === "total" ? fault.total : size;
    headers.set("content-range", `bytes ${start + shift}-${end - 1 + shift}/${total}`);
    headers.set("accept-ranges", "bytes");
  }
  if (fault?.kind === "compressed") headers.set("content-encoding", "gzip");
  for (const [name, value] of Object.entries(fault?.kind === "headers" ? fault.headers : {})) {
    if (value === "") headers.delete(name);
    else headers.set(name, value);
  }
  return { status: isWhole ? 200 : 206, headers, start, end };
}

const digests = new WeakMap<Bytes, string>();

/** The first letters of the digest of a file's content, which the server tags its version with. */
async function digestOf(bytes: Bytes): Promise<string> {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
  digests.set(bytes, digest);
  return digest;
}

async function sizeOf(file: ServedFile): Promise<number> {
  return file instanceof Uint8Array ? file.length : (await Deno.stat(file.disk)).size;
}

async function readFile(file: ServedFile, start: number, end: number): Promise<Bytes> {
  if (file instanceof Uint8Array) return file.subarray(start, end);
  using opened = await Deno.open(file.disk);
  await opened.seek(start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(end - start);
  for (let filled = 0; filled < bytes.length;) {
    filled += await opened.read(bytes.subarray(filled)) ?? bytes.length;
  }
  return bytes;
}

async function makeBody(bytes: Bytes, fault: Fault | undefined): Promise<Bytes> {
  switch (fault?.kind) {
    case "wrong":
      return bytes.map((byte) => byte ^ 0x55);
    case "short": {
      const body = new Uint8Array(Math.max(0, bytes.length - fault.by));
      body.set(bytes.subarray(0, body.length));
      return body;
    }
    case "compressed": {
      const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      return await new Response(stream).bytes();
    }
  }
  return bytes;
}

const PIECE_BYTES = 1 << 16;

/** Sends a body in pieces, and breaks off or stalls where the fault says. */
function sendBody(
  body: Bytes,
  { fault, onBytes, over }: Omit<AnswerOptions, "options"> & {
    readonly fault: Fault | undefined;
  },
): ReadableStream<Bytes> {
  const end = Math.min(body.length, findEnd(fault));
  let at = 0;
  return new ReadableStream<Bytes>({
    async pull(controller) {
      if (fault?.kind === "slow") await delay(10, over);
      const pieceBytes = fault?.kind === "slow" ? fault.bytes : PIECE_BYTES;
      const piece = body.subarray(at, Math.min(end, at + pieceBytes));
      at += piece.length;
      onBytes(piece.length);
      if (piece.length > 0) return controller.enqueue(piece);
      if (fault?.kind === "stall" && end < body.length) await delay(2 ** 30, over);
      // Fewer bytes than the head announces: the server breaks the connection.
      controller.close();
    },
  }, { highWaterMark: 0 });
}

/** After how many bytes a body stops. */
function findEnd(fault: Fault | undefined): number {
  if (fault?.kind === "drop" || fault?.kind === "stall") return fault.after;
  return fault?.kind === "whole" ? fault.dropAfter ?? Infinity : Infinity;
}

/** Waits, at most until the client has gone. */
async function delay(delayMs: number, over: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delayMs);
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
