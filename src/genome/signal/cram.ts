/**
 * Counts the reads of CRAM files. The places of reads need no reference genome, so it is never asked for.
 *
 * @module
 */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import { mayBeBgzf } from "../gunzip.ts";
import type { GeneWindows } from "../windows.ts";
import { adviseCram, adviseIndex } from "./_advice.ts";
import { checkOptions } from "./check_options.ts";
import { CramFileReader, isCram } from "./_cram_container.ts";
import { checkCramEnd, type CramHeader, readCramHeader } from "./_cram_header.ts";
import {
  type CramIndexEntry,
  findSlices,
  mappedSlices,
  readCramIndex,
  type SlicePlace,
} from "./_cram_index.ts";
import { type CramRecords, WITHOUT_CIGAR } from "./_cram_records.ts";
import { type CramNeeds, FLAGS_ONLY, readSlices } from "./_cram_slices.ts";
import { FragmentCounter } from "./_fragment_counter.ts";
import { reportPairs } from "./pairs.ts";
import { makeReadFilter, type ReadFilter } from "./_read_filter.ts";
import { ReadSink } from "./_read_sink.ts";
import { MATE_UNMAPPED, REVERSE, UNMAPPED } from "./sam_flags.ts";
import { WindowCounter } from "./_window_counter.ts";
import {
  findTargets,
  selectTarget,
  type SizedContig,
  type TargetContig,
} from "./_target_contigs.ts";
import type { CountOptions, SignalCounts, SignalTrack } from "./track.ts";
import { reporterOf } from "./_reporter.ts";
import { guardedBy } from "../../files/guard_source.ts";

/**
 * Opens a CRAM file that is sorted by coordinate, of version 2.0 to 3.1.
 *
 * @param source The file.
 * @param index Its index, `.crai`.
 * @returns The opened file. It has a warning if the file only lacks the empty container at the end of CRAM files.
 * @throws {FormatError} If the file has another format or was cut short, there is no index, the header or the index is
 * damaged, the index is of another file, or the file has no reads.
 */
export async function openCram(source: ByteSource, index?: ByteSource): Promise<SignalTrack> {
  const { name } = source;
  const head = await source.read(0, Math.min(4, source.size));
  if (!isCram(head)) {
    throw new FormatError(`Cannot read CRAM: ${describeOther(head)}`, { file: name });
  }
  const reader = await CramFileReader.open(source);
  const { contigs, sortOrder } = await readCramHeader(reader);
  if (index === undefined) throw missingIndexError(name, sortOrder);
  const entries = await readCramIndex(index);
  const outside = entries.find(({ contig }) => contig >= contigs.length);
  if (outside !== undefined) {
    throw new FormatError(
      `Cannot use index: it has sequence ${outside.contig}, expected those of ${name}, which has ${contigs.length}`,
      { file: index.name },
    );
  }
  if (mappedSlices(entries).length === 0) {
    throw new FormatError("Cannot count reads: the file has no reads, expected some", {
      file: name,
    });
  }
  const warnings = await checkCramEnd(reader, entries);
  return new CramTrack(source, { entries, contigs, warnings });
}

function describeOther(head: Uint8Array<ArrayBuffer>): string {
  if (mayBeBgzf(head)) return "it may be BAM: name it .bam, and its index .bam.bai";
  return decodeLoosely(head).startsWith("@")
    ? "it is SAM text, expected CRAM"
    : "it lacks the CRAM magic number";
}

function missingIndexError(name: string, sortOrder: CramHeader["sortOrder"]): FormatError {
  const isSorted = sortOrder === "coordinate";
  const advice = isSorted ? adviseIndex(name) : adviseCram(name);
  const why = isSorted ? "" : ", and its header does not say that it is sorted by coordinate";
  return new FormatError(
    `Cannot read CRAM: it has no index${why}, expected one in the same directory: run "${advice}"`,
    { file: name },
  );
}

/** The contents of the file, found when it was opened. */
interface CramContent {
  readonly entries: readonly CramIndexEntry[];
  readonly contigs: readonly SizedContig[];
  readonly warnings: readonly string[];
}

class CramTrack implements SignalTrack {
  readonly format = "cram";
  readonly name: string;
  readonly contigs: readonly SizedContig[];
  readonly warnings: readonly string[];
  readonly #source: ByteSource;
  readonly #entries: readonly CramIndexEntry[];

