/**
 * Reads the directory of a zip file, and checks everything that can be checked before its members are read. zip.js
 * parses it; _zip_stream.ts reads the members' bytes.
 */

import type { Entry, FileEntry, Reader } from "@zip.js/zip.js";
// The whole of zip.js is three times as large: its writer, its threads and its codecs in WebAssembly.
import { ZipReader } from "@zip.js/zip.js/lib/zip-core-reader.js";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { describeBytes } from "../text/check_text.ts";

/** A member of a zip file. */
export interface ZipMember {
  /** Name in the directory, with any extension. */
  readonly filename: string;
  /** Whether its bytes are deflated rather than stored as they are. */
  readonly deflated: boolean;
  /** CRC-32 of the inflated bytes. */
  readonly crc32: number;
  /** Inflated size in bytes. */
  readonly size: number;
  /** Size in the file in bytes. */
  readonly compressedSize: number;
  /** Where its bytes start in the file. */
  readonly dataOffset: number;
}

/** The result of {@linkcode readZipDirectory}. */
export interface ZipDirectory {
  /** The members asked for, in the directory's order. */
  readonly members: readonly ZipMember[];
  /** The comment of the whole file. */
  readonly comment: string;
}

/** Enough to tell a file that only has the name of an npz file. */
const LOOKED_AT_BYTES = 64;

/** Starts as Latin-1 of files that users give in place of npz, and what to do about them; those of text have others. */
const OTHERS: readonly (readonly [start: RegExp, what: string])[] = [
  // The second byte of a pickle is the version of its protocol.
  // deno-lint-ignore no-control-regex
  [/^\x80[\x02-\x05]/, "a pickle of Python: write its arrays with numpy.savez"],
  [/^\x89HDF/, "an HDF5 file: write its arrays with numpy.savez"],
  [/^\s*<(?:!doctype|html|\?xml)/i, "a web page: was its download refused?"],
];

/** A byte inflates to at most 1032: four times the longest match, 258 bytes, in the shortest code, 2 bits. */
const MAX_DEFLATE_RATIO = 1032;
/** Far larger than any real directory; a damaged file may claim to consist of its directory. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;
/** The most that a zip file without ZIP64 holds; the header of each is read. */
const MAX_MEMBERS = 65_535;
const STORED = 0;
const DEFLATED = 8;

/**
 * Reads the directory and checks the members whose names end in `extension`: no two may have one name, and none may
 * overlap another, reach past the end of the file, be encrypted, or claim an impossible size.
 *
 * @throws {FormatError} If a member fails a check; the message has the first.
 */
export async function readZipDirectory(
  source: ByteSource,
  extension: string,
): Promise<ZipDirectory> {
  const reader = new SourceReader(source);
  const zip = new ZipReader(reader as unknown as Reader<ByteSource>, {
    // Not "strict", which refuses the unused ZIP64 record that Python writes between 2 and 4 GiB.
    strictness: "balanced",
    checkLocalFilename: true,
    maxAppendedDataSize: 0,
    checkOverlappingEntry: true,
    useWebWorkers: false,
    // For names that do not state their encoding: few programs still write the first one of zip files, CP437.
    filenameEncoding: "utf-8",
  });
  const members: ZipMember[] = [];
  const names = new Set<string>();
  await checkMagic(source);
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      const { filename } = entry;
      if (filename.includes("\ufffd")) {
        throw memberError(entry, "its name is not UTF-8, expected a name in that encoding", {
          source,
        });
      }
      if (names.has(filename)) {
        throw memberError(entry, "it appears twice in the directory", { source });
      }
      names.add(filename);
      if (names.size > MAX_MEMBERS) {
        throw zipError(`it has more than ${MAX_MEMBERS} members`, source);
      }
      if (entry.directory || !filename.endsWith(extension)) continue;
      members.push(await checkEntry(entry, source));
    }
  } catch (error) {
    // An error of the source itself, such as a failing disk, is not about the format.
    if (reader.failure !== undefined) throw reader.failure;
    if (error instanceof FormatError) throw error;
    throw zipError(explain(error), source, error);
  }
  return { members, comment: new TextDecoder().decode(zip.comment) };
}

