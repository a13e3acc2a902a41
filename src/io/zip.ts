/** Zip files of any content, such as a model's files or tracks. */

import { openSink } from "../base/open_sink.ts";
import { type Bytes, concatenateAll } from "../base/bytes.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { readZipDirectory } from "./_zip_directory.ts";
import { readMember } from "./_zip_stream.ts";
import { ZipWriter } from "./_zip_writer.ts";

/** A file in a zip file. */
export interface ZippedFile {
  /** Its path in the zip file, with `/` between folders. */
  readonly path: string;
  readonly content: Bytes;
}

/** A file in a zip file that can be read. */
export interface ZipEntry {
  /** Its path in the zip file. */
  readonly path: string;
  /** Its length in bytes, once it is inflated. */
  readonly bytes: number;
  /**
   * Reads it.
   *
   * @throws {FormatError} If it is damaged.
   */
  read(): Promise<Bytes>;
}

/**
 * Lists the files in a zip file.
 *
 * @throws {FormatError} If it is no zip file, or its directory is damaged.
 */
export async function listZip(source: ByteSource): Promise<ZipEntry[]> {
  const { members } = await readZipDirectory(source, "");
  return members.map((member) => ({
    path: member.filename,
    bytes: member.size,
    async read() {
      const pieces: Bytes[] = [];
      const fail = (found: string, cause?: unknown): never => {
        throw new FormatError(`Cannot read ${member.filename} of a zip file: ${found}`, {
          file: source.name,
          byteOffset: member.dataOffset,
          cause,
        });
      };
      for await (const piece of readMember(source, member, fail)) pieces.push(piece);
      return concatenateAll(pieces);
    },
  }));
}

/** Options of {@linkcode readZipMembers}. */
export interface ZipMembersOptions {
  /** Names of the members. */
  readonly names: readonly string[];
  /** A member that inflates to more is refused. */
  readonly mostBytes: number;
}

/**
 * Reads members of a zip file whole, for formats that are zip files of others.
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
  const read = new Map<string, Bytes>();
  for (const { path, bytes, read: readWhole } of await listZip(source)) {
    if (!names.includes(path)) continue;
    if (bytes > mostBytes) {
      throw new FormatError(
        `Cannot read ${path} of a zip file: it has ${bytes} bytes, expected at most ${mostBytes}`,
        { file: source.name },
      );
    }
    read.set(path, await readWhole());
  }
  return read;
}

/**
 * Writes a zip file.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param files The files, in their order.
 */
export async function writeZip(
  sink: WritableStream<Uint8Array>,
  files: Iterable<ZippedFile> | AsyncIterable<ZippedFile>,
): Promise<void> {
  const writer = openSink(sink, "write zip file");
  try {
    const zip = new ZipWriter((bytes) => writer.write(bytes), { deflate: true });
    for await (const { path, content } of files) {
      await zip.add(path, content.length, piecesOf(content));
    }
    await zip.close(new Uint8Array());
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

async function* piecesOf(content: Bytes): AsyncGenerator<Bytes> {
  yield content;
}
