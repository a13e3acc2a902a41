/** Moves finished files to their place. */

import { SYSTEM } from "./_system.ts";
import { describeFailures } from "./_writing.ts";
import { directoryOf, makeDirectory, syncDirectory } from "./file.ts";

/**
 * Moves a file within a file system, replacing a file that has the new name. The directories above the new name are
 * made. Once the promise is fulfilled, the move survives a power cut if the system guarantees that.
 *
 * @throws {WriteError} If the system does not allow it; the message has the new path.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  const attempt = describeFailures(to);
  const directory = directoryOf(to);
  if (directory !== "") await attempt(makeDirectory(directory));
  await attempt(SYSTEM.rename(from, to));
  await attempt(syncDirectory(directory));
}
