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
  /** Number of its rows. */
  rows: number;
}

/** The peaks with the same bases: rows that are the same in their summits, too, are peaks of their own. */
interface SameBases {
  readonly end: number;
  readonly peaks: HeldPeak[];
  /** How many rows have had a summit: its next row belongs to the peak of that number. */
  readonly rowsOfSummit: Map<number, number>;
}

/** The peaks of a sequence, each in the place of its first row. */
interface HeldContig {
  readonly order: HeldPeak[];
  /** Those with a start that were first. */
  readonly byStart: Map<number, SameBases>;
  /** Those with a start that others have, by both ends: hardly a file has such. */
  readonly byBases: Map<string, SameBases>;
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
      this.#contigs.set(name, contig = { order: [], byStart: new Map(), byBases: new Map() });
    }
    this.#name = name;
    this.#contig = contig;
    this.#sink.startContig(name);
  }

  add(start: number, end: number, value: number, summit: number): number {
    if (summit === NO_SUMMIT) return this.#addPlain(start, end, value);
    const { peaks, rowsOfSummit } = this.#find(start, end);
    const rows = rowsOfSummit.get(summit) ?? 0;
    rowsOfSummit.set(summit, rows + 1);
    const held = peaks[rows];
    if (held === undefined) {
      const peak = { start, end, value, rows: 1 };
      peaks.push(peak);
      this.#contig.order.push(peak);
    } else {
      held.value = Math.max(held.value, value);
      held.rows++;
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
    order.push({ start, end, value, rows: 1 });
    return -1;
  }

  /** Finds the peaks with these bases. */
  #find(start: number, end: number): SameBases {
    const { byStart, byBases } = this.#contig;
    const first = byStart.get(start);
    if (first?.end === end) return first;
    const bases = `${start}-${end}`;
    const known = first && byBases.get(bases);
    if (known !== undefined) return known;
    const made: SameBases = { end, peaks: [], rowsOfSummit: new Map() };
    if (first === undefined) byStart.set(start, made);
    else byBases.set(bases, made);
    return made;
  }

  #count({ start, end, rows }: HeldPeak): void {
    const several = this.#several ??= {
      peaks: 0,
      rows: 0,
      first: `${this.#name}:${start}-${end}`,
    };
    if (rows === 2) {
      several.peaks++;
      several.rows++;
    }
    several.rows++;
  }
}
