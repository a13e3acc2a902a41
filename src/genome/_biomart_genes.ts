/** Reads genes and transcripts from tables of BioMart, whose positions are 1-based. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { failWithoutTags } from "./_canonical_tag.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { findColumn, isKnown, separatorOf, TABLE_COLUMNS } from "./_table_cells.ts";
import type { TranscriptStarts } from "./_transcript_starts.ts";
import { readTableHeader, splitCells } from "./table_columns.ts";

/** The names of BioMart's columns, on its pages, in biomaRt, and on its pages up to Ensembl 87. */
export const BIOMART = {
  id: [
    "Gene stable ID",
    "ensembl_gene_id",
    "Gene stable ID version",
    "ensembl_gene_id_version",
    "Ensembl Gene ID",
  ],
  chromosome: ["Chromosome/scaffold name", "chromosome_name", "Chromosome Name"],
  start: ["Gene start (bp)", "start_position", "Gene Start (bp)"],
  end: ["Gene end (bp)", "end_position", "Gene End (bp)"],
  tss: [
    "Transcription start site (TSS)",
    "transcription_start_site",
    "Transcription Start Site (TSS)",
  ],
  strand: ["Strand", "strand"],
  symbol: ["Gene name", "external_gene_name", "hgnc_symbol", "mgi_symbol", "Associated Gene Name"],
  type: ["Gene type", "gene_biotype", "Gene Biotype"],
  transcript: [
    "Transcript stable ID",
    "ensembl_transcript_id",
    "Transcript stable ID version",
    "ensembl_transcript_id_version",
    "Ensembl Transcript ID",
  ],
  canonical: ["Ensembl Canonical", "transcript_is_canonical"],
  maneSelect: ["RefSeq match transcript (MANE Select)", "transcript_mane_select"],
  entrezId: [
    "NCBI gene (formerly Entrezgene) ID",
    "NCBI gene ID",
    "entrezgene_id",
    "EntrezGene ID",
  ],
} as const;

/** The columns that a table has, by their titles. */
interface BioMartColumns {
  readonly id: string;
  readonly chromosome: string;
  readonly strand: string;
  readonly start: string;
  readonly end: string;
  readonly symbol: string | undefined;
  readonly type: string | undefined;
  readonly entrezId: string | undefined;
}

/** The columns of a table from which starts of transcripts are read. */
interface TranscriptColumns {
  readonly transcript: string;
  readonly tss: string;
  readonly canonical: string | undefined;
  readonly maneSelect: string | undefined;
}

/** Where rows are from, and where transcripts go. */
export interface BioMartOptions {
  readonly file: string;
  /** Where transcripts go whose own starts are wanted. */
  readonly starts?: TranscriptStarts | undefined;
  /** Whether only canonical transcripts are wanted. */
  readonly onlyCanonical: boolean;
}

/**
 * Makes a function that reads rows of BioMart. BioMart repeats a gene for each of its transcripts, so rows with the same
 * id are parts of one gene, and its TSS is the first in the direction of transcription.
 */
export function makeBioMartParser(
  header: Line,
  options: BioMartOptions,
): (line: Line, file: string) => GeneRow {
  const { file, starts } = options;
  const text = lineText(header);
  const cells = splitCells(text, separatorOf(text));
  const columns = findColumns(header, { file, cells });
  const own = starts && findTranscriptColumns(header, { ...options, cells });
  const { id, chromosome, strand, start, end, symbol, type, entrezId } = columns;
  const details = [symbol, type, entrezId, own?.canonical, own?.maneSelect];
  const needed = [id, chromosome, strand, start, end, ...own ? [own.transcript, own.tss] : []];
  const readRow = readTableHeader([...new Set(needed)], "genes", {
    line: header,
    file,
    separator: separatorOf(text),
    optional: details.filter((name) => name !== undefined),
    mayBeEmpty: [id, strand, ...own ? [own.transcript] : []],
    isInteger: start,
  });
  const places = new FirstPlaces();
  return (line, file) => {
    const cells = readRow(line, file);
    const known = (name: string | undefined) => [cells[name ?? ""] ?? ""].find(isKnown);
    const position = (name: string) => parsePosition(cells[name], name, { line, file, least: 1 });
    const row = {
      id: known(id),
      symbol: known(symbol),
      type: known(type),
      entrezId: known(entrezId),
      chromosome: known(chromosome) ?? "",
      start: position(start) - 1,
      end: position(end),
      strand: readStrand(cells[strand] ?? ""),
      line: line.number,
      isPart: true,
    };
    if (own === undefined || row.id === undefined) return row;
    const tss = position(own.tss);
    const place = { chromosome: row.chromosome, strand: row.strand, start: tss - 1, end: tss };
    const transcript = known(own.transcript);
    const rank = rankOf(known(own.canonical), known(own.maneSelect));
    starts?.add(row.id, { transcript, ...place, line: line.number, rank, isWhole: true });
    return start === end ? places.keep(row) : row;
  };
}

