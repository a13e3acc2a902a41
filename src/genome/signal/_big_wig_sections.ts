/** Reads the values of a bigWig file, which lie in sections of up to 65,535 intervals. */

import { FormatError } from "../../errors.ts";
import { freeArray } from "../../base/free.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { inflate } from "../inflate.ts";
import { firstOverlap, type Region } from "./_contig_windows.ts";
import { placeAt, readPart, walkTree } from "./_tree_walk.ts";

/** Takes the values of one sequence by ascending place. Coordinates are 0-based half-open. */
export type VisitInterval = (start: number, end: number, value: number) => void;

/** The values to visit. */
export interface IntervalQuery {
  /** Number of the sequence. */
  readonly contig: number;
  /** Its name. */
  readonly name: string;
  /** Disjoint regions by ascending start. */
  readonly regions: readonly Region[];
  /** Offset of the index of the sections, in bytes. */
  readonly indexOffset: number;
  readonly isDeflated: boolean;
}

/** The place of a section in the file. */
export interface SectionPlace {
  readonly offset: number;
  readonly end: number;
  /** Whether the index says that the section is on one sequence only, as the sections of all known writers are. */
  readonly isOfOne: boolean;
}

const INDEX_MAGIC = 0x2468ace0;
const INDEX_HEADER_BYTES = 48;
const SECTION_HEADER_BYTES = 24;
/** The method in the first byte of zlib data (RFC 1950). */
const DEFLATE = 8;
/** Size of an interval by the section's type, in bytes: start, end and value; start and value; value. */
const ITEM_BYTES = [0, 12, 8, 4];
const LARGEST_SECTION_BYTES = SECTION_HEADER_BYTES + 65_535 * 12;
/** Sections with at most this gap between them are read together. */
const LONGEST_GAP_BYTES = 1 << 14;
/** Largest size of sections that are read together. */
const LONGEST_READ_BYTES = 1 << 20;

/**
 * Visits all intervals of sections, including intervals outside of the query's regions. Each section is read once.
 *
 * @param places What {@linkcode findSections} found for the query.
 * @throws {FormatError} If the file is damaged, or intervals overlap.
 */
export async function visitIntervals(
  source: ByteSource,
  { query, places }: { readonly query: IntervalQuery; readonly places: readonly SectionPlace[] },
  visit: VisitInterval,
): Promise<void> {
  const decoder = new SectionDecoder(source.name, query, visit);
  for (const { start, end, sections } of groupSections(places)) {
    const part = await readPart(source, start, end - start);
    for (const place of sections) {
      const { offset } = place;
      const length = place.end - offset;
      const bytes = new Uint8Array(part.buffer, part.byteOffset + offset - start, length);
      decoder.decode(
        query.isDeflated ? await inflateSection(source, bytes, offset) : bytes,
        place,
      );
    }
    if (source.readsAreCopies) freeArray(part);
  }
}

/** Tells a source which sections will be read, in the file's order. */
export function announceSections(source: ByteSource, places: readonly SectionPlace[]): void {
  source.willRead?.(places.map(({ offset, end }) => ({ offset, length: end - offset })));
}

/** Sections that are read together. */
interface SectionGroup {
  readonly start: number;
  end: number;
  readonly sections: SectionPlace[];
}

/** Groups sections that lie near each other, so that they are read together. */
function groupSections(places: readonly SectionPlace[]): SectionGroup[] {
  const groups: SectionGroup[] = [];
  for (const place of places) {
    const group = groups.at(-1);
    const isNear = group !== undefined && place.offset - group.end <= LONGEST_GAP_BYTES &&
      place.end - group.start <= LONGEST_READ_BYTES;
    if (isNear) {
      group.sections.push(place);
      group.end = place.end;
    } else groups.push({ start: place.offset, end: place.end, sections: [place] });
  }
  return groups;
}

/**
 * Finds the sections that overlap the regions, in the file's order.
 *
 * @throws {FormatError} If the file's index is damaged.
 */
