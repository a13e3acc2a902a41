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
  /** The summit of its last row. */
  summit: number;
  rows: number;
}

/**
 * Passes peaks to another sink. Rows with the same bases that follow each other and differ in their summits are one
 * peak, with the largest of their values.
 */
export class PeakSummits implements RowSink {
  readonly #sink: RowSink;
  #contig = "";
  #held: HeldPeak | undefined;
  #several: SeveralSummits | undefined;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  /** The peaks with several summits, if there are any. */
  get several(): SeveralSummits | undefined {
    return this.#several;
  }

  startContig(name: string): void {
    this.finish();
    this.#contig = name;
    this.#sink.startContig(name);
  }

  add(start: number, end: number, value: number, summit: number): number {
    const held = this.#held;
    const isSame = held !== undefined && held.start === start && held.end === end &&
      summit !== NO_SUMMIT && held.summit !== NO_SUMMIT && summit !== held.summit;
    if (!isSame) {
      this.finish();
      this.#held = { start, end, value, summit, rows: 1 };
      return -1;
    }
    held.value = Math.max(held.value, value);
    held.summit = summit;
    this.#count(held);
    return -1;
  }

  /** Passes on the last peak. */
  finish(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#sink.add(held.start, held.end, held.value, held.summit);
  }

  #count(held: HeldPeak): void {
    const first = `${this.#contig}:${held.start}-${held.end}`;
    const several = this.#several ??= { peaks: 0, rows: 0, first };
    if (held.rows === 1) {
      several.peaks++;
      several.rows++;
    }
    held.rows++;
    several.rows++;
  }
}