/**
 * Without the bounds of genes, the transcripts' starts are all that is known of a gene's place. Where each transcript
 * has its own window, they must not be taken for distant copies of the gene.
 */
class FirstPlaces {
  readonly #places = new Map<string, Pick<GeneRow, "start" | "end">>();

  keep(row: GeneRow): GeneRow {
    const key = `${row.id}\t${row.chromosome}\t${row.strand}`;
    const { start, end } = this.#places.get(key) ?? row;
    this.#places.set(key, { start, end });
    return { ...row, start, end };
  }
}

/** MANE Select is the more telling of the two; Ensembl writes 1 for its canonical transcripts. */
function rankOf(canonical: string | undefined, maneSelect: string | undefined): number | undefined {
  if (maneSelect !== undefined) return 0;
  return canonical === "1" ? 1 : undefined;
}

interface HeaderCells {
  readonly file: string;
  readonly cells: readonly string[];
}

function findColumns(header: Line, { file, cells }: HeaderCells): BioMartColumns {
  const column = (names: readonly string[]) => findColumn(cells, names);
  const [chromosome, strand] = [column(BIOMART.chromosome), column(BIOMART.strand)];
  const bounds = [column(BIOMART.start), column(BIOMART.end)];
  const hasBounds = bounds.every((name) => name !== undefined);
  const [start, end] = hasBounds ? bounds : [column(BIOMART.tss), column(BIOMART.tss)];
  if (!chromosome || !strand || !start || !end) {
    failLine(
      file,
      header,
      `Cannot read genes: header "${showHeader(cells)}" of BioMart lacks some of the columns ` +
        "Chromosome/scaffold name, Strand, and Gene start (bp) with Gene end (bp) or Transcription start site " +
        `(TSS); expected these, or the columns ${
          TABLE_COLUMNS.join(", ")
        }, whose tss is BioMart's minus 1`,
    );
  }
  return {
    id: column(BIOMART.id)!,
    chromosome,
    strand,
    start,
    end,
    symbol: column(BIOMART.symbol),
    type: column(BIOMART.type),
    entrezId: column(BIOMART.entrezId),
  };
}

function findTranscriptColumns(
  header: Line,
  { file, cells, onlyCanonical }: HeaderCells & Pick<BioMartOptions, "onlyCanonical">,
): TranscriptColumns {
  const column = (names: readonly string[]) => findColumn(cells, names);
  const [transcript, tss] = [column(BIOMART.transcript), column(BIOMART.tss)];
  const [canonical, maneSelect] = [column(BIOMART.canonical), column(BIOMART.maneSelect)];
  if (transcript === undefined || tss === undefined) {
    failLine(
      file,
      header,
      `Cannot read transcripts: header "${showHeader(cells)}" of BioMart lacks ` +
        "Transcript stable ID or Transcription start site (TSS), expected both",
    );
  }
  if (onlyCanonical && canonical === undefined && maneSelect === undefined) {
    failWithoutTags(file, "BioMart without the column Ensembl Canonical");
  }
  return { transcript, tss, canonical, maneSelect };
}

function showHeader(cells: readonly string[]): string {
  return cells.join(" ").slice(0, 80);
}
