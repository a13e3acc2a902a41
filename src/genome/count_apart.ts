/**
 * Counts the files of a data set one by one, so that several processes can share them, and keeps what they find.
 *
 * @module
 */

import type { Bytes } from "../base/bytes.ts";
import { freeArray } from "../base/free.ts";
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
export type FileToCount = Pick<CountedFile, "name" | "cellType" | "mark">;

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
 */
export async function inspectApart(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: InspectApartOptions,
): Promise<FileToCount[]> {
  const plan = planSamples(inputs, options);
  await inspectInputs(genes, plan, {
    ...options,
    windows: geneWindows(genes, options),
    warnOnce: makeWarnOnce(options.onWarning),
    countsEarly: false,
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
 */
export async function countApart(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: CountApartOptions,
): Promise<Bytes> {
  const { file: name, onProgress, onWarning } = options;
  const plan = planSamples(inputs, { ...options, onWarning: undefined });
  const file = [...listFiles(plan)].find((file) => file.name === name);
  if (file === undefined) {
    throw new ContractError(`Cannot count ${name}: it is none of the files of the data set`);
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
