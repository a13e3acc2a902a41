/** Recognises and refuses tables in long format, which have one row for each gene and sample. */

import { failLine, type Line } from "../../text/lines.ts";
import { showName } from "../wording.ts";
import { isMissing } from "../missing.ts";
import { CellSplitter } from "./_cells.ts";
import type { Layout, SampleColumn } from "./_layout.ts";
import type { SampleNames } from "./_owner.ts";

/** Says what is wrong with a table in long format, and what to do about it. */
export const LONG_FORMAT =
  "the table is in long format, one row for each sample: make one column for each sample (pivot it)";

/**
 * Titles of columns that name the sample of a row. Clusters, groups and regions are left out, since they may be of
 * genes.
 */
const SAMPLE_TITLE = new RegExp(
  "^(?:" + [
    "(?:submitted[_. ]|icgc[_. ])?(?:sample|specimen|donor)[_. ]?(?:ids?|names?|accession)?",
    "(?:library|experiment|run|srr|srx|gsm|anatomical[_. ]entity|patient|subject|individual)[_. ]?(?:id|name)?",
    "(?:tissue|cell|condition|replicate|barcode)s?[_. ]?(?:id|name|type|line|label)?",
    "(?:brain[_. ]|sub)region|group[_. ]id|(?:immune|blood|single)[_. ]cell(?:[_. ]type)?|cancer|treatment|var2|variable|key",
  ].join("|") + ")$",
  "i",
);

/** Titles of columns that name the cells of a sample, and the tissue that they are from. */
const CELL_TITLE = /^(?:(?:immune|blood|single)[_. ])?cells?(?:[_. ]?(?:type|line|name|label))?$/i;
const TISSUE_TITLE = /^(?:tissue|anatomical[_. ]entity)/i;

/** Titles of columns that name what they measure, rather than a sample. */
const MEASURE_TITLE = new RegExp(
  "^(?:(?:raw|read|normali[sz]ed|norm|est|expected|scaled|umi|gene)[_. ])*" +
    "(?:[np]?tpm|nx|[fr]pkm|cpm|counts?|reads|frags|numreads|unstranded|value|expression|abundance|tags per million)$",
  "i",
);

/**
 * Finds the columns that name the sample of each row, if the table has columns named after what they measure. A table
 * with a column for each sample lacks these columns.
 *
 * @param titles The header's cells.
 * @param names Indices of the columns that name the genes.
 */
export function findSampleColumns(
  titles: readonly string[],
  names: readonly number[],
): SampleColumn[] {
  const taken = new Set(names);
  const others = titles.map((title, column) => ({ title, column }))
    .filter(({ column }) => !taken.has(column));
  if (!others.some(({ title }) => MEASURE_TITLE.test(title))) return [];
  return others.filter(({ title }) => SAMPLE_TITLE.test(title));
}

/** Checks that all rows belong to one sample, if the table has columns that name it. */
export class OneSampleCheck {
  readonly #layout: Layout;
  readonly #file: string;
  readonly #splitter: CellSplitter;
  #first: { readonly samples: readonly string[]; readonly line: number } | undefined;

  constructor(layout: Layout, file: string) {
    this.#layout = layout;
    this.#file = file;
    this.#splitter = new CellSplitter(layout.separator);
  }

  /** What the first row says of its sample; its tissue apart if it says the cells, since a tissue is that of many cell types. */
  get samples(): SampleNames {
    const samples = this.#first?.samples ?? [];
    const titles = this.#layout.sampleColumns.map(({ title }) => title);
    const saysCells = titles.some((title, i) => CELL_TITLE.test(title) && !isMissing(samples[i]!));
    if (!saysCells) return { names: samples };
    const isTissue = (_: string, i: number) => TISSUE_TITLE.test(titles[i]!);
    return {
      names: samples.filter((name, i) => !isTissue(name, i)),
      wider: samples.filter(isTissue),
    };
  }

  /** Throws if a row is of another sample than the first row. */
  check(line: Line): void {
    const { sampleColumns } = this.#layout;
    if (sampleColumns.length === 0) return;
    const count = this.#splitter.split(line);
    if (sampleColumns.some(({ column }) => column >= count)) return;
    const samples = sampleColumns.map(({ column }) => this.#splitter.text(column));
    this.#first ??= { samples, line: line.number };
    const first = this.#first;
    for (const [i, { title }] of sampleColumns.entries()) {
      const [sample = "", earlier = ""] = [samples[i], first.samples[i]];
      if (sample === earlier) continue;
      failLine(
        this.#file,
        line,
        `Cannot read expression table: column "${showName(title)}" has "${showName(earlier)}" in ` +
          `line ${first.line} and "${showName(sample)}" in line ${line.number}: ${LONG_FORMAT}`,
      );
    }
  }
}
