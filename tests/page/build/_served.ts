/** Serves the page's folder in the tests, and waits for what it shows. */

import type { BuiltPage } from "../../../scripts/_page_build.ts";
import { answer } from "../../../scripts/_page_server.ts";
import type { OpenPage } from "../../helpers/browser.ts";

/** A web server on this machine. */
export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  /** Addresses that were asked for until now. */
  readonly requests: readonly string[];
  /** What answers; it may be replaced while the server runs. */
  handle: (request: Request) => Response;
  stop(): Promise<void>;
}

/** Starts a server; `await using` ends it. */
export function serve(handle: (request: Request) => Response): TestServer {
  const controller = new AbortController();
  const requests: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: controller.signal, onListen() {} },
    (request) => {
      requests.push(request.url);
      return own.handle(request);
    },
  );
  const stop = async () => {
    controller.abort();
    await server.finished;
  };
  const own: TestServer = {
    origin: `http://127.0.0.1:${server.addr.port}`,
    requests,
    handle,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return own;
}

/** Answers as `deno task page` does. */
export function asTask({ files }: BuiltPage): (request: Request) => Response {
  return (request) => answer(request, files);
}

/** Answers with files and their types and nothing else, as the plainest servers do. */
export function plainly({ files }: BuiltPage): (request: Request) => Response {
  return (request) => {
    const { status, body, headers } = answer(request, files);
    const type = headers.get("Content-Type") ?? "text/plain";
    return new Response(body, { status, headers: { "Content-Type": type } });
  };
}

/** Writes the page's files into a folder. */
export async function writeFolder({ files }: BuiltPage, directory: string): Promise<void> {
  for (const [path, bytes] of files) {
    await Deno.mkdir(`${directory}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(`${directory}/${path}`, bytes);
  }
}

/** Waits, for a minute at most. */
export async function waitUntil(
  condition: () => Promise<boolean>,
  explain: () => string = () => "",
): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    // The page may be reloading itself.
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It did not happen within a minute. ${explain()}`);
}

/** How many files the page's service worker keeps. */
export async function countKept(page: OpenPage): Promise<number> {
  return await page.evaluate<number>(
    "caches.keys().then((names) => Promise.all(names.map((name) => " +
      "caches.open(name).then((cache) => cache.keys())))).then((lists) => lists.flat().length)",
  );
}

/** How many files a service worker keeps in the end: all but itself, what describes the folder, and the script for disks. */
export function countToKeep({ files }: BuiltPage): number {
  const isOfPage = (path: string) => path.endsWith(".html") || path.includes("/");
  return [...files.keys()].filter(isOfPage).length - 1;
}
