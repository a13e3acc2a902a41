/** The beginning of a gzip file's content, from the file's own beginning. */

import { type Bytes, concatenateAll } from "../../base/bytes.ts";

/** So much content shows what a file is. */
const ENOUGH_BYTES = 2 ** 13;
/** Gzip files may be several joined into one, which browsers refuse as soon as they see the second. */
const STEP_BYTES = 2 ** 10;

/** Inflates the beginning of a gzip file; `undefined` if it is damaged. */
export async function inflateHead(head: Bytes): Promise<Bytes | undefined> {
  const pieces: Bytes[] = [];
  let length = 0;
  let at = 0;
  while (length < ENOUGH_BYTES && at < head.length) {
    const block = blockLength(head, at);
    const last = block === undefined || at + block > head.length;
    const piece = await inflatePart(last ? head.subarray(at) : head.subarray(at, at + block));
    if (piece === undefined) return pieces.length === 0 ? undefined : concatenateAll(pieces);
    pieces.push(piece);
    length += piece.length;
    if (last) break;
    at += block;
  }
  return concatenateAll(pieces);
}

/** The length of the block of bgzip that begins at a place; `undefined` if none does. */
function blockLength(bytes: Bytes, at: number): number | undefined {
  const isBlock = bytes[at] === 0x1f && bytes[at + 1] === 0x8b && (bytes[at + 3]! & 4) !== 0 &&
    bytes[at + 12] === 0x42 && bytes[at + 13] === 0x43;
  return isBlock ? bytes[at + 16]! + 256 * bytes[at + 17]! + 1 : undefined;
}

/** Inflates what a part shows, which may end before the end of the gzip data. */
async function inflatePart(part: Bytes): Promise<Bytes | undefined> {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.closed.catch(() => undefined);
  const writing = writeSteps(writer, part);
  const pieces: Bytes[] = [];
  let length = 0;
  const reader = readable.getReader();
  reader.closed.catch(() => undefined);
  try {
    while (length < ENOUGH_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value as Bytes);
      length += value.length;
    }
  } catch {
    // The part was cut, or is damaged: what came before that counts.
  }
  await reader.cancel().catch(() => undefined);
  await writing;
  return pieces.length === 0 ? undefined : concatenateAll(pieces);
}

async function writeSteps(
  writer: WritableStreamDefaultWriter<BufferSource>,
  part: Bytes,
): Promise<void> {
  try {
    for (let at = 0; at < part.length; at += STEP_BYTES) {
      await writer.write(part.subarray(at, at + STEP_BYTES));
    }
    await writer.close();
  } catch {
    // The reader has enough, or has seen why.
  }
}
