/**
 * Blacklists: parts of a genome where reads pile up for technical reasons, such as those of the ENCODE blacklist.
 *
 * @module
 */

import { toHex } from "../../base/platform.ts";
import { concatenateAll, sha256 } from "../../base/bytes.ts";
import { formatCountOf } from "../../base/count.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { BinarySource } from "../../files/open_source.ts";
import { readInflated } from "../gunzip.ts";
import { visitPiecesOfText } from "../text_lines.ts";
import type { ChromosomeAliases } from "../chromosome_aliases.ts";
import { adviseAliases, chromosomeMatcher } from "../chromosomes.ts";
import { LARGEST_POSITION } from "../largest_position.ts";
import type { GeneWindows } from "../windows.ts";
import { listSome } from "../wording.ts";
import { mergeWindows, windowsByContig } from "./_contig_windows.ts";
import {
  type Blacklist,
  IntervalCursor,
  type MergedIntervals,
  mergeIntervals,
} from "./intervals.ts";
import { isOfRangeFrame, RANGE_FRAME } from "../range_frames.ts";
import { failLine, type Line, withSource } from "../../text/lines.ts";
import { rowText } from "./foreign_rows.ts";
import { IntervalRows } from "./_interval_rows.ts";
import { BLACKLIST_ROWS } from "./_row_kinds.ts";
import type { AbortOptions } from "../../progress.ts";

/** A million rows; blacklists have some hundred to some hundred thousand. */
const MOST_BYTES = 2 ** 25;

/** Options of {@linkcode readBlacklist}. */
export interface ReadBlacklistOptions extends AbortOptions {
  /** Called with a warning about rows that were skipped. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads a blacklist: a BED file, plain or gzip, of which only the first three columns matter. Its rows may overlap and be
 * in any order.
 *
 * @param source Path of the file, or the file, which is then not closed.
 * @param options Where warnings go.
 * @returns The intervals, for {@linkcode CountOptions} of a signal track and for `prepare`.
 * @throws {FormatError} If the file is empty or damaged, or a row is not BED; with the line.
 *
 * @example Reads that overlap a blacklisted interval are not counted
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { geneWindows, openSignal, readBlacklist } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const file = (text: string, name: string) => bytesSource(new TextEncoder().encode(text), name);
 * const blacklist = await readBlacklist(file("chr1\t120\t125\n", "blacklist.bed"));
 * const track = await openSignal(file("chr1\t95\t131\nchr1\t250\t286\n", "reads.bed"));
 * const genes = [{ id: "g", chromosome: "chr1", tss: 200, strand: "+", line: 1 }] as const;
 * const windows = geneWindows(genes, { halfWidthBp: 200 });
 * const { values } = await track.count(windows, { rule: "reads", blacklist });
 * deepStrictEqual([...values], [0, 0, 1, 0]);
 * ```
 */
export async function readBlacklist(
  source: BinarySource,
  options: ReadBlacklistOptions = {},
): Promise<Blacklist> {
  return await withSource(source, readIntervals, options);
}

async function readIntervals(
  opened: ByteSource,
  options: ReadBlacklistOptions,
): Promise<Blacklist> {
  const text = await readWhole(opened);
  const sink = new IntervalCollector();
  const rows = new IntervalRows(opened.name, BLACKLIST_ROWS, sink);
  const pieces = async function* () {
    yield text;
  };
  await visitPiecesOfText(pieces(), (line) => {
    rows.read(line);
    if (rows.rows === 1) refuseRangeFrame(line, opened.name);
  }, { source: opened, ...options });
  if (rows.rows === 0) {
    throw new FormatError("Cannot read blacklist: it has no intervals, expected rows of BED", {
      file: opened.name,
    });
  }
  if (rows.empty !== undefined) {
    const { count, first } = rows.empty;
    options.onWarning?.(
      `${opened.name} has ${formatCountOf(count, "row")} without a base, skipped, such as ${first}`,
    );
  }
  const digest = `sha256:${toHex(await sha256(text))}`;
  return { name: opened.name, digest, chromosomes: sink.merge() };
}

/**
 * Describes why a blacklist changes nothing in any window.
 *
 * @returns A warning, or `undefined` if an interval lies in a window.
 */
export function describeUselessBlacklist(
  { name, chromosomes }: Blacklist,
  windows: GeneWindows,
): string | undefined {
  const onContigs = windowsByContig(windows, chromosomes.keys());
  if (onContigs.size === 0) {
    return `${name} has none of the chromosomes of the genes: it has ${
      listSome([...chromosomes.keys()])
    }, so nothing is left out. Are they named differently${
      adviseAliases(windows.chromosomeAliases)
    }, or is it of another assembly?`;
  }
  const widthBp = windows.bins * windows.binSizeBp;
  for (const [chromosome, onContig] of onContigs) {
    const intervals = new IntervalCursor(chromosomes.get(chromosome)!);
    const options = { widthBp, paddingBp: 0, length: LARGEST_POSITION };
    for (const { start, end } of mergeWindows(onContig, options)) {
      if (intervals.overlaps(start, end)) return undefined;
    }
  }
  return `no interval of ${name} lies in any window, so it leaves out next to nothing. Is it of another assembly?`;
}

async function readWhole(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size === 0) {
    throw new FormatError("Cannot read file: it is empty", { file: source.name });
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readInflated(source)) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_BYTES) {
      throw new FormatError(
        `Cannot read blacklist: it has more than ${MOST_BYTES} bytes, expected fewer intervals: merge those that ` +
          "are near each other with bedtools merge, and cut -f 1-3",
        { file: source.name },
      );
    }
  }
  return concatenateAll(pieces);
}

