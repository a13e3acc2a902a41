import { strictEqual } from "node:assert";
import type { Kernel } from "../../../src/engine/webgpu/kernel.ts";

/** Set to write the files of `golden/` from the kernels as they are. */
const REWRITE = Deno.env.get("HISTONE_REWRITE_GOLDEN") !== undefined;

/**
 * Throws unless a kernel is the one in `golden/`, a file a kernel: its text, the buffers it is bound to and its
 * workgroups.
 *
 * `HISTONE_REWRITE_GOLDEN=1 deno test -q -P tests/engine/webgpu/*_test.ts` writes that folder from the kernels as they
 * are.
 */
export async function checkGolden(kernel: Kernel, name: string = kernel.name): Promise<void> {
  const { wgsl, buffers, workgroups } = kernel;
  const bound = buffers.map(({ buffer }) => buffer).join(", ");
  const text = `// buffers: ${bound}\n// workgroups: ${workgroups.join(" × ")}\n${wgsl}`;
  const path = new URL(`./golden/${name.replaceAll(/[^\w]+/g, "_")}.wgsl`, import.meta.url);
  if (REWRITE) await Deno.writeTextFile(path, text);
  strictEqual(await Deno.readTextFile(path), text, `${path.pathname} and the kernel differ`);
}

/** Throws unless a kernel keeps to the limits that every WebGPU device has. */
export function checkLimits({ name, wgsl, buffers, workgroups }: Kernel): void {
  const threads = Number(/@workgroup_size\((\d+)\)/.exec(wgsl)?.[1]);
  const inLimits = {
    threads: threads >= 1 && threads <= 256,
    sharedBytes: countSharedBytes(wgsl) <= 16_384,
    // The step is a buffer too.
    buffers: buffers.length + 1 <= 8,
    workgroups: workgroups.every((count) => count >= 1 && count <= 65_535),
  };
  for (const [limit, kept] of Object.entries(inLimits)) {
    strictEqual(kept, true, `${name} exceeds the limit of ${limit}`);
  }
}

function countSharedBytes(wgsl: string): number {
  const arrays = wgsl.matchAll(/var<workgroup> \w+: array<(\w+), (\d+)>/g);
  return [...arrays].reduce((sum, [, type, count]) => {
    return sum + (type === "vec4f" ? 16 : 4) * Number(count);
  }, 0);
}
