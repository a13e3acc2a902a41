/** A file of 300 MB on the page: the window never stalls, memory stays bounded, counting can be cancelled. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type { Browser } from "playwright-core";
import { readDataset } from "../../../src/data/mod.ts";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { runTask } from "../../helpers/command.ts";
import { digestOf } from "./_example.ts";
import { longestTask, MOST_TASK_MS, watchTasks } from "./_tasks.ts";
import { buildRealSite, rest, testSite, type Trial, visit } from "./_site.ts";

const BYTES = 300e6;
/** Of the page's process with its worker. */
const MOST_MEMORY_BYTES = 1.5e9;
const COUNT_TIMEOUT_MS = 600_000;

const trials: Record<string, Trial> = {};
testSite("a large file on the page", buildRealSite, trials);

trials["a tagAlign of 300 MB is counted as the command counts it, and the window never stalls"] =
  async (browser, origin, folder) => {
    const path = `${folder}/liver-H3K4me3.tagAlign`;
    await writeReads(path);
    const { page, problems } = await visit(browser, origin);
    await watchTasks(page);
    await page.setInputFiles("#file-input", path);
    await page.waitForSelector(".file");
    await rest(page);
    await page.selectOption("#genes", "bundled:hg38");
    await page.waitForSelector('#counts[data-standing="now"]');
    await rest(page);

    await page.click("#count");
    await page.waitForSelector("#counts progress[value]");
    const asked = performance.now();
    await page.click("#counts [data-cancel]");
    await page.waitForFunction(() => document.querySelector(".job:not([hidden])") === null);
    const cancelMs = Math.round(performance.now() - asked);
    match(await page.innerText("#counts .failure"), /^Cancelled/);

    const memory = watchMemory(browser);
    const started = performance.now();
    await page.click("#count");
    await page.waitForSelector('#checks[data-standing="done"]', { timeout: COUNT_TIMEOUT_MS });
    await rest(page);
    const countMs = Math.round(performance.now() - started);
    const mostBytes = await memory.end();
    const longest = await longestTask(page);
    console.info(
      `300 MB: counted in ${countMs} ms, cancelled in ${cancelMs} ms, longest task of the window ` +
        `${longest} ms, at most ${Math.round(mostBytes / 1e6)} MB in memory`,
    );
    ok(longest < MOST_TASK_MS, `${longest} ms`);
    ok(mostBytes < MOST_MEMORY_BYTES, `${mostBytes} bytes`);

    const sheet = `${folder}/sheet.tsv`;
    await Deno.writeTextFile(sheet, `cell_type\tmark\tpath\nliver\tH3K4me3\t${path}\n`);
    const out = `${folder}/large.npz`;
    const { code, stderr } = await runTask(
      "prepare",
      "--samples",
      sheet,
      "--genes",
      "hg38",
      "--signal",
      "reads",
      "--out",
      out,
    );
    strictEqual(code, 0, stderr);
    strictEqual(await digestOf(page, "counts"), await fingerprintDataset(await readDataset(out)));
    deepStrictEqual(problems, []);
  };

/** Writes reads at places that look random, some hundred thousand of them many times over. */
async function writeReads(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const encoder = new TextEncoder();
  const share = BYTES / 22;
  for (let chromosome = 1; chromosome <= 22; chromosome++) {
    let place = chromosome;
    const lines = Array.from({ length: 20_000 }, () => {
      place = (place * 48_271) % 2_147_483_647;
      const start = place % 46_000_000;
      return `chr${chromosome}\t${start}\t${start + 36}\tN\t1000\t${place % 2 ? "+" : "-"}\n`;
    });
    const block = encoder.encode(lines.join(""));
    for (let written = 0; written < share; written += block.length) {
      for (let at = 0; at < block.length;) at += await file.write(block.subarray(at));
    }
  }
}

/** Asks from time to time how much memory the processes of pages have. */
function watchMemory(browser: Browser): { readonly end: () => Promise<number> } {
  let most = 0;
  let isOver = false;
  const watch = async () => {
    const session = await browser.newBrowserCDPSession();
    while (!isOver) {
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
      most = Math.max(most, await residentBytes(pids));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await session.detach();
  };
  const watching = watch();
  return {
    end: async () => {
      isOver = true;
      await watching;
      return most;
    },
  };
}

/** The memory of the largest of some processes, as `ps` says. */
async function residentBytes(pids: readonly number[]): Promise<number> {
  const args = ["-o", "rss=", "-p", pids.join(",")];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  const sizes = new TextDecoder().decode(stdout).split("\n").map(Number).filter(Boolean);
  return Math.max(0, ...sizes) * 1024;
}
