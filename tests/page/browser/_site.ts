/** The page as a web server gives it to a browser, and what a visit did. */

import { strictEqual } from "node:assert";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { pageHeaders, pageKind } from "../../../src/page/build/policy.ts";
import type { DownloadKind } from "../../../src/page/protocol.ts";
import { runTask } from "../../helpers/command.ts";
import { testWithChromium } from "../../helpers/chromium.ts";
import { withChromium } from "../../helpers/playwright.ts";

const ROOT = new URL("../../../", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  woff2: "font/woff2",
};

/** A folder that is served. */
export interface Site extends AsyncDisposable {
  readonly origin: string;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
}

/** Serves a folder, isolated or not. */
export function serveSite(
  folder: string,
  { isIsolated = true }: { readonly isIsolated?: boolean } = {},
): Site {
  const missing: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const path = new URL(request.url).pathname.slice(1) || "index.html";
    try {
      const body = await Deno.readFile(`${folder}/${path}`);
      return new Response(body, { headers: headersOf(path, isIsolated) });
    } catch {
      missing.push(path);
      return new Response("Not found", { status: 404 });
    }
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    missing,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The headers of `deno task page`, or those of a server that knows nothing of isolation. */
function headersOf(path: string, isIsolated: boolean): Headers {
  const headers = new Headers(pageHeaders(pageKind(path)));
  headers.set("Content-Type", TYPES[path.split(".").at(-1)!] ?? "application/octet-stream");
  if (!isIsolated) {
    headers.delete("Cross-Origin-Opener-Policy");
    headers.delete("Cross-Origin-Embedder-Policy");
  }
  return headers;
}

/** Writes the page with a worker that computes nothing into a folder. */
export async function buildFakeSite(directory: string): Promise<void> {
  const folder = `${directory}/page`;
  await Deno.mkdir(folder);
  const source = new URL("src/page/", ROOT);
  for (const name of ["index.html", "style.css", "icon.svg"]) {
    await Deno.copyFile(new URL(name, source), `${folder}/${name}`);
  }
  await Deno.mkdir(`${folder}/style`);
  for await (const { name } of Deno.readDir(new URL("style/", source))) {
    await Deno.copyFile(new URL(`style/${name}`, source), `${folder}/style/${name}`);
  }
  for (const weight of [400, 600]) {
    const font = `@fontsource/inter/files/inter-latin-${weight}-normal.woff2`;
    await Deno.copyFile(new URL(import.meta.resolve(font)), `${folder}/inter-${weight}.woff2`);
  }
  const tests = new URL("tests/page/app/", ROOT);
  await bundle(new URL("_fake_window.ts", tests), `${folder}/main.js`);
  await bundle(new URL("_fake_worker.ts", tests), `${folder}/work.js`);
}

/** Writes the page into a folder, as its users do. */
export async function buildRealSite(folder: string): Promise<void> {
  const { code, stderr } = await runTask("page", "--out", `${folder}/page`);
  strictEqual(code, 0, stderr);
}

async function bundle(entry: URL, out: string): Promise<void> {
  const args = ["bundle", "-q", "--no-check", "--platform", "browser", "-o", out, entry.pathname];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** A page that is open, and what has gone wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors, violations of the policy, and requests to other places than the page's own. */
  readonly problems: readonly string[];
}

/** Opens a page in a browser context of its own. */
export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(address);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(blob|data):/.test(url)) problems.push(`asks ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]");
  return { page, problems };
}

/** Waits until nothing runs. */
export async function rest(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector(".job:not([hidden])") === null);
}

/** Waits until the example has led to its explanation. */
export async function finishExample(page: Page): Promise<void> {
  await page.waitForSelector('#why[data-standing="done"]');
  await rest(page);
}

/** Saves a file as the button of its kind does, and returns its path. */
export async function saveDownload(
  page: Page,
  kind: DownloadKind,
  folder: string,
): Promise<string> {
  const waiting = page.waitForEvent("download");
  // What the page says is more than that nothing came.
  waiting.catch(() => {});
  await page.click(`[data-download="${kind}"]`);
  await rest(page);
  const failures = await page.locator(".failure:not([hidden])").allInnerTexts();
  strictEqual(failures.join("\n"), "", kind);
  const download = await waiting;
  const path = `${folder}/${kind}`;
  await download.saveAs(path);
  return path;
}

/** Where a step stands. */
export async function standingOf(page: Page, step: string): Promise<string | null> {
  return await page.getAttribute(`#${step}`, "data-standing");
}

/**
 * Checks that a page is accessible, as far as axe can tell.
 *
 * @param options `rules` for some rules only, such as `color-contrast`.
 */
export async function checkAccessibility(
  page: Page,
  where: string,
  { rules }: { readonly rules?: readonly string[] } = {},
): Promise<void> {
  // Through the protocol, which the policy of the page does not bind.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, {
      resultTypes: ["violations"],
      ...(rules && { runOnly: [...rules] }),
    });
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`
    );
  }, rules);
  strictEqual(found.join("\n"), "", where);
}

/** A trial in a browser that all trials of a file share, since starting one takes seconds. */
export type Trial = (
  browser: Browser,
  origin: string,
  /** A folder that is there until the last trial has ended; the page is in its folder `page`. */
  folder: string,
) => Promise<void>;

/** Registers a test that builds a site and makes trials on it, one after the other. */
export function testSite(
  name: string,
  build: (folder: string) => Promise<void>,
  trials: Readonly<Record<string, Trial>>,
): void {
  testWithChromium(name, async (context) => {
    const folder = await Deno.makeTempDir();
    try {
      await build(folder);
      await using site = serveSite(`${folder}/page`);
      await withChromium(async (browser) => {
        for (const [title, trial] of Object.entries(trials)) {
          await context.step(title, async () => {
            try {
              await trial(browser, site.origin, folder);
            } finally {
              for (const open of browser.contexts()) await open.close();
            }
          });
        }
      });
      strictEqual(site.missing.join(" "), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
