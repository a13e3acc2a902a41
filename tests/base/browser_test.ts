/**
 * The library in Chromium: counts, training, predictions and explanations have the digests that they have on Deno, in a
 * page that is cross-origin isolated and in one that is not, under a policy that forbids all that the library can do without.
 */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import type { BrowserRun } from "../helpers/browser_run.ts";
import { testWithChromium } from "../helpers/chromium.ts";
import { withDirectory } from "../helpers/command.ts";
import { withChromium } from "../helpers/playwright.ts";
import { portableRun } from "../helpers/portable_run.ts";

const ROOT = new URL("../../", import.meta.url);
const FILES = new URL("fixtures/genome/", ROOT);
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "worker-src 'self'",
].join("; ");
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const HTML =
  `<!DOCTYPE html><title>Run</title><script type="module" src="browser_run.js"></script>`;

async function bundle(folder: string): Promise<void> {
  const flags = ["--platform", "browser", "--code-splitting", "--no-lock", "--outdir", folder];
  const programs = ["tests/helpers/browser_run.ts", "tests/helpers/thread_program.ts"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", ...flags, ...programs],
    cwd: ROOT,
  }).output();
  strictEqual(success, true, new TextDecoder().decode(stderr));
}

/** Serves the bundle, the files and a page. */
function serve(folder: string, headers: Readonly<Record<string, string>>) {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  return Deno.serve(options, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    const isProgram = name.endsWith(".js");
    const path = isProgram ? `${folder}/${name}` : new URL(name, FILES);
    const body = name === "" ? HTML : await Deno.readFile(path).catch(() => undefined);
    if (body === undefined) return new Response("not there", { status: 404 });
    const type = isProgram
      ? "text/javascript"
      : name === ""
      ? "text/html"
      : "application/octet-stream";
    const own = { "content-type": type, "content-security-policy": POLICY };
    return new Response(body, { headers: { ...own, ...headers } });
  });
}

/** All but the device. */
function results(run: object): readonly unknown[] {
  return Object.entries(run).filter(([name]) => name !== "device");
}

testWithChromium(
  "a page counts, trains, predicts and explains with Deno's bits, isolated or not, under a strict policy",
  () =>
    withDirectory(async (folder) => {
      await bundle(folder);
      const expected = results(await portableRun((name) => Deno.readFile(new URL(name, FILES))));
      await withChromium(async (browser) => {
        for (const isIsolated of [true, false]) {
          await using server = serve(folder, isIsolated ? ISOLATED : {});
          const page = await browser.newPage();
          const problems: string[] = [];
          page.on("console", (message) => problems.push(message.text()));
          page.on("pageerror", (error) => problems.push(String(error)));
          await page.goto(`http://127.0.0.1:${server.addr.port}/`);
          const found = await page.evaluate("found") as BrowserRun;
          deepStrictEqual(problems, []);
          strictEqual(found.isIsolated, isIsolated);
          for (const { device } of [found.onMainThread, found.inWorker]) {
            if (isIsolated) match(device, /^cpu, \d+ threads?, SIMD with[a-z -]*$/);
            else match(device, /^cpu, 1 thread, .*\(shared memory is missing: .*isolated/);
          }
          deepStrictEqual(results(found.onMainThread), expected);
          deepStrictEqual(results(found.inWorker), expected);
          match(
            found.refusal,
            /^Cannot open data\.npz: this run-time has no files, expected a Blob/,
          );
          await page.close();
        }
      });
    }),
);
