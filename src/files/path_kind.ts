/** Finds out whether a path names a file, a link or something else. */

/** Whether a path names a file, rather than a directory, a device or a pipe. */
export async function isRegularFile(path: string): Promise<boolean> {
  return (await Deno.stat(path)).isFile;
}

/** Whether a path names a symbolic link, even one that leads nowhere. */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether a path names something other than a file or a directory: a link, a device, a pipe. */
export async function isSpecial(path: string): Promise<boolean> {
  try {
    const { isFile, isDirectory } = await Deno.lstat(path);
    return !isFile && !isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
