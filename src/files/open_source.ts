import type { ByteSource } from "./byte_source.ts";
import { openFile } from "./file.ts";

/**
 * Opens a path, or takes a source as it is. Closing the result closes only a file that was opened here: a given source
 * stays open.
 */
export async function openSource(source: string | URL | ByteSource): Promise<ByteSource> {
  if (typeof source === "string" || source instanceof URL) return await openFile(source);
  return borrowSource(source);
}

/** Makes a source that reads another one, and whose closing does not close that one. */
export function borrowSource(source: ByteSource): ByteSource {
  return {
    name: source.name,
    size: source.size,
    readsAreCopies: source.readsAreCopies,
    read: (offset, length) => source.read(offset, length),
    willRead: source.willRead && ((ranges) => source.willRead?.(ranges)),
    close: () => {},
  };
}
