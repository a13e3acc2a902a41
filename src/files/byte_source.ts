/**
 * Random access to bytes on disk, in memory or elsewhere.
 *
 * @module
 */

import { attemptAsync } from "../base/platform.ts";
import { freeArray } from "../base/free.ts";

/** A part of a source. */
export interface ByteRange {
  /** Place of the first byte. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

/** What a file on disk was when it was opened, so that another thread can open the same. */
export interface FileIdentity {
  /** Its path. */
  readonly path: string;
  /** Length in bytes. */
  readonly size: number;
  /** The time of its last change, in milliseconds since 1970; `undefined` where the system does not record it. */
  readonly modifiedMs: number | undefined;
  /** The number of the file in its file system; `undefined` where files have no numbers. */
  readonly inode: number | undefined;
}

/** A file, a buffer or a remote object that can be read at any offset. */
export interface ByteSource {
  /** The name for messages: a path or a title. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Whether each array that `read` returns has its own buffer, which its reader may detach to give the memory back
   * early.
   *
   * @default {false}
   */
  readonly readsAreCopies?: boolean | undefined;
  /**
   * The file on disk that it is, if it is one.
   *
   * @default {not a file on disk}
   */
  readonly identity?: FileIdentity | undefined;
  /**
   * The blob that it reads, which other threads can be given.
   *
   * @default {not a blob, or one that this run-time gives to no other thread}
   */
  readonly blob?: Blob | undefined;
  /**
   * Reads exactly `length` bytes, starting at `offset`.
   *
   * @param offset Place of the first byte.
   * @param length Number of bytes.
   * @throws {RangeError} If the range is not within the source.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Fills an array of the reader's with the bytes that start at `offset`, which saves making one. Sources that would copy
   * them lack it.
   *
   * @param offset Place of the first byte.
   * @param target What is filled.
   * @throws {RangeError} If the range is not within the source.
   */
  readonly readInto?:
    | ((offset: number, target: Uint8Array<ArrayBuffer>) => Promise<void>)
    | undefined;
  /**
   * Says which parts will be read next, by ascending offset, so that a source on a server fetches several of them at a
   * time. It replaces what was said before, and changes no result. Sources that are near lack it.
   */
  readonly willRead?: ((ranges: readonly ByteRange[]) => void) | undefined;
  /** Releases what the source holds, such as an open file. */
  close(): void;
}

/**
 * Makes a source of bytes in memory.
 *
 * @param bytes The content; not copied.
 * @param name The name for messages.
 * @returns The source.
 *
 * @example
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const source = bytesSource(Uint8Array.of(5, 6, 7, 8), "numbers.bin");
 * deepStrictEqual([...await source.read(1, 2)], [6, 7]);
 * ```
 */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>, name = "memory"): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      return attemptAsync(() => {
        checkRange({ name, size: bytes.length }, { offset, length });
        return bytes.subarray(offset, offset + length);
      });
    },
    close(): void {},
  };
}

/**
 * Makes a source of a `Blob` or a `File`, as a browser's file input gives them.
 *
 * @param blob The content; read when it is asked for.
 * @param name The name for messages.
 * @returns The source.
 *
 * @example
 * ```ts
 * import { readSequences } from "@waka/histone/genome";
 * import { blobSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const file = new File(["000003,ACGT\n"], "seq_data.csv");
 * const { genes } = await readSequences(blobSource(file, file.name));
 * deepStrictEqual(genes, ["ENSG00000000003"]);
 * ```
 */
export function blobSource(blob: Blob, name = "blob"): ByteSource {
  return {
    name,
    size: blob.size,
    readsAreCopies: true,
    ...(sharesBlobs() && { blob }),
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      checkRange({ name, size: blob.size }, { offset, length });
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    close(): void {},
  };
}

let blobsAreShared: boolean | undefined;

/** Whether blobs can be sent to other threads, as browsers do; Deno does not. */
function sharesBlobs(): boolean {
  if (blobsAreShared !== undefined) return blobsAreShared;
  try {
    const copy: unknown = structuredClone(new Blob(["?"]));
    blobsAreShared = copy instanceof Blob && copy.size === 1;
  } catch {
    blobsAreShared = false;
  }
  return blobsAreShared;
}

/** Fills an array with the bytes of a source that start at `offset`, in whichever way the source can. */
export async function readInto(
  source: ByteSource,
  offset: number,
  target: Uint8Array<ArrayBuffer>,
): Promise<void> {
  if (source.readInto !== undefined) return await source.readInto(offset, target);
  const bytes = await source.read(offset, target.length);
  target.set(bytes);
  if (source.readsAreCopies) freeArray(bytes);
}

/**
 * Throws unless `[offset, offset + length)` lies within a source.
 *
 * @throws {RangeError} If it does not; the message has the source's name and the range.
 */
export function checkRange(
  { name, size }: Pick<ByteSource, "name" | "size">,
  { offset, length }: ByteRange,
): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new RangeError(
      `Cannot read bytes ${offset} to ${offset + length} of ${name}: it has ${size} bytes`,
    );
  }
}
