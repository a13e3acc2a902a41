/** The example's files, and what the commands make of them. */

import { strictEqual } from "node:assert";
import type { Page } from "playwright-core";
import { readDataset } from "../../../src/data/mod.ts";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { runTask } from "../../helpers/command.ts";
import { rest } from "./_site.ts";

const EXAMPLE = new URL("../../../fixtures/genome/example/", import.meta.url).pathname;

/** Paths of the example's files, as people drop them. */
export const EXAMPLE_PATHS: readonly string[] = [...Deno.readDirSync(EXAMPLE)]
  .map(({ name }) => name).sort()
  .filter((name) => !/README|\.sh$|edits/.test(name))
  .map((name) => `${EXAMPLE}${name}`);

const PEAKS = new URL("../../../fixtures/genome/peaks/", import.meta.url).pathname;

/** Paths of peak files of one cell type, and of genes. */
export const PEAK_PATHS: readonly string[] = [...Deno.readDirSync(PEAKS)]
  .map(({ name }) => `${PEAKS}${name}`).sort()
  .filter((path) => /Peak$|\.gtf$/.test(path));

/** The table of predictions that the commands make of the peaks with the starter model. */
export async function predictPeaks(directory: string): Promise<string> {
  const [data, table] = [`${directory}/peaks.npz`, `${directory}/peaks.tsv`];
  const inputs = ["--samples", `${PEAKS}sheet.tsv`, "--genes", `${PEAKS}genes.gtf`];
  const settings = ["--signal", "enrichment", "--assembly", "hg19", "--out", data];
  await runToEnd("prepare", inputs, settings);
  const model = ["--model", "starter", "--data", data, "--interval", "0.9"];
  await runToEnd("predict", model, ["--engine", "wasm", "--out", table]);
  return await Deno.readTextFile(table);
}

async function runToEnd(name: string, ...args: readonly (readonly string[])[]): Promise<void> {
  const { code, stderr } = await runTask(name, ...args.flat());
  strictEqual(code, 0, stderr);
}

/** What the commands leave. */
export interface CommandRun {
  readonly dataDigest: string;
  readonly weightsDigest: string;
  /** The table of predictions. */
  readonly predictions: string;
  /** The data set. */
  readonly data: string;
}

/** Counts, trains and predicts the example by commands. */
export async function runCommands(
  directory: string,
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
): Promise<CommandRun> {
  const data = `${directory}/command.npz`;
  const run = `${directory}/command-${epochs}`;
  if (!await Deno.stat(data).then(() => true, () => false)) {
    const samples = ["--samples", `${EXAMPLE}sheet.tsv`, "--genes", `${EXAMPLE}genes.gtf`];
    const labels = ["--expression", `${EXAMPLE}expression.tsv`, "--expression-transform", "log2p1"];
    await runToEnd("prepare", samples, labels, ["--signal", "reads", "--out", data]);
  }
  const settings = ["--epochs", String(epochs), "--seed", String(seed), "--engine", "wasm"];
  await runToEnd("train", ["--data", data, "--preset", "waka2"], settings, ["--out", run]);
  const table = `${run}.tsv`;
  await runToEnd("predict", ["--model", run, "--data", data], ["--engine", "wasm", "--out", table]);
  const { userDefinedMetadata } = JSON.parse(await Deno.readTextFile(`${run}/model/model.json`));
  return {
    dataDigest: await fingerprintDataset(await readDataset(data)),
    weightsDigest: userDefinedMetadata.histone.weightsSha256,
    predictions: await Deno.readTextFile(table),
    data,
  };
}

/** Gives the example's files to the page, and counts them. */
export async function countExample(page: Page): Promise<void> {
  await page.setInputFiles("#file-input", [...EXAMPLE_PATHS]);
  await page.waitForSelector('#files[data-standing="done"]');
  await rest(page);
  await page.selectOption("#expression-transform", "log2p1");
  await page.click("#count");
  await page.waitForSelector('#checks[data-standing="done"]');
  await rest(page);
}

/** Begins to train, with settings that stand under “More”. */
export async function beginTraining(
  page: Page,
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
): Promise<void> {
  await page.click(".train .more > summary");
  await page.fill("#epochs", String(epochs));
  await page.fill("#seed", String(seed));
  await page.click("#train");
}

/** The digest that a step shows. */
export async function digestOf(page: Page, step: string): Promise<string | null> {
  return await page.textContent(`#${step} code`);
}
