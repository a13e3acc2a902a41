/** Text files: annotations, expression, sheets, tables, and rows of reads, signal and peaks. */

import { formatBytes } from "../../base/byte_count.ts";
import { isPlainLine } from "../../base/printable.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import {
  type ExpressionTable,
  readAnnotation,
  readExpressionTable,
  readSampleSheet,
  VALUE_KINDS,
} from "../../genome/mod.ts";
import { readPredictions, readSequences } from "../../io/mod.ts";
import { indexFacts } from "./_signal.ts";
import { describeDeepchrome } from "./_data.ts";
import type { Head } from "./_head.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

/** A larger file is described by its start; gzip inflates to some ten times as much. */
const MOST_BYTES = { none: 2 ** 28, gzip: 2 ** 26, bgzip: 2 ** 26 } as const;

/** A text file, and what is known of it. */
interface TextFile {
  readonly path: string;
  readonly source: ByteSource;
  readonly head: Head;
  /** The first lines that are neither empty nor comments. */
  readonly lines: readonly string[];
}

/** Kinds by how the text starts. */
const STARTS: readonly (readonly [start: RegExp, kind: string, what: string])[] = [
  [/^@(HD|SQ|RG|PG|CO)\t/, "sam", "SAM text, which is not read: make BAM of it with samtools sort"],
  [/^@[^\n]*\n[A-Za-z.]*\n\+/, "fastq", "FASTQ: reads that are not aligned, which are not counted"],
  [/^>/, "fasta", "FASTA: sequences"],
  [/^##fileformat=VCF/, "vcf", "VCF: variants"],
  [
    /^(track [^\n]*\n)?(fixed|variable)Step /,
    "wiggle",
    "wiggle text: make bigWig of it with wigToBigWig",
  ],
  [
    /^<!DOCTYPE html>\n<!-- @waka\/histone: page of a data set/,
    "data-page",
    "a page of a data set",
  ],
  [/^<!DOCTYPE html>[^]*– run report<\/title>/, "run-report", "the report of a run"],
  [/^\s*<(!DOCTYPE html|html)/i, "html", "an HTML page"],
];

/** Describes a text file by its first lines and, unless it is large, by all of it. */
export async function describeText(
  path: string,
  source: ByteSource,
  head: Head,
): Promise<Description | undefined> {
  const known = STARTS.find(([start]) => start.test(head.text));
  if (known !== undefined) return { kind: known[1], what: known[2], facts: [] };
  const lines = head.text.split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^("?#|track |browser )/.test(line));
  const file = { path, source, head, lines };
  const commented = /^#[^\n]*\t/.exec(head.text)?.[0].slice(1);
  for (const describe of [describeCsv, describeSheet, describeTable, describeRows, describeGenes]) {
    const found = await describe(file, commented);
    if (found !== undefined) return found;
  }
  return describeSizes(file) ?? await describeExpression(file) ?? describeList(file);
}

/** Whether a file may be read whole. */
function isSmall({ source, head }: TextFile): boolean {
  return source.size <= MOST_BYTES[head.compression];
}

/** Facts of a whole file, or a sentence on why there are none. */
async function factsOf(
  file: TextFile,
  read: () => Promise<readonly Fact[]>,
): Promise<Pick<Description, "facts" | "problem">> {
  if (!isSmall(file)) {
    const text = `its start only, since it has ${formatBytes(file.source.size)}`;
    return { facts: listFacts([["read", "read", "start", text]]) };
  }
  try {
    return { facts: await read() };
  } catch (error) {
    return { facts: [], problem: (error as Error).message };
  }
}

/** DeepChrome's rows, sequences, and files of ids with a number. */
async function describeCsv(file: TextFile): Promise<Description | undefined> {
  const [first = ""] = file.lines;
  const cells = first.split(",");
  if (/^id,(expression|\w+)$/.test(first) && first.startsWith("id,expression")) {
    return {
      kind: "submission",
      what: "labels or predictions by id, as the competition's submissions",
      ...await factsOf(file, async () => {
        const { ids } = await readPredictions(file.source);
        return listFacts([["rows", "rows", ids.length, someOf(ids)]]);
      }),
    };
  }
  if (cells.length === 2 && /^[ACGTN]{50,}$/i.test(cells[1]!)) {
    return {
      kind: "sequences",
      what: "DNA around the TSS of genes (gene id, sequence)",
      ...await factsOf(file, async () => {
        const { genes, length } = await readSequences(file.source);
        return listFacts([
          ["genes", "genes", genes.length, someOf(genes)],
          ["lengthBp", "length", length, `${grouped(length)} bp each`],
        ]);
      }),
    };
  }
  const isNumeric = cells.length >= 4 && cells.every((cell) => /^-?\d+(\.\d+)?$/.test(cell));
  if (!isNumeric || Number(cells[1]) !== 1 || file.head.compression !== "none") return undefined;
  return await describeDeepchrome(file.path, file.source.size);
}

/** Sample sheets of this package, of nf-core and of ENCODE. */
async function describeSheet(file: TextFile, commented?: string): Promise<Description | undefined> {
  const header = (commented ?? file.lines[0] ?? "").toLowerCase().replace(/["_ -]/g, "");
  const keys = header.split(/[\t,;]/).map((key) => key.trim());
  const has = (...names: string[]) => names.every((name) => keys.includes(name));
  const what = has("celltype", "mark", "path")
    ? "a sample sheet"
    : has("sample", "fastq1")
    ? "a samplesheet of nf-core"
    : has("group", "replicate", "fastq1")
    ? "a samplesheet of nf-core"
    : has("fileaccession", "outputtype")
    ? "ENCODE's table of files (metadata.tsv)"
    : undefined;
  if (what === undefined) return undefined;
  if (what !== "a sample sheet") {
    const rows = file.head.isWhole ? file.lines.length - 1 : undefined;
    return {
      kind: "sample-sheet",
      what,
      facts: listFacts([["rows", "rows", rows], ["columns", "columns", keys.length]]),
    };
  }
  return {
    kind: "sample-sheet",
    what,
    ...await factsOf(file, async () => {
      const { entries } = await readSampleSheet(file.path, {
        replicates: "sum",
        missingMarks: "mask",
      });
      const cellTypes = [...new Set(entries.map(({ cellType }) => cellType))];
      const marks = [...new Set(entries.map(({ mark }) => mark))];
      return listFacts([
        ["files", "files", entries.length],
        ["cellTypes", "cell types", cellTypes, someOf(cellTypes)],
        ["marks", "marks", marks, someOf(marks)],
      ]);
    }),
  };
}

/** Tables that this package writes, by the columns of their header. */
const TABLES: readonly (readonly [columns: readonly string[], kind: string, what: string])[] = [
  [["cell_type", "gene_id", "prediction"], "predictions", "a table of predictions"],
  [["fold", "epoch", "train_loss"], "folds", "losses of folds (folds.csv)"],
  [["member", "epoch", "loss"], "history", "losses of an ensemble's members (members.csv)"],
  [["epoch", "loss"], "history", "losses by epoch (history.csv)"],
];

function describeTable({ lines, head }: TextFile): Promise<Description | undefined> {
  const columns = (lines[0] ?? "").split(/[\t,]/);
  const found = TABLES.find(([wanted]) => wanted.every((name) => columns.includes(name)));
  if (found === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    kind: found[1],
    what: found[2],
    facts: listFacts([
      ["rows", "rows", head.isWhole ? lines.length - 1 : undefined],
      ["columns", "columns", columns, columns.join(", ")],
    ]),
  });
}

const DIGITS = /^\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Rows of intervals: peaks, bedGraph, and BED, which may be reads, genes or regions. */
async function describeRows(file: TextFile): Promise<Description | undefined> {
  const rows = file.lines.slice(0, 50).map((line) => line.split("\t"));
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
async function describeGenes(file: TextFile): Promise<Description | undefined> {
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
    /transcription start site|gene stable id/.test(header);
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

/** Tables of expression, which have no mark of their own: what the reader takes is one. */
async function describeExpression(file: TextFile): Promise<Description | undefined> {
  if (!isSmall(file) || file.lines.length < 2) return undefined;
  try {
    const table = await readExpressionTable(file.source);
    const { cellTypes, rows, names, kind, program, nameTitles } = table;
    const ids = names[0];
    if (cellTypes.length === 0 || !isMostlyNumbers(table)) return undefined;
    return {
      kind: "expression",
      what: `a table of expression, ${rows} by ${
        cellTypes.length === 1 ? "one sample" : "samples"
      }`,
      facts: listFacts([
        ["samples", "samples", cellTypes, someOf(cellTypes)],
        [
          "rows",
          "rows",
          ids.length,
          `${grouped(ids.length)} ${rows}: ${someOf(ids).replace(/^[^:]*: /, "")}`,
        ],
        [
          "idColumns",
          "columns of ids",
          nameTitles,
          nameTitles.map((title) => title || "(no title)").join(", "),
        ],
        ["idKind", "ids", idKind(ids)],
        ["values", "values", kind !== undefined && VALUE_KINDS.includes(kind) ? kind : undefined],
        ["program", "program", program],
      ]),
    };
  } catch {
    return undefined;
  }
}

/** Whether a table holds numbers, as prose with a comma in each line does not. */
function isMostlyNumbers({ names, values, invalid, ragged }: ExpressionTable): boolean {
  const rows = names[0].length;
  const numbers = values.filter((value) => !Number.isNaN(value)).length;
  return rows > 0 && numbers > 0.5 * values.length && invalid.size <= 0.05 * values.length &&
    ragged.size <= 0.05 * rows;
}

function idKind(ids: readonly string[]): string {
  const some = ids.slice(0, 200);
  const share = (pattern: RegExp) => some.filter((id) => pattern.test(id)).length / some.length;
  if (share(/^ENS[A-Z]*G\d{6,}/) > 0.5) return "Ensembl genes";
  if (share(/^ENS[A-Z]*T\d{6,}/) > 0.5) return "Ensembl transcripts";
  if (share(/^\d+$/) > 0.5) return "numbers, as Entrez or the competition has them";
  return share(/^[NX][MR]_\d+/) > 0.5 ? "RefSeq" : "symbols or other names";
}

/** Chromosomes with their lengths; two columns of genes and counts look alike but for the names. */
function describeSizes({ lines, head }: TextFile): Description | undefined {
  const rows = lines.slice(0, 50).map((line) => line.split("\t"));
  const isSize = ([name = "", length = "", ...more]: readonly string[]) =>
    /^(chr\w+|\d{1,2}|[XYM]|MT|[A-Z]{2}_?\d+\.\d+)$/.test(name) && /^\d{4,}$/.test(length) &&
    more.every((cell) => DIGITS.test(cell));
  if (rows.length === 0 || !rows.every(isSize)) return undefined;
  return {
    kind: "chromosome-sizes",
    what: "lengths of chromosomes",
    facts: listFacts([["rows", "rows", head.isWhole ? lines.length : undefined]]),
  };
}

/** Lists of names. */
function describeList({ lines, head }: TextFile): Description | undefined {
  const rows = lines.slice(0, 50).map((line) => line.split("\t"));
  if (rows.length === 0) return undefined;
  const count = listFacts([["rows", "rows", head.isWhole ? lines.length : undefined]]);
  if (
    lines.every((line) => /^\S+$/.test(line) && isPlainLine(line)) &&
    rows.every((row) => row.length === 1)
  ) {
    return { kind: "list", what: "a list of names, one a line", facts: count };
  }
  return undefined;
}
