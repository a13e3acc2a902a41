/** Counts BED and bedGraph files with an index: only the parts that the windows need are read. */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import { LINE_FEED } from "../../text/characters.ts";
import { firstLine, visitFullLines } from "../../text/lines.ts";
import { NotUtf8Error } from "../../text/numbers.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Contig } from "../chromosomes.ts";
import { unquoteCell } from "../text_lines.ts";
import type { GeneWindows } from "../windows.ts";
import { announceRanges, inflateRange, mergeRanges, type VirtualRange } from "./bgzf.ts";
import type { BgzfIndex } from "./_bgzf_index.ts";
import { CarryBuffer } from "./_carry_buffer.ts";
import { checkOptions } from "./check_options.ts";
import { mergeWindows, windowsByContig } from "./_contig_windows.ts";
import { checkFirstRow } from "./_index_fit.ts";
import type { IntervalRows } from "./_interval_rows.ts";
import { makeRows, RowCounter } from "./_row_counter.ts";
import type { CountOptions, SignalCounts, SignalTrack, TextFormat } from "./track.ts";
import { reporterOf } from "./_reporter.ts";
import { guardedBy } from "../../files/guard_source.ts";

/** The contents of the file, found when it was opened. */
export interface IndexedTextContent {
  readonly format: TextFormat;
  readonly assembly: string | undefined;
  readonly index: BgzfIndex;
  readonly warnings: readonly string[];
  /** Whether one of the warnings is about the look of its first rows. */
  readonly looksOdd: boolean;
}

/** A text file with an index. */
export class IndexedTextTrack implements SignalTrack {
  readonly name: string;
  readonly format: TextFormat;
  readonly contigs: readonly Contig[];
  readonly assembly: string | undefined;
  readonly warnings: readonly string[];
  readonly #source: ByteSource;
  readonly #index: BgzfIndex;
  readonly #looksOdd: boolean;

  constructor(source: ByteSource, content: IndexedTextContent) {
    const { format, assembly, index, warnings, looksOdd } = content;
    this.name = source.name;
    this.format = format;
    this.assembly = assembly;
    this.warnings = warnings;
    // tabix takes quotes around a name for a part of it; rows are read without them.
    this.contigs = (index.names ?? []).map((name) => ({ name: unquoteCell(name) }));
    this.#source = source;
    this.#index = index;
    this.#looksOdd = looksOdd;
  }

  async count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    return await withWatchedHooks(options, (watched) => this.#count(windows, watched));
  }

  async #count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts> {
    checkOptions(this, options);
    const { extendBp = 0, onWarning } = options;
    const report = reporterOf(windows, options);
    const source = guardedBy(this.#source, options.signal);
    const sink = new RowCounter(windows, options, this.format);
    const rows = makeRows(this, sink, options);
    const names = this.contigs.map(({ name }) => name);
    const onContigs = windowsByContig(windows, names);
    const widthBp = windows.bins * windows.binSizeBp;
    const length = this.#index.spanBp;
    const carry = new CarryBuffer();
    const ranges = names.map((name, sequence) => {
      const onContig = onContigs.get(name);
      if (onContig === undefined) return [];
      const regions = mergeWindows(onContig, { widthBp, paddingBp: extendBp, length });
      return mergeRanges(this.#index.findRanges(sequence, regions));
    });
    announceRanges(this.#source, ranges.flat());
    let reads = 0;
    let done = 0;
    for (const [sequence, name] of names.entries()) {
      reads += this.#index.countRecords(sequence);
      const onContig = onContigs.get(name);
      if (onContig === undefined) continue;
      for (const range of ranges[sequence]!) {
        await visitRange(source, range, { rows, carry, name });
      }
      report(done += onContig.starts.length);
    }
    report(windows.genes);
    sink.peaks?.finish();
    sink.warn(rows, { file: this.name, looksOdd: this.#looksOdd, onWarning });
    return {
      values: sink.finish(),
      contigs: this.contigs,
      reads: this.format === "bed" && reads > 0 ? reads : undefined,
      readsInWindows: sink.readsInWindows,
    };
  }
}

/** Reads the lines of a range, which starts with a row of a sequence, and ends between lines. */
async function visitRange(
  source: ByteSource,
  range: VirtualRange,
  { rows, carry, name }: {
    readonly rows: IntervalRows;
    readonly carry: CarryBuffer;
    readonly name: string;
  },
): Promise<void> {
  let isFirst = true;
  try {
    for await (const { bytes, byteOffset } of inflateRange(source, range)) {
      if (isFirst) checkFirstRow(bytes, { name, file: source.name, byteOffset });
      isFirst = false;
      rows.byteOffset = byteOffset;
      carry.keepFrom(visitLines(carry.append(bytes), rows));
    }
    // The last line of a file may lack a line end.
    if (carry.length > 0) carry.keepFrom(visitLines(carry.append(Uint8Array.of(LINE_FEED)), rows));
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    throw error.at({ file: source.name, byteOffset: rows.byteOffset });
  }
}

/** Reads the whole lines, and returns where they end. */
function visitLines(bytes: Uint8Array, rows: IntervalRows): number {
  return visitFullLines(firstLine(bytes), (line) => {
    if (line.start < line.end) rows.read(line);
  });
}
