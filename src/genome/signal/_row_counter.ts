import { FormatError } from "../../errors.ts";
import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import { windowsByContig } from "./_contig_windows.ts";
import {
  BED_ROWS,
  BEDGRAPH_ROWS,
  IntervalRows,
  type RowSink,
  STRANDED_BED_ROWS,
} from "./_interval_rows.ts";
import { ReadSink } from "./_read_sink.ts";
import { type ContigWindows, WindowCounter } from "./_window_counter.ts";
import type { CountOptions, SignalTrack, TextFormat } from "./track.ts";

/** Counts rows into the windows of their sequence. */
export class RowCounter implements RowSink {
  readonly #windows: GeneWindows;
  readonly #counter: WindowCounter;
  readonly #reads: ReadSink | undefined;
  readonly #byContig = new Map<string, ContigWindows | undefined>();

  constructor(windows: GeneWindows, { rule, extendBp = 0 }: CountOptions, format: TextFormat) {
    this.#windows = windows;
    this.#counter = new WindowCounter(windows, rule);
    this.#reads = format === "bed" ? new ReadSink(this.#counter, extendBp) : undefined;
  }

  /** Names of the sequences that have rows. */
  get contigs(): Contig[] {
    return Array.from(this.#byContig.keys(), (name) => ({ name }));
  }

  startContig(name: string): void {
    if (!this.#byContig.has(name)) {
      this.#byContig.set(name, windowsByContig(this.#windows, [name]).get(name));
    }
    this.#counter.select(this.#byContig.get(name));
  }

  add(start: number, end: number, value: number): void {
    if (this.#reads === undefined) this.#counter.add(start, end, value);
    else this.#reads.add(start, end, value < 0);
  }

  finish(): Float64Array<ArrayBuffer> {
    return this.#counter.finish();
  }
}

/** The reader of a track's rows. */
export function makeRows(
  track: SignalTrack,
  sink: RowSink,
  { extendBp = 0 }: CountOptions,
): IntervalRows {
  const bedRows = extendBp > 0 ? STRANDED_BED_ROWS : BED_ROWS;
  return new IntervalRows(track.name, track.format === "bed" ? bedRows : BEDGRAPH_ROWS, sink);
}

/** Throws the error of a file without rows. */
export function failEmpty(file: string): never {
  throw new FormatError("Cannot count: the file is empty, expected rows", { file });
}
