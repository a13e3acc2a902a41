/**
 * Counts the signal of bigWig files.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { withWatchedHooks } from "../../base/watched_hook.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import { type BigWigHeader, readBigWigHeader } from "./_big_wig_header.ts";
import { announceSections, findSections } from "./_big_wig_sections.ts";
import { intervalsOn } from "./blacklist.ts";
import { checkOptions } from "./check_options.ts";
import { mergeWindows, windowsByContig } from "./_contig_windows.ts";
import type { CountCrew } from "./count_crew.ts";
import { countShares, type Share, type SharedTrack, taskWindows } from "./count_shares.ts";
import type { BigWigTask } from "./_count_task.ts";
import { MISSING_VALUES } from "./_row_counter.ts";
import { NodeReader } from "./_tree_walk.ts";
import type { CountOptions, SignalCounts, SignalTrack } from "./track.ts";

/**
 * Opens a bigWig file. Counting always reads the full data, never the file's summaries at lower resolution.
 *
 * @throws {FormatError} If the file is damaged, cut short or not a bigWig file.
 */
export async function openBigWig(source: ByteSource): Promise<SignalTrack> {
  return new BigWigTrack(source, await readBigWigHeader(source));
}

class BigWigTrack implements SharedTrack {
  readonly format = "bigwig";
  readonly name: string;
  readonly contigs: readonly Required<Contig>[];
  readonly hasSoundSummary: boolean;
  readonly warnings: readonly string[];
  readonly #source: ByteSource;
  readonly #header: BigWigHeader;

  constructor(source: ByteSource, header: BigWigHeader) {
    this.name = source.name;
    this.contigs = header.contigs.map(({ name, length }) => ({ name, length }));
    this.hasSoundSummary = header.hasSoundSummary;
    this.warnings = header.isWhole ? [] : [
      `${source.name} is cut short or damaged: it has ${
        formatCountOf(source.size, "byte")
      }, and its summaries at lower resolution reach further. What is counted stands before them, but copy or ` +
      "download it again",
    ];
    this.#source = source;
    this.#header = header;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    return await withWatchedHooks(options, (watched) => this.countTogether(windows, watched));
  }

  async countTogether(
    windows: GeneWindows,
    options: CountOptions,
    crew?: CountCrew,
  ): Promise<SignalCounts> {
    checkOptions(this, options);
    const shares = await this.#share(windows, options);
    announceSections(this.#source, shares.flatMap(({ task }) => task.places));
    const counted = await countShares(this.#source, shares, { ...options, windows, crew });
    const { values, missing } = counted;
    if (missing > 0) {
      options.onWarning?.(
        `${this.name} has ${
          formatCountOf(missing, "interval")
        } near the windows whose value is missing (NaN); ` +
          MISSING_VALUES,
      );
    }
    return { values, contigs: this.contigs, reads: undefined };
  }

  /** One task for each sequence that has windows. */
  async #share(windows: GeneWindows, options: CountOptions): Promise<Share<BigWigTask>[]> {
    const { indexOffset, isDeflated, contigs } = this.#header;
    const onContigs = windowsByContig(windows, contigs.map(({ name }) => name));
    const widthBp = windows.bins * windows.binSizeBp;
    const wanted = contigs.flatMap((contig) => {
      const own = onContigs.get(contig.name);
      return own === undefined ? [] : [{ ...contig, own }];
    });
    const reader = new NodeReader(this.#source);
    return await Promise.all(wanted.map(async ({ name, length, id, own }) => {
      const regions = mergeWindows(own, { widthBp, paddingBp: 0, length });
      const places = await findSections(reader, { contig: id, regions, indexOffset });
      const task: BigWigTask = {
        format: "bigwig",
        file: this.name,
        rule: options.rule,
        contig: id,
        name,
        lengthBp: length,
        isDeflated,
        leftOut: intervalsOn(options.blacklist, name, windows.chromosomeAliases),
        places,
        windows: taskWindows(own, windows),
        bytes: places.reduce((sum, { offset, end }) => sum + end - offset, 0),
      };
      return { task, geneIndex: own.geneIndex };
    }));
  }
}
