/** Recognises rows that can be read as reads but are probably not: peaks, segments of a genome, elements, bins. */

const REGION = String.raw`^\S+\t\d+\t\d+`;
const NUMBER = String.raw`-?\d+(\.\d+)?([eE][+-]?\d+)?`;
const BED6 = String.raw`${REGION}\t[^\t]*\t${NUMBER}\t[+\-.]`;

/** Rows of peaks as the various tools and formats write them. */
const PEAKS: readonly RegExp[] = [
  // narrowPeak, broadPeak and gappedPeak.
  RegExp(`${BED6}(\t${NUMBER}){3}\t-?\\d+$`),
  RegExp(`${BED6}(\t-?\\d+\\.\\d+)(\t${NUMBER}){2}$`),
  RegExp(`${BED6}\t\\d+\t\\d+\t[\\d,]+\t\\d+\t[\\d,]+\t[\\d,]+(\t${NUMBER}){3}$`),
  // IDR: narrowPeak or broadPeak, followed by the columns of each replicate. BED12 of reads has at most six columns
  // there.
  RegExp(`${BED6}(\t${NUMBER}){11,}$`),
  // Names from MACS2, nf-core and others.
  /^\S+\t\d+\t\d+\t\S*(peak|summit|interval|island)[_-]?\d+[a-z]?(\t|$)/i,
  // HOMER names a peak after its chromosome.
  /^(\S+)\t\d+\t\d+\t\1-\d+(\t|$)/,
  // SEACR, whose last column is the place of the highest signal in the peak.
  RegExp(`${REGION}(\t${NUMBER}){2}\t[^\\s:]+:\\d+-\\d+(\t|$)`),
  // Summaries of SICER, which have numbers only.
  RegExp(`${REGION}(?=.*\\d[.eE][\\d-])(\t${NUMBER}){5,}$`),
];
/** A line that names the columns of peaks, as epic2 and SICER2 write it, or tells a browser that the rows are peaks. */
const PEAK_HEADER =
  /^#?\s*"?chr\w*"?\s.*(p.?value|q.?value|fdr|fold.?change|summit|peak)|^track\s.*type="?(narrow|broad|gapped)peak/i;
const PEAK_FILE =
  /(peaks|summits|(narrow|broad|gapped)_?peak)([._-].*)?\.bed(\.b?gz)?$|\.(stringent|relaxed)\.bed(\.b?gz)?$/i;
/** Names of files that hold reads even if they mention peaks. */
const READS_FILE = /(^|[._-])(reads?|frags?|fragments?|tagalign)[._-]/i;

const SCORE_WITHOUT_STRAND = RegExp(`${REGION}\t[^\t]*\t${NUMBER}\t[.*](\t|$)`);
const FRACTIONAL_SCORE = RegExp(`${REGION}\t[^\t]*\t-?\\d+(\\.\\d|e-)`, "i");
const ON_STRAND = RegExp(`${REGION}\t[^\t]*\t[^\t]*\t[+-](\t|$)`);

/** Candidate cis-regulatory elements of ENCODE, features of Ensembl's regulatory build, genes and transcripts. */
const ELEMENTS = RegExp(`${REGION}\t(E[HM]\\d\\d[DE]\\d{7}|ENS[A-Z]*\\d{11}|[NX][MR]_\\d{5,})`);
const SEGMENTS_FILE = /_(dense|expanded|mnemonics|segments|statebyline)\.bed(\.b?gz)?$/i;
const FOUR_NUMBERS = RegExp(`^\\S+\\s+\\d+\\s+\\d+\\s+${NUMBER}\\s*$`);
const SINGLE_CELLS = RegExp(`${REGION}\t(\\S*[^A-Z\\s])?[ACGTN]{10,}(-\\d+)?\t\\d+$`);

/** Regions with what bedtools coverage adds: reads, covered bases, length, and the share of it with seven digits. */
const COVERAGE = RegExp(String.raw`${REGION}(\t[^\t]*)*\t\d+\t\d+\t\d+\t[01]\.\d{7}$`);
/** The header that deepTools writes above counts and scores by region. */
const DEEPTOOLS_HEADER = /^#'?chr'?\t'?start'?\t'?end'?\t'/;

