/** Functions of vectors, as they are assembled, over many values. */

import {
  type FunctionAssembler,
  ModuleAssembler,
} from "../../src/engine/wasm/assembler/assembler.ts";
import { kernelAdder } from "../../src/engine/wasm/assembler/kernel_table.ts";
import { ExecutionContext } from "../../src/engine/wasm/ops/context.ts";

const KERNELS = { apply: ["address", "vectors"] } as const;
const ADDRESS = 64;
const VALUES = 4096;

/** Applies a function to float32 values in place, four at a time. */
export async function computeVectors(
  push: (code: FunctionAssembler) => void,
  { values, fused }: { values: Float32Array; fused: boolean },
): Promise<Float32Array> {
  const assembler = new ModuleAssembler(fused);
  kernelAdder(assembler, { table: KERNELS })("apply", (code, { address, vectors }) => {
    code.repeatLocal(vectors, () => {
      code.get(address).get(address).load();
      push(code);
      code.store().advance(address, 16);
    });
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(1));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  const { floats } = context;
  floats.set(values, ADDRESS / 4);
  context.bind(KERNELS).apply(ADDRESS, values.length / 4);
  return floats.slice(ADDRESS / 4, ADDRESS / 4 + values.length);
}

/** Float32 of both signs from 1e-10 to 80, evenly on a logarithmic scale and evenly between 0 and 4. */
export function manyArguments(): Float32Array {
  return Float32Array.from({ length: VALUES }, (_, i) => {
    const share = Math.floor(i / 4) / (VALUES / 4);
    const size = i % 4 < 2 ? 1e-10 * (80 / 1e-10) ** share : 4 * share;
    return i % 2 === 0 ? size : -size;
  });
}

/** The largest error of some values, relative to what they should be, and where it is. */
export function worstError(
  found: Float32Array,
  { values, exact }: { readonly values: Float32Array; readonly exact: (x: number) => number },
): { readonly worst: number; readonly at: number } {
  let [worst, at] = [0, 0];
  found.forEach((value, i) => {
    const wanted = exact(values[i]!);
    const apart = wanted === 0 ? Math.abs(value) : Math.abs(value / wanted - 1);
    if (!(apart <= worst)) [worst, at] = [apart, values[i]!];
  });
  return { worst, at };
}
