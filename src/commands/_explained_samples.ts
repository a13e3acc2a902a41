/** Which samples `explain` explains: genes and cell types by their names, and where an annotation says that genes lie. */

import { editDistance } from "../base/edit_distance.ts";
import { formatCountOf } from "../base/count.ts";
import { listSome, showName } from "../base/wording.ts";
import { Dataset } from "../data/dataset.ts";
import { findCellTypes, presentCellTypes } from "../data/find_cell_types.ts";
import { GeneNames } from "../data/gene_names.ts";
import { ContractError, FormatError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { type GeneDetails, geneKey } from "../gene_id.ts";
import type { Gene } from "../genome/gene.ts";
import { visitTextLines } from "../genome/text_lines.ts";
import { lineText, withSource } from "../text/lines.ts";
import { checkAnnotation, takeAnnotationOf } from "./_annotation.ts";
import { checkInputFile } from "./_input_file.ts";
import { warn } from "./_warn.ts";

/** The word for all genes. */
export const ALL_GENES = "all";

/** Names of genes, and where they stand. */
export interface GeneList {
  readonly names: readonly string[];
  /** Where a name stands, to follow it in messages; empty for names of the command line. */
  readonly where: (index: number) => string;
}

/** Titles of the column of genes in tables, in lower case; none of them is a gene. */
const TITLES = new Set(["gene", "gene_id", "gene_name", "genes", "id", "name", "symbol"]);

/**
 * Reads which genes `--genes` names: names between commas, or a file with one a line.
 *
 * @param text The value of the flag; `undefined` for all genes.
 * @returns The names; `undefined` for all genes.
 * @throws {ContractError} If the value is that of a file that cannot be read, or a name is empty.
 * @throws {FormatError} If the file holds no name.
 */
export async function readGeneNames(text: string | undefined): Promise<GeneList | undefined> {
  if (text === undefined || text === ALL_GENES) return undefined;
  const file = await fileOfGeneNames(text);
  if (file !== undefined) return await readGeneFile(file);
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) {
    throw new ContractError(
      `Cannot use --genes ${
        showName(text)
      }: expected names between commas, a file, or ${ALL_GENES}`,
    );
  }
  return { names, where: () => "" };
}

/** The file that `--genes` names; `undefined` if it names genes themselves, or all of them. */
export async function fileOfGeneNames(text: string | undefined): Promise<string | undefined> {
  if (text === undefined || text === ALL_GENES || text.includes(",")) return undefined;
  const isPath = /[/\\]|\.(txt|tsv|csv|list|gz)$/i.test(text) || ANNOTATION.test(text);
  return isPath || await pathKind(text).catch(() => undefined) !== undefined ? text : undefined;
}

/** Matches the names of files that hold genes with their places. */
const ANNOTATION = /\.(gtf|gff3?|bed|genepred)(\.gz)?$/i;

async function readGeneFile(path: string): Promise<GeneList> {
  if (ANNOTATION.test(path)) {
    throw new ContractError(
      `Cannot use --genes ${path}: it is an annotation, expected names between commas, or a file with one a line; ` +
        "an annotation is named by --gene-file",
    );
  }
  await checkInputFile("--genes", path);
  const names: string[] = [];
  const lines: number[] = [];
  await withSource(path, (source) =>
    visitTextLines(source, (line) => {
      const [name = ""] = lineText(line).split(/[\t,]/);
      const trimmed = name.trim().replace(/^"(.*)"$/, "$1");
      if (trimmed === "" || trimmed.startsWith("#")) return;
      if (names.length === 0 && TITLES.has(trimmed.toLowerCase())) return;
      names.push(trimmed);
      lines.push(line.number);
    }, warn));
  if (names.length === 0) {
    throw new FormatError("Cannot read genes: found none, expected one a line", { file: path });
  }
  return { names, where: (index) => ` (line ${lines[index]} of ${path})` };
}

/** What {@linkcode chooseSamples} chooses. */
export interface SampleChoice {
  /** `undefined` for all genes. */
  readonly genes: GeneList | undefined;
  /** `undefined` for all cell types. */
  readonly cellTypes: readonly string[] | undefined;
}

/** The samples that were chosen. */
export interface ChosenSamples {
  /** Their positions in the data, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Places of their genes in the columns' `genes`: in the order of the names, or that of the data for all genes. */
  readonly genes: readonly number[];
  /** Number of their cell types. */
  readonly cellTypes: number;
}

/**
 * Finds the samples of some genes in some cell types.
 *
 * @throws {ContractError} If the data have no gene or cell type of a name, or no sample of both.
 */