/** Two intervals on one sequence in a row. */
const TWO_INTERVALS = /^(\S+)\t(\d+)\t(\d+)(?:\t[^\t]*){1,9}\t\1\t(\d+)\t(\d+)(?:\t|$)/;
/**
 * bedMethyl of ENCODE, which has 11 columns where BED12 of reads has 12, and of modkit, which has seven more: BED9, then the reads
 * and the share of them that is methylated.
 */
const METHYLATION =
  /^\S+\t(\d+)\t(\d+)\t[^\t]*\t\d+\t[+\-.]\t\1\t\2\t[\d,]+\t\d+[\t ]\d+(?:\.\d+)?(?:(?:[\t ]\d+){7})?$/;

const AS_READS = "not reads, and each row is counted as one read";
const LOOKS_LIKE_PEAKS =
  `looks like peaks, ${AS_READS}: give the reads or the signal that the peaks were called from, or name it ` +
  ".narrowPeak or .broadPeak if it is, for --signal enrichment";

/** The first rows of a file. */
export interface FirstRows {
  /** The file's name. */
  readonly file: string;
  /** The rows that have at least one base. */
  readonly rows: readonly string[];
  /** The other lines among them: comments and lines for genome browsers. */
  readonly comments: readonly string[];
}

/** Describes rows that may not be reads, or a column that is not used; `undefined` for plain reads. */
export function describeOddReads({ file, rows, comments }: FirstRows): string | undefined {
  if (rows.length === 0) return undefined;
  const look = (pattern: RegExp) => rows.every((row) => pattern.test(row));
  if (PEAKS.some(look) || comments.some((line) => PEAK_HEADER.test(line))) return LOOKS_LIKE_PEAKS;
  if (look(SCORE_WITHOUT_STRAND) && rows.some((row) => FRACTIONAL_SCORE.test(row))) {
    return LOOKS_LIKE_PEAKS;
  }
  if (look(COVERAGE) || comments.some((line) => DEEPTOOLS_HEADER.test(line))) {
    return `has numbers by region, as bedtools coverage and deepTools write them, ${AS_READS}: give the reads, or ` +
      "the signal";
  }
  if (look(FOUR_NUMBERS)) {
    return "has four columns, the last a number, as bedGraph: its rows are counted as reads. If the number is a " +
      "signal, name the file .bedGraph";
  }
  if (rows.every(hasOverlap)) {
    return "has two intervals in each row, as bedtools intersect -wa -wb writes them: a read that stands in several rows " +
      "counts several times. Give the reads alone (intersect -u)";
  }
  if (look(METHYLATION)) {
    return `looks like methylation of bases (bedMethyl), ${AS_READS}: for the share of methylated reads, give columns 1 to ` +
      "3 and 11 as bedGraph";
  }
  if (look(ELEMENTS)) {
    return `looks like elements of an annotation, ${AS_READS}: give the reads or the signal`;
  }
  if (look(SINGLE_CELLS)) {
    return "looks like fragments of single cells, as 10x has them: each row is counted as one fragment, and the " +
      "fifth column, the number of its read pairs, is not used. Cells are not distinguished: give a file for each " +
      "cell type";
  }
  return describeByName(file, rows);
}

/** Whether a row has a second interval that overlaps the first one, as `bedtools intersect -wa -wb` and `-wo` write them. */
function hasOverlap(row: string): boolean {
  const [start, end, otherStart, otherEnd] = TWO_INTERVALS.exec(row)?.slice(2).map(Number) ?? [];
  return start !== undefined && start < otherEnd! && otherStart! < end!;
}

function describeByName(path: string, rows: readonly string[]): string | undefined {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (SEGMENTS_FILE.test(file) || areAdjacent(rows)) {
    return `looks like segments of the genome, as ChromHMM writes them, ${AS_READS}: give the reads or the signal`;
  }
  const mayBePeaks = PEAK_FILE.test(file) && !READS_FILE.test(file) && !areOnBothStrands(rows);
  return mayBePeaks ? LOOKS_LIKE_PEAKS : undefined;
}

/** Whether each row starts where the one before it ends. */
function areAdjacent(rows: readonly string[]): boolean {
  const places = rows.map((row) => row.split(/\s+/, 3));
  return rows.length > 2 && places.every(([contig, start], i) => {
    const before = places[i - 1];
    return before === undefined || (contig === before[0] && start === before[2]);
  });
}

function areOnBothStrands(rows: readonly string[]): boolean {
  const strands = new Set(rows.map((row) => ON_STRAND.test(row) ? row.split("\t", 6)[5] : ""));
  return strands.size === 2 && !strands.has("");
}
