/** Recognises files of other formats that only have the name of a BED or bedGraph file, by their rows. */

import type { Line } from "../../text/lines.ts";
import { isOfRangeFrame, RANGE_FRAME } from "../range_frames.ts";
import { describePeakColumns } from "./_peak_columns.ts";
import { advisePairs, adviseSort } from "./_advice.ts";
import type { TextFormat } from "./track.ts";

const DECODER = new TextDecoder();
const SORT = (file: string): string => `expected BAM: run "${adviseSort(file)}"`;

/** Rows of other formats, the formats' names, and what to do about them. */
const FOREIGN: readonly (readonly [row: RegExp, what: string, advise: (file: string) => string])[] =
  [
    [/^@(HD|SQ|RG|PG|CO)\t/, "SAM", SORT],
    [/^\S+\t\d+\t\S+\t\d+\t\d+\t(\*|(\d+[MIDNSHP=X])+)\t/, "SAM", SORT],
    [
      /^@\{/,
      "a matrix of deepTools' computeMatrix",
      () => "expected the signal of which it was made",
    ],
    [/^@/, "FASTQ", () => "whose reads are not aligned to a genome yet, expected BAM"],
    [/^>/, "FASTA", () => "expected the reads or the signal"],
    [
      /^(fixedStep|variableStep)\b/,
      "wiggle text",
      () => 'expected bigWig: convert it with "wigToBigWig"',
    ],
    [
      /^\S+\t\d+\t(?!\d+\t)\S+\t[ACGTN]+\t\S+\t/i,
      "VCF",
      () => "expected reads or signal, not variants",
    ],
    [
      /^\S+\t[^\t]+\t[^\t]+\t\d+\t\d+\t\S+\t[+\-.?]\t/,
      "GTF or GFF",
      () => "an annotation, expected reads or signal",
    ],
    [/^\S+\t(\d+\t\d+|-1\t-1)\t\S+\t(\d+\t\d+|-1\t-1)(\t|$)/, "BEDPE", advisePairs],
    [
      /^\s*(<!doctype|<html|<\?xml)/i,
      "a web page",
      () => "expected the file: was its download refused?",
    ],
    [/^\s*\{\s*"/, "JSON", () => "expected the file: was its download refused?"],
    [/^("[^"\t]*"|[^\t",]*),("[^"\t]*"|[^\t",]*),/, "separated by commas", () => "expected tabs"],
    [
      /^\d+\t(?=[^\t]*[^\d\t])[^\t]*\t\d+\t\d+(\t|$)/,
      "a table of UCSC, whose first column is the number of a bin",
      () => "expected BED: take that column out with cut -f 2-",
    ],
    [
      /^\d+(\t\d+){4}\t(?=[^\t]*[^\d\t])[^\t]*\t\d+\t\d+\t-\d+\t/,
      "UCSC's table of repeats (rmsk)",
      () => "expected BED: take its places with cut -f 6-8",
    ],
    [
      /^[^\t]+\t(?=[^\t]*[^\d\t])[^\t]*\t\d+\t\d+\t(?:[+\-.*]|[01])(\t|$)|^[^\t]+\t"?chr\w*"?\t"?start\b/i,
      "a table whose first column is a name, as HOMER's peaks and SAF are",
      () => "whose starts count from 1, expected BED: HOMER's pos2bed.pl makes that of its peaks",
    ],
    [/^"?seqnames"?\s+"?start"?\s+"?end"?\s+"?width"?/i, RANGE_FRAME, () => ""],
    [
      /^"?chr\w*"?\s+"?\w*start"?\s+"?\w*end"?\s+"?(length|width)\b/i,
      "a table with the length of each row, as MACS2's _peaks.xls and diffReps' are",
      () =>
        "expected BED, or narrowPeak of the same run, without a line of column names. Take 1 from each start if the length is the end less the " +
        "start, and one more",
    ],
    [
      /^"?(chr\w*|seqnames)"?\s+"?\w*start/i,
      "a line of column names",
      () => "expected rows: take it out, or put # before it",
    ],
  ];

/** What rows of other formats are in a list of places. */
const FORMATS_OF_PLACES: ReadonlyMap<string, string> = new Map([
  ["SAM", "Picard's interval_list"],
  ["GTF or GFF", "GTF or GFF"],
]);

/** A column in quotes, which stand for nothing. */
const QUOTED = /(^|[\t ])"([^"\t]*)"(?=$|[\t ])/g;

/**
 * Decodes a row for inspection, without the quotes around columns. Bytes that are not UTF-8, which names may contain, do
 * not matter.
 */
export function rowText({ bytes, start, end }: Line): string {
  return DECODER.decode(bytes.subarray(start, end)).replaceAll(QUOTED, "$1$2");
}

/** Peaks of SEACR: their total signal, their largest, and the region that has it. */
const SEACR = /^\S+\t\d+\t\d+\t[\d.e+-]+\t[\d.e+-]+\t\S+:\d+-\d+$/i;
const SEACR_PEAKS =
  "it looks like SEACR's peaks, which have sums of the signal but no enrichment, expected the bedGraph " +
  "file that SEACR was given, or narrowPeak or broadPeak";

