import { deepStrictEqual, ok } from "node:assert";
import {
  type FunctionAssembler,
  ModuleAssembler,
} from "../../../../src/engine/wasm/assembler/assembler.ts";
import { kernelAdder } from "../../../../src/engine/wasm/assembler/kernel_table.ts";
import {
  pushExponentialMinusOne,
  pushSigmoid,
  pushTanh,
} from "../../../../src/engine/wasm/assembler/exponential.ts";
import { ExecutionContext } from "../../../../src/engine/wasm/ops/context.ts";

const KERNELS = { apply: ["address", "vectors"] } as const;
const ADDRESS = 64;
const VALUES = 4096;

/** Applies a function to float32 values in place, four at a time. */
async function compute(
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
function arguments32(): Float32Array {
  return Float32Array.from({ length: VALUES }, (_, i) => {
    const share = Math.floor(i / 4) / (VALUES / 4);
    const size = i % 4 < 2 ? 1e-10 * (80 / 1e-10) ** share : 4 * share;
    return i % 2 === 0 ? size : -size;
  });
}

const FUNCTIONS = {
  "eˣ − 1": { push: pushExponentialMinusOne, exact: Math.expm1, allowed: 1.5e-7 },
  "the sigmoid": { push: pushSigmoid, exact: (x: number) => 1 / (1 + Math.exp(-x)), allowed: 2e-7 },
  "the tangent": { push: pushTanh, exact: Math.tanh, allowed: 2e-7 },
};

for (const [name, { push, exact, allowed }] of Object.entries(FUNCTIONS)) {
  for (const fused of [true, false]) {
    const how = fused ? "with fused multiply-add" : "in plain SIMD";
    Deno.test(`wasm computes ${name} to ${allowed} of the value, ${how}`, async () => {
      const values = arguments32();
      const found = await compute(push, { values, fused });
      let [worst, at] = [0, 0];
      found.forEach((value, i) => {
        const wanted = exact(values[i]!);
        const apart = wanted === 0 ? Math.abs(value) : Math.abs(value / wanted - 1);
        if (!(apart <= worst)) [worst, at] = [apart, values[i]!];
      });
      ok(worst <= allowed, `it is ${worst} away at ${at}`);
    });
  }
}

Deno.test("far from zero the wasm kernels reach their limits, and NaN stays NaN", async () => {
  const limits: [push: (code: FunctionAssembler) => void, wanted: number[]][] = [
    [pushExponentialMinusOne, [-1, -1, 0, NaN]],
    [pushSigmoid, [0, 0, 0.5, NaN]],
    [pushTanh, [-1, -1, 0, NaN]],
  ];
  for (const [push, wanted] of limits) {
    const values = Float32Array.of(-Infinity, -200, 0, NaN);
    const found = await compute(push, { values, fused: false });
    // The sigmoid's last step above zero is 6e-39.
    deepStrictEqual([...found].map((value) => Math.abs(value) < 1e-38 ? 0 : value), wanted);
  }
  for (const push of [pushSigmoid, pushTanh]) {
    const values = Float32Array.of(20, 100, 1e30, Infinity);
    deepStrictEqual([...await compute(push, { values, fused: false })], [1, 1, 1, 1]);
  }
});
