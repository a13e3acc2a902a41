/** What people do with a page that Playwright has no name for. */

import type { Page } from "playwright-core";
import { rest } from "./_site.ts";

/** Drops files on the page as a file manager does. */
export async function dropFiles(page: Page, names: readonly string[]): Promise<void> {
  const transfer = await page.evaluateHandle((names) => {
    const transfer = new DataTransfer();
    for (const name of names) transfer.items.add(new File(["x"], name));
    return transfer;
  }, names);
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await page.waitForFunction(
    (count) => document.querySelectorAll(".file").length >= count,
    names.length,
  );
  await rest(page);
}

/** Presses Tab until something has the focus, if it does not have it already. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let press = 0; press < 200; press++) {
    const is = await page.evaluate(
      (selector) => document.activeElement?.matches(selector) ?? false,
      selector,
    );
    if (is) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${selector}`);
}
