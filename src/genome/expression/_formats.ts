/** Recognises tables of expression by their headers: tables of common programs and any others. */

import { findDifferences, isOfDifferences } from "./_differences.ts";
import type { Columns, ValueColumn } from "./_layout.ts";
import { findSampleColumns } from "./_long_format.ts";
import { kindOfEnding, kindOfTitle, type ValueKind } from "./value_kinds.ts";

/** A program's table of one sample. */
interface OneSampleFormat {
  readonly program: string;
  /** The columns that identify the format, in lower case. */
  readonly needs: readonly string[];
  /** The columns that name the genes. */
  readonly names: readonly string[];
  readonly values: Readonly<Partial<Record<ValueKind, string>>>;
  readonly mayBeTranscripts?: boolean;
  /** The columns that distinguish the rows of one gene, which are added up. */
  readonly parts?: readonly string[];
  readonly status?: string;
}

/** Cufflinks writes a row for each locus and each transcript of a gene. */
const TRACKING_PARTS = ["tracking_id", "locus"];

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
    // StringTie writes a row for each stretch of reads that it found in a gene.
    parts: ["reference", "strand", "start", "end"],
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
    parts: TRACKING_PARTS,
  },
];

/** Titles of columns of ids, symbols and Entrez numbers, in the order in which the main column is chosen. */
const NAME_TITLES = new RegExp(
  "^(?:" + [
    "genes?|id|name|ensembl[_. ]?(?:gene)?[_. ]?(?:id)?|gene[_. ]?ids?|ensg(?:[_. ]?id)?|gene[_. ]stable[_. ]id",
    "gene[_. ]?(?:short[_. ]?)?names?|gene[_. ]?symbols?|symbols?|(?:hgnc|hugo|mgi|rgd)[_. ]?symbol",
    "ens_?gene|(?:external|associated)[_. ]gene[_. ]name|ext_gene|entrez(?:[_. ]?gene)?[_. ]?(?:id)?|ncbi[_. ]?gene[_. ]?id",
  ].join("|") + ")$",
  "i",
);

/** Titles of columns of ids, which are preferred to symbols wherever they are. */
const ID_TITLES =
  /^(?:ensembl[_. ]?(?:gene)?[_. ]?(?:id)?(?:[_. ]version)?|gene[_. ](?:stable[_. ])?id|geneid|ensg(?:[_. ]?id)?|ens_?gene)$/i;

/** Titles of columns of transcripts. */
const TRANSCRIPT_TITLES =
  /^(?:tx|tx[_. ]?(?:id|name)|t_name|(?:ensembl[_. ])?transcript(?:[_. ]?ids?(?:\(s\)|\.s\.)?)?(?:[_. ]version)?|target_id|enst(?:[_. ]?id)?|isoform(?:[_. ]?id)?)$/i;

/** Titles of columns with all transcripts of a gene, which RSEM writes into the gene's only row. */
const SEVERAL_TRANSCRIPTS = /(?:ids|\(s\)|\.s\.)$/i;

/** Titles under which numbers are Entrez numbers even if another column names the genes too. */
const ENTREZ_TITLES = /entrez|ncbi|^gene[_. ]?id$/i;