export function chooseSamples(
  data: Dataset,
  { genes: list, cellTypes: names }: SampleChoice,
): ChosenSamples {
  const cellTypes = names === undefined ? undefined : findNamedCellTypes(data, names);
  const [geneOf, cellTypeOf] = [data.geneIndices(), data.cellTypeIndices()];
  const named = list && new GeneNames(data).findAll(list.names, {
    action: "explain",
    where: list.where,
    hint: " (--gene-file names an annotation that does)",
  });
  const wanted = named && new Set(named);
  const rows = Uint32Array.from(geneOf.keys()).filter((row) =>
    (wanted === undefined || wanted.has(geneOf[row]!)) &&
    (cellTypes === undefined || cellTypes.has(cellTypeOf[row]!))
  );
  if (rows.length === 0) {
    throw new ContractError(
      data.length === 0
        ? "Cannot explain: the data have no samples"
        : "Cannot explain: the data have none of these genes in any of these cell types",
    );
  }
  const present = new Set(rows.values().map((row) => geneOf[row]!));
  return {
    rows,
    genes: named === undefined ? [...present] : named.filter((gene) => present.has(gene)),
    cellTypes: new Set(rows.values().map((row) => cellTypeOf[row]!)).size,
  };
}

/** Finds cell types by their names, or by those of the groups that replicates share. */
function findNamedCellTypes(data: Dataset, names: readonly string[]): Set<number> {
  return new Set(names.flatMap((name) => {
    const found = findCellTypes(data, name);
    if (found.length > 0) return found;
    const known = presentCellTypes(data).map((place) => data.columns.cellTypes[place]!);
    throw unknownName("cell type", name, known);
  }));
}

/**
 * Finds the places of marks by their names.
 *
 * @returns The place of each mark in the data's.
 * @throws {ContractError} If there is no mark of that name.
 */
export function findMarks(names: readonly string[], marks: readonly string[]): number[] {
  return names.map((name) => {
    const place = marks.indexOf(name);
    if (place < 0) throw unknownName("mark", name, marks);
    return place;
  });
}

function unknownName(what: string, name: string, known: readonly string[]): ContractError {
  const lower = name.toLowerCase().slice(0, 100);
  const distances = known.map((other) => editDistance(other.toLowerCase().slice(0, 100), lower));
  const least = Math.min(...distances);
  const near = least <= 2 ? known.filter((_, i) => distances[i] === least) : [];
  const advice = near.length > 0 && near.length <= 3
    ? `did you mean ${near.map(showName).join(" or ")}?`
    : `expected one of ${listSome(known, 8)}`;
  return new ContractError(
    `Cannot explain ${what} "${showName(name)}": the data have no ${what} of that name, ${advice}`,
  );
}

/**
 * Adds what an annotation knows of the genes of a data set: symbols, and places of genes whose place the data do not know.
 *
 * @param data The samples.
 * @param path The annotation.
 * @returns The same samples; the signal is shared.
 * @throws {ContractError} If it is of another assembly than the data, or has none of their genes.
 * @throws {FormatError} If it is damaged.
 */
export async function annotateGenes(data: Dataset, path: string): Promise<Dataset> {
  await checkAnnotation("--gene-file", path);
  const { genes: annotated, assembly } = await takeAnnotationOf(path, { onWarning: warn });
  const own = data.record.assembly;
  if (assembly !== undefined && own !== "unknown" && assembly !== own) {
    throw new ContractError(
      `Cannot use --gene-file ${path}: it is of ${assembly}, expected ${own}, of which the data are`,
    );
  }
  const byKey = new Map(annotated.map((gene) => [geneKey(gene.id), gene]));
  let known = 0;
  const { genes, geneDetails } = data.columns;
  const details = genes.map((id, index) => {
    const gene = byKey.get(geneKey(id));
    if (gene !== undefined) known++;
    return gene === undefined ? geneDetails?.[index] ?? {} : join(geneDetails?.[index] ?? {}, gene);
  });
  if (known === 0) {
    throw new ContractError(
      `Cannot use --gene-file ${path}: it has none of the data's genes, found ${
        showName(annotated[0]?.id ?? "none")
      }, expected such as ${showName(genes[0] ?? "none")}`,
    );
  }
  console.info(
    `Genes: ${known.toLocaleString("en-US")} of ${
      formatCountOf(genes.length, "gene")
    } are in ${path}`,
  );
  return new Dataset({ ...data.columns, geneDetails: details }, data.rows);
}

/** What the data know is kept: their windows lie around their own TSS. */
function join(known: GeneDetails, { symbol, chromosome, tss, strand }: Gene): GeneDetails {
  const isPlaced = known.chromosome !== undefined && known.tss !== undefined;
  const place = isPlaced ? {} : { chromosome, tss, ...(strand !== undefined && { strand }) };
  return { ...(symbol !== undefined && { symbol }), ...known, ...place };
}