export async function findSections(
  source: ByteSource,
  query: IntervalQuery,
): Promise<SectionPlace[]> {
  const { indexOffset } = query;
  const header = await readPart(source, indexOffset, INDEX_HEADER_BYTES);
  if (header.getUint32(0, true) !== INDEX_MAGIC) {
    fail(source.name, "its index has the wrong magic number", indexOffset);
  }
  const places: SectionPlace[] = [];
  await walkTree(source, indexOffset + INDEX_HEADER_BYTES, {
    leafBytes: 32,
    innerBytes: 24,
    wantsChild: (item) => overlaps(item, query),
    visitLeaf(item) {
      if (!overlaps(item, query)) return;
      const [offset, length] = [placeAt(item, 16), placeAt(item, 24)];
      // In a sound file sections do not overlap, so their total length is at most that of the file.
      const isSound = length <= LARGEST_SECTION_BYTES && offset >= (places.at(-1)?.end ?? 0);
      if (!isSound) fail(source.name, `a section of ${length} bytes overlaps another`, offset);
      const isOfOne = item.getUint32(0, true) === item.getUint32(8, true);
      places.push({ offset, end: offset + length, isOfOne });
    },
  });
  return places;
}

/** Whether the extent that an item of the index starts with overlaps a region. */
function overlaps(item: DataView, { contig, regions }: IntervalQuery): boolean {
  const [startContig, endContig] = [item.getUint32(0, true), item.getUint32(8, true)];
  if (startContig > contig || endContig < contig) return false;
  const start = startContig < contig ? 0 : item.getUint32(4, true);
  const end = endContig > contig ? Infinity : item.getUint32(12, true);
  return firstOverlap(regions, { start, end }) !== undefined;
}

async function inflateSection(
  source: ByteSource,
  bytes: Uint8Array<ArrayBuffer>,
  offset: number,
): Promise<Uint8Array> {
  try {
    return await inflate(bytes, LARGEST_SECTION_BYTES);
  } catch (cause) {
    return fail(source.name, "a section cannot be inflated", offset, cause);
  }
}

class SectionDecoder {
  readonly #file: string;
  readonly #query: IntervalQuery;
  readonly #visit: VisitInterval;
  /** The end of the last interval. */
  #end = 0;

  constructor(file: string, query: IntervalQuery, visit: VisitInterval) {
    this.#file = file;
    this.#query = query;
    this.#visit = visit;
  }

  decode(bytes: Uint8Array, { offset, isOfOne }: SectionPlace): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < SECTION_HEADER_BYTES) fail(this.#file, "a section has no header", offset);
    const contig = view.getUint32(0, true);
    if (contig !== this.#query.contig) {
      if (isOfOne) this.#failContig(contig, view, offset);
      return;
    }
    const [step, span] = [view.getUint32(12, true), view.getUint32(16, true)];
    const itemBytes = ITEM_BYTES[view.getUint8(20)] ?? 0;
    const items = view.getUint16(22, true);
    const end = SECTION_HEADER_BYTES + items * itemBytes;
    if (itemBytes === 0 || end > bytes.length) {
      fail(this.#file, `a section of ${bytes.length} bytes claims ${items} intervals`, offset);
    }
    let start = view.getUint32(4, true);
    for (let at = SECTION_HEADER_BYTES; at < end; at += itemBytes, start += step) {
      if (itemBytes > 4) start = view.getUint32(at, true);
      const stop = itemBytes === 12 ? view.getUint32(at + 4, true) : start + span;
      // Without this check a small file could take days, with each interval counted into every bin.
      if (start < this.#end || stop < start) {
        const found =
          `the interval ${this.#query.name}:${start}-${stop} overlaps the one before or ` +
          "ends before it starts";
        fail(this.#file, found, offset);
      }
      this.#end = stop;
      this.#visit(start, stop, view.getFloat32(at + itemBytes - 4, true));
    }
  }

  /** Throws if a section is of another sequence than its index says; skipping it would hide damage. */
  #failContig(contig: number, view: DataView, offset: number): never {
    const isZlib = !this.#query.isDeflated && view.getUint16(0) % 31 === 0 &&
      (view.getUint8(0) & 15) === DEFLATE;
    const found = isZlib
      ? "its header says that sections are not compressed (uncompressBufSize is 0), but they are"
      : `a section is of sequence ${contig}, expected ${this.#query.contig} (${this.#query.name})`;
    fail(this.#file, found, offset);
  }
}

function fail(file: string, found: string, byteOffset: number, cause?: unknown): never {
  throw new FormatError(`Cannot read bigWig: ${found}: it is damaged`, { file, byteOffset, cause });
}
