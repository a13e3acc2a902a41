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

/** Some of the words that WGSL reserves and that one might take for a name. */
const RESERVED = new Set(
  ("active async as attribute auto await cast class common concept do enum export extern external filter final from " +
    "get goto impl import inline interface layout macro match meta mod module move namespace new null of operator " +
    "package partition pass patch precise precision pub public readonly ref regardless register require resource " +
    "restrict self set shared smooth static super target template this trait try type union unless use using varying " +
    "virtual where with yield").split(" "),
);

/** Throws unless a kernel keeps to the limits that every WebGPU device has, and to names that WGSL allows. */
export function checkLimits({ name, wgsl, buffers, workgroups }: Kernel): void {
  for (const [, declared = ""] of wgsl.matchAll(/\b(?:let|var(?:<[^>]*>)?|fn)\s+(\w+)/g)) {
    strictEqual(RESERVED.has(declared), false, `${name} has the reserved name "${declared}"`);
  }
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
