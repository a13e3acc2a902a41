/** `deno task prepare` turns BAM, bigWig or BED files into data for training or prediction. */

import { quotePath } from "../base/shell.ts";
import { HttpFiles } from "../files/http_files.ts";
import { type Preparation, prepare } from "../genome/prepare.ts";
import { readSampleSheet, type SampleSheet } from "../genome/sample_sheet.ts";
import type { ReadGeneSequences } from "../genome/sequence/gene_sequences.ts";
import { startCountThreads } from "../genome/signal/count_crew.ts";
import { sharedBytes, signalFiles } from "../genome/signal_files.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { announcePreparation } from "./_announce_preparation.ts";
import { DEEPTOOLS_FLAGS } from "./_deeptools_flags.ts";
import { expressionScale, takeExpression } from "./_expression.ts";
import { checkGeneNumbers, isNumberedByName, updateGeneNumbers } from "./_gene_numbers.ts";
import { checkGenome, describeDna, takeDna } from "./_genome_flags.ts";
import { checkInputFile } from "./_input_file.ts";
import { checkHosts, checkRedirects } from "./_network.ts";
import { commandLine, formatNext } from "./_place.ts";
import { countOptions, takeBlacklist } from "./_prepare_count_flags.ts";
import { declarePrepareFlags, type PrepareFlags } from "./_prepare_flags.ts";
import { combineOptions, sheetOptions } from "./_prepare_sheet_flags.ts";
import { openPage } from "./_page_flags.ts";
import { kindOfPrepared, openPrepared, type PreparedSamples } from "./_prepared_output.ts";
import { PreparedPage } from "./_prepared_page.ts";
import { ProgressLine } from "./_progress.ts";
import { checkGeneFiles, takeGenes } from "./_take_genes.ts";
import { warn } from "./_warn.ts";
import { withNothingKept } from "./_interrupt.ts";

/** Command `prepare`. */
export const command: CommandDefinition<PrepareFlags> = {
  name: "prepare",
  summary:
    "Counts BAM, CRAM, bigWig, BED, bedGraph or peak files around transcription start sites " +
    "into a data set for train, predict and evaluate.",
  examples: [
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression rpkm.tsv " +
      "--expression-transform log2p1 --signal reads --out data.npz",
      "for training; sheet.tsv has the header cell_type, mark, path",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression-transform log2p1 " +
      "--signal reads --out data.npz",
      "the same with one expression file per sample, such as salmon's, named in column expression of sheet.tsv",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.bed --signal mean --out new.npz",
      "bigWig tracks, for prediction",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --signal reads --fragments " +
      "--blacklist hg38-blacklist.bed.gz --out cutandrun.npz",
      "CUT&RUN: a pair of reads counts once, as its fragment",
    ],
    [
      "deno task prepare --samples sheet.csv --replicates sum --control subtract --genes genes.gtf.gz " +
      "--signal reads --out data.npz",
      "replicates are added up and inputs subtracted; sheet.csv has columns replicate and control too",
    ],
    [
      "deno task prepare --samples samplesheet.csv --results results --replicates keep --genes genes.gtf.gz " +
      "--signal reads --out data.npz",
      "the samplesheet and the results of nf-core/chipseq or nf-core/cutandrun",
    ],
    [
      'deno task prepare --samples metadata.tsv --output-type "fold change over control" --assembly hg38 ' +
      "--results downloads --genes genes.gtf.gz --signal mean --out data.npz",
      "files of ENCODE",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --signal reads --out data.zarr",
      "samples x features for Python's anndata",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes gencode.gtf.gz --tss canonical --expression rpkm.tsv " +
      "--signal reads --out data.npz",
      "around canonical transcripts; --windows promoters.bed takes windows of your own",
    ],
    [
      "deno task prepare --samples sheet.tsv --genes genes.gtf.gz --expression rpkm.tsv --signal reads " +
      "--genome hg19.2bit --sequence-half-width 5000 --out data.npz",
      "with the genes' DNA, for models that read it",
    ],
  ],
  declare: declarePrepareFlags,
  aliases: DEEPTOOLS_FLAGS,
  run,
};

async function run(flags: PrepareFlags, call: CommandCall): Promise<void> {
  const signal = withNothingKept(call.signal);
  await checkInputs(flags);
  const { out } = flags;
  const kind = kindOfPrepared(out, flags);
  const blacklist = await takeBlacklist(flags, warn);
  const sheet = await readSheet(flags);
  const remote = await reachServers(sheet, flags, signal);
  await using output = await openPrepared(flags);
  await using page = await openPage(out, flags);
  const seen = new PreparedPage(page);
  const progress = new ProgressLine("genes");
  const onWarning = (text: string) => {
    progress.clear();
    seen.addWarning(text);
    warn(text);
  };
  const inputs = await signalFiles(sheet, flags.samples, { remote });
  startCountThreads(await sharedBytes(sheet, flags.samples), flags.threads);
  const listeners = { note: (text: string) => console.info(text), warn: onWarning };
  const { genes: all, ...place } = await takeGenes(flags, listeners);
  if (kind === "npz" && all.some(isNumberedByName)) await checkGeneNumbers(flags);
  const { genes, labels } = await takeExpression(all, sheet, flags, listeners);
  const scale = expressionScale(flags);
  const preparation = await prepare(genes, inputs, {
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
    onProgress: ({ done, total }) => progress.update({ done, total, label: "counting" }),
    onFile: (file) => seen.addFile(file),
    onWarning,
  });
  announcePreparation(preparation);
  const { assembly } = preparation.record;
  const dna = await takeDna(flags, { ...place, genes, assembly, signal });
  await output.write(seen.watch(withDna(preparation, dna)));
  progress.clear();
  console.info(output.done);
  if (kind === "npz") await updateGeneNumbers(out, genes);
  await seen.write();
  // Models refuse data with marks that were not measured.
  const isWhole = preparation.missingMarks === undefined;
  printNextStep(out, { isLabelled: labels !== undefined, isWhole });
}

/** Adds DNA to samples, and says what it is. */
function withDna(preparation: Preparation, dna: ReadGeneSequences | undefined): PreparedSamples {
  if (dna === undefined) return preparation;
  const { sequences, record: sequence } = dna;
  console.info(`DNA: ${describeDna(dna)}`);
  return { ...preparation, record: { ...preparation.record, sequence }, sequences };
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

function printNextStep(
  out: string,
  { isLabelled, isWhole }: { readonly isLabelled: boolean; readonly isWhole: boolean },
): void {
  const data = quotePath(out);
  console.info(formatNext("Next", `${commandLine("doctor")} ${data}`));
  if (!isWhole) return;
  const then = isLabelled
    ? `${commandLine("train")} --data ${data} --transform log1p`
    : `${commandLine("predict")} --model RUN --data ${data}`;
  console.info(formatNext("Then", then));
}