async function checkMagic(source: ByteSource): Promise<void> {
  const start = await source.read(0, Math.min(LOOKED_AT_BYTES, source.size));
  const text = String.fromCharCode(...start);
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) return;
  if (text.startsWith("\x93NUM")) {
    throw zipError("it is a bare npy file, expected an npz file", source);
  }
  const other = OTHERS.find(([pattern]) => pattern.test(text))?.[1] ?? describeBytes(start);
  if (other !== undefined) throw zipError(`it is ${other}`, source);
  const found = [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0"));
  throw zipError(`starts with bytes ${found.join(" ") || "(none)"}, expected 50 4b 03 04`, source);
}

async function checkEntry(entry: FileEntry, source: ByteSource): Promise<ZipMember> {
  const { filename, compressedSize, uncompressedSize: size, compressionMethod } = entry;
  const fail = (found: string, cause?: unknown): never => {
    throw memberError(entry, found, { source, cause });
  };
  if (entry.encrypted) fail("it is encrypted");
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    fail(`compression method is ${compressionMethod}, expected 0 (stored) or 8 (deflated)`);
  }
  const deflated = compressionMethod === DEFLATED;
  if (deflated ? size > compressedSize * MAX_DEFLATE_RATIO : size !== compressedSize) {
    const kind = deflated ? "deflated" : "stored";
    fail(`it claims ${size} bytes, which ${compressedSize} ${kind} bytes cannot hold`);
  }
  try {
    // Checks the member's own header against the directory, and its place against the other members'.
    await entry.getData(new WritableStream(), { checkOverlappingEntryOnly: true });
  } catch (error) {
    fail(explain(error), error);
  }
  const { crc32, localDirectory } = entry;
  if (crc32 === undefined || localDirectory === undefined) return fail("it has no header");
  return { filename, deflated, crc32, size, compressedSize, dataOffset: localDirectory.dataOffset };
}

function zipError(found: string, source: ByteSource, cause?: unknown): FormatError {
  return new FormatError(`Cannot read npz file: ${found}`, { file: source.name, cause });
}

function memberError(
  { filename, offset }: Entry,
  found: string,
  { source, cause }: { readonly source: ByteSource; readonly cause?: unknown },
): FormatError {
  const name = filename.replace(/\.npy$/, "");
  return new FormatError(`Cannot read npz member "${name}": ${found}`, {
    file: source.name,
    byteOffset: offset,
    cause,
  });
}

/** Explains a message of zip.js in words that help the user. */
function explain(error: unknown): string {
  const { message, reason, overlappingEntry } = error as Error & {
    reason?: string;
    overlappingEntry?: { filename: string };
  };
  if (message === "End of central directory not found") {
    return "the zip directory at its end is missing, so the file was probably cut short";
  }
  if (overlappingEntry !== undefined) return `its bytes overlap "${overlappingEntry.filename}"`;
  return reason === undefined ? `zip: ${message}` : `zip: ${message}: ${reason}`;
}

/** Lets zip.js read from a source. It has of zip.js's own class, a `Reader`, what is called to read a directory. */
class SourceReader implements Pick<Reader<ByteSource>, "size" | "readUint8Array"> {
  readonly size: number;
  readonly #source: ByteSource;
  /** What the source threw, if it did. */
  failure: unknown;

  constructor(source: ByteSource) {
    this.#source = source;
    this.size = source.size;
  }

  async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    // Where zip.js asks for bytes past the end, it expects those before the end.
    const available = Math.max(0, Math.min(length, this.size - offset));
    if (available === 0) return new Uint8Array(0);
    if (available > MAX_DIRECTORY_BYTES) {
      throw zipError(`the zip directory claims ${available} bytes`, this.#source);
    }
    try {
      return await this.#source.read(offset, available);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
