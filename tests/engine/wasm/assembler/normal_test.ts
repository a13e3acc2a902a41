import { ok } from "node:assert";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { kernelAdder } from "../../../../src/engine/wasm/assembler/kernel_table.ts";
import { pushNormalDistribution } from "../../../../src/engine/wasm/assembler/normal.ts";
import { ExecutionContext } from "../../../../src/engine/wasm/ops/context.ts";
import { largestDifference } from "../../../helpers/tolerances.ts";

const KERNELS = { apply: ["distribution", "exponential", "source", "vectors"] } as const;
const VALUES = 4096;
/** Half of what the formula is away, and rounding. */
const ALLOWED = 2.5e-7;
const [SOURCE, DISTRIBUTION, EXPONENTIAL] = [64, 64 + 4 * VALUES, 64 + 8 * VALUES];

/** Φ(x), and e^(−x²/2), of float32 values. */
async function compute(values: Float32Array, fused: boolean) {
  const assembler = new ModuleAssembler(fused);
  const add = kernelAdder(assembler, { table: KERNELS });
  add("apply", (code, { distribution, exponential, source, vectors }) => {
    const [x, e] = code.locals("v128", 2);
    code.repeatLocal(vectors, () => {
      code.get(distribution).get(source).load().set(x);
      pushNormalDistribution(code, { x, exponential: e });
      code.store().get(exponential).get(e).store();
      for (const pointer of [distribution, exponential, source]) code.advance(pointer, 16);
    });
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(1));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  context.floats.set(values, SOURCE / 4);
  context.bind(KERNELS).apply(DISTRIBUTION, EXPONENTIAL, SOURCE, VALUES / 4);
  const read = (address: number) => context.floats.slice(address / 4, address / 4 + VALUES);
  return { distribution: read(DISTRIBUTION), exponential: read(EXPONENTIAL) };
}

/** Φ(x) by the series x − x³/6 + x⁵/40 − … of the density, which float64 sums well enough up to |x| = 5. */
function normalDistribution(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= -x * x / 2 / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`wasm computes the normal distribution to ${ALLOWED}, ${how}`, async () => {
    const values = Float32Array.from({ length: VALUES }, (_, i) => 10 * i / VALUES - 5);
    const { distribution, exponential } = await compute(values, fused);
    const wanted = Float64Array.from(values, normalDistribution);
    const apart = largestDifference(distribution, wanted);
    ok(apart <= ALLOWED, `it is ${apart} away`);
    const off = largestDifference(
      exponential,
      Float64Array.from(values, (x) => Math.exp(-x * x / 2)),
    );
    ok(off <= ALLOWED, `the exponential is ${off} away`);
  });
}

Deno.test("far from zero the wasm kernels' normal distribution is 0 or 1, and NaN stays NaN", async () => {
  const values = new Float32Array(VALUES);
  values.set([-1e30, -20, 20, 1e30, -Infinity, Infinity, NaN]);
  const { distribution } = await compute(values, false);
  const wanted = [0, 0, 1, 1, 0, 1, NaN];
  for (const [i, value] of wanted.entries()) {
    const found = distribution[i]!;
    ok(Object.is(found, value) || Math.abs(found - value) < 1e-30, `${values[i]}: ${found}`);
  }
});
