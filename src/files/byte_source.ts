/**
 * Random access to bytes, wherever they are.
 *
 * @module
 */

/** A file, buffer or remote object that can be read at any offset. */
export interface ByteSource {
  /** Name for messages: a path or a title. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Whether each array that `read` gives has a buffer of its own, which its reader may detach to give the memory
   * back early.
   *
   * Default: `false`.
   */
  readonly readsAreCopies?: boolean;
  /**
   * Reads exactly `length` bytes from `offset`.
   *
   * @throws {RangeError} If the range is not within the source.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Releases what the source holds, such as an open file. */
  close(): void;
}

/**
 * A source over bytes in memory.
 *
 * @param bytes The content; not copied.
 * @param name Name for messages; `memory` by default.
 */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>, name = "memory"): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      return Promise.try(() => {
        checkRange(name, bytes.length, offset, length);
        return bytes.subarray(offset, offset + length);
      });
    },
    close(): void {},
  };
}

/** A source over a `Blob` or a `File`, as a browser's file input gives them. */
export function blobSource(blob: Blob, name = "blob"): ByteSource {
  return {
    name,
    size: blob.size,
    readsAreCopies: true,
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      checkRange(name, blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    close(): void {},
  };
}

/**
 * Throws unless `[offset, offset + length)` lies within `size` bytes.
 *
 * @throws {RangeError} With the source's name and the range.
 */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new RangeError(
      `Cannot read bytes ${offset} to ${offset + length} of ${name}: it has ${size} bytes`,
    );
  }
}
