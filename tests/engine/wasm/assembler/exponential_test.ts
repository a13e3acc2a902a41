import { deepStrictEqual, ok } from "node:assert";
import type { FunctionAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import {
  pushExponentialMinusOne,
  pushSigmoid,
  pushTanh,
} from "../../../../src/engine/wasm/assembler/exponential.ts";
import { computeVectors, manyArguments, worstError } from "../../../helpers/vector_functions.ts";

const FUNCTIONS = {
  "eˣ − 1": { push: pushExponentialMinusOne, exact: Math.expm1, allowed: 1.5e-7 },
  "the sigmoid": { push: pushSigmoid, exact: (x: number) => 1 / (1 + Math.exp(-x)), allowed: 2e-7 },
  "the tangent": { push: pushTanh, exact: Math.tanh, allowed: 2e-7 },
};

for (const [name, { push, exact, allowed }] of Object.entries(FUNCTIONS)) {
  for (const fused of [true, false]) {
    const how = fused ? "with fused multiply-add" : "in plain SIMD";
    Deno.test(`wasm computes ${name} to ${allowed} of the value, ${how}`, async () => {
      const values = manyArguments();
      const found = await computeVectors(push, { values, fused });
      const { worst, at } = worstError(found, { values, exact });
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
    const found = await computeVectors(push, { values, fused: false });
    // The sigmoid's last step above zero is 6e-39.
    deepStrictEqual([...found].map((value) => Math.abs(value) < 1e-38 ? 0 : value), wanted);
  }
  for (const push of [pushSigmoid, pushTanh]) {
    const values = Float32Array.of(20, 100, 1e30, Infinity);
    deepStrictEqual([...await computeVectors(push, { values, fused: false })], [1, 1, 1, 1]);
  }
});
