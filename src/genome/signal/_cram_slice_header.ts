/** Reads the headers of the slices of CRAM files (CRAM 3.1, section 8.5). */

import type { CramCursor } from "./_cram_bytes.ts";

/** The header of a slice. */
export interface SliceHeader {
  /** Number of the sequence that its reads are on; -1 for unmapped reads, -2 for several sequences. */
  readonly contig: number;
  /** The first base of its reads, counted from 1. */
  readonly start: number;
  readonly records: number;
  /** Number of its blocks. */
  readonly blocks: number;
}

const MOST_RECORDS = 2 ** 22;

/** Reads the header of a slice. */
export function readSliceHeader(cursor: CramCursor, majorVersion: number): SliceHeader {
  const [contig, start] = [cursor.itf8(), cursor.itf8()];
  cursor.itf8();
  const records = cursor.itf8();
  if (majorVersion === 2) cursor.itf8();
  else cursor.skipLtf8();
  const blocks = cursor.itf8();
  if (records < 0 || records > MOST_RECORDS || blocks < 0) {
    cursor.fail(`a slice has ${records} records in ${blocks} blocks`);
  }
  return { contig, start, records, blocks };
}