/** Titles that R, pandas and their readers give to row names without a title. */
const ROW_NAME_TITLES =
  /^(?:|x|v1|rn|#|no|nr|\.\.\.1|unnamed: ?0|index|level_0|_?row(?:[_. ]?(?:names?|id|number|num|nr))?)$/i;

/**
 * Replaces the title of a column that is known to hold a sample's values, so that it is not taken for anything else.
 */
const OF_VALUES = "\0";

/** Titles of columns from annotations, which are not names of samples. */
const ANNOTATION_TITLES = new RegExp(
  "^(?:chr(?:om(?:osome)?)?|seqnames?|start|end|width|strand|(?:gene[_. ]?)?lengths?|" +
    "(?:eff(?:ective)?[_. ]?length)|descriptions?|(?:gene[_. ]?)?(?:bio)?type|locus|band|" +
    "(?:gene[_. ]?)?chr|loc(?:ation)?|copies|annotation/divergence)$",
  "i",
);

/** Whether a header's first cell is the title of a column of names; it may be empty. */
export function isTitleOfNames(title: string): boolean {
  return title === "" || NAME_TITLES.test(title) || TRANSCRIPT_TITLES.test(title);
}

/** Whether bare numbers below a title are Entrez numbers rather than numbers of rows. */
export function isTitleOfEntrez(title: string): boolean {
  return ENTREZ_TITLES.test(title);
}

/** Whether a title is that of row names, which may be genes or the numbers of rows in an earlier table. */
export function isTitleOfRowNames(title: string): boolean {
  return ROW_NAME_TITLES.test(title);
}

/**
 * Reads the columns that a header names.
 *
 * @param header The cells of the header, without quotes and white space around them.
 * @param isSample Whether a column is known to hold values of a sample, whatever its title means elsewhere.
 */
export function readColumns(
  header: readonly string[],
  isSample: (column: number) => boolean = () => false,
): Columns {
  const titles = header.map((title) => title.toLowerCase());
  const program = ONE_SAMPLE.find(({ needs }) => needs.every((title) => titles.includes(title)));
  if (program !== undefined) return readOneSample(program, header);
  return isFeatureCounts(titles)
    ? readFeatureCounts(header, isSample)
    : readAnyTable(header, isSample);
}

function readOneSample(format: OneSampleFormat, header: readonly string[]): Columns {
  const titles = header.map((title) => title.toLowerCase());
  const status = format.status === undefined ? undefined : indexOrNone(titles, format.status);
  const values = Object.entries(format.values).map(([kind, title]): ValueColumn => (
    { column: titles.indexOf(title), name: title, kind: kind as ValueKind, status }
  ));
  const names = format.names.map((title) => titles.indexOf(title));
  // RSEM writes isoforms into separate rows of another file.
  const parts = titles.includes("isopct") ? ["transcript_id"] : format.parts;
  return {
    program: format.program,
    names,
    values,
    ofOneSample: true,
    mayBeTranscripts: format.mayBeTranscripts ?? false,
    adds: parts !== undefined,
    parts: parts?.flatMap((title) => indexOrNone(titles, title) ?? []),
    sampleColumns: findSampleColumns(header, names),
    differences: [],
  };
}

function indexOrNone(titles: readonly string[], title: string): number | undefined {
  const index = titles.indexOf(title);
  return index < 0 ? undefined : index;
}

function isFeatureCounts(titles: readonly string[]): boolean {
  return titles.slice(0, 6).join(" ") === "geneid chr start end strand length";
}

function readFeatureCounts(
  header: readonly string[],
  isSample: (column: number) => boolean,
): Columns {
  const { names, values } = readAnyTable(header, isSample);
  return {
    program: "featureCounts",
    names: [0, ...names.filter((column) => column > 5)],
    values: values.filter(({ column }) => column > 5).map((value) => ({ ...value, kind: "count" })),
    ofOneSample: false,
    mayBeTranscripts: false,
    adds: false,
    sampleColumns: [],
    differences: [],
  };
}

/** Reads a table of genes × samples. The first column names the genes unless another has the title of ids. */
function readAnyTable(
  header: readonly string[],
  isSample: (column: number) => boolean,
): Columns {
  const titles = header.map((title, column) => isSample(column) ? OF_VALUES : title);
  const columns = [...titles.keys()];
  const names = findNames(titles);
  const titleOf = (column: number) => titles[column] ?? "";
  const transcripts = columns.filter((column) => TRANSCRIPT_TITLES.test(titleOf(column)));
  const sampleColumns = findSampleColumns(titles, [...names, ...transcripts]);
  const isOfTracking = TRACKING_PARTS.every((title) => titles.includes(title));
  const hasIds = titles.some((title) => ID_TITLES.test(title));
  const differences = findDifferences(titles);
  const hasParts = isOfTracking ||
    transcripts.some((column) => !SEVERAL_TRANSCRIPTS.test(titleOf(column)));
  const adds = hasIds && hasParts;
  // If the only other names are symbols, each in several rows, the transcripts identify the genes.
  const own = hasParts && !hasIds ? transcripts.slice(0, 1) : [];
  const all = [...own, ...names];
  const parts = isOfTracking ? TRACKING_PARTS.map((title) => titles.indexOf(title)) : transcripts;
  return {
    names: all.length === 0 ? [0] : all,
    values: readValues(header, {
      titles,
      taken: [...names, ...transcripts, ...sampleColumns.map(({ column }) => column)],
    }).filter(({ column }) => differences.length === 0 || !isOfDifferences(titleOf(column))),
    ofOneSample: false,
    mayBeTranscripts: transcripts.length > 0 && !hasIds,
    adds,
    parts: adds ? parts : undefined,
    sampleColumns,
    differences,
  };
}

/** Finds the columns that name genes, those of ids first. */
function findNames(header: readonly string[]): number[] {
  const columns = [...header.entries()];
  const [firstTitle = ""] = header;
  const ids = columns.filter(([, title]) => ID_TITLES.test(title)).map(([column]) => column);
  const titled = columns.filter(([, title]) =>
    NAME_TITLES.test(title) && !TRANSCRIPT_TITLES.test(title)
  ).map(([column]) => column);
  const isFirstOfSamples = titled.length > 0 &&
    findSampleColumns(header, titled).some(({ column }) => column === 0);
  const isFirstValue = titled.length > 0 && firstTitle === OF_VALUES;
  const first = isFirstOfSamples || isFirstValue || TRANSCRIPT_TITLES.test(firstTitle) ? [] : [0];
  return [...new Set([...ids, ...first, ...titled])];
}

/** Finds the columns that hold values, each with the column that says whether its values could be computed. */
function readValues(
  header: readonly string[],
  { titles, taken }: { readonly titles: readonly string[]; readonly taken: readonly number[] },
): ValueColumn[] {
  const others = new Set(taken);
  const statuses = new Map(
    header.flatMap((title, column) => {
      const sample = /^(.+)_status$/i.exec(title)?.[1];
      return sample === undefined ? [] : [[sample, column] as const];
    }),
  );
  const values = header.map((name, column): ValueColumn => ({
    column,
    name,
    kind: kindOfTitle(name) ?? kindOfEnding(name),
    status: statuses.get(name.replace(/_(?:FPKM|count)$/, "")),
  }));
  const isStatus = new Set(
    values.flatMap(({ status }) => status === undefined ? [] : status),
  );
  return values.filter(({ column, name }) =>
    !others.has(column) && !isStatus.has(column) && name !== "" &&
    !ANNOTATION_TITLES.test(titles[column] ?? "")
  );
}
