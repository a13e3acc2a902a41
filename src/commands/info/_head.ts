/** The first bytes of a file, inflated. */

import { concatenateAll } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { isBgzip, isGzip, readInflated } from "../../genome/gunzip.ts";

const HEAD_BYTES = 1 << 17;

/** The start of a file. */
export interface Head {
  /** The first bytes, inflated if the file is gzip. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text, without a byte order mark and an incomplete last line. */
  readonly text: string;
  readonly compression: "none" | "gzip" | "bgzip";
  /** Whether these are all bytes of the file. */
  readonly isWhole: boolean;
  /** What keeps the rest from being inflated, if anything does. */
  readonly damage?: string | undefined;
}

/** Reads the start of a file, however large it is. */
export async function readHead(source: ByteSource): Promise<Head> {
  const first = await source.read(0, Math.min(source.size, 16));
  const compression = isBgzip(first) ? "bgzip" : isGzip(first) ? "gzip" : "none";
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = true;
  let damage: string | undefined;
  try {
    for await (const piece of readInflated(source, { mayLackEnd: true })) {
      parts.push(piece.slice(0, HEAD_BYTES - length));
      length += piece.length;
      if (length > HEAD_BYTES) {
        isWhole = false;
        break;
      }
    }
  } catch (error) {
    // What was inflated before the damage says what the file was.
    if (!(error instanceof FormatError) || length === 0) throw error;
    damage = error.message;
    isWhole = false;
  }
  const bytes = concatenateAll(parts);
  return { bytes, text: textOf(bytes, isWhole), compression, isWhole, damage };
}

function textOf(bytes: Uint8Array, isWhole: boolean): string {
  const end = isWhole ? bytes.length : bytes.lastIndexOf(10) + 1 || bytes.length;
  return decodeLoosely(bytes.subarray(0, end)).replace(/^\u{feff}/u, "");
}
