/** How long the window is kept from answering to people. */

import type { Page } from "playwright-core";

/** The window is meant to stay below 100 ms; on a machine that is busy with other tests a task waits for its turn, too. */
export const MOST_TASK_MS = 2000;

/** Keeps the longest task of the window from now on. */
export async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(keepLongest);
  await checkWatch(page);
}

/** Runs in the page. */
function keepLongest(): void {
  const kept = globalThis as unknown as { longest: number };
  kept.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) kept.longest = Math.max(kept.longest, duration);
  }).observe({ type: "longtask", buffered: false });
}

/** Whether a task that stalls the window would be seen; it is forgotten afterwards. */
async function checkWatch(page: Page): Promise<void> {
  // A task of the page's own: what the protocol evaluates does not count.
  await page.evaluate(() => {
    setTimeout(() => {
      const end = performance.now() + 150;
      while (performance.now() < end);
    });
  });
  await page.waitForFunction(() => (globalThis as unknown as { longest: number }).longest >= 100);
  await page.evaluate(() => (globalThis as unknown as { longest: number }).longest = 0);
}

/** The longest task in milliseconds; 0 if none took 50 or more. */
export async function longestTask(page: Page): Promise<number> {
  return await page.evaluate(() => (globalThis as unknown as { longest: number }).longest);
}
