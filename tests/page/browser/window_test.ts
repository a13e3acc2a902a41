/** Uses the window as people do, with a worker that computes nothing: its states, its words, its keys, its widths. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { dropFiles, tabTo } from "./_hands.ts";
import {
  buildFakeSite,
  checkAccessibility,
  finishExample,
  rest,
  standingOf,
  testSite,
  type Trial,
  visit,
} from "./_site.ts";

const STEPS = ["files", "counts", "checks", "model", "predictions", "why"];
const trials: Record<string, Trial> = {};
testSite("the window of the page", buildFakeSite, trials);

trials["one click on the example leads to predictions and an explanation"] = async (
  browser,
  origin,
) => {
  const { page, problems } = await visit(browser, origin);
  deepStrictEqual(
    await Promise.all(STEPS.map((step) => standingOf(page, step))),
    ["now", "later", "later", "later", "later", "later"],
  );
  await page.click("#try-example");
  await finishExample(page);
  for (const step of STEPS) strictEqual(await standingOf(page, step), "done", step);
  strictEqual(await page.evaluate(() => document.activeElement?.id), "predictions-heading");
  strictEqual(await page.locator("#predictions tbody tr").count(), 20);
  match(await page.innerText(".sentence"), /is predicted at .+ raises? it; .+ lowers? it\./);
  strictEqual(await page.locator(".lane").count(), 5);
  deepStrictEqual(problems, []);
};

trials["axe finds nothing in any step, in light and dark"] = async (browser, origin) => {
  const { page } = await visit(browser, `${origin}/#endless-counting`);
  // Dark pages have other colours, and are the same in all else.
  const check = async (where: string) => {
    await page.emulateMedia({ colorScheme: "light" });
    await checkAccessibility(page, `light, ${where}`);
    await page.emulateMedia({ colorScheme: "dark" });
    await checkAccessibility(page, `dark, ${where}`, { rules: ["color-contrast"] });
  };
  await check("welcome");
  await dropFiles(page, ["liver-H3K4me3.bam", "notes.docx"]);
  await check("files with problems");
  await page.click("#try-example");
  await page.waitForSelector("#counts .job:not([hidden])");
  await check("counting");
  await page.click("#counts [data-cancel]");
  await rest(page);
  await check("cancelled");
  await page.goto(origin);
  await page.waitForSelector("html[data-ready]");
  await page.click("#try-example");
  await finishExample(page);
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  await check("all steps done");
  await page.click("#forget");
  await check("dialog");
};

trials["everything can be done with the keyboard, and the focus is never lost"] = async (
  browser,
  origin,
) => {
  const { page } = await visit(browser, origin);
  await page.evaluate(() => {
    const lost = globalThis as unknown as { lost: number };
    lost.lost = 0;
    document.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget !== null) return;
      setTimeout(() => lost.lost += document.activeElement === document.body ? 1 : 0);
    });
  });
  await tabTo(page, "#try-example");
  await page.keyboard.press("Enter");
  await finishExample(page);
  await tabTo(page, "#search");
  await page.keyboard.type("gene7");
  await page.waitForFunction(() => document.querySelectorAll("#predictions tbody tr").length === 2);
  await tabTo(page, "#predictions tbody button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() =>
    document.querySelector("#why-gene")?.matches(":focus") === false
  );
  await rest(page);
  strictEqual(await page.evaluate(() => document.activeElement?.id), "why-heading");
  await tabTo(page, "#why-place");
  const before = await page.innerText(".place");
  await page.keyboard.press("ArrowRight");
  ok(await page.innerText(".place") !== before);
  await tabTo(page, "#forget");
  await page.keyboard.press("Enter");
  await tabTo(page, "#forget-yes");
  await page.keyboard.press("Enter");
  await rest(page);
  await page.waitForFunction(() => document.activeElement?.id === "files-heading");
  strictEqual(await page.evaluate(() => (globalThis as unknown as { lost: number }).lost), 0);
  strictEqual(await standingOf(page, "counts"), "later");
};

trials["counting is cancelled by a button, and by Escape, and nothing is lost"] = async (
  browser,
  origin,
) => {
  const { page } = await visit(browser, `${origin}/#endless-counting`);
  for (const cancel of ["button", "Escape"]) {
    await page.click("#try-example");
    await page.waitForSelector("#counts .job:not([hidden])");
    if (cancel === "button") await page.click("#counts [data-cancel]");
    else await page.keyboard.press("Escape");
    await rest(page);
    match(await page.innerText("#counts .failure"), /^Cancelled/, cancel);
    strictEqual(await standingOf(page, "files"), "done");
    strictEqual(await standingOf(page, "counts"), "now");
    ok(await page.isVisible("#count"));
  }
};

trials["a cancelled training can be resumed"] = async (browser, origin) => {
  const { page } = await visit(browser, `${origin}/#endless-training`);
  await page.click("#try-example");
  await page.waitForSelector("#model .chart:not([hidden])");
  await page.focus("#model [data-cancel]");
  await page.keyboard.press("Enter");
  await rest(page);
  strictEqual(await page.evaluate(() => document.activeElement?.id), "model-heading");
  match(await page.innerText("#model .banner"), /was interrupted after \d+ epochs? of 30/);
  await page.click("#resume");
  await page.waitForSelector('#model[data-standing="done"]');
};

trials["what keeps files from being used stands next to them, with what to do"] = async (
  browser,
  origin,
) => {
  const { page, problems } = await visit(browser, origin);
  await dropFiles(page, ["liver-H3K4me3.bam", "notes.docx"]);
  match(await page.innerText(".file >> nth=0"), /its index, liver-H3K4me3.bam.bai, is missing/);
  match(await page.innerText(".file >> nth=1"), /no file that the page knows/);
  match(await page.innerText(".missing"), /Genes: choose those of hg19 or hg38/);
  strictEqual(await standingOf(page, "counts"), "later");
  await page.fill(".file input >> nth=1", "kidney");
  await page.press(".file input >> nth=1", "Tab");
  await page.selectOption("#genes", "bundled:hg38");
  await rest(page);
  match(await page.innerText("#files"), /19,998 genes/);
  match(await page.innerText("#files .step-status"), /1 cell type/);
  await page.click(".file button >> nth=1");
  await page.waitForFunction(() => document.querySelectorAll(".file").length === 1);
  strictEqual(
    await page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
    "Remove liver-H3K4me3.bam",
  );
  deepStrictEqual(problems, []);
};

trials["what the files leave open is asked for before counting"] = async (browser, origin) => {
  const { page } = await visit(browser, `${origin}/#replicates`);
  // The example's own settings do not say what becomes of replicates.
  await page.click("#try-example");
  await page.waitForSelector("#counts .failure:not([hidden])");
  await rest(page);
  match(await page.innerText("#counts"), /liver has 2 files of H3K4me3\./);
  strictEqual(await page.isVisible("#missingMarks"), false);
  await page.click("#count");
  match(await page.innerText("#replicates-problem"), /Choose this first/);
  strictEqual(await page.evaluate(() => document.activeElement?.id), "replicates");
  strictEqual(await page.getAttribute("#replicates", "aria-invalid"), "true");
  await checkAccessibility(page, "a decision is missing");
  await page.selectOption("#replicates", "mean");
  strictEqual(await page.innerText("#replicates-problem"), "");
  await page.click("#count");
  await page.waitForSelector('#counts[data-standing="done"]');
};

trials["names of files are text, whatever they are"] = async (browser, origin) => {
  const { page, problems } = await visit(browser, origin);
  const name = `<img src=x onerror="document.title='broken'">.bam`;
  await dropFiles(page, [name]);
  strictEqual(await page.innerText(".file-name"), name);
  strictEqual(await page.locator("#files img").count(), 0);
  ok((await page.title()).startsWith("Histone"));
  deepStrictEqual(problems, []);
};

trials["a model that cannot be opened is refused next to its button"] = async (browser, origin) => {
  const { page } = await visit(browser, origin);
  await page.click("#try-example");
  await finishExample(page);
  await page.click(".ways > summary");
  await page.setInputFiles("#model-input", new URL(import.meta.url).pathname);
  await page.waitForSelector("#model .failure:not([hidden])");
  match(
    await page.innerText("#model .failure"),
    /Cannot open the model window_test.ts: .*expected/,
  );
  strictEqual(await standingOf(page, "model"), "done");
};

trials["the table is searched, sorted and paged"] = async (browser, origin) => {
  const { page } = await visit(browser, origin);
  await page.click("#try-example");
  await finishExample(page);
  const first = () => page.innerText("#predictions tbody tr >> nth=0");
  const sorted = () => page.getAttribute("#predictions th[aria-sort]", "aria-sort");
  strictEqual(await sorted(), "descending");
  strictEqual(await page.innerText(".page-count"), "1–20 of 120");
  await page.click(".pager button >> nth=1");
  await page.waitForFunction(() =>
    document.querySelector(".page-count")?.textContent === "21–40 of 120"
  );
  await page.click("th button.sort >> nth=0");
  await page.waitForFunction(() =>
    document.querySelector("tbody th")?.textContent?.startsWith("GENE1 ")
  );
  strictEqual(await sorted(), "ascending");
  await page.click("th button.sort >> nth=0");
  await page.waitForFunction(() =>
    document.querySelector("tbody th")?.textContent?.startsWith("GENE60")
  );
  await page.fill("#search", "GENE12");
  await page.waitForFunction(() =>
    document.querySelector(".page-count")?.textContent === "1–2 of 2"
  );
  match(await first(), /GENE12/);
  await page.fill("#search", "no gene");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 0);
  match(await page.innerText(".page-count"), /No gene/);
};

trials["what an earlier visit left is shown, with the training that can be resumed"] = async (
  browser,
  origin,
) => {
  const { page } = await visit(browser, `${origin}/#kept`);
  match(await page.innerText("#notices"), /is here again/);
  strictEqual(await standingOf(page, "counts"), "done");
  match(await page.innerText("#model .banner"), /interrupted after 7 epochs of 30/);
  await page.click("#resume");
  await page.waitForSelector('#model[data-standing="done"]');
};

trials["from a disk, the page says what it lacks"] = async (browser, origin) => {
  const { page } = await visit(browser, `${origin}/#disk`);
  match(await page.innerText("#notices"), /opened from a disk: it computes on one thread/);
  strictEqual(await page.isVisible("a[href='remote.html']"), false);
  match(await page.innerText("#machine"), /Nothing is kept/);
};

trials["nothing is wider than a phone, in any step"] = async (browser, origin) => {
  const viewport = { width: 360, height: 740 };
  const { page } = await visit(browser, origin, { viewport });
  const excess = () =>
    page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
  strictEqual(await excess(), 0, "welcome");
  await dropFiles(page, [`${"very_long_name_of_a_file_".repeat(6)}.bam`]);
  strictEqual(await excess(), 0, "files");
  await page.click("#try-example");
  await finishExample(page);
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  strictEqual(await excess(), 0, "all steps");
};

trials["what is there does not move while the page loads"] = async (browser, origin) => {
  const { page } = await visit(browser, origin);
  const shift = await page.evaluate(() =>
    new Promise<number>((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(sum), 300);
    })
  );
  ok(shift < 0.05, `${shift}`);
};