/** Throws if a row is of a data frame, whose places are off by a base. */
function refuseRangeFrame(line: Line, file: string): void {
  if (!isOfRangeFrame(rowText(line))) return;
  failLine(file, line, `Cannot read ${BLACKLIST_ROWS.name}: it looks like ${RANGE_FRAME}`);
}

/** Collects rows by chromosome. */
class IntervalCollector {
  readonly #chromosomes = new Map<string, number[]>();
  #places: number[] = [];

  startContig(name: string): void {
    this.#places = this.#chromosomes.get(name) ?? [];
    this.#chromosomes.set(name, this.#places);
  }

  add(start: number, end: number): number {
    this.#places.push(start, end);
    return -1;
  }

  merge(): Map<string, MergedIntervals> {
    const merged = new Map<string, MergedIntervals>();
    for (const [name, places] of this.#chromosomes) {
      if (places.length > 0) merged.set(name, mergeIntervals(places));
    }
    return merged;
  }
}

/**
 * Finds the intervals on one sequence of a file of reads or signal.
 *
 * @param contig The file's name of the sequence, which may be spelled in another way than in the blacklist.
 * @param aliases Further names of the sequences.
 */
export function intervalsOn(
  blacklist: Blacklist | undefined,
  contig: string,
  aliases?: ChromosomeAliases,
): MergedIntervals | undefined {
  if (blacklist === undefined) return undefined;
  const match = chromosomeMatcher([contig], aliases);
  const found = [...blacklist.chromosomes].filter(([name]) => match(name) !== undefined);
  const [first, second] = found;
  if (first === undefined || second === undefined) return first?.[1];
  const places = found.flatMap(([, { starts, ends }]) =>
    [...starts].flatMap((start, i) => [start, ends[i]!])
  );
  return mergeIntervals(places);
}

/** A cursor over what {@linkcode intervalsOn} finds. */
export function blacklistOn(
  blacklist: Blacklist | undefined,
  contig: string,
  aliases?: ChromosomeAliases,
): IntervalCursor | undefined {
  const intervals = intervalsOn(blacklist, contig, aliases);
  return intervals && new IntervalCursor(intervals);
}
