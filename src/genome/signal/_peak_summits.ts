/** Joins rows of one peak: callers such as MACS2 write a peak once for each of its summits (`--call-summits`). */

import type { RowSink } from "./_interval_rows.ts";
import { NO_SUMMIT } from "./_row_kinds.ts";

/** Peaks that have several rows. */
export interface SeveralSummits {
  /** Number of such peaks. */
  peaks: number;
  /** Number of their rows. */
  rows: number;
  /** The place of the first, for messages. */
  readonly first: string;
}

interface HeldPeak {
  readonly start: number;
  readonly end: number;
  /** The largest of its rows' values. */
  value: number;
  /** The summits of its rows. */
  readonly summits: number[];
  /** Another peak with the same start. */
  readonly other: HeldPeak | undefined;
}

/** The peaks of a sequence, each in the place of its first row. */
interface HeldContig {
  readonly order: HeldPeak[];
  readonly byStart: Map<number, HeldPeak>;
}

/**
 * Passes peaks to another sink. Rows with the same bases that differ in their summits are one peak, with the largest of
 * their values. They may lie anywhere in the file, since files of peaks are often sorted by p-value. So peaks with a
 * summit are held until all rows are read, and then passed on in the order of their first rows.
 */
export class PeakSummits implements RowSink {
  readonly #sink: RowSink;
  readonly #contigs = new Map<string, HeldContig>();
  #name = "";
  #contig!: HeldContig;
  #several: SeveralSummits | undefined;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  /** The peaks with several summits, if there are any. */
  get several(): SeveralSummits | undefined {
    return this.#several;
  }

  startContig(name: string): void {
    let contig = this.#contigs.get(name);
    if (contig === undefined) {
      this.#contigs.set(name, contig = { order: [], byStart: new Map() });
    }
    this.#name = name;
    this.#contig = contig;
    this.#sink.startContig(name);
  }

  add(start: number, end: number, value: number, summit: number): number {
    if (summit === NO_SUMMIT) return this.#addPlain(start, end, value);
    const held = this.#find(start, end, summit);
    if (held === undefined) {
      this.#hold({ start, end, value, summits: [summit], other: this.#contig.byStart.get(start) });
    } else {
      held.value = Math.max(held.value, value);
      held.summits.push(summit);
      this.#count(held);
    }
    return -1;
  }

  /** Passes on the peaks that are held. */
  finish(): void {
    for (const [name, { order }] of this.#contigs) {
      this.#sink.startContig(name);
      for (const { start, end, value } of order) this.#sink.add(start, end, value, NO_SUMMIT);
    }
    this.#contigs.clear();
  }

  /** Passes on a peak without a summit, as those of a broadPeak are, after those that are held. */
  #addPlain(start: number, end: number, value: number): number {
    const { order } = this.#contig;
    if (order.length === 0) return this.#sink.add(start, end, value, NO_SUMMIT);
    order.push({ start, end, value, summits: [], other: undefined });
    return -1;
  }

  /** Finds the peak with these bases that has no row of this summit yet. */
  #find(start: number, end: number, summit: number): HeldPeak | undefined {
    let held = this.#contig.byStart.get(start);
    while (held !== undefined && (held.end !== end || held.summits.includes(summit))) {
      held = held.other;
    }
    return held;
  }

  #hold(peak: HeldPeak): void {
    this.#contig.order.push(peak);
    this.#contig.byStart.set(peak.start, peak);
  }

  #count({ start, end, summits }: HeldPeak): void {
    const several = this.#several ??= {
      peaks: 0,
      rows: 0,
      first: `${this.#name}:${start}-${end}`,
    };
    if (summits.length === 2) {
      several.peaks++;
      several.rows++;
    }
    several.rows++;
  }
}
