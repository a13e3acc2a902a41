/**
 * Counts the files of a data set one by one, so that several processes can share them, and keeps what they find.
 *
 * @module
 */

import { freeArray } from "../base/free.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { ContractError } from "../errors.ts";
import { type CountedFile, countFile } from "./_count_file.ts";
import { makeWarnOnce } from "./file_messages.ts";
import { FileTally } from "./_file_tally.ts";
import type { Gene } from "./gene.ts";
import { countBandsOfFile, GeneBands } from "./_gene_bands.ts";
import { inspectInputs, listFiles } from "./_inspect_inputs.ts";
import { CountedBands, CountOrigins, needsTotalReads } from "./_kept_file.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import { planSamples, type SamplePlan } from "./_sample_plan.ts";
import { CountCrew } from "./signal/count_crew.ts";
import { isText } from "./signal/track.ts";
import { geneWindows } from "./windows.ts";

/** A file that is counted. */
export interface FileToCount {
  /** Its name. */
  readonly name: string;
  /** Name of the cell type; for a control that several files share, of the first. */
  readonly cellType: string;
  /** Name of the mark; for a control `control of` the mark. */
  readonly mark: string;
}

/** Options of {@linkcode inspectApart}. */
export type InspectApartOptions = Omit<PrepareOptions, "kept">;

/**
 * Inspects the files as `prepare` does, but counts none, and lists what is to be counted: the files of marks, and each
 * control once.
 *
 * @param genes The genes.
 * @param inputs The files.
 * @param options How they will be counted.
 * @returns The files, in the order of the samples.
 * @throws As `prepare` does.
 *
 * @example A mark and its control
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { inspectApart, openSignal } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const reads = new TextEncoder().encode("chr1\t95\t131\tN\t1000\t+\n");
 * const file = (name: string) => {
 *   const open = async () => (
 *     { track: await openSignal(bytesSource(reads, name)), close: () => {} }
 *   );
 *   return { name, open };
 * };
 * const genes = [{ id: "3", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;
 * const input = { cellType: "liver", mark: "H3K4me3", ...file("a.bed"), control: file("b.bed") };
 * const files = await inspectApart(genes, [input], { rule: "reads", control: "subtract" });
 * deepStrictEqual(files.map(({ name, mark }) => [name, mark]), [
 *   ["a.bed", "H3K4me3"],
 *   ["b.bed", "control of H3K4me3"],
 * ]);
 * ```
 */
export async function inspectApart(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: InspectApartOptions,
): Promise<FileToCount[]> {
  const plan = await withWatchedHooks(options, async (watched) => {
    const plan = planSamples(inputs, watched);
    await inspectInputs(genes, plan, {
      ...watched,
      windows: geneWindows(genes, watched),
      warnOnce: makeWarnOnce(watched.onWarning),
      countsEarly: false,
    });
    return plan;
  });
  return [...listFiles(plan)].map(({ name, cellType, mark }) => ({ name, cellType, mark }));
}

/** Options of {@linkcode countApart}. */
export interface CountApartOptions extends InspectApartOptions {
  /** Name of the file to count. */
  readonly file: string;
}

/**
 * Counts one file of a data set as `prepare` would, and encodes what it found, which `kept` of the options of `prepare`
 * gives back.
 *
 * @param genes The genes of the data set.
 * @param inputs All files of the data set. Others than the one that is counted are opened only if it is text: where
 * chromosomes end, which rows of text do not say, is then read from them.
 * @param options Which file, and how it is counted.
 * @returns What it found.
 * @throws As `prepare` does.
 *
 * @example Counted apart, and taken by `prepare`
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { countApart, findKeptNumbers, openSignal, prepare } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const reads = new TextEncoder().encode("chr1\t95\t131\tN\t1000\t+\n");
 * const open = async () => (
 *   { track: await openSignal(bytesSource(reads, "a.bed")), version: "1", close: () => {} }
 * );
 * const genes = [{ id: "3", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;
 * const inputs = [{ cellType: "liver", mark: "H3K4me3", name: "a.bed", open }];
 * const options = { rule: "reads", halfWidthBp: 200 } as const;
 * const counted = await countApart(genes, inputs, { ...options, file: "a.bed" });
 *
 * const find = (_file: string, origin: string) => findKeptNumbers(bytesSource(counted), origin);
 * const preparation = await prepare(genes, inputs, { ...options, kept: { find } });
 * deepStrictEqual([...(await preparation.columns()).signal], [1, 1, 0, 0]);
 * ```
 */
export async function countApart(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: CountApartOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return await withWatchedHooks(options, (watched) => countOne(genes, inputs, watched));
}

async function countOne(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: CountApartOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file: name, onProgress, onWarning } = options;
  const plan = planSamples(inputs, { ...options, onWarning: undefined });
  const file = [...listFiles(plan)].find((file) => file.name === name);
  if (file === undefined) {
    throw new ContractError(
      `Cannot count ${name}: found no file of that name in the data set, expected one of its files`,
    );
  }
  const windows = geneWindows(genes, options);
  const warnOnce = makeWarnOnce(onWarning);
  const shared = { ...options, windows, warnOnce, countsEarly: false, kept: undefined };
  const isOfText = await isTextFile(file);
  const inspected = await inspectInputs(genes, isOfText ? plan : planOf(file, plan), shared);
  const counting = { ...shared, ...inspected };
  const bands = new GeneBands(genes, countBandsOfFile(counting), counting);
  const origins = new CountOrigins(genes, counting);
  // Taken before, so that counts of a file that changes meanwhile are never taken for those of its new version.
  const origin = await originOf(file, origins);
  const tally = new FileTally(bands.count);
  const found = new CountedBands();
  using crew = new CountCrew(options);
  for (let number = 0; number < bands.count; number++) {
    const band = bands.at(number);
    const { values } = await countFile(file, {
      ...counting,
      genes,
      band,
      tally,
      origins,
      crew,
      totalReads: needsTotalReads(options),
      onCounted: (counted) => found.add(counted),
      onProgress: (done) =>
        onProgress?.({ done: band.start + done, total: genes.length, unit: "genes" }),
      onWarning: (message) => warnOnce(message, name),
    });
    freeArray(values);
  }
  return found.encode(origin);
}

async function isTextFile(file: CountedFile): Promise<boolean> {
  const { track, close } = await file.open();
  close();
  return isText(track.format);
}

/** The plan of a data set of one file. */
function planOf(file: CountedFile, plan: SamplePlan): SamplePlan {
  const { cellType, mark } = file;
  return { ...plan, samples: [{ cellType, mark, files: [file] }], controls: [] };
}

async function originOf(file: CountedFile, origins: CountOrigins): Promise<string> {
  const opened = await file.open();
  opened.close();
  return await origins.of(opened, file.name);
}
