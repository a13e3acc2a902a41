/** The hot loop of counting signal: turns the sections of a bigWig file into intervals near the windows. */

import { FormatError } from "../../errors.ts";
import type { Region } from "./_contig_windows.ts";
import type { BigWigTask, SectionPlace } from "./_count_task.ts";

/** Takes the values of one sequence by ascending place. Coordinates are 0-based half-open. */
export type VisitInterval = (start: number, end: number, value: number) => void;

const SECTION_HEADER_BYTES = 24;
/** The method in the first byte of zlib data (RFC 1950). */
const DEFLATE = 8;
/** Size of an interval by the section's type, in bytes: start, end and value; start and value; value. */
const ITEM_BYTES = [0, 12, 8, 4];
/** The bits of a float32 without its sign, and the largest of them that are not NaN: those of infinity. */
const WITHOUT_SIGN = 0x7fffffff;
const INFINITE_BITS = 0x7f800000;

/** Decodes the sections of one sequence, by ascending place, and passes on the intervals that overlap a region. */
export class SectionDecoder {
  readonly #task: Pick<BigWigTask, "file" | "contig" | "name" | "isDeflated">;
  readonly #regions: readonly Region[];
  readonly #visit: VisitInterval;
  /** The end of the last interval. */
  #end = 0;
  /** The first region that ends past the last interval that was compared with it, and where it starts. */
  #region = 0;
  #nextStart: number;
  #missing = 0;

  /** @param regions Disjoint regions by ascending start. */
  constructor(
    task: Pick<BigWigTask, "file" | "contig" | "name" | "isDeflated">,
    regions: readonly Region[],
    visit: VisitInterval,
  ) {
    this.#task = task;
    this.#regions = regions;
    this.#visit = visit;
    this.#nextStart = regions[0]?.start ?? Infinity;
  }

  /** Number of intervals whose value is NaN, in regions or not. */
  get missing(): number {
    return this.#missing;
  }

  /**
   * Decodes a section.
   *
   * @throws {FormatError} If it is damaged, or an interval overlaps the one before.
   */
  decode(bytes: Uint8Array, { offset, isOfOne }: SectionPlace): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < SECTION_HEADER_BYTES) this.#fail("a section has no header", offset);
    const contig = view.getUint32(0, true);
    if (contig !== this.#task.contig) {
      if (isOfOne) this.#failContig(contig, view, offset);
      return;
    }
    const [step, span] = [view.getUint32(12, true), view.getUint32(16, true)];
    const itemBytes = ITEM_BYTES[view.getUint8(20)] ?? 0;
    const items = view.getUint16(22, true);
    const end = SECTION_HEADER_BYTES + items * itemBytes;
    if (itemBytes === 0 || end > bytes.length) {
      this.#fail(`a section of ${bytes.length} bytes claims ${items} intervals`, offset);
    }
    if (itemBytes === 12) this.#decodeIntervals(view, end, offset);
    else this.#decodeSteps(view, { itemBytes, end, step, span, offset });
  }

  /** Decodes start, end and value of each interval, as nearly all files have them. */
  #decodeIntervals(view: DataView, end: number, offset: number): void {
    let last = this.#end;
    let nextStart = this.#nextStart;
    let missing = 0;
    for (let at = SECTION_HEADER_BYTES; at < end; at += 12) {
      const start = view.getUint32(at, true);
      const stop = view.getUint32(at + 4, true);
      if (start < last || stop < start) this.#failOrder(start, stop, offset);
      last = stop;
      if ((view.getInt32(at + 8, true) & WITHOUT_SIGN) > INFINITE_BITS) missing++;
      // Most intervals lie between the regions.
      if (stop <= nextStart) continue;
      nextStart = this.#pass(start, stop, view.getFloat32(at + 8, true));
    }
    this.#end = last;
    this.#missing += missing;
  }

  #decodeSteps(
    view: DataView,
    { itemBytes, end, step, span, offset }: {
      readonly itemBytes: number;
      readonly end: number;
      readonly step: number;
      readonly span: number;
      readonly offset: number;
    },
  ): void {
    let start = view.getUint32(4, true);
    for (let at = SECTION_HEADER_BYTES; at < end; at += itemBytes, start += step) {
      if (itemBytes > 4) start = view.getUint32(at, true);
      const stop = start + span;
      if (start < this.#end) this.#failOrder(start, stop, offset);
      this.#end = stop;
      const value = view.getFloat32(at + itemBytes - 4, true);
      if (Number.isNaN(value)) this.#missing++;
      if (stop > this.#nextStart) this.#pass(start, stop, value);
    }
  }

  /** Passes on an interval if it overlaps a region. Returns the start of the first region that it does not pass. */
  #pass(start: number, stop: number, value: number): number {
    const regions = this.#regions;
    while (this.#region < regions.length && regions[this.#region]!.end <= start) this.#region++;
    this.#nextStart = regions[this.#region]?.start ?? Infinity;
    if (stop > this.#nextStart) this.#visit(start, stop, value);
    return this.#nextStart;
  }

  /** Throws if a section is of another sequence than its index says; skipping it would hide damage. */
  #failContig(contig: number, view: DataView, offset: number): never {
    const { isDeflated, name } = this.#task;
    const isZlib = !isDeflated && view.getUint16(0) % 31 === 0 &&
      (view.getUint8(0) & 15) === DEFLATE;
    const found = isZlib
      ? "its header says that sections are not compressed (uncompressBufSize is 0), but they are"
      : `a section is of sequence ${contig}, expected ${this.#task.contig} (${name})`;
    this.#fail(found, offset);
  }

  /** Without this check a small file could take days, with each interval counted into every bin. */
  #failOrder(start: number, stop: number, offset: number): never {
    this.#fail(
      `the interval ${this.#task.name}:${start}-${stop} overlaps the one before or ends before it starts`,
      offset,
    );
  }

  #fail(found: string, byteOffset: number): never {
    throw new FormatError(`Cannot read bigWig: ${found}: it is damaged`, {
      file: this.#task.file,
      byteOffset,
    });
  }
}