const AS_BED = "it looks like BED, expected bedGraph: name a file of reads .bed or .tagAlign";
const BED_ROW = /^\S+\t\d+\t\d+\t[^\t]*\t[^\t]*\t[+\-.](\t|$)/;

/**
 * Says what an unreadable row looks like and what to do about it. Returns `undefined` if the row is not recognised.
 *
 * @param isSignal Whether the row should be of a signal track.
 * @param isPlaces Whether it should be a place alone.
 */
export function describeForeignRow(
  row: string,
  { file, isSignal, isPlaces = false }: {
    readonly file: string;
    readonly isSignal: boolean;
    readonly isPlaces?: boolean | undefined;
  },
): string | undefined {
  if (SEACR.test(row)) return SEACR_PEAKS;
  const found = FOREIGN.find(([pattern]) => pattern.test(row));
  if (found !== undefined && isPlaces && FORMATS_OF_PLACES.has(found[1])) {
    return `it looks like ${
      FORMATS_OF_PLACES.get(found[1])
    }, whose starts count from 1, expected BED, whose starts ` +
      "count from 0";
  }
  if (found !== undefined) {
    const advice = found[2](file);
    return `it looks like ${found[1]}${advice && `, ${advice}`}`;
  }
  if (isOfHistogram(row)) return DEPTHS;
  if (!isSignal || !BED_ROW.test(row)) return undefined;
  return AS_BED;
}

/**
 * Whether a row holds a pair of reads, as bedtools writes it: three more columns with a second place follow the first.
 * BED has the strand in the column where BEDPE has the second end.
 */
export function isPairOfReads(row: string): boolean {
  const [first, , , second, start = "", end = "", , , ...strands] = row.split(/\s+/);
  if (second === "." && start === "-1" && end === "-1") return true;
  if (!/^\d+$/.test(start) || !/^\d+$/.test(end) || Number(start) >= Number(end)) return false;
  const hasStrands = strands.length >= 2 && strands.slice(0, 2).every((s) => /^[+\-.]$/.test(s));
  return second === first || hasStrands;
}

const HISTOGRAM = /^\S+\t\d+\t(\d+)\t(\d+)\t(\d\S*)$/;
const DEPTHS =
  "it looks like a histogram of depths, as bedtools genomecov writes it without -bg, " +
  "expected a value by place: run bedtools genomecov with -bg";

/** Whether a row has a depth, the number of bases with it, the number of all bases, and their quotient. */
function isOfHistogram(row: string): boolean {
  const [, bases, all, share] = HISTOGRAM.exec(row) ?? [];
  return Number(bases) > 0 && Math.abs(Number(bases) / Number(all) / Number(share) - 1) < 1e-5;
}

/** Peaks with gaps: BED12, whose blocks stand where other peaks have their enrichment, and three more columns. */
const GAPPED_PEAK =
  /^\S+\t\d+\t\d+\t[^\t]*\t[^\t]*\t[+\-.]\t\d+\t\d+\t[\d,]+\t\d+\t[\d,]+\t[\d,]+(\t|$)/;

/** The first rows of a file, and the other lines among them. */
export interface FirstLines {
  readonly rows: readonly string[];
  readonly comments: readonly string[];
}

/** Describes readable rows of another format; `undefined` if they may have the expected format. */
export function describeForeignRows(
  { rows, comments }: FirstLines,
  format: TextFormat,
): string | undefined {
  if (rows.length > 1 && rows.every(isOfHistogram)) return DEPTHS;
  if (rows.length > 0 && rows.every(isOfRangeFrame)) return `it looks like ${RANGE_FRAME}`;
  if (format === "bedgraph") {
    // A read's name may be a number, which would be taken for a value.
    const areBed = rows.length > 0 && rows.every((row) => BED_ROW.test(row));
    return areBed ? AS_BED : describeSeveralValues(rows);
  }
  if (format !== "peaks") return undefined;
  return rows.some((row) => GAPPED_PEAK.test(row))
    ? "it looks like gappedPeak or BED12, expected narrowPeak or broadPeak, whose column 7 is the enrichment"
    : describePeakColumns(rows, comments);
}

const VALUE = /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|na|\.)$/i;

/** Describes rows with a value for each of several files, of which only the first would be read. */
function describeSeveralValues(rows: readonly string[]): string | undefined {
  const values = rows.map((row) => row.trimEnd().split(/\s+/).slice(3));
  const [{ length = 0 } = []] = values;
  const areAll = values.every((cells) =>
    cells.length === length && cells.every((cell) => VALUE.test(cell))
  );
  return length > 1 && areAll
    ? `it has ${length} columns of values, as bedtools unionbedg writes them, expected one. Keep one of them with ` +
      "cut -f 1-4, or write their mean"
    : undefined;
}
