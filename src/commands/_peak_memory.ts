/** The memory that this process has taken. */

/** Returns the most bytes that were resident; `undefined` where the system does not say. */
export async function peakMemory(): Promise<number | undefined> {
  try {
    const status = await Deno.readTextFile("/proc/self/status");
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    // Not Linux, or the command may not read it.
    return undefined;
  }
}
