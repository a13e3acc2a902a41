/** Steps of writing a file. */

import { WriteError } from "../errors.ts";

/** Who may read and write a file, which a file that replaces it inherits; nothing for a new file. */
export async function permissionsOf(path: string): Promise<{ mode?: number }> {
  const mode = await Deno.stat(path).then(({ mode }) => mode, () => null);
  return mode === null ? {} : { mode: mode & 0o777 };
}

/** Passes on the result of a file operation, and wraps what it throws in an error that names the file. */
export function describeFailures(
  path: string,
): <Value>(operation: Promise<Value>) => Promise<Value> {
  return (operation) =>
    operation.catch((cause) => {
      throw new WriteError(`Cannot write ${path}: ${cause.message}`, { cause });
    });
}

/** Closes a file that may be closed already. */
export function closeQuietly(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // It is closed already: the renaming failed.
  }
}

/** Writes all bytes at the place where the file is. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}
