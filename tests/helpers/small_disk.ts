/** A file system of a few megabytes in memory, for tests that fill it. On Linux only root may mount one. */

import { withDirectory } from "./command.ts";

/** Whether such a file system can be mounted on this machine. */
export async function canMountSmallDisk(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  return await withSmallDisk(1, () => Promise.resolve()).then(() => true, () => false);
}

/** Runs `body` with the directory of a new file system of some megabytes, which is unmounted afterwards. */
export async function withSmallDisk(
  megabytes: number,
  body: (directory: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    await run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", directory);
    try {
      await body(directory);
    } finally {
      await run("umount", directory);
    }
  });
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
