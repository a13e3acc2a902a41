/** Reads the bytes of a file in order, and inflates them if the file is gzip. */

import { fromHex } from "../base/platform.ts";
import type { Bytes } from "../base/bytes.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { BUILTINS } from "../base/builtins.ts";
import { gunzipStream } from "./inflate/gunzip_stream.ts";

type Gunzip = (compressed: AsyncIterable<Bytes>) => AsyncIterable<Bytes>;

const PIECE_BYTES = 1 << 20;
const COMPRESSED_PIECE_BYTES = 1 << 16;
const INFLATED_PIECE_BYTES = 1 << 18;
/** Any file may inflate to this many bytes. */
const ALWAYS_ALLOWED_BYTES = 2 ** 28;
/** Tables and tracks deflate to a hundredth at best; a file built as an attack deflates to a thousandth. */
const MAX_RATIO = 256;
/** The empty block at the end of every file that bgzip wrote (SAM specification, section 4.1.2). */
const BGZIP_END = fromHex("1f8b08040000000000ff0600424302001b0003000000000000000000");

/** Options of {@linkcode readInflated}. */
export interface ReadInflatedOptions {
  /**
   * Whether a file that bgzip wrote may lack the empty block at its end, which shows that the file is complete.
   *
   * @default {false}
   */
  readonly mayLackEnd?: boolean;
}

/**
 * Reads a file from its start to its end in bounded pieces. Gzip is recognised by its first bytes. A gzip file may be
 * several gzip files joined into one, as bgzip and `cat` make them.
 *
 * @throws {FormatError} If the gzip data are damaged or cut short, or inflate to far more than any table does.
 */
export async function* readInflated(
  source: ByteSource,
  options: ReadInflatedOptions = {},
): AsyncGenerator<Bytes> {
  const head = await source.read(0, Math.min(source.size, 16));
  if (!isGzip(head)) return yield* readPieces(source, PIECE_BYTES);
  if (isBgzip(head) && !options.mayLackEnd) await checkBgzipEnd(source);
  let readFailure: unknown;
  let compressedBytes = 0;
  let inflatedBytes = 0;
  async function* compressed(): AsyncGenerator<Bytes> {
    try {
      for await (const piece of readPieces(source, COMPRESSED_PIECE_BYTES)) {
        compressedBytes += piece.length;
        yield piece;
      }
    } catch (error) {
      readFailure = error;
      throw error;
    }
  }
  try {
    for await (const piece of gunzip(compressed())) {
      inflatedBytes += piece.length;
      checkRatio(inflatedBytes, compressedBytes, source.name);
      yield piece;
    }
  } catch (cause) {
    if (readFailure !== undefined) throw readFailure;
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(
      `Cannot inflate file: its gzip data are damaged or cut short: ${(cause as Error).message}`,
      { file: source.name, cause },
    );
  }
}

function checkRatio(inflated: number, compressed: number, file: string): void {
  if (inflated <= Math.max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * compressed)) return;
  throw new FormatError(
    `Cannot inflate file: its first ${compressed} bytes inflate to more than ${MAX_RATIO} times as many, which no ` +
      "table does. If it is one, inflate it (gunzip)",
    { file },
  );
}

async function* readPieces(source: ByteSource, pieceBytes: number): AsyncGenerator<Bytes> {
  for (let offset = 0; offset < source.size; offset += pieceBytes) {
    yield await source.read(offset, Math.min(pieceBytes, source.size - offset));
  }
}

/** Whether a file that starts with these bytes is gzip. */
export function isGzip(head: Bytes): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Whether a file that starts with these bytes may be BGZF: it has extra fields, of which bgzip's need not be the first.
 */
export function mayBeBgzf(head: Bytes): boolean {
  const [, , , flags = 0] = head;
  return isGzip(head) && (flags & 4) !== 0;
}

/** Whether a gzip header, given by its first 14 bytes, starts its extra fields with bgzip's, as bgzip writes them. */
export function isBgzip(head: Bytes): boolean {
  return mayBeBgzf(head) && head[12] === 0x42 && head[13] === 0x43;
}

/** Whether a file ends with the empty block that bgzip and samtools end files with. */
export async function hasBgzipEnd(source: ByteSource): Promise<boolean> {
  const length = Math.min(source.size, BGZIP_END.length);
  const end = await source.read(source.size - length, length);
  return end.length === BGZIP_END.length && end.every((byte, i) => byte === BGZIP_END[i]);
}

/** Throws if a bgzip file lacks its last block: one that was cut between two blocks is otherwise sound gzip. */
async function checkBgzipEnd(source: ByteSource): Promise<void> {
  if (await hasBgzipEnd(source)) return;
  throw new FormatError(
    "Cannot inflate file: it is cut short: it lacks the empty block that bgzip and samtools end files with. Copy " +
      "or download it again",
    { file: source.name },
  );
}

/** Inflates with the zlib of Deno or Node where there is one: it is faster. */
const gunzip: Gunzip = zlibGunzip() ?? gunzipStream;

function zlibGunzip(): Gunzip | undefined {
  const zlib = BUILTINS.getBuiltinModule?.("node:zlib");
  const stream = BUILTINS.getBuiltinModule?.("node:stream");
  if (zlib === undefined || stream === undefined) return undefined;
  return (compressed) => {
    const inflated = zlib.createGunzip({ chunkSize: INFLATED_PIECE_BYTES });
    // The iterator of `inflated` throws the error, so the callback has nothing to do.
    stream.pipeline(compressed, inflated, () => {});
    return inflated;
  };
}
