/**
 * Counts the reads of BED and tagAlign files, the signal of bedGraph files, and peaks, gzip or not, with or without an
 * index.
 *
 * @module
 */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import { FormatError } from "../../errors.ts";
import type { Line } from "../../text/lines.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { watchReads } from "../../files/watch_reads.ts";
import { isBgzip, mayBeBgzf, readInflated } from "../gunzip.ts";
import { visitPiecesOfText } from "../text_lines.ts";
import type { GeneWindows } from "../windows.ts";
import { readBgzfIndex } from "./_bgzf_index.ts";
import { checkLastLine, rangeAfter, untilLastLine, warnOfMissingEnd } from "./_bgzip_end.ts";
import { checkOptions } from "./check_options.ts";
import { checkFirstRows } from "./_first_rows.ts";
import { checkNoRowsFollow } from "./_index_fit.ts";
import { IndexedTextTrack } from "./_indexed_text.ts";
import { OverlapError } from "./_overlap_error.ts";
import { failEmpty, findRow, makeRows, RowCounter } from "./_row_counter.ts";
import type { CountOptions, SignalCounts, SignalTrack, TextFormat } from "./track.ts";
import { reporterOf } from "./_reporter.ts";
import { guardedBy } from "../../files/guard_source.ts";

/** Options of {@linkcode openText}. */
export interface OpenTextOptions {
  /** What the file holds. */
  readonly format: TextFormat;
  /** The index that `tabix -p bed` made of a file from bgzip: `.tbi` or `.csi`. */
  readonly index?: ByteSource | undefined;
}

/**
 * Opens a BED, tagAlign or bedGraph file, or one of peaks. With an index only the parts around the windows are read. Without an index
 * the whole file is read, in one pass, and it need not be sorted.
 *
 * @returns The opened file. It has a warning if the file was written by bgzip and only lacks the empty block at its
 * end.
 * @throws {FormatError} If the first rows are of another format or the index is damaged or of another file, or if there
 * is an index and the file is cut short or not from bgzip.
 */
export async function openText(
  source: ByteSource,
  options: OpenTextOptions,
): Promise<SignalTrack> {
  const { format, index } = options;
  if (index !== undefined) return await openIndexedText(source, { format, index });
  const isInBlocks = isBgzip(await source.read(0, Math.min(16, source.size)));
  const missingEnd = isInBlocks ? await warnOfMissingEnd(source) : [];
  const { odd, ofHeader, assembly } = await checkFirstRows(source, format);
  const warnings = [...missingEnd, ...odd, ...ofHeader];
  const lacksEnd = missingEnd.length > 0;
  return new TextTrack(source, {
    format,
    assembly,
    warnings,
    looksOdd: odd.length > 0,
    lacksEnd,
  });
}

async function openIndexedText(
  source: ByteSource,
  { format, index }: { readonly format: TextFormat; readonly index: ByteSource },
): Promise<SignalTrack> {
  await checkIsBgzf(source, index);
  const bgzfIndex = await readBgzfIndex(index);
  const { names, sequences } = bgzfIndex;
  if (names?.length !== sequences) {
    throw new FormatError(
      `Cannot read index: it names ${
        names?.length ?? 0
      } of its ${sequences} sequences, expected an ` +
        'index that "tabix -p bed" made',
      { file: index.name },
    );
  }
  if (sequences === 0) failEmpty(source.name);
  const rest = rangeAfter(source, { name: index.name, content: bgzfIndex });
  const missingEnd = await warnOfMissingEnd(source);
  if (missingEnd.length > 0) await checkLastLine(source, rest);
  await checkNoRowsFollow(source, { name: index.name, end: bgzfIndex.end });
  const { odd, ofHeader, assembly } = await checkFirstRows(source, format);
  const warnings = [...missingEnd, ...odd, ...ofHeader];
  return new IndexedTextTrack(source, {
    format,
    assembly,
    index: bgzfIndex,
    warnings,
    looksOdd: odd.length > 0,
  });
}

/** Throws if a file is not from bgzip: an index refers to bgzip's blocks, which files from gzip lack. */
async function checkIsBgzf(source: ByteSource, index: ByteSource): Promise<void> {
  if (mayBeBgzf(await source.read(0, Math.min(4, source.size)))) return;
  throw new FormatError(
    `Cannot use index: ${source.name} is not compressed in blocks, expected a file that bgzip wrote. ` +
      "Compress it again with bgzip, or remove the index so that the whole file is read",
    { file: index.name },
  );
}

/** The contents of the file, found when it was opened. */
interface TextContent {
  readonly format: TextFormat;
  readonly assembly: string | undefined;
  readonly warnings: readonly string[];
  /** Whether one of the warnings is about the look of its first rows. */
  readonly looksOdd: boolean;
  /** Whether bgzip wrote it and it lacks the empty block at its end. */
  readonly lacksEnd: boolean;
}

class TextTrack implements SignalTrack {
  readonly name: string;
  readonly format: TextFormat;
  readonly contigs = undefined;
  readonly assembly: string | undefined;
  readonly warnings: readonly string[];
  readonly #source: ByteSource;
  readonly #looksOdd: boolean;
  readonly #lacksEnd: boolean;

  constructor(source: ByteSource, content: TextContent) {
    const { format, assembly, warnings, looksOdd, lacksEnd } = content;
    this.name = source.name;
    this.format = format;
    this.assembly = assembly;
    this.warnings = warnings;
    this.#source = source;
    this.#looksOdd = looksOdd;
    this.#lacksEnd = lacksEnd;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    return await withWatchedHooks(options, (watched) => this.#count(windows, watched));
  }

  async #count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const { onWarning } = options;
    const report = reporterOf(windows, options);
    const sink = new RowCounter(windows, options, this.format);
    const rows = makeRows(this, sink, options);
    // Genes are not counted one after another, so progress is the share of the file that was read.
    const given = guardedBy(this.#source, options.signal);
    const source = watchReads(given, (end) => {
      report(Math.floor(windows.genes * end / given.size));
    });
    try {
      await this.#visitLines(source, (line) => rows.read(line), onWarning);
    } catch (error) {
      throw error instanceof OverlapError ? await this.#withBothLines(error) : error;
    }
    if (rows.rows === 0 && rows.empty === undefined) failEmpty(this.name);
    sink.peaks?.finish();
    sink.warn(rows, { file: this.name, looksOdd: this.#looksOdd, onWarning });
    const reads = this.format === "bed" ? rows.rows : undefined;
    const { contigs, readsInWindows } = sink;
    return { values: sink.finish(), contigs, reads, readsInWindows };
  }

  async #visitLines(
    source: ByteSource,
    visit: (line: Line) => void,
    onWarning?: CountOptions["onWarning"],
  ): Promise<void> {
    const pieces = readInflated(source, { mayLackEnd: true });
    const whole = this.#lacksEnd ? untilLastLine(pieces, this.name) : pieces;
    await visitPiecesOfText(whole, visit, { source, onWarning });
  }

  /** Reads the file again to find the line that had the base first. */
  async #withBothLines(error: OverlapError): Promise<OverlapError> {
    const { file, line, overlap } = error;
    const finder = findRow(this.name, overlap);
    await this.#visitLines(this.#source, (line) => finder.read(line));
    return new OverlapError(overlap, { file, line, earlierLine: finder.line });
  }
}
