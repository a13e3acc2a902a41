/**
 * The page's service worker: it keeps the files of one version of the page, so that the page opens without a network
 * and is never made of two versions, and adds the headers that isolate it and hold its policy, for servers that send
 * none. It answers requests for these files only.
 *
 * @module
 */

import type { ServiceRequest } from "./build/join_service_worker.ts";
import { pageHeaders, pageKind } from "./build/policy.ts";

/** The files that a version of the page consists of, which the build writes before this program. */
export interface PageFiles {
  readonly version: string;
  /** Paths from the page's folder of what it needs to start, the pages among them. */
  readonly first: readonly string[];
  /** Paths of what it loads when that is needed. */
  readonly later: readonly string[];
}

/** What of the types of service workers is used here; they are in none of the libraries that this project is checked with. */
interface ServiceScope {
  readonly histoneFiles: PageFiles;
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { includeUncontrolled: boolean }): Promise<readonly unknown[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Name extends keyof ServiceEvents>(
    name: Name,
    listener: (event: ServiceEvents[Name]) => void,
  ): void;
}
interface LastingEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface ServiceEvents {
  readonly install: LastingEvent;
  readonly activate: LastingEvent;
  readonly message: LastingEvent & MessageEvent<ServiceRequest>;
  readonly fetch: {
    readonly request: Request;
    respondWith(answer: Promise<Response>): void;
  };
}

const scope = self as unknown as ServiceScope;
const { version, first, later } = scope.histoneFiles;
const folder = scope.registration.scope;
const PREFIX = `histone ${folder} `;
const known = new Set([...first, ...later]);
const isPage = (path: string) => path.endsWith(".html");

scope.addEventListener("install", (event) => event.waitUntil(keep(first)));
scope.addEventListener("activate", (event) => event.waitUntil(begin()));
scope.addEventListener("message", (event) => {
  if (event.data.type === "keep-all") event.waitUntil(keep(later));
  else event.waitUntil(takeOver(event.ports[0]!));
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method === "GET" && path !== undefined) event.respondWith(answer(path));
});

/** The path of one of the page's files; `undefined` for anything else. */
function pathOf(address: string): string | undefined {
  if (!address.startsWith(folder)) return undefined;
  const [path = ""] = address.slice(folder.length).split(/[?#]/);
  if (path === "") return "index.html";
  return known.has(path) ? path : undefined;
}

/** Keeps files that are not kept yet. Throws where one cannot be had, or is of another version. */
async function keep(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(PREFIX + version);
  for (const path of paths) {
    if (await cache.match(folder + path) === undefined) {
      await cache.put(folder + path, await fetchFile(path));
    }
  }
}

/** Fetches a file of this version. */
async function fetchFile(path: string): Promise<Response> {
  const response = await fetch(folder + path, { cache: isPage(path) ? "reload" : "default" });
  if (!response.ok) throw new Error(`Cannot keep ${path}: the server answered ${response.status}`);
  if (isPage(path) && !(await response.clone().text()).includes(version)) {
    throw new Error(`Cannot keep ${path}: it is of another version`);
  }
  // An answer that was redirected may not be given to a page that asked for another address.
  return response.redirected ? new Response(response.body, response) : response;
}

async function begin(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + version);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function takeOver(port: MessagePort): Promise<void> {
  const windows = await scope.clients.matchAll({ includeUncontrolled: true });
  const isOnly = windows.length <= 1;
  port.postMessage(isOnly);
  if (isOnly) await scope.skipWaiting();
}

async function answer(path: string): Promise<Response> {
  const cache = await caches.open(PREFIX + version);
  const kept = await cache.match(folder + path);
  const response = kept ?? await fetch(folder + path);
  if (kept === undefined && response.ok && !isPage(path)) {
    await cache.put(folder + path, response.clone());
  }
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(pageHeaders(pageKind(path)))) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}
