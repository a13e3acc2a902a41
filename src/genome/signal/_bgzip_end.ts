/**
 * Handles files without the empty end block of bgzip and samtools, which old versions of Hadoop-BAM and Picard left
 * out.
 */

import type { Bytes } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { hasBgzipEnd } from "../gunzip.ts";
import { adviseRewrite } from "./_advice.ts";
import { inflateRange, type VirtualOffset, type VirtualRange } from "./bgzf.ts";
import type { BgzfIndex } from "./_bgzf_index.ts";
import { LINE_FEED } from "../../text/characters.ts";

/** Returns a warning about a BGZF file without the empty block. The list is empty if the file has the block. */
export async function warnOfMissingEnd(source: ByteSource): Promise<string[]> {
  if (await hasBgzipEnd(source)) return [];
  return [
    `${source.name} lacks the empty block that bgzip and samtools end files with (the EOF marker): what is ` +
    "there is counted, but it may have been cut short. Compare it with its origin; if it is whole, repair it " +
    `with "${adviseRewrite(source.name)}"`,
  ];
}

/**
 * Finds the range after the last record that an index knows. It is read if the end block is missing, since it shows
 * whether the file was cut within a block or a record.
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

/** Passes on the pieces of a text without an end block. Throws if its last line has no line end: it was cut there. */
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

/** Throws if the range after an index's last record does not end with a line end. */
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
