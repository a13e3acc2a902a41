/**
 * The bytes of one zip member as a stream of bounded pieces, inflated and checked.
 */

import type { Bytes } from "../base/bytes.ts";
import { crc32 } from "../base/crc32.ts";
import type { ZipMember } from "./_zip_directory.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** Pieces start small, because sometimes only the header of an array is wanted. */
const FIRST_PIECE_BYTES = 2 ** 16;
/** Size of the first piece of deflated bytes: each piece is inflated as a whole, to up to 1032 times its size. */
const FIRST_DEFLATED_BYTES = 2 ** 10;
const LARGEST_DEFLATED_BYTES = 2 ** 16;
const LARGEST_PIECE_BYTES = 2 ** 20;

/**
 * Reads the bytes of a member. Length and CRC-32 are checked on the way, so damage may show only at the end.
 *
 * @param source The zip file.
 * @param member The member.
 * @param fail Throws the error of a damaged member.
 */
export async function* readMember(
  source: ByteSource,
  member: ZipMember,
  fail: (found: string, cause?: unknown) => never,
): AsyncGenerator<Bytes> {
  let size = 0;
  let crc = 0;
  const pieces = member.deflated ? inflate(source, member, fail) : readPieces(source, member);
  for await (const piece of pieces) {
    size += piece.length;
    if (size > member.size) fail(`it inflates to more than the ${member.size} bytes it claims`);
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size < member.size) fail(`it ends after ${size} bytes, expected ${member.size}`);
  if (crc !== member.crc32) fail("its bytes are damaged (CRC-32 differs)");
}

/** Reads a member's bytes as they are in the file, and always one piece in advance. */
async function* readPieces(
  source: ByteSource,
  { dataOffset, compressedSize }: ZipMember,
): AsyncGenerator<Bytes> {
  let asked = 0;
  let limit = FIRST_PIECE_BYTES;
  const askNext = (): Promise<Bytes> | undefined => {
    if (asked === compressedSize) return undefined;
    const length = Math.min(limit, compressedSize - asked);
    const piece = source.read(dataOffset + asked, length);
    // A consumer that stops early does not wait for the piece that is read in advance.
    piece.catch(() => undefined);
    asked += length;
    limit = Math.min(limit * 2, LARGEST_PIECE_BYTES);
    return piece;
  };
  let ahead = askNext();
  while (ahead !== undefined) {
    const piece = await ahead;
    ahead = askNext();
    yield piece;
  }
}

async function* inflate(
  source: ByteSource,
  member: ZipMember,
  fail: (found: string, cause?: unknown) => never,
): AsyncGenerator<Bytes> {
  let done = 0;
  let limit = FIRST_DEFLATED_BYTES;
  let failure: unknown;
  const deflated = new ReadableStream<Bytes>({
    async pull(controller) {
      const length = Math.min(limit, member.compressedSize - done);
      limit = Math.min(limit * 2, LARGEST_DEFLATED_BYTES);
      if (length === 0) return controller.close();
      try {
        controller.enqueue(await source.read(member.dataOffset + done, length));
      } catch (error) {
        failure = error;
        throw error;
      }
      done += length;
    },
  });
  const reader = deflated.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    while (true) {
      const { done: ended, value } = await reader.read();
      if (ended) return;
      yield value;
    }
  } catch (error) {
    if (failure !== undefined) throw failure;
    fail("its deflated bytes are damaged", error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
