/** Reads genes from a table of their TSS with the columns `gene_id chrom tss strand`, or from a table of BioMart. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { GENE_OF_SAMPLE } from "./gene_of_sample.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import { isBoundsHeader, makeBoundsParser } from "./_bounds_genes.ts";
import { BIOMART, makeBioMartParser } from "./_biomart_genes.ts";
import { failWithoutTags } from "./_canonical_tag.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { findColumn, isKnown, separatorOf, TABLE_COLUMNS } from "./_table_cells.ts";
import type { TranscriptStarts } from "./_transcript_starts.ts";
import type { AnnotationTss } from "./gene_format.ts";
import { readTableHeader, splitCells } from "./table_columns.ts";

const SYMBOLS = ["symbol", "gene_name"] as const;
const TYPES = ["type", "gene_type", "gene_biotype", "biotype"] as const;
/** The ids in a table that `prepare` writes beside a data set, whose column `gene_id` holds the genes' numbers. */
const ORIGINAL_ID = "original_id";
const TRANSCRIPT_ID = "transcript_id";
const ENTREZ_IDS = ["entrez_id", "entrezgene_id", "entrezgene"] as const;

type RowParser = (line: Line, file: string) => GeneRow;

/** How a table of genes is read. */
export interface TableParserOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** What windows are to be centred on. */
  readonly tss: AnnotationTss;
  /** Where transcripts go whose own starts are wanted. */
  readonly starts?: TranscriptStarts | undefined;
}

/** Whether a file's first line is the header of a table of genes. */
export function isTableHeader(text: string): boolean {
  const cells = splitCells(text, separatorOf(text));
  return cells.includes("gene_id") || findColumn(cells, BIOMART.id) !== undefined ||
    isBoundsHeader(text);
}

/** Whether a header is that of a table of BioMart. */
export function isBioMartHeader(text: string): boolean {
  const cells = splitCells(text, separatorOf(text));
  return !cells.includes("gene_id") && findColumn(cells, BIOMART.id) !== undefined;
}

/** Makes a function that reads the rows of a table with the given header. */
export function makeTableParser(header: Line, options: TableParserOptions): RowParser {
  const text = lineText(header);
  const cells = splitCells(text, separatorOf(text));
  const { file, tss } = options;
  if (isBioMartHeader(text)) {
    return makeBioMartParser(header, { ...options, onlyCanonical: tss === "canonical" });
  }
  if (isBoundsHeader(text) && tss === "gene") return makeBoundsParser(header, file);
  if (tss === "canonical") failWithoutTags(file, "a table of genes");
  if (tss === "transcript" && !cells.includes(TRANSCRIPT_ID)) {
    failLine(
      file,
      header,
      `Cannot read transcripts: header "${cells.join(" ").slice(0, 80)}" lacks column ` +
        `"${TRANSCRIPT_ID}", expected it beside ${TABLE_COLUMNS.join(", ")}`,
    );
  }
  return makeOwnParser(header, options);
}

function makeOwnParser(header: Line, { file, tss }: TableParserOptions): RowParser {
  const text = lineText(header);
  const separator = separatorOf(text);
  const cells = splitCells(text, separator);
  const readRow = readTableHeader(TABLE_COLUMNS, "genes", {
    line: header,
    file,
    separator,
    optional: [ORIGINAL_ID, GENE_OF_SAMPLE, TRANSCRIPT_ID, ...SYMBOLS, ...TYPES, ...ENTREZ_IDS],
    mayBeEmpty: ["gene_id", "strand"],
    isInteger: "tss",
  });
  // A table may have a hundred thousand rows, and most lack most of these columns.
  const among = <Name extends string>(names: readonly Name[]) =>
    names.filter((name) => cells.includes(name));
  const columns = {
    id: among([ORIGINAL_ID, "gene_id"]),
    transcript: among([TRANSCRIPT_ID]),
    gene: among([GENE_OF_SAMPLE]),
    symbol: among(SYMBOLS),
    type: among(TYPES),
    entrezId: among(ENTREZ_IDS),
  };
  return (line, file) => {
    const row = readRow(line, file);
    const first = (names: readonly (keyof typeof row)[]) => {
      for (const name of names) if (isKnown(row[name])) return row[name];
      return undefined;
    };
    const start = parsePosition(row.tss, "tss", { line, file, least: 0 });
    const id = first(columns.id);
    const plainId = id === undefined ? undefined : stripGenePrefix(id);
    const names = tss === "transcript"
      ? { id: first(columns.transcript), gene: plainId }
      : { id: plainId, gene: first(columns.gene) };
    return {
      ...names,
      symbol: first(columns.symbol),
      entrezId: first(columns.entrezId),
      type: first(columns.type),
      chromosome: isKnown(row.chrom) ? row.chrom : "",
      start,
      end: start + 1,
      strand: readStrand(row.strand),
      line: line.number,
    };
  };
}
