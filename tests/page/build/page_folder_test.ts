/** The page's folder in a browser: on a server that says everything, on one that says nothing, and on a disk. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { buildPage, type BuiltPage } from "../../../scripts/_page_build.ts";
import { answer } from "../../../scripts/_page_server.ts";
import { type OpenPage, withBrowser } from "../../helpers/browser.ts";
import { testWithChromium } from "../../helpers/chromium.ts";
import { withDirectory } from "../../helpers/command.ts";
import { type Answer, train } from "./tiny/answer.ts";

const TINY = new URL("tiny/", import.meta.url);

let built: Promise<BuiltPage> | undefined;
/** The folder of a tiny page, whose worker trains a model and tries to connect. */
function tinyPage(): Promise<BuiltPage> {
  return built ??= buildPage({ page: TINY, entries: TINY });
}

interface Server extends AsyncDisposable {
  readonly origin: string;
  readonly requests: string[];
  /** Answers with what `handle` says, from now on. */
  handle: (request: Request) => Response;
  stop(): Promise<void>;
}

function serve(handle: (request: Request) => Response): Server {
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
  const own: Server = {
    origin: `http://127.0.0.1:${server.addr.port}`,
    requests,
    handle,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return own;
}

/** A server that sends files with their types and nothing else, as the plainest do. */
function plainly({ files }: BuiltPage): (request: Request) => Response {
  return (request) => {
    const { status, body, headers } = answer(request, files);
    return new Response(body, {
      status,
      headers: { "Content-Type": headers.get("Content-Type")! },
    });
  };
}

/** What the page's worker answered. */
async function answerOf(page: OpenPage): Promise<Answer> {
  for (let attempt = 0; attempt < 600; attempt++) {
    // The page may be reloading itself.
    const text = await page.evaluate<string>("document.getElementById('answer')?.textContent ?? ''")
      .catch(() => "");
    if (text.includes('"failure"')) throw new Error(`${text}\n${page.console.join("\n")}`);
    if (text !== "") return JSON.parse(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The page shows no answer: ${page.console.join("\n")}`);
}

async function kept(page: OpenPage): Promise<number> {
  return await page.evaluate<number>(
    "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))" +
      ".then((lists) => lists.flat().length)",
  );
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("It did not happen within half a minute");
}

testWithChromium(
  "served with its headers, the page trains on threads to the bits of Deno, and cannot connect",
  async () => {
    const { files } = await tinyPage();
    await using elsewhere = serve(() =>
      new Response("", { headers: { "Access-Control-Allow-Origin": "*" } })
    );
    await using server = serve((request) => answer(request, files));
    await withBrowser(async (open) => {
      const page = await open(`${server.origin}/?elsewhere=${elsewhere.origin}/`);
      const found = await answerOf(page);
      strictEqual(found.digest, (await train()).digest);
      match(found.engine, /threads/);
      strictEqual(found.isIsolated, true);
      strictEqual(found.code, "EvalError");
      strictEqual(found.elsewhere, "TypeError");
      strictEqual(found.sheetLength, 378);
      deepStrictEqual(elsewhere.requests, []);
    });
  },
);
