import type { ByteSource, FileIdentity } from "./byte_source.ts";
import { changedError } from "./_changed_error.ts";
import { openFile } from "./file.ts";

/**
 * Opens a file that was opened before, on this thread or another.
 *
 * @param identity What it was then.
 * @returns The file, to be closed.
 * @throws {FormatError} If another file has its path now, or it was changed.
 */
export async function openSameFile(identity: FileIdentity): Promise<ByteSource> {
  const source = await openFile(identity.path);
  const { size, modifiedMs, inode } = source.identity!;
  const isSame = size === identity.size && modifiedMs === identity.modifiedMs &&
    inode === identity.inode;
  if (isSame) return source;
  source.close();
  throw changedError(identity.path);
}
