/** Finds out whether a path names a file, a link or something else. */

import { isSystemError, SYSTEM } from "./_system.ts";

/** Whether a path names a file, rather than a directory, a device or a pipe. */
export async function isRegularFile(path: string): Promise<boolean> {
  return (await SYSTEM.stat(path)).isFile;
}

/** Whether a path names a symbolic link, even one that leads nowhere. */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await SYSTEM.lstat(path)).isSymlink;
  } catch (error) {
    if (isSystemError(error, "NotFound")) return false;
    throw error;
  }
}

/** Whether a path names something other than a file or a directory: a link, a device, a pipe. */
export async function isSpecial(path: string): Promise<boolean> {
  try {
    const { isFile, isDirectory } = await SYSTEM.lstat(path);
    return !isFile && !isDirectory;
  } catch (error) {
    if (isSystemError(error, "NotFound")) return false;
    throw error;
  }
}
