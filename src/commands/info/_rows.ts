/** Rows of intervals, and annotations. */

import { readAnnotation } from "../../genome/mod.ts";
import { unquoteCell } from "../../genome/text_lines.ts";
import { indexFacts } from "./_signal.ts";
import { DIGITS, factsOf, NUMBER, type TextFile } from "./_text_file.ts";
import { type Description, listFacts, someOf } from "./facts.ts";

/** Rows of intervals: peaks, bedGraph, and BED, which may be reads, genes or regions. */
export async function describeRows(file: TextFile): Promise<Description | undefined> {
  // UCSC's tools separate columns by blanks, too.
  const rows = file.lines.slice(0, 50).map((line) =>
    line.split(line.includes("\t") ? "\t" : / +/).map(unquoteCell)
  );
  const crai = describeCrai(rows);
  if (crai !== undefined) return crai;
  const isRow = ([, start = "", end = ""]: readonly string[]) =>
    DIGITS.test(start) && DIGITS.test(end);
  if (rows.length === 0 || !rows.every(isRow)) return undefined;
  const width = rows[0]!.length;
  const isPeaks = (width === 9 || width === 10) &&
    rows.every((row) =>
      [6, 7, 8].every((at) => NUMBER.test(row[at] ?? "")) && /^[+.-]$/.test(row[5]!)
    );
  const [kind, what] = isPeaks
    ? [
      "peaks",
      width === 10
        ? "narrowPeak: peaks with their enrichment"
        : "broadPeak: peaks with their enrichment",
    ]
    : width === 4 && rows.every((row) => NUMBER.test(row[3]!))
    ? ["bedgraph", "bedGraph: signal by intervals"]
    : ["bed", describeBed(file.path, rows)];
  const contigs = [...new Set(rows.map(([name]) => name!))];
  return {
    kind,
    what,
    facts: [
      ...listFacts([
        ["columns", "columns", width],
        ["firstContigs", "first sequences", contigs, someOf(contigs)],
        ["rows", "rows", file.head.isWhole ? file.lines.length : undefined],
      ]),
      ...file.head.compression === "bgzip" ? await indexFacts(file.path, "text") : [],
    ],
  };
}

/** BED does not say what its rows are: their lengths and names, and the file's name, do. */
function describeBed(path: string, rows: readonly (readonly string[])[]): string {
  const strands = rows.filter((row) => /^[+-]$/.test(row[5] ?? "")).length;
  if (/\.tagalign(\.b?gz)?$/i.test(path)) return "tagAlign: reads as BED";
  const lengths = rows.map(([, start, end]) => Number(end) - Number(start));
  const mean = lengths.reduce((sum, value) => sum + value, 0) / lengths.length;
  const names = new Set(rows.map((row) => row[3]));
  if (strands > 0 && mean <= 1000 && names.size <= 2) return "BED, most likely of reads";
  if (strands > 0 && names.size === rows.length) {
    return "BED, of genes, transcripts or named regions";
  }
  return "BED of intervals";
}

function describeCrai(rows: readonly (readonly string[])[]): Description | undefined {
  const isEntry = (row: readonly string[]) =>
    row.length === 6 && row.every((cell) => /^-?\d+$/.test(cell));
  if (rows.length === 0 || !rows.every(isEntry)) return undefined;
  return { kind: "index", what: "an index of a CRAM file (.crai)", facts: [] };
}

/** Annotations, by their form. */
export async function describeGenes(file: TextFile): Promise<Description | undefined> {
  const rows = file.lines.slice(0, 20).map((line) => line.split("\t"));
  const isGff = rows.length > 0 && rows.some((row) => row.length === 9) &&
    rows.every((row) => row.length >= 8 && DIGITS.test(row[3]!) && DIGITS.test(row[4]!));
  const isGenePred = rows.length > 0 && rows.every((row) => {
    const at = row.findIndex((cell) => /^[+-]$/.test(cell));
    return at >= 2 && row.length >= at + 6 &&
      row.slice(at + 1, at + 6).every((cell) => DIGITS.test(cell));
  });
  const header = (file.lines[0] ?? "").toLowerCase();
  const isTable = /(^|[\t,])gene_id([\t,]|$)/.test(header) && /[\t,]tss([\t,]|$)/.test(header) ||
    /transcription start site|gene stable id|ensembl gene id/.test(header);
  if (!isGff && !isGenePred && !isTable) return undefined;
  const isGff3 = /^##gff-version 3/.test(file.head.text) ||
    rows.some((row) => /^ID=|;Parent=/.test(row[8] ?? ""));
  const [format, what] = isGff
    ? isGff3 ? ["gff3", "an annotation (GFF3)"] : ["gtf", "an annotation (GTF)"]
    : isGenePred
    ? ["genepred", "an annotation (genePred)"]
    : ["table", "a table of genes"];
  return {
    kind: "annotation",
    what,
    ...await factsOf(file, async () => {
      const warnings: string[] = [];
      const { genes, assembly } = await readAnnotation(file.source, {
        onWarning: (text) => void warnings.push(text),
      });
      return listFacts([
        ["format", "format", format],
        ["genes", "genes", genes.length, someOf(genes.map(({ id }) => id))],
        ["assembly", "assembly", assembly ?? null, assembly ?? "not said"],
        [
          "warnings",
          "warnings",
          warnings.length === 0 ? undefined : warnings,
          warnings.slice(0, 3).join("; "),
        ],
      ]);
    }),
  };
}
