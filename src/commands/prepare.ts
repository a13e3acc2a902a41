/** `deno task prepare` turns BAM, bigWig or BED files into data for training or prediction. */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { quotePath } from "../base/shell.ts";
import { ensemblGeneNumber, geneNumber } from "../gene_id.ts";
import { type Gene, pickGeneDetails } from "../genome/gene.ts";
import {
  type CountingRule,
  type Preparation,
  prepare,
  READ_RULES,
  readAnnotation,
  readSampleSheet,
  signalFiles,
  TRACK_RULES,
  VALUE_KINDS,
} from "../genome/mod.ts";
import { writeCompetition } from "../io/competition_writer.ts";
import { pathKind, realPath, removeFile, writeFileAtomic } from "../files/file.ts";
import {
  DEPTH_NORMALISATIONS,
  type DepthNormalisation,
  EXPRESSION_TRANSFORMS,
  type Orientation,
  ORIENTATIONS,
} from "../record.ts";
import {
  choice,
  type CommandCall,
  type CommandDefinition,
  integer,
  Interrupted,
  list,
} from "./flags.ts";
import { type ExpressionFlags, takeExpression } from "./_expression.ts";
import { checkInputFile } from "./_input_file.ts";
import { beginsWith, checkOutput, openOutput } from "./_outputs.ts";
import { commandLine, formatNext } from "./_place.ts";
import { ProgressLine } from "./_progress.ts";

interface PrepareFlags extends ExpressionFlags {
  readonly geneType?: readonly string[];
  readonly signal: CountingRule;
  readonly out: string;
  readonly extend: number;
  readonly minMappingQuality: number;
  readonly normalise: DepthNormalisation;
  readonly orientation: Orientation;
  readonly binSize: number;
  readonly halfWidth: number;
  readonly assembly?: string;
  readonly concurrency: number;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

const GENE_NUMBERS_HEADER = "gene_id\tchrom\ttss\tstrand\toriginal_id";
const RULES = [...READ_RULES, ...TRACK_RULES];

/** Command `prepare`. */
export const command: CommandDefinition<PrepareFlags> = {
  name: "prepare",
  summary: "Counts BAM, bigWig, BED or bedGraph files around transcription start sites into a " +
    "data set for train, predict and evaluate.",
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
  ],
  declare: (command) =>
    command
      .requiredOption(
        "--samples <file>",
        "sample sheet: tab-separated, cell_type mark path, and expression if cell types have separate files",
      )
      .requiredOption(
        "--genes <file>",
        "GTF, GFF3, BED, genePred, refFlat, or a table gene_id chrom tss strand",
      )
      .option(
        "--gene-type <names>",
        "use only genes of these types, such as protein_coding; separate them by commas or repeat the flag",
        (text: string, others: readonly string[] = []) => [...others, ...list(text)],
      )
      .requiredOption(
        "--signal <rule>",
        `for reads: ${READ_RULES.join(", ")}; for signal tracks: ${TRACK_RULES.join(", ")}`,
        choice(RULES),
      )
      .requiredOption("--out <file>", "the .npz file to write")
      .option(
        "--expression <file>",
        "table of genes × cell types; data without expression are for prediction",
      )
      .option(
        "--expression-samples <file>",
        "which columns belong to each cell type: tab-separated, sample cell_type (default: by name)",
      )
      .option(
        "--expression-value <kind>",
        `if a file has several, which to read: ${VALUE_KINDS.join(", ")} (default: the first)`,
        choice(VALUE_KINDS),
      )
      .option(
        "--expression-transform <name>",
        `transform of the expression: ${EXPRESSION_TRANSFORMS.join(", ")}`,
        choice(EXPRESSION_TRANSFORMS),
        "none",
      )
      .option("--extend <bp>", "extend reads to fragments of this length", integer(0), 0)
      .option("--min-mapping-quality <n>", "least mapping quality of BAM reads", integer(0), 0)
      .option(
        "--normalise <name>",
        `normalise by depth: ${DEPTH_NORMALISATIONS.join(", ")} (reads per million reads)`,
        choice(DEPTH_NORMALISATIONS),
        "none",
      )
      .option(
        "--orientation <name>",
        `order of the bins of minus-strand genes: ${ORIENTATIONS.join(", ")} (flipped)`,
        choice(ORIENTATIONS),
        "genomic",
      )
      .option("--bin-size <bp>", "width of a bin", integer(1), 100)
      .option("--half-width <bp>", "half the window: TSS ± this", integer(1), 5000)
      .option("--assembly <name>", "such as hg38 (default: that of files or annotation)")
      .option("--concurrency <n>", "files counted together", integer(1), 2)
      .option("--compress", "deflate the npz file", false)
      .option("--overwrite", "replace an existing file", false),
  run,
};

