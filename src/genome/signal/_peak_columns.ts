/**
 * Looks whether column 7 of a file of peaks is an enrichment. Some callers write tables whose first columns are those of
 * broadPeak and whose column 7 is something else, such as epic2's, which has the count of reads there.
 */

const WANTED = "expected an enrichment (signalValue), as in narrowPeak and broadPeak";

/** A line of column names: the first is that of the chromosome, the second of the start. */
const HEADER = /^#?\s*"?(chr\w*|seq\w*|contig)"?\s+"?\w*start/i;
/** Names of what an enrichment is not: probabilities, logarithms, counts, places. */
const NO_ENRICHMENT =
  /p.?val|q.?val|padj|fdr|log|count|reads|pileup|thick|start|end|length|width|summit/i;

/** A row with ten columns whose last is a fraction; in narrowPeak it is a peak's summit, a whole number of bases. */
const FRACTION_IN_LAST = /^\S+\t\d+\t\d+(?:\t[^\t]*){6}\t(-?\d+\.\d*|-?\d+(?:\.\d*)?e[+-]?\d+)$/i;

/** A row of Genrich, narrowPeak: its length in bp makes the score of what stands in column 7. */
const GENRICH = /^\S+\t(\d+)\t(\d+)\tpeak_\d+\t(\d+)\t\.\t(\d+(?:\.\d+)?)\t\S+\t\S+\t\d+\s*$/;
/** Rows whose score lies between 0 and 1000 tell; fewer may have such a score by chance. */
const TELLING_ROWS = 3;

/** Whether column 7 is the sum over a peak's bases, and the score a thousand times their mean, up to 1000, in all rows. */
function areOfGenrich(rows: readonly string[]): boolean {
  let telling = 0;
  for (const row of rows) {
    const found = GENRICH.exec(row)?.slice(1).map(Number);
    if (found === undefined) return false;
    const [start = 0, end = 0, score = 0, area = 0] = found;
    if (Math.abs(Math.min(1000, 1000 * area / (end - start)) - score) > 1) return false;
    if (score > 0 && score < 1000) telling++;
  }
  return telling >= TELLING_ROWS;
}

/** Says what column 7 is if it is no enrichment, by the header or by the other columns; `undefined` if it may be one. */
export function describePeakColumns(
  rows: readonly string[],
  comments: readonly string[],
): string | undefined {
  const seventh = comments.find((line) => HEADER.test(line))?.split(/\t|\s+(?=\S)/)[6];
  if (seventh !== undefined && NO_ENRICHMENT.test(seventh)) {
    return `its header names column 7 "${seventh.trim()}", ${WANTED}`;
  }
  if (areOfGenrich(rows)) {
    return "it looks like Genrich's peaks, whose column 7 is the area under the curve, which grows with a peak's " +
      `length, ${WANTED}. Give the reads, or write column 7 divided by the peak's length`;
  }
  const fraction = rows.map((row) => FRACTION_IN_LAST.exec(row)?.[1]).find((found) => found);
  return fraction === undefined
    ? undefined
    : `column 10 is "${fraction}", where narrowPeak has a peak's summit, a ` +
      `whole number of bases, so column 7 may not be what is looked for either: ${WANTED}`;
}

/** Fewer rows may have one enrichment by chance. */
const CERTAIN_ROWS = 20;

/** Says that the enrichments of the first rows are all the same, as programs write that measure none. */
export function describeSameEnrichments(rows: readonly string[]): string | undefined {
  const [first, ...others] = rows.map((row) => row.split(/\s+/)[6]);
  if (rows.length < CERTAIN_ROWS || others.some((value) => value !== first)) return undefined;
  return `has the enrichment ${first} (signalValue, column 7) in each of its first ${rows.length} rows, as files have ` +
    "whose peaks were not measured: then a bin's number is only how much of it lies in peaks";
}
