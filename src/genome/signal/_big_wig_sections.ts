/** Finds the sections of a bigWig file, which hold up to 65,535 intervals each. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { firstOverlap, type Region } from "./_contig_windows.ts";
import type { SectionPlace } from "./_count_task.ts";
import { type NodeReader, placeAt, walkTree } from "./_tree_walk.ts";

/** The values that are wanted. */
export interface SectionQuery {
  /** Number of the sequence. */
  readonly contig: number;
  /** Disjoint regions by ascending start. */
  readonly regions: readonly Region[];
  /** Offset of the index of the sections, in bytes. */
  readonly indexOffset: number;
}

const INDEX_MAGIC = 0x2468ace0;
const INDEX_HEADER_BYTES = 48;
const SECTION_HEADER_BYTES = 24;
export const LARGEST_SECTION_BYTES = SECTION_HEADER_BYTES + 65_535 * 12;
/** Sections with at most this gap between them are read together. */
const LONGEST_GAP_BYTES = 1 << 14;
/** Largest size of sections that are read together. */
export const LONGEST_READ_BYTES = 1 << 20;

/** Tells a source which sections will be read, in the file's order. */
export function announceSections(source: ByteSource, places: readonly SectionPlace[]): void {
  source.willRead?.(places.map(({ offset, end }) => ({ offset, length: end - offset })));
}

/** Sections that are read together. */
export interface SectionGroup {
  readonly start: number;
  end: number;
  readonly sections: SectionPlace[];
}

/** Groups sections that lie near each other, so that they are read together. */
export function groupSections(places: readonly SectionPlace[]): SectionGroup[] {
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
  reader: NodeReader,
  query: SectionQuery,
): Promise<SectionPlace[]> {
  const { indexOffset } = query;
  const { source } = reader;
  const header = await reader.read(indexOffset, INDEX_HEADER_BYTES);
  if (header.getUint32(0, true) !== INDEX_MAGIC) {
    fail(source.name, "its index has the wrong magic number", indexOffset);
  }
  const places: SectionPlace[] = [];
  await walkTree(reader, indexOffset + INDEX_HEADER_BYTES, {
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
function overlaps(item: DataView, { contig, regions }: SectionQuery): boolean {
  const [startContig, endContig] = [item.getUint32(0, true), item.getUint32(8, true)];
  if (startContig > contig || endContig < contig) return false;
  const start = startContig < contig ? 0 : item.getUint32(4, true);
  const end = endContig > contig ? Infinity : item.getUint32(12, true);
  return firstOverlap(regions, { start, end }) !== undefined;
}

function fail(file: string, found: string, byteOffset: number, cause?: unknown): never {
  throw new FormatError(`Cannot read bigWig: ${found}: it is damaged`, { file, byteOffset, cause });
}
