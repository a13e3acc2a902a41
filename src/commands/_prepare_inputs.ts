/** What `prepare` reads: the sample sheet, the genes, expression, and the files to count, with how to count them. */

import { HttpFiles } from "../files/http_files.ts";
import type { Gene } from "../genome/gene.ts";
import type { PrepareOptions, SignalInput } from "../genome/prepare_options.ts";
import { readSampleSheet, type SampleSheet } from "../genome/sample_sheet.ts";
import type { Blacklist } from "../genome/signal/intervals.ts";
import { startCountThreads } from "../genome/signal/count_crew.ts";
import { sharedBytes, signalFiles } from "../genome/signal_files.ts";
import { takeExpression } from "./_expression.ts";
import { expressionScale } from "./_expression_flags.ts";
import { checkGeneNumbers, isNumberedByName } from "./_gene_numbers.ts";
import { checkGenome } from "./_genome_flags.ts";
import { checkInputFile } from "./_input_file.ts";
import { checkHosts, checkRedirects } from "./_network.ts";
import { countOptions, takeBlacklist } from "./_prepare_count_flags.ts";
import type { PrepareFlags } from "./_prepare_flags.ts";
import { combineOptions, sheetOptions } from "./_prepare_sheet_flags.ts";
import { kindOfPrepared } from "./_prepared_output.ts";
import { checkGeneFiles, takeGenes, type TakenGenes } from "./_take_genes.ts";
import { warn } from "./_warn.ts";

/** The sample sheet, and what is needed to open its files. */
export interface PrepareSheet {
  readonly sheet: SampleSheet;
  readonly blacklist: Blacklist | undefined;
  /** What opens files on servers. */
  readonly remote: HttpFiles;
}

/** What is prepared: genes, files, and how they are counted. */
export interface PrepareInputs {
  readonly genes: readonly Gene[];
  readonly inputs: readonly SignalInput[];
  readonly options: PrepareOptions;
  /** What the windows lie around. */
  readonly place: Omit<TakenGenes, "genes">;
}

/** Checks the files that the flags name, and reads the sheet. */
export async function readPrepareSheet(
  flags: PrepareFlags,
  signal: AbortSignal,
): Promise<PrepareSheet> {
  await checkInputs(flags);
  kindOfPrepared(flags.out, flags);
  const blacklist = await takeBlacklist(flags, warn);
  const sheet = await readSheet(flags);
  const remote = await reachServers(sheet, flags, signal);
  return { sheet, blacklist, remote };
}

/** Options of {@linkcode takePrepareInputs}. */
export interface TakePrepareInputsOptions {
  readonly onWarning: (text: string) => void;
  readonly signal: AbortSignal;
  /**
   * Whether the output will be written, so that it is checked that it can be.
   *
   * @default {true}
   */
  readonly writes?: boolean;
}

/** Finds the files of the sheet, and reads genes and expression. */
export async function takePrepareInputs(
  { sheet, blacklist, remote }: PrepareSheet,
  flags: PrepareFlags,
  { onWarning, signal, writes = true }: TakePrepareInputsOptions,
): Promise<PrepareInputs> {
  const inputs = await signalFiles(sheet, flags.samples, { remote });
  startCountThreads(await sharedBytes(sheet, flags.samples), flags.threads);
  const listeners = { note: (text: string) => console.info(text), warn: onceEach(onWarning) };
  const { genes: all, ...place } = await takeGenes(flags, listeners);
  const isNpz = kindOfPrepared(flags.out, flags) === "npz";
  if (writes && isNpz && all.some(isNumberedByName)) await checkGeneNumbers(flags);
  const { genes, labels } = await takeExpression(all, sheet, flags, listeners);
  const scale = expressionScale(flags);
  const options: PrepareOptions = {
    ...countOptions(flags),
    ...combineOptions(flags, sheet),
    blacklist,
    labels,
    expressionTransform: scale.transform,
    expressionReference: scale.reference,
    orientation: flags.orientation,
    assembly: flags.assembly,
    binSizeBp: flags.binSize,
    halfWidthBp: flags.halfWidth,
    ...place,
    signal,
    onWarning,
  };
  return { genes, inputs, options, place };
}

/** A table of the genes of transcripts is read for the annotation and for expression: what is odd about it is said once. */
function onceEach(onWarning: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (!said.has(text)) onWarning(text);
    said.add(text);
  };
}

/** Checks that the command may reach all servers that the sheet names, before it does anything else. */
async function reachServers(
  { entries }: SampleSheet,
  { samples }: PrepareFlags,
  signal: AbortSignal,
): Promise<HttpFiles> {
  const files = entries.flatMap((entry) => [entry, ...entry.control ? [entry.control] : []]);
  const places = files.flatMap(({ path, index }) => index === undefined ? [path] : [path, index]);
  const reason = `${samples} names files there`;
  checkHosts(places, reason);
  const remote = new HttpFiles({ signal });
  await checkRedirects(places, {
    remote,
    reason: `the servers that ${samples} names redirect there`,
  });
  return remote;
}

function readSheet(flags: PrepareFlags): Promise<SampleSheet> {
  const onNote = (text: string) => console.info(text);
  return readSampleSheet(flags.samples, { ...sheetOptions(flags), onNote, onWarning: warn });
}

async function checkInputs(flags: PrepareFlags): Promise<void> {
  const { samples, expression, expressionSamples } = flags;
  await checkInputFile("--samples", samples);
  await checkGeneFiles(flags);
  await checkGenome(flags);
  if (expression !== undefined) await checkInputFile("--expression", expression);
  if (expressionSamples !== undefined) {
    await checkInputFile("--expression-samples", expressionSamples);
  }
}
