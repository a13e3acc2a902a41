/** The machine, in words. */

import { cpus } from "node:os";

/** A machine. */
export interface Machine {
  /** The processor's name. */
  readonly cpu: string;
  /** How many cores Deno sees. */
  readonly cores: number;
  /** The widest vectors of the processor, in bits; absent where it does not say. */
  readonly vectorBits?: number | undefined;
}

/** Describes this machine. */
export async function describeMachine(): Promise<Machine> {
  const vectorBits = vectorBitsOf(await readFlags());
  return {
    cpu: cpus()[0]!.model,
    cores: navigator.hardwareConcurrency,
    ...(vectorBits !== undefined && { vectorBits }),
  };
}

/** What the processor can do, in the words of Linux; empty elsewhere. */
async function readFlags(): Promise<readonly string[]> {
  try {
    // Deno reads nothing below /proc with less than all permissions.
    const { stdout } = await new Deno.Command("cat", { args: ["/proc/cpuinfo"], stderr: "null" })
      .output();
    const text = new TextDecoder().decode(stdout);
    return /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Bits of the widest vectors, by a processor's list of features. */
export function vectorBitsOf(flags: readonly string[]): number | undefined {
  if (flags.includes("avx512f")) return 512;
  if (flags.includes("avx") || flags.includes("avx2")) return 256;
  return flags.includes("sse2") || flags.includes("asimd") ? 128 : undefined;
}
