/** Reads the index of a CRAM file, `.crai` (CRAM 3.1 specification, section 12): a line for each slice. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { Line } from "../../text/lines.ts";
import { decodeLoosely, decodeText } from "../../text/numbers.ts";
import { visitTextLines } from "../text_lines.ts";
import { firstOverlap, type Region } from "./_contig_windows.ts";

/** The reads of a slice on one sequence. */
export interface CramIndexEntry {
  /** Number of the sequence; -1 for unmapped reads. */
  readonly contig: number;
  /** The bases that the reads cover, 0-based half-open. */
  readonly start: number;
  readonly end: number;
  readonly slice: SlicePlace;
}

/** Where a slice is. */
export interface SlicePlace {
  /** Offset of its container in the file, in bytes. */
  readonly container: number;
  /** Offset of the slice from the end of the container's header. */
  readonly start: number;
  /** Size of the slice in bytes. */
  readonly bytes: number;
}

const COLUMNS = 6;
/** Slices of 10,000 reads for ten billion reads. */
const MOST_ENTRIES = 2 ** 20;
const BAI = "BAI\x01";

/**
 * Reads an index.
 *
 * @returns Its entries, in the order of the file that it is of.
 * @throws {FormatError} If a line is not of an index.
 */
export async function readCramIndex(source: ByteSource): Promise<CramIndexEntry[]> {
  const head = await source.read(0, Math.min(4, source.size));
  if (decodeLoosely(head) === BAI) {
    throw new FormatError(
      "Cannot read index: it is the index of a BAM file (.bai), expected .crai: run samtools index on " +
        "the CRAM file",
      { file: source.name },
    );
  }
  const entries: CramIndexEntry[] = [];
  await visitTextLines(source, (line) => {
    if (entries.length === MOST_ENTRIES) failLine(source, line, `more than ${MOST_ENTRIES} lines`);
    entries.push(readEntry(source, line));
  });
  return entries.sort((a, b) =>
    a.slice.container - b.slice.container || a.slice.start - b.slice.start
  );
}

/**
 * Finds the slices with reads that overlap some regions.
 *
 * @param regions Of each sequence, disjoint and by ascending start.
 * @returns Each slice once, in the order of the file.
 */
export function findSlices(
  entries: readonly CramIndexEntry[],
  regions: ReadonlyMap<number, readonly Region[]>,
): SlicePlace[] {
  return distinct(entries.filter(({ contig, start, end }) => {
    const own = regions.get(contig);
    return own !== undefined && firstOverlap(own, { start, end }) !== undefined;
  }));
}

/** All slices with mapped reads, each once, in the order of the file. */
export function mappedSlices(entries: readonly CramIndexEntry[]): SlicePlace[] {
  return distinct(entries.filter(({ contig }) => contig >= 0));
}

/** Removes the slices that stand there again for their next sequence. */
function distinct(entries: readonly CramIndexEntry[]): SlicePlace[] {
  const slices: SlicePlace[] = [];
  for (const { slice } of entries) {
    const last = slices.at(-1);
    if (last?.container === slice.container && last.start === slice.start) continue;
    slices.push(slice);
  }
  return slices;
}

function readEntry(source: ByteSource, line: Line): CramIndexEntry {
  const columns = decodeText(line.bytes, line.start, line.end).split("\t");
  const numbers = columns.map((text) => /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : NaN);
  const [contig = NaN, start = NaN, span = NaN, container = NaN, sliceStart = NaN, bytes = NaN] =
    numbers;
  const isSound = columns.length === COLUMNS && !numbers.some(Number.isNaN) && contig >= -1 &&
    container >= 0 && sliceStart >= 0 && bytes >= 0;
  if (!isSound) {
    failLine(source, line, `a line of ${columns.length} columns that is not of .crai`);
  }
  // A read without a place of its own, at its mate's, has a start but no bases.
  const first = Math.max(0, start - 1);
  const slice = { container, start: sliceStart, bytes };
  return { contig, start: first, end: Math.max(first + 1, start - 1 + span), slice };
}

function failLine({ name }: ByteSource, { number }: Line, found: string): never {
  throw new FormatError(
    `Cannot read index: it has ${found}: it is damaged, or not of a CRAM file`,
    {
      file: name,
      line: number,
    },
  );
}
