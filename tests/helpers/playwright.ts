/** Playwright with the Chromium of this machine, under the permissions that tests have. */

import fs from "node:fs";
import type { Browser } from "playwright-core";
import { CHROMIUM } from "./chromium.ts";

/**
 * Starts Chromium, and closes it afterwards.
 *
 * @param body Uses it.
 */
export async function withChromium(body: (browser: Browser) => Promise<void>): Promise<void> {
  if (CHROMIUM === undefined) throw new Error("Cannot open a page: no Chromium was found");
  const { chromium } = await importPlaywright();
  const browser = await chromium.launch({
    executablePath: await pathOf(CHROMIUM),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

/**
 * Playwright looks below `/proc` whether this is Windows' Linux, for which Deno wants all permissions: what it may not
 * see is not there.
 */
async function importPlaywright(): Promise<typeof import("playwright-core")> {
  const { existsSync } = fs;
  fs.existsSync = (path) => {
    try {
      return existsSync(path);
    } catch {
      return false;
    }
  };
  try {
    return await import("playwright-core");
  } finally {
    fs.existsSync = existsSync;
  }
}

/** Playwright wants a path, where other programs take a name. */
async function pathOf(program: string): Promise<string> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${program}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  throw new Error(`Cannot start ${program}: found it in no folder of PATH`);
}
