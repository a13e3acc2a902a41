/**
 * Whole members of zip files, for formats that are zip files of others.
 *
 * @module
 */

import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { readZipDirectory } from "./_zip_directory.ts";
import { readMember } from "./_zip_stream.ts";

/** Options of {@linkcode readZipMembers}. */
export interface ZipMembersOptions {
  /** Names of the members. */
  readonly names: readonly string[];
  /** A member that inflates to more is refused. */
  readonly mostBytes: number;
}

/**
 * Reads members of a zip file whole.
 *
 * @param source The zip file.
 * @param options Which members, and how large they may be.
 * @returns Those that are there, by name.
 * @throws {FormatError} If the file is damaged, or a member is too large.
 */
export async function readZipMembers(
  source: ByteSource,
  { names, mostBytes }: ZipMembersOptions,
): Promise<Map<string, Bytes>> {
  const { members } = await readZipDirectory(source, "");
  const read = new Map<string, Bytes>();
  for (const member of members) {
    const { filename, size } = member;
    if (!names.includes(filename)) continue;
    const fail = (found: string, cause?: unknown): never => {
      const options = { file: source.name, byteOffset: member.dataOffset, cause };
      throw new FormatError(`Cannot read ${filename} of a zip file: ${found}`, options);
    };
    if (size > mostBytes) fail(`it has ${size} bytes, expected at most ${mostBytes}`);
    const pieces: Bytes[] = [];
    for await (const piece of readMember(source, member, fail)) pieces.push(piece);
    read.set(filename, concatenateAll(pieces));
  }
  return read;
}
