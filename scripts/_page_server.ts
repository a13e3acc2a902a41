/** Serves the page on this machine, with the headers that isolate it and hold its policy. */

import { ContractError } from "../src/errors.ts";
import type { Bytes } from "../src/base/bytes.ts";
import { pageHeaders, pageKind } from "../src/page/build/policy.ts";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values; charset=utf-8",
  woff2: "font/woff2",
};

/** How the page is served. */
export interface ServeOptions {
  readonly port: number;
  readonly signal: AbortSignal;
}

/** A server that listens. */
export interface PageServer {
  readonly address: string;
  /** Fulfilled once it has stopped. */
  readonly finished: Promise<void>;
}

/**
 * Serves files.
 *
 * @param files The files by their paths.
 * @param options On which port, and until when.
 * @throws {ContractError} If the port is taken.
 */
export function servePage(
  files: ReadonlyMap<string, Bytes>,
  { port, signal }: ServeOptions,
): PageServer {
  try {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen() {} },
      (request) => answer(request, files),
    );
    const address = `http://127.0.0.1:${server.addr.port}/`;
    return { address, finished: server.finished };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ContractError(
      `Cannot serve the page: port ${port} is taken by another program, name another --port`,
    );
  }
}

/** Answers a request as every web server should that holds the page. */
export function answer(request: Request, files: ReadonlyMap<string, Bytes>): Response {
  const path = decodeURI(new URL(request.url).pathname).slice(1) || "index.html";
  const bytes = files.get(path);
  const headers = { ...pageHeaders(pageKind(path)), ...cacheHeaders(path) };
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { ...headers, Allow: "GET, HEAD" } });
  }
  if (bytes === undefined) return new Response("Not found\n", { status: 404, headers });
  const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: { ...headers, "Content-Type": type, "Content-Length": String(bytes.length) },
  });
}

/** Files in the version's folder never change, since their content names it. */
function cacheHeaders(path: string): Record<string, string> {
  const isVersioned = path.includes("/");
  return { "Cache-Control": isVersioned ? "public, max-age=31536000, immutable" : "no-cache" };
}
