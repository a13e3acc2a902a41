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

testWithChromium(
  "on a server that sends no headers, the page isolates itself, keeps its policy, and opens without the server",
  async () => {
    const built = await tinyPage();
    await using elsewhere = serve(() =>
      new Response("", { headers: { "Access-Control-Allow-Origin": "*" } })
    );
    await using server = serve(plainly(built));
    await withBrowser(async (open) => {
      const address = `${server.origin}/?elsewhere=${elsewhere.origin}/`;
      const page = await open(address);
      const found = await answerOf(page);
      strictEqual(found.isIsolated, true);
      match(found.engine, /threads/);
      strictEqual(found.digest, (await train()).digest);
      strictEqual(found.elsewhere, "TypeError");
      strictEqual(found.code, "EvalError");
      // The two pages and what they start with were asked for by the service worker too; it reloaded the page once.
      ok(server.requests.filter((url) => url === address).length <= 2);
      const files = [...built.files.keys()].filter((path) =>
        path.includes("/") || path.endsWith(".html")
      );
      await waitUntil(async () => await kept(page) === files.length - 1);
      await server.stop();
      const again = await open(address);
      deepStrictEqual(await answerOf(again), found);
      deepStrictEqual(
        again.console.filter((line) => !line.includes("Content Security Policy")),
        [],
      );
    });
    deepStrictEqual(elsewhere.requests, []);
  },
);

testWithChromium(
  "before a service worker has the page, its policy holds in its workers too",
  async () => {
    const built = await tinyPage();
    await using elsewhere = serve(() =>
      new Response("", { headers: { "Access-Control-Allow-Origin": "*" } })
    );
    const plain = plainly(built);
    // Without the service worker's program, nothing but the page's own element says what it may do.
    await using server = serve((request) =>
      request.url.endsWith("/service_worker.js")
        ? new Response(null, { status: 404 })
        : plain(request)
    );
    await withBrowser(async (open) => {
      const found = await answerOf(await open(`${server.origin}/?elsewhere=${elsewhere.origin}/`));
      strictEqual(found.isIsolated, false);
      match(found.engine, /1 thread/);
      strictEqual(found.digest, (await train()).digest);
      strictEqual(found.elsewhere, "TypeError");
    });
    deepStrictEqual(elsewhere.requests, []);
  },
);

testWithChromium("the second page connects, to no more than it is asked to", async () => {
  const built = await tinyPage();
  await using elsewhere = serve(() =>
    new Response("", { headers: { "Access-Control-Allow-Origin": "*" } })
  );
  await using server = serve((request) => answer(request, built.files));
  await withBrowser(async (open) => {
    const address = `${server.origin}/remote.html`;
    const silent = await open(address);
    strictEqual((await answerOf(silent)).elsewhere, "not asked");
    deepStrictEqual(elsewhere.requests, []);
    match(
      await silent.evaluate<string>("document.body.innerText"),
      /connects to the servers that you name/,
    );
    const found = await answerOf(await open(`${address}?elsewhere=${elsewhere.origin}/`));
    strictEqual(found.elsewhere, "200");
    strictEqual(found.isIsolated, true);
    strictEqual(elsewhere.requests.length, 1);
  });
});

testWithChromium(
  "from a disk, the page trains on one thread to the same bits, and cannot connect",
  async () => {
    const { files } = await tinyPage();
    await using elsewhere = serve(() =>
      new Response("", { headers: { "Access-Control-Allow-Origin": "*" } })
    );
    await withDirectory(async (directory) => {
      for (const [path, bytes] of files) {
        await Deno.mkdir(`${directory}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.writeFile(`${directory}/${path}`, bytes);
      }
      await withBrowser(async (open) => {
        const page = await open(`${directory}/index.html?elsewhere=${elsewhere.origin}/`);
        const found = await answerOf(page);
        match(found.engine, /1 thread/);
        strictEqual(found.digest, (await train()).digest);
        strictEqual(found.elsewhere, "TypeError");
        strictEqual(found.code, "EvalError");
        strictEqual(found.sheetLength, 378);
        deepStrictEqual(
          page.console.filter((line) => !line.includes("Content Security Policy")),
          [],
        );
      });
    });
    deepStrictEqual(elsewhere.requests, []);
  },
);

testWithChromium(
  "a newer version replaces the page on its next visit, whole, and the older files go",
  async () => {
    const older = await tinyPage();
    const newer = await buildPage({ page: new URL("newer/", TINY), entries: TINY });
    await using server = serve((request) => answer(request, older.files));
    await withBrowser(async (open) => {
      const first = await open(server.origin);
      await answerOf(first);
      await waitUntil(async () => await kept(first) > older.first.length);
      server.handle = (request) => answer(request, newer.files);
      await first.send("Page.navigate", { url: `${server.origin}/` });
      await answerOf(first);
      // The older page is shown until the newer one is there whole.
      await waitUntil(async () =>
        await first.evaluate<boolean>(
          "navigator.serviceWorker.getRegistration().then((it) => !!it.waiting)",
        )
      );
      await first.send("Page.navigate", { url: `${server.origin}/` });
      await waitUntil(async () =>
        await first.evaluate<string>("document.title") === "A newer tiny page"
      );
      await answerOf(first);
      const names = await first.evaluate<string[]>("caches.keys()");
      deepStrictEqual(names.map((name) => name.includes(newer.version)), [true]);
    });
  },
);
