/**
 * Counts the reads of BAM files.
 *
 * @module
 */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import { isGzip, mayBeBgzf } from "../gunzip.ts";
import type { GeneWindows } from "../windows.ts";
import { adviseIndex, adviseSort } from "./_advice.ts";
import { type BamHeader, readBamHeader } from "./_bam_header.ts";
import { BamRecordDecoder } from "./_bam_records.ts";
import { announceRanges, inflateRange, mergeRanges, type VirtualRange } from "./bgzf.ts";
import { type BgzfIndex, readBgzfIndex } from "./_bgzf_index.ts";
import { rangeAfter, warnOfMissingEnd } from "./_bgzip_end.ts";
import { checkOptions } from "./check_options.ts";
import { checkNoReadsFollow } from "./_index_fit.ts";
import type { CountCrew } from "./count_crew.ts";
import { countShares, type Share, type SharedTrack, taskWindows } from "./count_shares.ts";
import type { BamTask } from "./_count_task.ts";
import { reportPairs } from "./pairs.ts";
import { findTargets, type SizedContig } from "./_target_contigs.ts";
import {
  type CountOptions,
  type SignalCounts,
  type SignalTrack,
  USUAL_EXCLUDED_FLAGS,
} from "./track.ts";

/**
 * Opens a BAM file that is sorted by coordinate.
 *
 * @param source The file.
 * @param index Its index, `.bai` or `.csi`.
 * @returns The opened file. It has a warning if the file only lacks the empty block at the end of BAM files.
 * @throws {FormatError} If the file has another format or was cut short, there is no index, the header or the index is
 * damaged, the index is of another file or of an older version of this one, or the file has no reads.
 */
export async function openBam(source: ByteSource, index?: ByteSource): Promise<SignalTrack> {
  await checkIsBam(source);
  const header = await readBamHeader(source);
  if (index === undefined) throw missingIndexError(source.name, header);
  const { contigs } = header;
  const bgzfIndex = await readBgzfIndex(index);
  if (bgzfIndex.sequences > contigs.length) {
    throw new FormatError(
      `Cannot use index: it has ${bgzfIndex.sequences} sequences, expected the ${contigs.length} of ` +
        source.name,
      { file: index.name },
    );
  }
  if (!bgzfIndex.hasPlaces) {
    throw new FormatError("Cannot count reads: the file has no reads, expected some", {
      file: source.name,
    });
  }
  const rest = rangeAfter(source, { name: index.name, content: bgzfIndex });
  const warnings = await warnOfMissingEnd(source);
  if (warnings.length > 0) await checkRecords(source, rest);
  const { end } = bgzfIndex;
  await checkNoReadsFollow(source, { name: index.name, end, contigs: contigs.length });
  return new BamTrack(source, { index: bgzfIndex, contigs, warnings });
}

/** Throws unless a range consists of whole blocks and whole records. */
async function checkRecords(source: ByteSource, range: VirtualRange): Promise<void> {
  const filter = { contig: undefined, minMappingQuality: 0, excludedFlags: 0, unmapped: false };
  const decoder = new BamRecordDecoder(source.name, filter, { add() {}, addBase() {} });
  for await (const piece of inflateRange(source, range)) decoder.push(piece);
  decoder.finish();
}

async function checkIsBam(source: ByteSource): Promise<void> {
  const { name, size } = source;
  const head = await source.read(0, Math.min(4, size));
  if (mayBeBgzf(head)) return;
  throw new FormatError(`Cannot read BAM: ${describeOther(head, name)}`, { file: name });
}

/** Describes by its first bytes a file that only has the name of a BAM file. */
function describeOther(head: Uint8Array<ArrayBuffer>, name: string): string {
  if (isGzip(head)) {
    return "it is gzip, but not in blocks as BAM files are: is it SAM text (then run samtools sort), or was it compressed twice?";
  }
  const start = decodeLoosely(head);
  if (start === "CRAM") return "it is CRAM, expected BAM: name it .cram, and its index .cram.crai";
  if (/^@(HD|SQ|RG|PG|CO)/.test(start)) {
    return `it is SAM text, expected BAM: run "${adviseSort(name)}"`;
  }
  return "it lacks the BAM magic number";
}

function missingIndexError(name: string, { sortOrder }: BamHeader): FormatError {
  if (sortOrder === "coordinate") {
    return new FormatError(
      `Cannot read BAM: it has no index, expected one in the same directory: run "${
        adviseIndex(name)
      }"`,
      { file: name },
    );
  }
  const found = sortOrder === undefined
    ? "its header does not say that it is sorted by coordinate"
    : `by its header it is not sorted by coordinate (SO:${sortOrder})`;
  return new FormatError(
    `Cannot read BAM: it has no index, and ${found}: run "${adviseSort(name)}" and name that ` +
      "file instead",
    { file: name },
  );
}

/** The contents of the file, found when it was opened. */
interface BamContent {
  readonly index: BgzfIndex;
  readonly contigs: readonly SizedContig[];
  readonly warnings: readonly string[];
}

class BamTrack implements SharedTrack {
  readonly format = "bam";
  readonly name: string;
  readonly contigs: readonly SizedContig[];
  readonly warnings: readonly string[];
  readonly #source: ByteSource;
  readonly #index: BgzfIndex;

  constructor(source: ByteSource, { index, contigs, warnings }: BamContent) {
    this.name = source.name;
    this.contigs = contigs;
    this.warnings = warnings;
    this.#source = source;
    this.#index = index;
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
    const shares = this.#share(windows, options);
    announceRanges(this.#source, shares.flatMap(({ task }) => task.ranges));
    const counted = await countShares(this.#source, shares, { ...options, windows, crew });
    if (options.fragments) reportPairs(counted.pairs, this.name, options);
    const reads = this.contigs.reduce(
      (sum, _, contig) => sum + this.#index.countRecords(contig),
      0,
    );
    return {
      values: counted.values,
      contigs: this.contigs,
      // An index may have the places of reads but not their number.
      reads: reads > 0 ? reads : undefined,
      readsInWindows: counted.overlapping,
    };
  }

  /** One task for each sequence that has windows. */
  #share(windows: GeneWindows, options: CountOptions): Share<BamTask>[] {
    const { rule, extendBp = 0, minMappingQuality = 0, fragments = false } = options;
    const { excludedFlags = USUAL_EXCLUDED_FLAGS } = options;
    const shared = { file: this.name, rule, extendBp, minMappingQuality, excludedFlags, fragments };
    const targets = findTargets(this.contigs, windows, options);
    return Array.from(targets, ([contig, { windows: own, length, regions, leftOut }]) => {
      const ranges = mergeRanges(this.#index.findRanges(contig, regions));
      const task: BamTask = {
        format: "bam",
        ...shared,
        contig,
        lengthBp: length,
        leftOut,
        ranges,
        windows: taskWindows(own, windows),
        bytes: ranges.reduce(
          (sum, { minv, maxv }) => sum + maxv.blockPosition - minv.blockPosition,
          0,
        ),
      };
      return { task, geneIndex: own.geneIndex };
    });
  }
}
