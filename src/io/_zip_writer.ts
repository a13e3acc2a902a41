/**
 * Writes zip files (PKWARE's APPNOTE 6.3) in one pass: the sizes and the CRC-32 of a member stand after its bytes. Streams
 * between a member and the file would each copy the bytes, and the built-in CRC-32 is twenty times as fast as any of
 * JavaScript.
 */

import { crc32 } from "../base/crc32.ts";

type Piece = Uint8Array<ArrayBuffer>;

/** Options of {@linkcode ZipWriter}. */
export interface ZipWriterOptions {
  /** Whether members are deflated. */
  readonly deflate: boolean;
}

/** What the directory says about a member. */
interface WrittenMember {
  readonly name: Piece;
  readonly isZip64: boolean;
  readonly crc: number;
  readonly size: number;
  readonly storedSize: number;
  readonly offset: number;
}

/** A number and how many bytes it takes, least significant first. */
type Field = readonly [bytes: 2 | 4 | 8, value: number];

const SIGNATURE = {
  member: 0x04034b50,
  descriptor: 0x08074b50,
  directory: 0x02014b50,
  zip64End: 0x06064b50,
  zip64Place: 0x07064b50,
  end: 0x06054b50,
};
/** The versions of the format that stored, deflated and large members need. */
const VERSION = { stored: 10, deflated: 20, zip64: 45 };
const METHOD = { stored: 0, deflated: 8 };
/** Sizes and CRC-32 follow the bytes of a member; its name is UTF-8. */
const FLAG = { sizesFollow: 1 << 3, utf8: 1 << 11 };
const ZIP64_FIELD = 1;
/** 1980-01-01 00:00 in MS-DOS format, as numpy writes: the same arrays give the same file. */
const NO_DATE = 0x00210000;
/** Made on Unix, so that the attributes are those of a plain file, which its owner may write. */
const UNIX = 3 << 8;
const PLAIN_FILE = 0o100644 * 2 ** 16;
/** Fields of 32 and of 16 bits that are full refer to those of ZIP64. */
const FULL = 0xffffffff;
const MANY = 0xffff;
/** Data that cannot be deflated become longer: by five bytes for each stored block, and less than a thousandth. */
const LARGEST_GROWTH = 1.001;

/** Writes the members of a zip file, one after another. */
export class ZipWriter {
  readonly #write: (bytes: Piece) => Promise<void>;
  readonly #deflates: boolean;
  readonly #members: WrittenMember[] = [];
  #length = 0;

  /** @param write Writes bytes to the file; it may keep them. */
  constructor(write: (bytes: Piece) => Promise<void>, { deflate }: ZipWriterOptions) {
    this.#write = write;
    this.#deflates = deflate;
  }