  constructor(source: ByteSource, { entries, contigs, warnings }: CramContent) {
    this.name = source.name;
    this.contigs = contigs;
    this.warnings = warnings;
    this.#source = source;
    this.#entries = entries;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    return await withWatchedHooks(options, (watched) => this.#count(windows, watched));
  }

  async #count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const { rule, extendBp = 0, totalReads = false } = options;
    const report = reporterOf(windows, options);
    const counter = new WindowCounter(windows, rule);
    const sink = new ReadSink(counter, extendBp);
    const fragments = options.fragments ? new FragmentCounter(this.name, sink) : undefined;
    const filter = makeReadFilter(options, fragments);
    const contigs = findTargets(this.contigs, windows, options);
    const target = { contigs, counter, sink, filter };
    const wanted = this.#slicesOf(contigs);
    const needs = needsOf(filter);
    const places = new Set(wanted.map(keyOf));
    const requests = (totalReads ? mappedSlices(this.#entries) : wanted).map((place) => ({
      place,
      needs: places.has(keyOf(place)) ? needs : FLAGS_ONLY,
    }));
    let reads = 0;
    let done = 0;
    for await (const records of readSlices(guardedBy(this.#source, options.signal), requests)) {
      if (requests[done]!.needs === needs) countRecords(records, target);
      if (totalReads) reads += countMapped(records);
      done++;
      report(Math.floor(windows.genes * done / requests.length));
    }
    report(windows.genes);
    if (fragments !== undefined) reportPairs(fragments.seen, this.name, options);
    return {
      values: counter.finish(),
      readsInWindows: counter.overlapping,
      contigs: this.contigs,
      reads: reads > 0 ? reads : undefined,
    };
  }

  #slicesOf(contigs: ReadonlyMap<number, TargetContig>): SlicePlace[] {
    const regions = new Map([...contigs].map(([contig, { regions }]) => [contig, regions]));
    return findSlices(this.#entries, regions);
  }
}

function keyOf({ container, start }: SlicePlace): string {
  return `${container} ${start}`;
}

/** Where the reads of a file are counted, and which. */
interface CountTarget {
  readonly contigs: ReadonlyMap<number, TargetContig>;
  readonly counter: WindowCounter;
  readonly sink: ReadSink;
  readonly filter: ReadFilter;
}

/** Finds what has to be known of reads to count them. */
function needsOf({ fragments, excludedFlags, minMappingQuality }: ReadFilter): CramNeeds {
  const places = ["BF", "CF", "RI", "AP"];
  const lengths = ["RL", "FN", "FC", "DL", "RS", "IN", "SC"];
  const mates = fragments !== undefined || (excludedFlags & ABOUT_MATE) !== 0;
  return {
    mates,
    series: [
      ...places,
      ...lengths,
      ...(minMappingQuality > 0 ? ["MQ"] : []),
      ...(mates ? ["MF", "NF"] : []),
      ...(fragments === undefined ? [] : ["NS", "TS"]),
    ],
  };
}

/** Flags that records do not have themselves if their mate is near. */
const ABOUT_MATE = MATE_UNMAPPED | 0x20;

function countRecords(records: CramRecords, { contigs, counter, sink, filter }: CountTarget): void {
  const { flags, starts, lengths, qualities, templates, mateContigs } = records;
  const { excludedFlags, minMappingQuality, unmapped, fragments } = filter;
  let current = -1;
  let target: TargetContig | undefined;
  for (let i = 0; i < records.count; i++) {
    const contig = records.contigs[i]!;
    if (contig !== current) {
      target = contigs.get(current = contig);
      if (target !== undefined) selectTarget(target, { counter, sink });
    }
    const flag = flags[i]!;
    if (target === undefined || (flag & excludedFlags) !== 0) continue;
    if (qualities[i]! < minMappingQuality) continue;
    const start = starts[i]!;
    const length = lengths[i]!;
    if (fragments !== undefined) {
      fragments.add(flag, start, templates[i]!, mateContigs[i] === contig);
    } else if ((flag & UNMAPPED) !== 0 || length === WITHOUT_CIGAR) {
      if (unmapped) sink.addBase(start);
    } else if (length > 0) sink.add(start, start + length, (flag & REVERSE) !== 0);
  }
}

function countMapped({ count, flags }: CramRecords): number {
  let mapped = 0;
  for (let i = 0; i < count; i++) mapped += (flags[i]! & UNMAPPED) === 0 ? 1 : 0;
  return mapped;
}
