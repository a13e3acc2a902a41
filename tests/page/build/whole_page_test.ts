/** The page itself, as the build makes it: what it weighs, and the example from a disk and on the plainest server. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { buildPage, type BuiltPage } from "../../../scripts/_page_build.ts";
import { EXAMPLE } from "../../../src/page/protocol.ts";
import { type OpenPage, withBrowser } from "../../helpers/browser.ts";
import { testWithChromium } from "../../helpers/chromium.ts";
import { withDirectory } from "../../helpers/command.ts";
import { openWork } from "../../helpers/page_work.ts";
import { startWebServer } from "../../helpers/web_server.ts";
import {
  asTask,
  countKept,
  countToKeep,
  plainly,
  serve,
  waitUntil,
  writeFolder,
} from "./_served.ts";

let built: Promise<BuiltPage> | undefined;
function wholePage(): Promise<BuiltPage> {
  return built ??= buildPage();
}

let digests: Promise<readonly string[]> | undefined;
/** The digests of the example's data, weights and predictions, computed by the same calls on Deno. */
function digestsOnDeno(): Promise<readonly string[]> {
  return digests ??= (async () => {
    const { call } = openWork();
    await call("takeExample", {});
    const data = await call("prepare", EXAMPLE.count);
    const model = await call("train", EXAMPLE.train);
    const predictions = await call("predict", {});
    return [data.digest, model.digest, predictions.digest];
  })();
}

/** Presses the button of the example, and returns the digests that the page shows in the end. */
async function tryExample(page: OpenPage): Promise<string[]> {
  const explain = () => page.console.join("\n");
  await waitUntil(() => page.evaluate("'ready' in document.documentElement.dataset"), explain);
  await page.evaluate(
    "[...document.querySelectorAll('button')].find((it) => it.innerText === 'Try the example').click()",
  );
  let found: string[] = [];
  await waitUntil(async () => {
    const codes = "[...document.querySelectorAll('code')].map((it) => it.textContent)";
    found = (await page.evaluate<string[]>(codes)).filter((text) => /^[0-9a-f]{32,64}$/.test(text));
    const text = await page.evaluate<string>("document.getElementById('steps').innerText");
    return found.length === 3 && text.includes("is predicted at");
  }, explain);
  return found;
}

async function footOf(page: OpenPage): Promise<string> {
  return await page.evaluate("document.getElementById('foot').innerText");
}

Deno.test("the page starts with less than 400 kB, and tf.js is not in it", async () => {
  const { files, first } = await wholePage();
  let bytes = 0;
  for (const path of first) {
    const stream = new Blob([files.get(path)!]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    bytes += (await new Response(stream).bytes()).length;
  }
  ok(bytes < 400_000, `${bytes} bytes`);
  for (const [path, content] of files) {
    if (path.endsWith(".js")) {
      ok(!new TextDecoder().decode(content).includes("registerBackend"), path);
    }
  }
});

Deno.test("no program of the page uses a way out that policies do not close", async () => {
  const { files } = await wholePage();
  const ways =
    /RTCPeerConnection|\blocation(\.href)?\s*=[^=]|\blocation\.(assign|replace)\(|window\.open\(/;
  for (const [path, content] of files) {
    if (path.endsWith(".js")) {
      strictEqual(ways.exec(new TextDecoder().decode(content))?.[0], undefined);
    }
  }
});

Deno.test("the same sources make the same files", async () => {
  const [one, other] = [await wholePage(), await buildPage()];
  strictEqual(other.version, one.version);
  deepStrictEqual([...other.files.keys()], [...one.files.keys()]);
  for (const [path, bytes] of one.files) deepStrictEqual(other.files.get(path), bytes, path);
});

testWithChromium(
  "from a disk, the example ends in the predictions of Deno, on one thread",
  () =>
    withDirectory(async (directory) => {
      await writeFolder(await wholePage(), directory);
      await withBrowser(async (open) => {
        const page = await open(`${directory}/index.html`);
        deepStrictEqual(await tryExample(page), await digestsOnDeno());
        match(await footOf(page), /1 thread\b/);
      });
    }),
);

testWithChromium(
  "on a server that sends no headers, the example ends in the predictions of Deno, and later without the server",
  async () => {
    const page = await wholePage();
    await using server = serve(plainly(page));
    await withBrowser(async (open) => {
      const first = await open(server.origin);
      deepStrictEqual(await tryExample(first), await digestsOnDeno());
      match(await footOf(first), /[2-9]\d* threads/);
      await waitUntil(async () => await countKept(first) === countToKeep(page));
      await server.stop();
      const second = await open(server.origin);
      await waitUntil(() => second.evaluate("'ready' in document.documentElement.dataset"));
      await second.evaluate("caches.keys().then((names) => names.length)");
      match(await footOf(second), /[2-9]\d* threads/);
    });
  },
);

testWithChromium(
  "the page that connects asks a server for parts of the files that are named, after they are named",
  async () => {
    const page = await wholePage();
    await using server = serve(asTask(page));
    const folder = new URL("../../../fixtures/genome/example/", import.meta.url).pathname;
    const names = ["genes.gtf", "liver-H3K4me3.bam", "liver-H3K4me3.bam.bai"];
    await using data = startWebServer({
      files: Object.fromEntries(names.map((name) => [`/${name}`, { disk: `${folder}${name}` }])),
      fault: () => ({ kind: "headers", headers: { "Access-Control-Allow-Origin": "*" } }),
    });
    await withBrowser(async (open) => {
      const shown = await open(`${server.origin}/remote.html`);
      const explain = () => shown.console.join("\n");
      await waitUntil(() => shown.evaluate("'ready' in document.documentElement.dataset"), explain);
      strictEqual(data.requests.length, 0);
      const addresses = names.map((name) => `${data.origin}/${name}`).join("\n");
      await shown.evaluate(
        `document.getElementById("addresses").value = ${JSON.stringify(addresses)};` +
          `document.getElementById("add-addresses").click()`,
      );
      await waitUntil(
        () =>
          shown.evaluate("/3 files · H3K4me3/.test(document.getElementById('steps').innerText)"),
        explain,
      );
      deepStrictEqual(
        new Set(data.requests.map(({ path }) => path)),
        new Set(names.map((it) => `/${it}`)),
      );
      for (const { method, query, headers, range } of data.requests) {
        strictEqual(`${method} ${query}`, "GET ");
        ok(range !== undefined);
        // Neither the page's address nor anything that names its user.
        deepStrictEqual([headers.get("referer"), headers.get("cookie")], [null, null]);
      }
    });
  },
);
