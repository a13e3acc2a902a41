/** Containers that the fuzzer writes itself, so that every length in them is known and can be changed. */

import { deflateRawSync } from "node:zlib";
import { crc32 } from "../../src/base/crc32.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type Bytes, fromLetters } from "./seed.ts";

/** A member of {@linkcode writeZip}. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Bytes;
}

/** Options of {@linkcode writeZip}. */
export interface ZipOptions {
  readonly deflate?: boolean;
  /** Writes sizes in ZIP64 fields, as numpy does in the members' own headers. */
  readonly zip64?: boolean;
  /** The comment of the file, in letters of one byte each. */
  readonly comment?: string;
}

const FULL = 0xffffffff;

/** A zip file (APPNOTE.TXT 4.3). */
export function writeZip(members: readonly ZipMember[], options: ZipOptions = {}): ByteWriter {
  const zip = new ByteWriter();
  const directory = new ByteWriter();
  for (const member of members) {
    const data = options.deflate ? new Uint8Array(deflateRawSync(member.bytes)) : member.bytes;
    const offset = zip.length;
    const header = memberHeader(member, data, options);
    zip.integer(4, 0x04034b50).integer(2, 45).append(header.fixed);
    zip.field(2, member.name.length).field(2, header.extra.length).text(member.name);
    zip.append(header.extra).boundary().raw(data).boundary();
    directory.integer(4, 0x02014b50).integer(2, 45).integer(2, 45).append(header.fixed);
    directory.field(2, member.name.length).field(2, header.extra.length).field(2, 0);
    directory.field(2, 0).integer(2, 0).integer(4, 0).field(4, offset).text(member.name);
    directory.append(header.extra).boundary();
  }
  const start = zip.length;
  zip.append(directory);
  const size = zip.length - start;
  if (options.zip64) writeZip64End(zip, { count: members.length, size, start });
  zip.integer(4, 0x06054b50).field(2, 0).field(2, 0).field(2, members.length);
  zip.field(2, members.length).field(4, size).field(4, options.zip64 ? FULL : start);
  const { comment = "" } = options;
  return zip.field(2, comment.length).boundary().raw(fromLetters(comment));
}

/** The fields that a member's own header and its entry in the directory share. */
function memberHeader(
  { bytes }: ZipMember,
  data: Bytes,
  { deflate, zip64 }: ZipOptions,
): { readonly fixed: ByteWriter; readonly extra: ByteWriter } {
  const fixed = new ByteWriter().field(2, 0).field(2, deflate ? 8 : 0).integer(4, 0);
  fixed.field(4, crc32(bytes, 0)).field(4, zip64 ? FULL : data.length);
  fixed.field(4, zip64 ? FULL : bytes.length);
  const extra = new ByteWriter();
  if (zip64) extra.field(2, 1).field(2, 16).field(8, bytes.length).field(8, data.length);
  return { fixed, extra };
}

function writeZip64End(
  zip: ByteWriter,
  { count, size, start }: { readonly count: number; readonly size: number; readonly start: number },
): void {
  const end = zip.length;
  zip.integer(4, 0x06064b50).field(8, 44).integer(2, 45).integer(2, 45).field(4, 0).field(4, 0);
  zip.field(8, count).field(8, count).field(8, size).field(8, start).boundary();
  zip.integer(4, 0x07064b50).field(4, 0).field(8, end).field(4, 1).boundary();
}

/** The empty block that ends every BGZF file. */
const BGZF_END = Uint8Array.fromHex("1f8b08040000000000ff0600424302001b0003000000000000000000");
export const BGZF_BLOCK_BYTES = 1024;

/**
 * A BGZF file of stored blocks, so that a block's place depends only on where its data stand, and an index of the sound
 * file still fits the damaged one.
 *
 * @param hasEnd Whether it has the empty block at its end.
 */
export function writeBgzf(bytes: Bytes, hasEnd = true): ByteWriter {
  const file = new ByteWriter();
  for (let start = 0; start < bytes.length; start += BGZF_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + BGZF_BLOCK_BYTES);
    const deflated = deflateRawSync(block, { level: 0 });
    file.integer(4, 0x04088b1f).integer(4, 0).integer(2, 0xff00).field(2, 6);
    file.integer(2, 0x4342).field(2, 2).field(2, deflated.length + 25).raw(deflated);
    file.field(4, crc32(block, 0)).field(4, block.length).boundary();
  }
  return hasEnd ? file.raw(BGZF_END) : file;
}

/** The virtual offset of a place in the inflated data, in a file of {@linkcode writeBgzf}. */
export function virtualOffset(place: number): number {
  // A stored deflate block has 5 bytes before its data, a BGZF block 18 before and 8 after.
  const block = Math.floor(place / BGZF_BLOCK_BYTES);
  return block * (BGZF_BLOCK_BYTES + 31) * 65_536 + place % BGZF_BLOCK_BYTES;
}
