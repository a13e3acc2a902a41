/** Tables of expression by their headers: what common programs write, and what anyone does. */

import type { Columns, ValueColumn } from "./_layout.ts";
import { kindOfEnding, kindOfTitle, type ValueKind } from "./value_kinds.ts";

/** A program's table of one sample. */
interface OneSampleFormat {
  readonly program: string;
  /** Columns that tell the format, in lower case. */
  readonly needs: readonly string[];
  /** Columns that name the genes. */
  readonly names: readonly string[];
  readonly values: Readonly<Partial<Record<ValueKind, string>>>;
  readonly mayBeTranscripts?: boolean;
  readonly adds?: boolean;
  readonly status?: string;
}

const ONE_SAMPLE: readonly OneSampleFormat[] = [
  {
    program: "salmon",
    needs: ["name", "length", "effectivelength", "tpm", "numreads"],
    names: ["name"],
    values: { tpm: "tpm", count: "numreads" },
    mayBeTranscripts: true,
  },
  {
    program: "kallisto",
    needs: ["target_id", "eff_length", "est_counts", "tpm"],
    names: ["target_id"],
    values: { tpm: "tpm", count: "est_counts" },
    mayBeTranscripts: true,
  },
  {
    program: "RSEM",
    needs: ["gene_id", "effective_length", "expected_count", "tpm", "fpkm"],
    names: ["gene_id"],
    values: { tpm: "tpm", count: "expected_count", fpkm: "fpkm" },
  },
  {
    program: "StringTie",
    needs: ["gene id", "gene name", "reference", "coverage", "fpkm", "tpm"],
    names: ["gene id", "gene name"],
    values: { tpm: "tpm", fpkm: "fpkm" },
    // It writes a gene once for each stretch of reads that it found there.
    adds: true,
  },
  {
    program: "the GDC",
    needs: ["gene_id", "gene_name", "unstranded", "tpm_unstranded", "fpkm_unstranded"],
    names: ["gene_id", "gene_name"],
    values: { tpm: "tpm_unstranded", count: "unstranded", fpkm: "fpkm_unstranded" },
  },
  {
    program: "Cufflinks",
    needs: ["tracking_id", "gene_id", "gene_short_name", "fpkm"],
    names: ["gene_id", "gene_short_name"],
    values: { fpkm: "fpkm" },
    status: "fpkm_status",
    adds: true,
  },
];

/** Titles of columns of ids, of symbols and of Entrez numbers, in the order in which the main one is chosen. */
const NAME_TITLES = new RegExp(
  "^(?:" + [
    "genes?|id|name|ensembl[_. ]?(?:gene)?[_. ]?(?:id)?|gene[_. ]?ids?|ensg|gene[_. ]stable[_. ]id",
    "gene[_. ]?(?:short[_. ]?)?names?|gene[_. ]?symbols?|symbols?|(?:hgnc|hugo)[_. ]?symbol",
    "(?:external|associated)[_. ]gene[_. ]name|entrez(?:[_. ]?gene)?[_. ]?(?:id)?|ncbi[_. ]?gene[_. ]?id",
  ].join("|") + ")$",
  "i",
);

/** Titles of ids, which come before symbols wherever they stand. */
const ID_TITLES =
  /^(?:ensembl[_. ]?(?:gene)?[_. ]?(?:id)?(?:[_. ]version)?|gene[_. ](?:stable[_. ])?id|geneid|ensg)$/i;

/** Titles of transcripts. */
const TRANSCRIPT_TITLES =
  /^(?:tx|tx[_. ]?(?:id|name)|t_name|transcript|transcript[_. ]?ids?(?:\(s\))?|target_id)$/i;

/** Titles of what annotations say of genes, which no sample is called. */
const ANNOTATION_TITLES = new RegExp(
  "^(?:chr(?:om(?:osome)?)?|seqnames?|start|end|width|strand|(?:gene[_. ]?)?lengths?|" +
    "(?:eff(?:ective)?[_. ]?length)|descriptions?|(?:gene[_. ]?)?(?:bio)?type|locus|band|" +
    "(?:gene[_. ]?)?chr|loc(?:ation)?)$",
  "i",
);

/** Whether a header's first cell says that names of genes stand below it; an empty one does. */
export function isTitleOfNames(title: string): boolean {
  return title === "" || NAME_TITLES.test(title) || TRANSCRIPT_TITLES.test(title);
}

/** Reads a header's cells; quotes and white space around them are gone. */
export function readColumns(header: readonly string[]): Columns {
  const titles = header.map((title) => title.toLowerCase());
  const program = ONE_SAMPLE.find(({ needs }) => needs.every((title) => titles.includes(title)));
  if (program !== undefined) return readOneSample(program, titles);
  return isFeatureCounts(titles) ? readFeatureCounts(header) : readAnyTable(header);
}

function readOneSample(format: OneSampleFormat, titles: readonly string[]): Columns {
  const values = Object.entries(format.values).map(([kind, title]): ValueColumn => (
    { column: titles.indexOf(title), name: title, kind: kind as ValueKind }
  ));
  return {
    program: format.program,
    names: format.names.map((title) => titles.indexOf(title)),
    values,
    ofOneSample: true,
    mayBeTranscripts: format.mayBeTranscripts ?? false,
    // The isoforms of RSEM, in rows of their own.
    adds: (format.adds ?? false) || titles.includes("isopct"),
    status: format.status === undefined ? undefined : indexOrNone(titles, format.status),
  };
}

function indexOrNone(titles: readonly string[], title: string): number | undefined {
  const index = titles.indexOf(title);
  return index < 0 ? undefined : index;
}

function isFeatureCounts(titles: readonly string[]): boolean {
  return titles.slice(0, 6).join(" ") === "geneid chr start end strand length";
}

function readFeatureCounts(header: readonly string[]): Columns {
  const { names, values } = readAnyTable(header);
  return {
    program: "featureCounts",
    names: [0, ...names.filter((column) => column > 5)],
    values: values.filter(({ column }) => column > 5).map((value) => ({ ...value, kind: "count" })),
    ofOneSample: false,
    mayBeTranscripts: false,
    adds: false,
  };
}

/** Genes × samples: the first column names the genes unless another is titled as that of ids. */
function readAnyTable(header: readonly string[]): Columns {
  const columns = header.map((_, column) => column);
  const ids = columns.filter((column) => ID_TITLES.test(header[column]));
  const others = columns.filter((column) => column === 0 || NAME_TITLES.test(header[column]));
  const isTranscript = (column: number) => TRANSCRIPT_TITLES.test(header[column]);
  const byTranscripts = columns.some(isTranscript);
  const names = [...new Set([...ids, ...others.filter((column) => !isTranscript(column))])];
  const taken = new Set([...names, ...columns.filter(isTranscript)]);
  const isValue = (column: number) =>
    !taken.has(column) && header[column] !== "" && !ANNOTATION_TITLES.test(header[column]);
  const values = columns.filter(isValue).map((column): ValueColumn => {
    const name = header[column];
    return { column, name, kind: kindOfTitle(name) ?? kindOfEnding(name) };
  });
  return {
    names: names.length === 0 ? [0] : names,
    values,
    ofOneSample: false,
    mayBeTranscripts: byTranscripts && ids.length === 0,
    adds: byTranscripts && ids.length > 0,
  };
}
