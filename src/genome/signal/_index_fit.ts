/**
 * Refuses the index of an older or another file. An index knows every record that has a place, so none may follow the
 * last one that it knows; without this check those that follow would be missing from the counts, and nobody would know.
 */

import { concatenateAll } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { LINE_FEED } from "../../text/characters.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import { mayBeBgzf } from "../gunzip.ts";
import { unquoteCell } from "../text_lines.ts";
import { adviseIndex } from "./_advice.ts";
import { inflateRange, type VirtualOffset } from "./bgzf.ts";
import { LARGEST_BLOCK_BYTES } from "./bgzf_blocks.ts";

/** An index, by its name and by the end of the last record that it knows. */
export interface IndexEnd {
  readonly name: string;
  readonly end: VirtualOffset;
}

/** The length of a BAM record, and its fixed part. */
const RECORD_START_BYTES = 36;
/** Enough of a row of text to see its chromosome, start and end. */
const ROW_START_BYTES = 1024;

/**
 * Checks that no read with a place follows the last one of an index.
 *
 * @throws {FormatError} If one does, or no record of a BAM file starts there.
 */
export async function checkNoReadsFollow(
  source: ByteSource,
  { name, end, contigs }: IndexEnd & { readonly contigs: number },
): Promise<void> {
  const index = { name, end };
  const bytes = await readAfter(source, { index, from: end, most: RECORD_START_BYTES });
  if (bytes.length === 0) return;
  const found = describeRecord(bytes, contigs);
  if (found !== undefined) fail(source, index, found);
}

/** Describes what is wrong with a record that should have no place. */
function describeRecord(bytes: Uint8Array, contigs: number): string | undefined {
  const noRecord = "no start of a record there, expected one";
  if (bytes.length < RECORD_START_BYTES) return noRecord;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const integer = (at: number) => view.getInt32(at, true);
  const [size, contig, start, bases] = [integer(0), integer(4), integer(8), integer(20)];
  const operations = view.getUint16(16, true);
  const needed = 32 + view.getUint8(12) + 4 * operations + Math.ceil(bases / 2) + bases;
  if (contig < -1 || contig >= contigs || bases < 0 || size < needed) return noRecord;
  // Some programs leave reads out of indexes that are on a sequence but at no base of it.
  return contig >= 0 && start >= 0
    ? "another read after it, expected none with a place"
    : undefined;
}

/**
 * Checks that no row of text follows the last one of an index.
 *
 * @throws {FormatError} If one does, or no line starts there.
 */
export async function checkNoRowsFollow(source: ByteSource, index: IndexEnd): Promise<void> {
  const { blockPosition, dataPosition } = index.end;
  // With the byte before, where one is in the same block: it ends a line.
  const before = Math.min(1, dataPosition);
  const from = { blockPosition, dataPosition: dataPosition - before };
  const bytes = await readAfter(source, { index, from, most: before + ROW_START_BYTES });
  if (bytes.length <= before) return;
  if (before === 1 && bytes[0] !== LINE_FEED) {
    fail(source, index, "no start of a row there, expected one");
  }
  const text = decodeLoosely(bytes.subarray(before));
  if (/^[^\t\r\n#]+\t\d+\t\d+(?:[\t\r\n]|$)/.test(text)) {
    fail(source, index, "another row after it, expected none");
  }
}

/**
 * Checks that the first row of a range is on the sequence that the index says.
 *
 * @param bytes The first bytes of the range. What they hold before a row, such as a comment, is not checked.
 * @throws {FormatError} If the row is on another one.
 */
export function checkFirstRow(
  bytes: Uint8Array,
  { name, file, byteOffset }: {
    readonly name: string;
    readonly file: string;
    readonly byteOffset: number;
  },
): void {
  const cell = /^([^\t\r\n#]+)\t\d+\t\d/.exec(decodeLoosely(bytes.subarray(0, ROW_START_BYTES)))
    ?.[1];
  if (cell === undefined) return;
  const found = unquoteCell(cell.trim());
  if (found === name || found.includes(" ")) return;
  throw new FormatError(
    `Cannot use index of ${file}: found a row of "${found}" where by the index rows of "${name}" start: it is the ` +
      "index of another file, or of this one before it was written again. Make it again: run " +
      `"${adviseIndex(file)}"`,
    { file, byteOffset },
  );
}

/**
 * Reads the next inflated bytes after a place: of one block and, only if it has too few, of those that follow. There are
 * fewer at the end of the file.
 */
async function readAfter(
  source: ByteSource,
  { index, from, most }: {
    readonly index: IndexEnd;
    readonly from: VirtualOffset;
    readonly most: number;
  },
): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array();
  // Past where a largest block would end, so that the next one is always read then.
  for (const reach of [1, LARGEST_BLOCK_BYTES + 1]) {
    const last = Math.min(source.size, from.blockPosition + reach);
    try {
      bytes = await readRange(source, { from, last, most });
    } catch (error) {
      await checkIsBlock(source, index);
      throw error;
    }
    if (bytes.length === most || last === source.size) break;
  }
  return bytes;
}

/** Throws unless a block starts where the index says. */
async function checkIsBlock(source: ByteSource, index: IndexEnd): Promise<void> {
  const { blockPosition } = index.end;
  const head = await source.read(blockPosition, Math.min(4, source.size - blockPosition));
  if (!mayBeBgzf(head)) fail(source, index, "no start of a block there, expected one");
}

async function readRange(
  source: ByteSource,
  { from, last, most }: {
    readonly from: VirtualOffset;
    readonly last: number;
    readonly most: number;
  },
): Promise<Uint8Array> {
  const range = { minv: from, maxv: { blockPosition: last, dataPosition: 0 } };
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const { bytes } of inflateRange(source, range)) {
    pieces.push(bytes.slice(0, most - length));
    length += pieces.at(-1)!.length;
    if (length === most) break;
  }
  return concatenateAll(pieces);
}

function fail({ name }: ByteSource, index: IndexEnd, found: string): never {
  throw new FormatError(
    `Cannot use index: by it the last record of ${name} ends at byte ${index.end.blockPosition}, found ${found}: ` +
      "it is the index of another file, or of this one before it was written again. Make it again: run " +
      `"${adviseIndex(name)}"`,
    { file: index.name },
  );
}
