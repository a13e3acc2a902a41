import type { Kernels, Machine } from "./nodes/machine.ts";

/** Binds a module's kernels to a memory, for one thread with its own scratch memory. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch: number,
): Machine {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: exports as Kernels, floats: new Float32Array(memory.buffer), scratch };
}