async function run(flags: PrepareFlags, { signal }: CommandCall): Promise<void> {
  await checkInputs(flags);
  checkOutName(flags);
  const { out, overwrite } = flags;
  await using output = await openOutput(out, { usual: null, overwrite });
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
    ...flags,
    rule: flags.signal,
    normalisation: flags.normalise,
    labels,
    extendBp: flags.extend,
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
  announce(preparation, inputs.length);
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

function warn(text: string): void {
  console.warn(`warning: ${text}`);
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

/**
 * Checks the path of the table of gene numbers, which is written next to the data and must not be the file of genes.
 */
async function checkGeneNumbers({ out, overwrite, genes }: PrepareFlags): Promise<void> {
  const path = geneNumbersPath(out);
  await checkOutput(path, { usual: null, overwrite });
  if (await pathKind(path) === "file" && await realPath(path) === await realPath(genes)) {
    throw new ContractError(
      `Cannot write to ${path}: the genes are read from it. Name another --out`,
    );
  }
}

function geneNumbersPath(out: string): string {
  return out.replace(/\.npz$/i, ".genes.tsv");
}

function announce({ record, cellTypes, genes, bins }: Preparation, files: number): void {
  const { assembly, countingRule, binSizeBp, orientation, marks } = record;
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const how = [
    countingRule,
    ...extendBp === 0 ? [] : [`extended to ${extendBp} bp`],
    ...minMappingQuality === 0 ? [] : [`mapping quality ${minMappingQuality} or more`],
    ...normalisation === "none" ? [] : [`normalised to ${normalisation}`],
    `${orientation} orientation`,
    `assembly ${assembly}`,
  ];
  const shape = [
    `${formatCountOf(cellTypes.length, "cell type")} × ${formatCountOf(genes.length, "gene")}, `,
    `${formatCountOf(bins, "bin")} of ${binSizeBp} bp × ${formatCountOf(marks.length, "mark")}`,
  ].join("");
  console.info(
    `Counting ${formatCountOf(files, "file")}: ${shape} (${marks.join(", ")}); ${how.join(", ")}`,
  );
  if (assembly === "unknown") {
    warn("could not identify the assembly from the files: pass --assembly, which models check");
  }
}

/** Whether a gene's number in the data set is made from its name. */
function isNumberedByName({ id }: Gene): boolean {
  return ensemblGeneNumber(id) === undefined;
}

/**
 * Writes the table of gene numbers that this data set needs, or removes the table that the previous data set needed.
 */
async function updateGeneNumbers(out: string, genes: readonly Gene[]): Promise<void> {
  if (genes.some(isNumberedByName)) await writeGeneNumbers(out, genes);
  else await removeGeneNumbers(out);
}

/** Writes a table of gene numbers and names, for programs that do not read the one inside the data set. */
async function writeGeneNumbers(out: string, genes: readonly Gene[]): Promise<void> {
  const path = geneNumbersPath(out);
  const named = genes.filter(isNumberedByName);
  const rows = named.map(({ id, chromosome, tss, strand }) =>
    [geneNumber(id), chromosome, tss, strand, id].join("\t")
  );
  await writeFileAtomic(path, [GENE_NUMBERS_HEADER, ...rows].join("\n") + "\n");
  const count = formatCountOf(named.length, "gene");
  console.info(
    `Written: ${path}, the numbers of ${count} without a human Ensembl id, for other programs`,
  );
}

/** Removes the table of a data set that was replaced, since the new data set has other numbers. */
async function removeGeneNumbers(out: string): Promise<void> {
  const path = geneNumbersPath(out);
  if (await pathKind(path) === "file" && await beginsWith(path, GENE_NUMBERS_HEADER)) {
    await removeFile(path);
    console.info(`Removed: ${path}, of the data set that was replaced`);
  }
}

function printNextStep(out: string, isLabelled: boolean): void {
  const data = quotePath(out);
  console.info(formatNext("Next", `${commandLine("doctor")} ${data}`));
  const then = isLabelled
    ? `${commandLine("train")} --data ${data} --transform log1p`
    : `${commandLine("predict")} --model RUN --data ${data}`;
  console.info(formatNext("Then", then));
}
