import { ok } from "node:assert";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { pushGelu, pushGeluSlope } from "../../../../src/engine/wasm/assembler/gelu.ts";
import { kernelAdder } from "../../../../src/engine/wasm/assembler/kernel_table.ts";
import { ExecutionContext } from "../../../../src/engine/wasm/ops/context.ts";
import { largestDifference } from "../../../helpers/tolerances.ts";

const KERNELS = { apply: ["gelu", "slope", "source", "vectors"] } as const;
const VALUES = 4096;
/** Relative to max(1, |x|): a few roundings to float32, and what the quotients of polynomials are away. */
const ALLOWED = 4e-7;
const [SOURCE, GELU, SLOPE] = [64, 64 + 4 * VALUES, 64 + 8 * VALUES];

/** x · Φ(x), and its derivative, of float32 values. */
async function compute(values: Float32Array, fused: boolean) {
  const assembler = new ModuleAssembler(fused);
  const add = kernelAdder(assembler, { table: KERNELS });
  add("apply", (code, { gelu, slope, source, vectors }) => {
    const x = code.local("v128");
    code.repeatLocal(vectors, () => {
      code.get(source).load().set(x).get(gelu);
      pushGelu(code, x);
      code.store().get(slope);
      pushGeluSlope(code, x);
      code.store();
      for (const pointer of [gelu, slope, source]) code.advance(pointer, 16);
    });
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(1));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  context.floats.set(values, SOURCE / 4);
  context.bind(KERNELS).apply(GELU, SLOPE, SOURCE, VALUES / 4);
  const read = (address: number) => context.floats.slice(address / 4, address / 4 + VALUES);
  return { gelu: read(GELU), slope: read(SLOPE) };
}

/** Φ(x) by the series x − x³/6 + x⁵/40 − … of the density, which float64 sums well enough up to |x| = 6. */
function normalDistribution(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 300; n++) {
    term *= -x * x / 2 / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

function normalDensity(x: number): number {
  return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`wasm computes the GELU and its derivative to ${ALLOWED}, ${how}`, async () => {
    const values = Float32Array.from({ length: VALUES }, (_, i) => 12 * i / VALUES - 6);
    const { gelu, slope } = await compute(values, fused);
    const relative = (x: number) => Math.max(1, Math.abs(x));
    const away = largestDifference(
      gelu.map((value, i) => value / relative(values[i]!)),
      Float64Array.from(values, (x) => x * normalDistribution(x) / relative(x)),
    );
    ok(away <= ALLOWED, `the GELU is ${away} away`);
    const slopes = Float64Array.from(values, (x) => normalDistribution(x) + x * normalDensity(x));
    const apart = largestDifference(slope, slopes);
    ok(apart <= ALLOWED, `the derivative is ${apart} away`);
  });

  Deno.test(`near zero the wasm kernels' GELU is x / 2 to a relative error of ${ALLOWED}, ${how}`, async () => {
    const values = Float32Array.from({ length: VALUES }, (_, i) => (i - VALUES / 2 + 0.5) * 1e-12);
    const { gelu } = await compute(values, fused);
    const away = largestDifference(
      gelu.map((value, i) => value / values[i]!),
      new Float64Array(VALUES).fill(0.5),
    );
    ok(away <= ALLOWED, `it is ${away} away`);
  });
}

Deno.test("far from zero the wasm kernels' GELU is 0 or x, its derivative 0 or 1, and NaN stays NaN", async () => {
  const values = new Float32Array(VALUES);
  values.set([-Infinity, -1e30, -20, 20, 1e30, Infinity, NaN]);
  const { gelu, slope } = await compute(values, false);
  const wanted = [[0, 0], [0, 0], [0, 0], [20, 1], [1e30, 1], [Infinity, 1], [NaN, NaN]] as const;
  for (const [i, pair] of wanted.entries()) {
    for (const [found, value] of [[gelu[i]!, pair[0]], [slope[i]!, pair[1]]] as const) {
      const isSame = Object.is(found, value) ||
        Math.abs(found - value) <= ALLOWED * Math.max(1, value);
      ok(isSame, `${values[i]}: found ${found}, expected ${value}`);
    }
  }
});
