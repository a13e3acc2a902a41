/** Command `sequences`: adds the genes' DNA to a data set that was prepared without it. */

import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { NO_SEQUENCE } from "../base/sequences.ts";
import { Dataset } from "../data/dataset.ts";
import { datasetBlocks, describeDataset } from "../data/dataset_blocks.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { Gene } from "../genome/gene.ts";
import { writeCompetition } from "../io/competition_writer.ts";
import type { DataFlags } from "./_data.ts";
import { loadData } from "./_data.ts";
import {
  checkGenome,
  declareGenome,
  describeDna,
  type GenomeFlags,
  takeDna,
} from "./_genome_flags.ts";
import { checkInputFile } from "./_input_file.ts";
import { openOutput } from "./_outputs.ts";
import { commandLine, formatNext } from "./_place.ts";
import { type CommandCall, type CommandDefinition, declareReading, integer } from "./flags.ts";
import { warn } from "./_warn.ts";

interface SequencesFlags extends DataFlags, GenomeFlags {
  readonly data: string;
  readonly genes?: string | undefined;
  readonly chromosomeAliases?: string | undefined;
  readonly out: string;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

/** Command `sequences`. */
export const command: CommandDefinition<SequencesFlags> = {
  name: "sequences",
  summary:
    "Adds the genes' DNA to a data set that has none, from a genome or from a file of sequences.",
  examples: [
    [
      "deno task sequences --data data.npz --genome hg19.2bit --out with_dna.npz",
      "around the TSS that prepare kept with each gene",
    ],
    [
      "deno task sequences --data train.npz --genome hg19.fa.gz --genes gencode.v19.gtf.gz --out with_dna.npz",
      "data that do not say where genes are, such as the competition's",
    ],
    [
      "deno task sequences --data train.npz --sequences seq_data.csv --unknown-bases A --out with_dna.npz",
      "letters that are cut out already",
    ],
  ],
  declare: (command) =>
    declareGenome(
      declareReading(command)
        .requiredOption(
          "--data <path>",
          "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder of cell types; several with commas between them",
        )
        .option("--record <file>", "JSON data record of the files (default: their own)")
        .option(
          "--threads <n>",
          "threads that read (default: all that the machine lends)",
          integer(1),
        )
        .option("--sequences <file>", "the genes' DNA as gene_id,sequence, such as seq_data.csv")
        .option(
          "--genes <file>",
          "where genes are of which the data do not say it, with --genome: GTF, GFF3, BED, genePred or a table; " +
            "hg19 and hg38 are built in",
        )
        .option(
          "--chromosome-aliases <file>",
          "names of chromosomes that differ between files: UCSC's chromAlias.txt, NCBI's assembly_report.txt or a table",
        ),
    )
      .requiredOption("--out <file>", "npz file to write")
      .option("--compress", "deflate the npz file", false)
      .option("--overwrite", "replace an existing file", false),
  run: addDna,
};

async function addDna(flags: SequencesFlags, { signal }: CommandCall): Promise<void> {
  await checkFlags(flags);
  const { out, overwrite, compress, genome, unknownBases } = flags;
  await using output = await openOutput(out, { usual: null, overwrite });
  // With a genome, what becomes of N is the genome's matter.
  const read = { ...flags, unknownBases: genome === undefined ? unknownBases : undefined };
  const data = await loadData(flags.data, read, { allowMissingMarks: true });
  const whole = genome === undefined ? data : await fromGenome(data, flags, signal);
  await output.write((sink) =>
    writeCompetition(sink, datasetBlocks(whole), { ...describeDataset(whole), compress })
  );
  console.info(output.done);
  console.info(formatNext("Next", `${commandLine("doctor")} ${quotePath(out)}`));
}

/** Throws unless the flags name one source of DNA, and files that are there. */
async function checkFlags(flags: SequencesFlags): Promise<void> {
  const { genome, sequences, genes, chromosomeAliases, out } = flags;
  if ((genome === undefined) === (sequences === undefined)) {
    throw new ContractError(
      `Cannot add DNA: found ${
        genome === undefined ? "neither --genome nor --sequences" : "both --genome and --sequences"
      }, expected one of them`,
    );
  }
  if (!out.toLowerCase().endsWith(".npz")) {
    throw new ContractError(`Cannot write to ${out}: expected a name that ends in .npz`);
  }
  if (genome === undefined) {
    const { sequenceHalfWidth, sequenceOrientation } = flags;
    await checkGenome({ sequenceHalfWidth, sequenceOrientation });
  } else await checkGenome(flags);
  if (genes !== undefined) {
    const { checkAnnotation } = await import("./_annotation.ts");
    await checkAnnotation("--genes", genes);
  }
  if (chromosomeAliases !== undefined) {
    await checkInputFile("--chromosome-aliases", chromosomeAliases);
  }
}

async function fromGenome(
  data: Dataset,
  flags: SequencesFlags,
  signal: AbortSignal,
): Promise<Dataset> {
  const { columns, record: { assembly, tss } } = data;
  const { found, places } = await placeGenes(data, flags);
  const chromosomeAliases = await readAliases(flags.chromosomeAliases);
  const dna = await takeDna(flags, { genes: found, assembly, tss, chromosomeAliases, signal });
  if (dna === undefined) return data;
  console.info(`DNA: ${describeDna(dna)}`);
  const { sequences, record: sequence } = dna;
  const entryOf = new Uint32Array(columns.genes.length).fill(NO_SEQUENCE);
  for (const [i, place] of places.entries()) entryOf[place] = sequences.entryOf[i]!;
  const record = { ...data.record, sequence };
  return new Dataset({ ...columns, record, sequences: { ...sequences, entryOf } }, data.rows);
}

async function readAliases(path: string | undefined) {
  if (path === undefined) return undefined;
  const { readChromosomeAliases } = await import("../genome/chromosome_aliases.ts");
  return await readChromosomeAliases(path, { onWarning: warn });
}

/** The genes whose places are known, and where each is among those of the data. */
interface PlacedGenes {
  readonly found: Gene[];
  readonly places: number[];
}

/** Finds where the genes of data are: in an annotation, or as the data say. */
async function placeGenes(
  { columns, record: { assembly } }: Dataset,
  { genes: path }: SequencesFlags,
): Promise<PlacedGenes> {
  const { genes, geneDetails } = columns;
  const annotated = path === undefined ? undefined : await readPlaces(path, assembly);
  const found: Gene[] = [];
  const places: number[] = [];
  for (const [place, id] of genes.entries()) {
    // The windows of the signal are where the data say, so the DNA is from there too.
    const own = geneDetails?.[place];
    const { chromosome, tss, strand } = own?.tss === undefined
      ? annotated?.get(geneKey(id)) ?? {}
      : own;
    if (chromosome === undefined || tss === undefined) continue;
    found.push({ id, chromosome, tss, strand, line: place + 1 });
    places.push(place);
  }
  const count = formatCountOf(genes.length, "gene");
  if (found.length === 0) {
    throw new ContractError(
      path === undefined
        ? `Cannot add DNA: the data do not say where their ${count} are, expected an annotation of them (--genes FILE)`
        : `Cannot add DNA: none of the ${count} of the data, such as "${
          genes[0]
        }", is among those of ${path}`,
    );
  }
  if (found.length < genes.length) {
    warn(
      `it is not known where ${
        (genes.length - found.length).toLocaleString("en-US")
      } of ${count} are: they get no DNA`,
    );
  }
  return { found, places };
}

/**
 * Reads an annotation.
 *
 * @throws {ContractError} If it says that it is of another assembly than the data.
 */
async function readPlaces(path: string, assembly: string): Promise<Map<string, Gene>> {
  const { takeAnnotationOf } = await import("./_annotation.ts");
  const { genes, assembly: found } = await takeAnnotationOf(path, { onWarning: warn });
  if (found !== undefined && assembly !== "unknown" && found !== assembly) {
    throw new ContractError(
      `Cannot use ${path}: it is of ${found} by its header, expected ${assembly} as the data are`,
    );
  }
  return new Map(genes.map((gene) => [geneKey(gene.id), gene]));
}
