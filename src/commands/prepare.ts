/** `deno task prepare` turns BAM, bigWig or BED files into data for training or prediction. */

import { ContractError } from "../errors.ts";
import { quotePath } from "../base/shell.ts";
import { pickGeneDetails } from "../genome/gene.ts";
import { prepare, readAnnotation, readSampleSheet, signalFiles } from "../genome/mod.ts";
import { writeCompetition } from "../io/competition_writer.ts";
import { type CommandCall, type CommandDefinition, Interrupted } from "./flags.ts";
import { announcePreparation } from "./_announce_preparation.ts";
import { DEEPTOOLS_FLAGS } from "./_deeptools_flags.ts";
import { takeExpression } from "./_expression.ts";
import { checkGeneNumbers, isNumberedByName, updateGeneNumbers } from "./_gene_numbers.ts";
import { checkInputFile } from "./_input_file.ts";
import { openOutput } from "./_outputs.ts";
import { commandLine, formatNext } from "./_place.ts";
import { countOptions, takeBlacklist } from "./_prepare_count_flags.ts";
import { declarePrepareFlags, type PrepareFlags } from "./_prepare_flags.ts";
import { ProgressLine } from "./_progress.ts";
import { warn } from "./_warn.ts";

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
  ],
  declare: declarePrepareFlags,
  aliases: DEEPTOOLS_FLAGS,
  run,
};

async function run(flags: PrepareFlags, { signal }: CommandCall): Promise<void> {
  await checkInputs(flags);
  checkOutName(flags);
  const { out, overwrite } = flags;
  await using output = await openOutput(out, { usual: null, overwrite });
  const blacklist = await takeBlacklist(flags, warn);
  const sheet = await readSampleSheet(flags.samples, { onWarning: warn });
  const inputs = await signalFiles(sheet, flags.samples);
  const annotation = await readAnnotation(flags.genes, {
    geneTypes: flags.geneType,
    onWarning: warn,
  });
  if (annotation.genes.some(isNumberedByName)) await checkGeneNumbers(flags);
  const { genes, labels } = await takeExpression(annotation.genes, sheet, flags, {
    note: (text) => console.info(text),
    warn,
  });
  const progress = new ProgressLine("genes");
  const preparation = await prepare(genes, inputs, {
    ...countOptions(flags),
    blacklist,
    labels,
    expressionTransform: flags.expressionTransform,
    orientation: flags.orientation,
    assembly: flags.assembly,
    binSizeBp: flags.binSize,
    halfWidthBp: flags.halfWidth,
    annotationAssembly: annotation.assembly,
    onProgress: (done, total) => {
      if (signal.aborted) throw new Interrupted("Interrupted: nothing half-written was kept.");
      progress.update({ done, total, label: "counting" });
    },
    onWarning: (text) => {
      progress.clear();
      warn(text);
    },
  });
  announcePreparation(preparation, inputs.length);
  const { record } = preparation;
  await output.write((sink) =>
    writeCompetition(sink, preparation.blocks(), {
      record,
      geneDetails: new Map(genes.map((gene) => [gene.id, pickGeneDetails(gene)])),
      compress: flags.compress,
    })
  );
  progress.clear();
  console.info(output.done);
  await updateGeneNumbers(out, genes);
  printNextStep(out, labels !== undefined);
}

async function checkInputs(flags: PrepareFlags): Promise<void> {
  const { samples, genes, expression, expressionSamples } = flags;
  await checkInputFile("--samples", samples);
  await checkInputFile("--genes", genes);
  if (expression !== undefined) await checkInputFile("--expression", expression);
  if (expressionSamples !== undefined) {
    await checkInputFile("--expression-samples", expressionSamples);
  }
}

function checkOutName({ out }: PrepareFlags): void {
  if (out.toLowerCase().endsWith(".npz")) return;
  throw new ContractError(`Cannot write to ${out}: expected a name that ends in .npz`);
}

function printNextStep(out: string, isLabelled: boolean): void {
  const data = quotePath(out);
  console.info(formatNext("Next", `${commandLine("doctor")} ${data}`));
  const then = isLabelled
    ? `${commandLine("train")} --data ${data} --transform log1p`
    : `${commandLine("predict")} --model RUN --data ${data}`;
  console.info(formatNext("Then", then));
}
