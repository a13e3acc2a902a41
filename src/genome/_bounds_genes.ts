/**
 * Reads genes from tables of their bounds, as R and featureCounts write them. Unlike a format with a name, such a table
 * does not say by itself whether its starts count from 0 or from 1, which would move every TSS of the plus strand by a
 * base. It is read where its columns tell.
 */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { isKnown, separatorOf, TABLE_COLUMNS } from "./_table_cells.ts";
import { readTableHeader, splitCells } from "./table_columns.ts";

/** Titles of columns, in lower case. */
const TITLES = {
  id: ["gene_id", "geneid", "gene", "ensembl_gene_id", "ensembl", "gene_name", "symbol", "name"],
  chromosome: ["seqnames", "seqname", "seqid", "chromosome", "chrom", "chr"],
  start: ["start", "chromstart"],
  end: ["end", "stop", "chromend"],
  strand: ["strand"],
  symbol: ["gene_name", "symbol", "genename"],
  type: ["gene_type", "gene_biotype", "biotype"],
  width: ["width"],
} as const;

/** The columns of SAF, which featureCounts takes and begins its tables with; its positions count from 1. */
const SAF = ["geneid", "chr", "start", "end", "strand"];

type Column = keyof typeof TITLES;
type NeededColumn = "id" | "chromosome" | "start" | "end" | "strand";

/** The columns of a header, by their titles in it. */
type BoundsColumns =
  & Readonly<Record<NeededColumn, string>>
  & Readonly<Record<Exclude<Column, NeededColumn>, string | undefined>>;

/** Whether a header is that of a table of bounds. A table that has the TSS is not. */
export function isBoundsHeader(text: string): boolean {
  return findBounds(splitCells(text, separatorOf(text))) !== undefined;
}

function findBounds(cells: readonly string[]): BoundsColumns | undefined {
  const plain = cells.map((cell) => cell.toLowerCase().replaceAll(/[ .-]/g, "_"));
  const find = (column: Column) => {
    const title = TITLES[column].find((name) => plain.includes(name));
    return title === undefined ? undefined : cells[plain.indexOf(title)];
  };
  const [id, chromosome, start, end, strand] =
    (["id", "chromosome", "start", "end", "strand"] as const).map(find);
  if (plain.includes("tss") || !id || !chromosome || !start || !end || !strand) return undefined;
  const more = { symbol: find("symbol"), type: find("type"), width: find("width") };
  return { id, chromosome, start, end, strand, ...more };
}

/** Makes a function that reads the rows of a table of bounds. Rows of one gene, such as its exons, are its parts. */
export function makeBoundsParser(
  header: Line,
  file: string,
): (line: Line, file: string) => GeneRow {
  const text = lineText(header);
  const cells = splitCells(text, separatorOf(text));
  const columns = findBounds(cells)!;
  const { id, chromosome, start, end, strand, symbol, type, width } = columns;
  const first = firstPlace(cells, columns) ?? failBase(header, file);
  const readRow = readTableHeader([id, chromosome, start, end, strand], "genes", {
    line: header,
    file,
    separator: separatorOf(text),
    optional: [symbol, type, width].filter((name) => name !== undefined),
    mayBeEmpty: [id, strand],
    isInteger: start,
  });
  return (line, file) => {
    const row = readRow(line, file);
    const known = (name: string | undefined) => [row[name ?? ""] ?? ""].find(isKnown);
    const position = (name: string) =>
      parsePosition(row[name], name, { line, file, least: first === "width" ? 0 : first });
    const [from, to] = [position(start), position(end)];
    const base = first === "width" ? baseOf(row[width!], { from, to, line, file }) : first;
    const found = known(id);
    return {
      id: found === undefined ? undefined : stripGenePrefix(found),
      symbol: known(symbol),
      type: known(type),
      chromosome: known(chromosome) ?? "",
      start: from - base,
      end: to,
      strand: readStrand(row[strand] ?? ""),
      line: line.number,
      isPart: true,
    };
  };
}

/** What the first base of a chromosome is called; "width" if each row's width says it; `undefined` if nothing does. */
function firstPlace(
  cells: readonly string[],
  { start, width }: BoundsColumns,
): 0 | 1 | "width" | undefined {
  if (width !== undefined) return "width";
  if (SAF.every((title, i) => cells[i]?.toLowerCase() === title)) return 1;
  // UCSC's titles, whose starts count from 0.
  return start.toLowerCase() === "chromstart" ? 0 : undefined;
}

/** Finds where positions begin: an interval from 1 has as many bases as its end less its start, and one more. */
function baseOf(
  width: string | undefined,
  { from, to, line, file }: {
    readonly from: number;
    readonly to: number;
    readonly line: Line;
    readonly file: string;
  },
): 0 | 1 {
  const more = Number(width) - (to - from);
  if (width !== "" && (more === 0 || more === 1 && from > 0)) return more;
  return failLine(
    file,
    line,
    `Cannot read gene: width is "${width}" from ${from} to ${to}, expected ${to - from + 1}, or ${
      to - from
    } if starts count from 0`,
  );
}

function failBase(header: Line, file: string): never {
  return failLine(
    file,
    header,
    `Cannot read genes: the header "${
      lineText(header).slice(0, 80)
    }" does not say whether starts count from 0 or ` +
      "from 1, expected the column width beside start and end, as R's GRanges have it, the columns of SAF (GeneID " +
      `Chr Start End Strand, which count from 1), BED without a header, or the columns ${
        TABLE_COLUMNS.join(" ")
      }, whose tss counts from 0`,
  );
}
