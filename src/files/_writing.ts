/** Steps of writing a file. */

import { type OpenFile, SYSTEM } from "./_system.ts";
import { WriteError } from "../errors.ts";

/** Returns the permissions of a file, which a file that replaces it inherits; empty for a new file. */
export async function permissionsOf(path: string): Promise<{ mode?: number }> {
  const mode = await SYSTEM.stat(path).then(({ mode }) => mode, () => null);
  return mode === null ? {} : { mode: mode & 0o777 };
}

/** Returns the result of a file operation, and wraps an error that it throws in one that names the file. */
export function describeFailures(
  path: string,
): <Value>(operation: Promise<Value>) => Promise<Value> {
  return (operation) =>
    operation.catch((cause) => {
      throw new WriteError(`Cannot write ${path}: ${cause.message}`, { cause });
    });
}

/** Closes a file that may be closed already. */
export function closeQuietly(file: OpenFile): void {
  try {
    file.close();
  } catch {
    // It is closed already: the renaming failed.
  }
}

/** Writes all bytes at the file's present position. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}
