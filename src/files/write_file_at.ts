/** Writing into a file at an offset. */

import { SYSTEM } from "./_system.ts";
import { describeFailures, writeAll } from "./_writing.ts";
import { FormatError } from "../errors.ts";
import { directoryOf, makeDirectory, pathOf } from "./file.ts";

/**
 * Writes bytes into a file at an offset, drops what followed, and flushes the file to disk. It serves files that are
 * only appended to, where bytes that a crash left after a known offset are useless.
 *
 * @param path Path of the file; it and its directory are created.
 * @param offset Where to write, at most the file's length.
 * @param bytes The bytes to write.
 * @throws {FormatError} If the file is shorter than `offset`.
 * @throws {WriteError} If the disk is full or must not be written to; the message has the path.
 */
export async function writeFileAt(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const attempt = describeFailures(path);
  const directory = directoryOf(pathOf(path));
  if (directory !== "") await attempt(makeDirectory(directory));
  const file = await attempt(SYSTEM.open(path, { write: true, create: true }));
  try {
    const { size } = await attempt(file.stat());
    if (size < offset) {
      throw new FormatError(`Cannot append to file: it has ${size} bytes, expected ${offset}`, {
        file: path,
      });
    }
    if (size > offset) await attempt(file.truncate(offset));
    await attempt(file.seek(offset, SYSTEM.SeekMode.Start));
    await attempt(writeAll(file, bytes));
    await attempt(file.sync());
  } finally {
    file.close();
  }
}
