/**
 * Counts the signal of bigWig files.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import { type BigWigHeader, readBigWigHeader } from "./_big_wig_header.ts";
import { announceSections, findSections, visitIntervals } from "./_big_wig_sections.ts";
import { blacklistOn } from "./blacklist.ts";
import { checkOptions } from "./check_options.ts";
import { mergeWindows, windowsByContig } from "./_contig_windows.ts";
import { MISSING_VALUES } from "./_row_counter.ts";
import { WindowCounter } from "./_window_counter.ts";
import type { CountOptions, SignalCounts, SignalTrack } from "./track.ts";

/**
 * Opens a bigWig file. Counting always reads the full data, never the file's summaries at lower resolution.
 *
 * @throws {FormatError} If the file is damaged, cut short or not a bigWig file.
 */
export async function openBigWig(source: ByteSource): Promise<SignalTrack> {
  return new BigWigTrack(source, await readBigWigHeader(source));
}

class BigWigTrack implements SignalTrack {
  readonly format = "bigwig";
  readonly name: string;
  readonly contigs: readonly Required<Contig>[];
  readonly hasSoundSummary: boolean;
  readonly #source: ByteSource;
  readonly #header: BigWigHeader;

  constructor(source: ByteSource, header: BigWigHeader) {
    this.name = source.name;
    this.contigs = header.contigs.map(({ name, length }) => ({ name, length }));
    this.hasSoundSummary = header.hasSoundSummary;
    this.#source = source;
    this.#header = header;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const counter = new WindowCounter(windows, options.rule);
    const onContigs = windowsByContig(windows, this.contigs.map(({ name }) => name));
    const widthBp = windows.bins * windows.binSizeBp;
    const queries = this.#header.contigs.flatMap(({ name, length, id }) => {
      const onContig = onContigs.get(name);
      if (onContig === undefined) return [];
      const regions = mergeWindows(onContig, { widthBp, paddingBp: 0, length });
      return [{ ...this.#header, contig: id, name, length, regions, onContig }];
    });
    const places = await Promise.all(queries.map((query) => findSections(this.#source, query)));
    announceSections(this.#source, places.flat());
    let done = 0;
    let missing = 0;
    for (const [i, query] of queries.entries()) {
      const { onContig, name, length } = query;
      counter.select(onContig);
      const leftOut = blacklistOn(options.blacklist, name, windows.chromosomeAliases);
      const found = { query, places: places[i]! };
      await visitIntervals(this.#source, found, (start, end, value) => {
        const to = Math.min(end, length);
        if (Number.isNaN(value)) missing++;
        if (start >= to) return;
        if (leftOut === undefined) counter.add(start, to, value);
        else leftOut.visitRest(start, to, (from, until) => counter.add(from, until, value));
      });
      options.onProgress?.(done += onContig.starts.length, windows.genes);
    }
    options.onProgress?.(windows.genes, windows.genes);
    if (missing > 0) {
      options.onWarning?.(
        `${this.name} has ${
          formatCountOf(missing, "interval")
        } near the windows whose value is missing (NaN); ` +
          MISSING_VALUES,
      );
    }
    return { values: counter.finish(), contigs: this.contigs, reads: undefined };
  }
}
