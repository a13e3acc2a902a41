/** Reads genes from a table of their TSS with the columns `gene_id chrom tss strand`, or from a table of BioMart. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { isMissing } from "./missing.ts";
import { readTableHeader, splitCells } from "./table_columns.ts";

/** The columns that a table of genes must have. */
export const TABLE_COLUMNS = ["gene_id", "chrom", "tss", "strand"] as const;
const SYMBOLS = ["symbol", "gene_name"] as const;
const TYPES = ["type", "gene_type", "gene_biotype", "biotype"] as const;
/** The ids in a table that `prepare` writes beside a data set, whose column `gene_id` holds the genes' numbers. */
const ORIGINAL_ID = "original_id";
const ENTREZ_IDS = ["entrez_id", "entrezgene_id", "entrezgene"] as const;

/** The names of BioMart's columns, on its pages and in biomaRt. */
const BIOMART = {
  id: ["Gene stable ID", "ensembl_gene_id", "Gene stable ID version", "ensembl_gene_id_version"],
  chromosome: ["Chromosome/scaffold name", "chromosome_name"],
  start: ["Gene start (bp)", "start_position"],
  end: ["Gene end (bp)", "end_position"],
  tss: ["Transcription start site (TSS)", "transcription_start_site"],
  strand: ["Strand", "strand"],
  symbol: ["Gene name", "external_gene_name", "hgnc_symbol", "mgi_symbol"],
  type: ["Gene type", "gene_biotype"],
  entrezId: ["NCBI gene (formerly Entrezgene) ID", "NCBI gene ID", "entrezgene_id"],
} as const;

type RowParser = (line: Line, file: string) => GeneRow;

/** Whether a file's first line is the header of a table of genes. */
export function isTableHeader(text: string): boolean {
  const cells = splitCells(text, separatorOf(text));
  return cells.includes("gene_id") || findColumn(cells, BIOMART.id) !== undefined;
}

/** Makes a function that reads the rows of a table with the given header. */
export function makeTableParser(header: Line, file: string): RowParser {
  const text = lineText(header);
  const cells = splitCells(text, separatorOf(text));
  const isBioMart = !cells.includes("gene_id") && findColumn(cells, BIOMART.id) !== undefined;
  return isBioMart ? makeBioMartParser(header, file) : makeOwnParser(header, file);
}

function makeOwnParser(header: Line, file: string): RowParser {
  const readRow = readTableHeader(TABLE_COLUMNS, "genes", {
    line: header,
    file,
    separator: separatorOf(lineText(header)),
    optional: [ORIGINAL_ID, ...SYMBOLS, ...TYPES, ...ENTREZ_IDS],
    mayBeEmpty: ["gene_id", "strand"],
    isInteger: "tss",
  });
  return (line, file) => {
    const row = readRow(line, file);
    const first = (names: readonly string[]) =>
      names.map((name) => row[name as keyof typeof row] ?? "").find(isKnown);
    const start = parsePosition(row.tss, "tss", { line, file, least: 0 });
    const id = first([ORIGINAL_ID, "gene_id"]);
    return {
      id: id === undefined ? undefined : stripGenePrefix(id),
      symbol: first(SYMBOLS),
      entrezId: first(ENTREZ_IDS),
      type: first(TYPES),
      chromosome: isKnown(row.chrom) ? row.chrom : "",
      start,
      end: start + 1,
      strand: readStrand(row.strand),
      line: line.number,
    };
  };
}

/**
 * Makes a function that reads rows of BioMart, whose positions are 1-based. BioMart repeats a gene for each of its
 * transcripts, so rows with the same id are parts of one gene, and its TSS is the first in the direction of
 * transcription.
 */
function makeBioMartParser(header: Line, file: string): RowParser {
  const text = lineText(header);
  const cells = splitCells(text, separatorOf(text));
  const column = (names: readonly string[]) => findColumn(cells, names);
  const id = column(BIOMART.id)!;
  const [chromosome, strand] = [column(BIOMART.chromosome), column(BIOMART.strand)];
  const bounds = [column(BIOMART.start), column(BIOMART.end)];
  const hasBounds = bounds.every((name) => name !== undefined);
  const [start, end] = hasBounds ? bounds : [column(BIOMART.tss), column(BIOMART.tss)];
  if (!chromosome || !strand || !start || !end) failBioMart(header, { file, cells });
  const details = [column(BIOMART.symbol), column(BIOMART.type), column(BIOMART.entrezId)];
  const readRow = readTableHeader([...new Set([id, chromosome, strand, start, end])], "genes", {
    line: header,
    file,
    separator: separatorOf(text),
    optional: details.filter((name) => name !== undefined),
    mayBeEmpty: [id, strand],
    isInteger: start,
  });
  return (line, file) => {
    const row = readRow(line, file);
    const known = (name: string | undefined) => [row[name ?? ""] ?? ""].find(isKnown);
    const [symbol, type, entrezId] = details.map(known);
    return {
      id: known(id),
      symbol,
      type,
      entrezId,
      chromosome: known(chromosome) ?? "",
      start: parsePosition(row[start], start, { line, file, least: 1 }) - 1,
      end: parsePosition(row[end], end, { line, file, least: 1 }),
      strand: readStrand(row[strand] ?? ""),
      line: line.number,
      isPart: true,
    };
  };
}

function failBioMart(
  header: Line,
  { file, cells }: { readonly file: string; readonly cells: readonly string[] },
): never {
  failLine(
    file,
    header,
    `Cannot read genes: header "${
      cells.join(" ").slice(0, 80)
    }" of BioMart lacks some of the columns ` +
      "Chromosome/scaffold name, Strand, and Gene start (bp) with Gene end (bp) or Transcription start site (TSS); " +
      `expected these, or the columns ${TABLE_COLUMNS.join(", ")}, whose tss is BioMart's minus 1`,
  );
}

function findColumn(cells: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => cells.includes(name));
}

/** Finds the separator of the columns: tabs, or commas in a text without tabs. */
function separatorOf(text: string): "\t" | "," {
  return text.includes("\t") ? "\t" : ",";
}

/** Whether a cell has a value. A dot stands for a missing value, as in BED. */
function isKnown(cell: string): boolean {
  return cell !== "." && !isMissing(cell);
}
