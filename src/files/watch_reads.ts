import type { ByteSource } from "./byte_source.ts";
import { borrowSource } from "./open_source.ts";

/**
 * Makes a source that reports how far it was read in order. Closing it does not close the source that it reads.
 *
 * @param onRead Called with the number of bytes from the start of the file that have been read, each time it grows.
 */
export function watchReads(source: ByteSource, onRead: (end: number) => void): ByteSource {
  let furthest = 0;
  return {
    ...borrowSource(source),
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      const bytes = await source.read(offset, length);
      // A read past that only checks the file's end.
      if (offset <= furthest && offset + length > furthest) onRead(furthest = offset + length);
      return bytes;
    },
  };
}