  /**
   * Writes a member.
   *
   * @param name Its name.
   * @param most Number of bytes in all pieces, at most.
   * @param pieces Its bytes.
   */
  async add(name: string, most: number, pieces: AsyncGenerator<Piece>): Promise<void> {
    const member = {
      name: new TextEncoder().encode(name),
      isZip64: most * (this.#deflates ? LARGEST_GROWTH : 1) >= FULL,
      offset: this.#length,
    };
    await this.#put(this.#memberHeader(member));
    const start = this.#length;
    const [sum, summed] = sumUp(pieces);
    for await (const bytes of this.#deflates ? deflate(summed) : summed) await this.#put(bytes);
    const storedSize = this.#length - start;
    const { crc, size } = sum;
    const sizeBytes = member.isZip64 ? 8 : 4;
    await this.#put(
      pack([4, SIGNATURE.descriptor], [4, crc], [sizeBytes, storedSize], [sizeBytes, size]),
    );
    this.#members.push({ ...member, crc, size, storedSize });
  }

  /** Writes the directory, which ends the file, with a comment of up to 65,535 bytes. */
  async close(comment: Piece): Promise<void> {
    const offset = this.#length;
    for (const member of this.#members) await this.#put(this.#directoryEntry(member));
    const size = this.#length - offset;
    const count = this.#members.length;
    if (offset >= FULL || size >= FULL || count >= MANY) {
      await this.#putZip64End({ offset, size, count });
    }
    const shown = Math.min(count, MANY);
    const end = pack(
      [4, SIGNATURE.end],
      [4, 0],
      [2, shown],
      [2, shown],
      [4, Math.min(size, FULL)],
      [4, Math.min(offset, FULL)],
      [2, comment.length],
    );
    await this.#put(join(end, comment));
  }

  async #put(bytes: Piece): Promise<void> {
    this.#length += bytes.length;
    await this.#write(bytes);
  }

  /** What members and directory say in the same words: from the version to the date. */
  #kind({ name, isZip64 }: Pick<WrittenMember, "name" | "isZip64">, version?: number): Field[] {
    const isAscii = name.every((byte) => byte < 128);
    const plain = this.#deflates ? VERSION.deflated : VERSION.stored;
    return [
      [2, version ?? (isZip64 ? VERSION.zip64 : plain)],
      [2, FLAG.sizesFollow | (isAscii ? 0 : FLAG.utf8)],
      [2, this.#deflates ? METHOD.deflated : METHOD.stored],
      [4, NO_DATE],
    ];
  }

  #memberHeader(member: Pick<WrittenMember, "name" | "isZip64">): Piece {
    const { name, isZip64 } = member;
    // The sizes that follow have eight bytes only if there is this field, with sizes that are not known yet.
    const extra = isZip64 ? pack([2, ZIP64_FIELD], [2, 16], [8, 0], [8, 0]) : new Uint8Array();
    const unknown = isZip64 ? FULL : 0;
    const header = pack(
      [4, SIGNATURE.member],
      ...this.#kind(member),
      [4, 0],
      [4, unknown],
      [4, unknown],
      [2, name.length],
      [2, extra.length],
    );
    return join(header, name, extra);
  }

  #directoryEntry(member: WrittenMember): Piece {
    const { name, isZip64, crc, size, storedSize, offset } = member;
    const isFar = offset >= FULL;
    const large: Field[] = [];
    if (isZip64) large.push([8, size], [8, storedSize]);
    if (isFar) large.push([8, offset]);
    const length = 8 * large.length;
    const extra = length > 0 ? pack([2, ZIP64_FIELD], [2, length], ...large) : new Uint8Array();
    const version = isFar ? VERSION.zip64 : undefined;
    const entry = pack(
      [4, SIGNATURE.directory],
      [2, UNIX],
      ...this.#kind(member, version),
      [4, crc],
      [4, isZip64 ? FULL : storedSize],
      [4, isZip64 ? FULL : size],
      [2, name.length],
      [2, extra.length],
      [4, 0],
      [2, 0],
      [4, PLAIN_FILE],
      [4, Math.min(offset, FULL)],
    );
    return join(entry, name, extra);
  }

  async #putZip64End(
    { offset, size, count }: Record<"offset" | "size" | "count", number>,
  ): Promise<void> {
    const place = this.#length;
    const { zip64 } = VERSION;
    const end = pack(
      [4, SIGNATURE.zip64End],
      [8, 44],
      [2, UNIX | zip64],
      [2, zip64],
      [8, 0],
      [8, count],
      [8, count],
      [8, size],
      [8, offset],
    );
    await this.#put(join(end, pack([4, SIGNATURE.zip64Place], [4, 0], [8, place], [4, 1])));
  }
}

/** The CRC-32 and the size of all pieces that were passed on so far, and the pieces. */
function sumUp(
  pieces: AsyncGenerator<Piece>,
): [sum: { crc: number; size: number }, pieces: AsyncGenerator<Piece>] {
  const sum = { crc: 0, size: 0 };
  async function* passOn(): AsyncGenerator<Piece> {
    for await (const bytes of pieces) {
      sum.crc = crc32(bytes, sum.crc);
      sum.size += bytes.length;
      yield bytes;
    }
  }
  return [sum, passOn()];
}

function deflate(pieces: AsyncGenerator<Piece>): ReadableStream<Piece> {
  return toStream(pieces).pipeThrough(new CompressionStream("deflate-raw"));
}

/** `ReadableStream.from`, which not every browser has, with bounded read-ahead. */
function toStream(pieces: AsyncGenerator<Piece>): ReadableStream<Piece> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

function pack(...fields: readonly Field[]): Piece {
  const bytes = new Uint8Array(fields.reduce((sum, [length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [length, value] of fields) {
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
}

function join(...parts: readonly Piece[]): Piece {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
