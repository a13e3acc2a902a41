/** The page as it is served, in Chromium: from files to every download, with the commands' numbers. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { readDataset } from "../../../src/data/mod.ts";
import { loadModel } from "../../../src/model/mod.ts";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { predictEnsemble } from "../../../src/training/mod.ts";
import {
  beginTraining,
  type CommandRun,
  countExample,
  digestOf,
  EXAMPLE_PATHS,
  PEAK_PATHS,
  predictPeaks,
  runCommands,
} from "./_example.ts";
import {
  buildRealSite,
  checkAccessibility,
  finishExample,
  rest,
  saveDownload,
  serveSite,
  standingOf,
  testSite,
  type Trial,
  visit,
} from "./_site.ts";
import { longestTask, MOST_TASK_MS, watchTasks } from "./_tasks.ts";

const SETTINGS = { epochs: 5, seed: 3 };
/** So many epochs that a reload falls among them. */
const LONG = { epochs: 120, seed: 3 };
let command: CommandRun;
const trials: Record<string, Trial> = {};

testSite("the page, from files to a report", async (folder) => {
  await buildRealSite(folder);
  command = await runCommands(folder, SETTINGS);
}, trials);

trials["a first visitor has a result after one click"] = async (browser, origin) => {
  const { page, problems } = await visit(browser, origin);
  await watchTasks(page);
  const start = performance.now();
  await page.click("#try-example");
  await finishExample(page);
  const ms = Math.round(performance.now() - start);
  const longest = await longestTask(page);
  console.info(`the example: ${ms} ms after the click, longest task of the window ${longest} ms`);
  ok(longest < MOST_TASK_MS, `${longest} ms`);
  ok(await page.locator("#predictions tbody tr").count() === 20);
  match(await page.innerText(".sentence"), /H3K4me3 \(\+/);
  deepStrictEqual(problems, []);
};

trials[
  "files that are dropped become the commands' data, model and predictions, and can be saved"
] = async (browser, origin, folder) => {
  const { page, problems } = await visit(browser, origin);
  await countExample(page);
  strictEqual(await digestOf(page, "counts"), command.dataDigest);
  await beginTraining(page, SETTINGS);
  await page.waitForSelector('#model[data-standing="done"]');
  await rest(page);
  strictEqual(await digestOf(page, "model"), command.weightsDigest);
  await page.click("#predict");
  await page.waitForSelector('#predictions[data-standing="done"]');
  await page.click("#predictions tbody button >> nth=0");
  await page.waitForSelector('#why[data-standing="done"]');
  await rest(page);

  const data = await saveDownload(page, "data.npz", folder);
  strictEqual(await fingerprintDataset(await readDataset(data)), command.dataDigest);
  const table = await saveDownload(page, "predictions.tsv", folder);
  strictEqual(await Deno.readTextFile(table), command.predictions);

  await checkAccessibility(page, "light");
  await page.emulateMedia({ colorScheme: "dark" });
  await checkAccessibility(page, "dark", { rules: ["color-contrast"] });
  deepStrictEqual(problems, []);
};

trials["a saved model, tracks and pages can be read again"] = async (browser, origin, folder) => {
  const { page, problems } = await visit(browser, origin);
  await page.click("#try-example");
  await finishExample(page);
  const data = await saveDownload(page, "data.npz", folder);
  const model = `${folder}/saved`;
  await unzip(await saveDownload(page, "model.zip", folder), model);
  const loaded = await loadModel(await folderOf(model, "model.json"));
  const { mean } = await predictEnsemble([loaded], await readDataset(data), {
    engine: "wasm",
    path: "grouped",
  });
  strictEqual(await sha256(mean), await digestOf(page, "predictions"));

  const tracks = `${folder}/tracks`;
  await unzip(await saveDownload(page, "tracks.zip", folder), tracks);
  match(
    await Deno.readTextFile(`${await folderOf(tracks, "session.xml")}/session.xml`),
    /<Session/,
  );
  for (const kind of ["explanation.html", "report.html"] as const) {
    const saved = await saveDownload(page, kind, folder);
    const other = await browser.newPage();
    other.on("pageerror", (error) => ok(false, `${kind}: ${error}`));
    await other.goto(`file://${saved}`);
    ok(await other.locator("svg").count() > 0, kind);
  }
  deepStrictEqual(problems, []);
};

trials["peaks and the starter model give the command's predictions with intervals"] = async (
  browser,
  origin,
  folder,
) => {
  const { page, problems } = await visit(browser, origin);
  await page.setInputFiles("#file-input", [...PEAK_PATHS]);
  await page.waitForSelector('#files[data-standing="done"]');
  await rest(page);
  await page.fill("#assembly", "hg19");
  await page.click("#count");
  await page.waitForSelector('#checks[data-standing="done"]');
  await rest(page);
  match(await page.innerText("#model"), /no measured expression/);
  await page.click("#use-starter");
  await page.waitForSelector('#model[data-standing="done"]');
  await rest(page);
  await page.click("#predict");
  await page.waitForSelector('#predictions[data-standing="done"]');
  await rest(page);
  match(
    await page.innerText("#predictions tbody tr >> nth=0"),
    /TP53 ENSG\d+\s+sample\s+[\d.]+\s+[\d.]+ to/,
  );
  const table = await saveDownload(page, "predictions.tsv", folder);
  strictEqual(await Deno.readTextFile(table), await predictPeaks(folder));
  deepStrictEqual(problems, []);
};

trials["data of another assembly than the model's are predicted if that is accepted"] = async (
  browser,
  origin,
) => {
  const { page } = await visit(browser, origin);
  await page.setInputFiles("#file-input", [...PEAK_PATHS]);
  await page.waitForSelector('#files[data-standing="done"]');
  await rest(page);
  await page.fill("#assembly", "hg38");
  await page.click("#count");
  await page.waitForSelector('#checks[data-standing="done"]');
  await rest(page);
  await page.click("#use-starter");
  await page.waitForSelector('#model[data-standing="done"]');
  await rest(page);
  await page.click("#predict");
  await page.waitForSelector("#predictions .failure:not([hidden])");
  match(await page.innerText("#predictions .failure"), /assembly hg19/);
  await page.check("#accept-assembly");
  await page.click("#predict");
  await page.waitForSelector('#predictions[data-standing="done"]');
  await rest(page);
  strictEqual(await page.locator("#predictions tbody tr").count(), 12);
};

trials["without isolation one thread computes the same"] = async (browser, _, folder) => {
  await using site = serveSite(`${folder}/page`, { isIsolated: false });
  const { page } = await visit(browser, site.origin, { serviceWorkers: "block" });
  strictEqual(await page.evaluate(() => crossOriginIsolated), false);
  match(await page.innerText("#machine"), /on 1 thread/);
  await countExample(page);
  strictEqual(await digestOf(page, "counts"), command.dataDigest);
  await beginTraining(page, SETTINGS);
  await page.waitForSelector('#model[data-standing="done"]');
  strictEqual(await digestOf(page, "model"), command.weightsDigest);
};

trials["a reload in the middle of training loses nothing: resumed, it ends with the same model"] =
  async (browser, origin, folder) => {
    const { page } = await visit(browser, origin);
    await countExample(page);
    await beginTraining(page, LONG);
    await page.waitForSelector("#model .chart:not([hidden])");
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    match(await page.innerText("#notices"), /is here again/);
    strictEqual(await digestOf(page, "counts"), command.dataDigest);
    match(await page.innerText("#model .banner"), /interrupted after \d+ epochs? of 120/);
    await page.click("#resume");
    await page.waitForSelector('#model[data-standing="done"]');
    await rest(page);
    const { weightsDigest } = await runCommands(folder, LONG);
    strictEqual(await digestOf(page, "model"), weightsDigest);
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    strictEqual(await digestOf(page, "model"), weightsDigest);
  };

trials["training is cancelled soon, and can be resumed"] = async (browser, origin) => {
  const { page, problems } = await visit(browser, origin);
  await countExample(page);
  await beginTraining(page, { epochs: 5000, seed: 3 });
  await page.waitForSelector("#model .chart:not([hidden])");
  await page.click("#model [data-cancel]");
  await rest(page);
  match(await page.innerText("#model .failure"), /^Cancelled/);
  ok(await page.isVisible("#resume"));
  deepStrictEqual(problems, []);
};

trials["what is wrong with files is said, with what to do"] = async (browser, origin, folder) => {
  const { page, problems } = await visit(browser, origin);
  const bam = EXAMPLE_PATHS.find((path) => path.endsWith("liver-H3K4me3.bam"))!;
  const strange = `${folder}/notes.docx`;
  await Deno.writeTextFile(strange, "no signal");
  await page.setInputFiles("#file-input", [bam, strange]);
  await page.waitForFunction(() => document.querySelectorAll(".file").length === 2);
  match(await page.innerText(".files"), /liver-H3K4me3\.bam\.bai/);
  strictEqual(await standingOf(page, "counts"), "later");

  const damaged = `${folder}/damaged`;
  await Deno.mkdir(damaged);
  const bytes = await Deno.readFile(bam);
  bytes.fill(0, bytes.length / 2, bytes.length / 2 + 2000);
  await Deno.writeFile(`${damaged}/liver-H3K4me3.bam`, bytes);
  const genes = EXAMPLE_PATHS.find((path) => path.endsWith(".gtf"))!;
  await page.click('[aria-label="Remove notes.docx"]');
  await page.setInputFiles("#file-input", [
    `${damaged}/liver-H3K4me3.bam`,
    `${bam}.bai`,
    genes,
  ]);
  await page.waitForSelector('#counts[data-standing="now"]');
  await rest(page);
  await page.click("#count");
  await page.waitForSelector("#counts .failure:not([hidden])");
  match(await page.innerText("#counts .failure"), /liver-H3K4me3\.bam/);
  deepStrictEqual(problems, []);
};

trials["what is forgotten does not come back"] = async (browser, origin) => {
  const { page } = await visit(browser, origin);
  await countExample(page);
  await page.click("#forget");
  await page.click("#forget-yes");
  await rest(page);
  for (const when of ["now", "after a reload"]) {
    strictEqual(await standingOf(page, "counts"), "later", when);
    strictEqual(await page.isVisible(".kept"), false, when);
    await page.reload();
    await page.waitForSelector("html[data-ready]");
  }
};

async function unzip(path: string, directory: string): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(await Deno.readFile(path)));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) continue;
    const to = `${directory}/${entry.filename}`;
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(to, new Uint8Array(await entry.arrayBuffer()));
  }
  await reader.close();
}

/** The folder below a directory in which a file lies. */
async function folderOf(directory: string, name: string): Promise<string> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.name === name) return directory;
    if (!entry.isDirectory) continue;
    const found = await folderOf(`${directory}/${entry.name}`, name).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error(`No ${name} below ${directory}`);
}

async function sha256(values: Float32Array): Promise<string> {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
