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

/** Says what column 7 is if it is no enrichment, by the header or by the other columns; `undefined` if it may be one. */
export function describePeakColumns(
  rows: readonly string[],
  comments: readonly string[],
): string | undefined {
  const seventh = comments.find((line) => HEADER.test(line))?.split(/\t|\s+(?=\S)/)[6];
  if (seventh !== undefined && NO_ENRICHMENT.test(seventh)) {
    return `its header names column 7 "${seventh.trim()}", ${WANTED}`;
  }
  const fraction = rows.map((row) => FRACTION_IN_LAST.exec(row)?.[1]).find((found) => found);
  return fraction === undefined
    ? undefined
    : `column 10 is "${fraction}", where narrowPeak has a peak's summit, a ` +
      `whole number of bases, so column 7 may not be what is looked for either: ${WANTED}`;
}
