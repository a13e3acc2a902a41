/** Files that lack the empty block that bgzip and samtools end files with, as old Hadoop-BAM and Picard wrote them. */

import type { Bytes } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { hasBgzipEnd } from "../gunzip.ts";
import { adviseRewrite } from "./_advice.ts";
import { inflateRange, type VirtualOffset, type VirtualRange } from "./_bgzf.ts";
import type { BgzfIndex } from "./_bgzf_index.ts";
import { LINE_FEED } from "../../text/characters.ts";

/** The warnings about a BGZF file's end: none where the file has the block. */
export async function warnOfMissingEnd(source: ByteSource): Promise<string[]> {
  if (await hasBgzipEnd(source)) return [];
  return [
    `${source.name} lacks the empty block that bgzip and samtools end files with (the EOF marker): what is ` +
    "there is counted, but it may have been cut short. Compare it with its origin; if it is whole, mend it " +
    `with "${adviseRewrite(source.name)}"`,
  ];
}

/**
 * What stands after the last record that an index knows: to be read where the end block is missing, since a file
 * that was cut within a block or a record shows it there.
 *
 * @throws {FormatError} If the index knows of records past the end of the file.
 */
export function rangeAfter(
  source: ByteSource,
  index: { readonly name: string; readonly content: BgzfIndex },
): VirtualRange {
  const minv = index.content.end;
  checkIsInside(source, minv, index.name);
  return { minv, maxv: { blockPosition: source.size, dataPosition: 0 } };
}

function checkIsInside(source: ByteSource, end: VirtualOffset, index: string): void {
  const { blockPosition, dataPosition } = end;
  if (blockPosition + (dataPosition > 0 ? 1 : 0) <= source.size) return;
  throw new FormatError(
    `Cannot read file: it has ${source.size} bytes, but by its index, ${index}, it has records at byte ` +
      `${blockPosition}: it was cut short, so copy or download it again, or the index is of another file`,
    { file: source.name },
  );
}

/** Passes on the pieces of a text whose end block is missing. Its last line must end: else it was cut within. */
export async function* untilLastLine(
  pieces: AsyncIterable<Bytes>,
  file: string,
): AsyncGenerator<Bytes> {
  let last: number | undefined;
  for await (const piece of pieces) {
    last = piece.at(-1) ?? last;
    yield piece;
  }
  checkIsLineEnd(last, file);
}

/** The same for the range that an index does not know. */
export async function checkLastLine(source: ByteSource, range: VirtualRange): Promise<void> {
  let last: number | undefined;
  for await (const { bytes } of inflateRange(source, range)) last = bytes.at(-1) ?? last;
  checkIsLineEnd(last, source.name);
}

function checkIsLineEnd(last: number | undefined, file: string): void {
  if (last === undefined || last === LINE_FEED) return;
  throw new FormatError(
    "Cannot read file: it is cut short: it ends within a line and lacks the empty block that bgzip ends files " +
      "with. Copy or download it again",
    { file },
  );
}
