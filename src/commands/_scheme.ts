/** How commands divide data: the flags of the scheme, and the tables that it needs. */

import { type Command, Option } from "commander";
import { humanGeneChromosome, humanGeneStrand } from "../atlas/gene_chromosomes.ts";
import { formatCountOf } from "../base/count.ts";
import { placeGenes, placesByGene } from "../data/chromosomes.ts";
import type { Dataset } from "../data/dataset.ts";
import { FOLD_SCHEMES, type FoldScheme } from "../data/fold_scheme.ts";
import { ContractError } from "../errors.ts";
import type { Gene } from "../genome/gene.ts";
import { choice, integer } from "./flags.ts";
import { checkAnnotation, takeAnnotationOf } from "./_annotation.ts";
import { checkInputFile } from "./_input_file.ts";
import { readSampleTable, type SampleTable } from "./_sample_table.ts";
import { warn } from "./_warn.ts";

/** Flags of the commands that divide data. */
export interface SchemeFlags {
  readonly scheme: FoldScheme;
  readonly stratified: boolean;
  readonly genes?: string | undefined;
  readonly groups?: string | undefined;
  readonly groupColumn?: string | undefined;
}

/** Declares the flags of the commands that cross-validate, with the default scheme of division. */
export function declareFolds(command: Command, scheme: FoldScheme): Command {
  return declareScheme(command.option("--folds <n>", "number of folds", integer(2), 4), { scheme });
}

/** What {@linkcode declareScheme} declares `--scheme` with. */
interface DeclareSchemeOptions {
  readonly scheme: FoldScheme;
  /** What the scheme does, to be followed by the names. */
  readonly does?: string;
}

/** Declares the flags that say how data are divided. */
export function declareScheme(
  command: Command,
  { scheme, does = "how to divide" }: DeclareSchemeOptions,
): Command {
  return command
    .option(
      "--scheme <name>",
      `${does}: ${FOLD_SCHEMES.join(", ")}`,
      choice(FOLD_SCHEMES),
      scheme,
    )
    .option(
      "--genes <file>",
      "for by-chromosome: where genes lie, as GTF, GFF3, BED, genePred or table; hg19 and hg38 are built in " +
        "(default: as the data say, else the package's list of human genes)",
    )
    .option(
      "--groups <file>",
      "for by-group: a table with cell_type, gene_id or both, and the group of each",
    )
    .addOption(
      new Option(
        "--group-column <name>",
        "column of --groups to divide by (default: the only one)",
      ),
    )
    .option("--stratified", "distribute the labels alike over the parts", false);
}

/** The scheme as `config.json` records it: what is not the default. */
export function describeScheme(
  { scheme, stratified, genes, groups, groupColumn }: SchemeFlags,
): Partial<SchemeFlags> {
  return { scheme, ...(stratified && { stratified }), genes, groups, groupColumn };
}

/** Data, with what the scheme needs to divide them. */
export interface DivisibleData {
  /** The samples; their genes have chromosomes if the scheme needs them. */
  readonly data: Dataset;
  /** The group of each sample, `[position]`, for scheme `by-group`. */
  readonly groups: readonly string[] | undefined;
}

/** The tables that a scheme needs. */
export interface SchemeTables {
  /**
   * Joins the tables to the samples.
   *
   * @throws {ContractError} If they lack a gene or cell type of the data.
   */
  readonly join: (data: Dataset) => DivisibleData;
}

/** Whether a scheme keeps chromosomes whole. */
export function needsChromosomes(scheme: FoldScheme): boolean {
  return scheme === "by-chromosome" || scheme === "by-chromosome-and-cell-type";
}

/** The flags of commands that hold out chromosomes by name. */
export interface ChromosomeFlags {
  readonly newChromosomes?: readonly string[] | undefined;
  readonly genes?: string | undefined;
}

