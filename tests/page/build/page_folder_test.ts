/** The page's folder in a browser: on a server that says everything, on one that says nothing, and on a disk. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { buildPage, type BuiltPage } from "../../../scripts/_page_build.ts";
import { type OpenPage, withBrowser } from "../../helpers/browser.ts";
import { testWithChromium } from "../../helpers/chromium.ts";
import { withDirectory } from "../../helpers/command.ts";
import {
  asTask,
  countKept,
  countToKeep,
  plainly,
  serve,
  type TestServer,
  waitUntil,
  writeFolder,
} from "./_served.ts";
import { type Answer, train } from "./tiny/answer.ts";

const TINY = new URL("tiny/", import.meta.url);

let built: Promise<BuiltPage> | undefined;
/** The folder of a tiny page, whose worker trains a model and tries to connect. */
function tinyPage(): Promise<BuiltPage> {
  return built ??= buildPage({ page: TINY, entries: TINY });
}

/** What the page's worker answered. */
async function answerOf(page: OpenPage): Promise<Answer> {
  let text = "";
  await waitUntil(async () => {
    text = await page.evaluate<string>("document.getElementById('answer')?.textContent ?? ''");
    return text !== "";
  }, () => page.console.join("\n"));
  const answer = JSON.parse(text);
  if ("failure" in answer) throw new Error(`${text}\n${page.console.join("\n")}`);
  return answer;
}

/** A server that any page may ask. */
function serveElsewhere(): TestServer {
  return serve(() => new Response("", { headers: { "Access-Control-Allow-Origin": "*" } }));
}

/** Messages other than those that say what the policy refused, which are what each test provokes. */
function otherMessages(page: OpenPage): string[] {
  return page.console.filter((line) =>
    !/violates the (following|document's) Content Security Policy/.test(line)
  );
}

testWithChromium(
  "served with its headers, the page trains on threads to the bits of Deno, and cannot connect",
  async () => {
    await using elsewhere = serveElsewhere();
    await using server = serve(asTask(await tinyPage()));
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
    await using elsewhere = serveElsewhere();
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
      await waitUntil(async () => await countKept(page) === countToKeep(built));
      await server.stop();
      const again = await open(address);
      deepStrictEqual(await answerOf(again), found);
      deepStrictEqual(otherMessages(again), []);
    });
    deepStrictEqual(elsewhere.requests, []);
  },
);

testWithChromium(
  "before a service worker has the page, its policy holds in its workers too",
  async () => {
    const built = await tinyPage();
    await using elsewhere = serveElsewhere();
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
  await using elsewhere = serveElsewhere();
  await using server = serve(asTask(built));
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
    await using elsewhere = serveElsewhere();
    await withDirectory(async (directory) => {
      await writeFolder(await tinyPage(), directory);
      await withBrowser(async (open) => {
        const page = await open(`${directory}/index.html?elsewhere=${elsewhere.origin}/`);
        const found = await answerOf(page);
        match(found.engine, /1 thread/);
        strictEqual(found.digest, (await train()).digest);
        strictEqual(found.elsewhere, "TypeError");
        strictEqual(found.code, "EvalError");
        strictEqual(found.sheetLength, 378);
        deepStrictEqual(otherMessages(page), []);
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
    await using server = serve(asTask(older));
    await withBrowser(async (open) => {
      const first = await open(server.origin);
      await answerOf(first);
      await waitUntil(async () => await countKept(first) === countToKeep(older));
      server.handle = asTask(newer);
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