/**
 * Reads the annotation that says where genes lie, if chromosomes are held out, and makes a function that adds the places to
 * data.
 *
 * @throws {ContractError} If the annotation cannot be read, or is given without need.
 */
export async function readChromosomes(
  { newChromosomes, genes }: ChromosomeFlags,
): Promise<(data: Dataset) => Dataset> {
  if (newChromosomes === undefined && genes !== undefined) {
    throw new ContractError(
      "Cannot use --genes: no chromosomes are held out, expected --new-chromosomes",
    );
  }
  if (newChromosomes === undefined) return (data) => data;
  const places = genes === undefined ? undefined : await readPlaces(genes);
  return (data) => place(data, places);
}

/**
 * Reads the tables that a scheme needs. Call it before the data are read, which may take long.
 *
 * @param flags The flags.
 * @param options Whether the command has a use for the places of genes whatever the scheme is.
 * @throws {ContractError} If a flag does not suit the scheme, or a file cannot be read.
 * @throws {FormatError} If a table is damaged.
 */
export async function readSchemeTables(
  flags: SchemeFlags,
  { usesPlaces = false }: { readonly usesPlaces?: boolean } = {},
): Promise<SchemeTables> {
  checkSchemeFlags(flags, usesPlaces);
  const { scheme } = flags;
  const genes = flags.genes === undefined ? undefined : await readPlaces(flags.genes);
  const table = await readGroups(flags);
  return {
    join(data) {
      const placed = genes !== undefined || needsChromosomes(scheme) ? place(data, genes) : data;
      return { data: placed, groups: table && joinGroups(data, table) };
    },
  };
}

/** Refuses flags that the scheme would not use. */
function checkSchemeFlags(
  { scheme, genes, groups, groupColumn }: SchemeFlags,
  usesPlaces: boolean,
): void {
  if (genes !== undefined && !usesPlaces && !needsChromosomes(scheme)) {
    throw new ContractError(
      `Cannot use --genes: scheme ${scheme} needs no chromosomes, expected --scheme by-chromosome`,
    );
  }
  if (scheme === "by-group" && groups === undefined) {
    throw new ContractError(
      "Cannot split by group: found no --groups, expected the table that has the group of each cell type or gene",
    );
  }
  if (scheme !== "by-group" && (groups ?? groupColumn) !== undefined) {
    throw new ContractError(
      `Cannot use ${
        groups === undefined ? "--group-column" : "--groups"
      }: scheme is ${scheme}, expected by-group`,
    );
  }
}

async function readPlaces(path: string): Promise<Gene[]> {
  await checkAnnotation("--genes", path);
  return (await takeAnnotationOf(path, { onWarning: warn })).genes;
}

async function readGroups({ groups, groupColumn }: SchemeFlags): Promise<SampleTable | undefined> {
  if (groups === undefined) return undefined;
  await checkInputFile("--groups", groups);
  return await readSampleTable(groups, { column: groupColumn, flag: "--group-column" });
}

/** Adds chromosomes where the data lack them: from the user's annotation, else from the package's list of human genes. */
function place(data: Dataset, genes: readonly Gene[] | undefined): Dataset {
  const own = placesByGene((genes ?? []).map((gene) => [gene.id, gene]));
  let listed = 0;
  const placed = placeGenes(data, (id) => {
    const found = own(id);
    if (found !== undefined) return found;
    const chromosome = humanGeneChromosome(id);
    if (chromosome !== undefined) listed++;
    return { chromosome, strand: humanGeneStrand(id) };
  });
  if (listed > 0) {
    console.info(
      `Chromosomes of ${
        formatCountOf(listed, "gene")
      }: from the package's list of human genes (Ensembl 65, hg19)`,
    );
  }
  return placed;
}

function joinGroups(data: Dataset, table: SampleTable): string[] {
  const groups = table.valuesOf(data);
  const count = new Set(groups).size;
  console.info(`Groups: ${formatCountOf(count, "group")} by column ${table.column}`);
  return groups;
}
