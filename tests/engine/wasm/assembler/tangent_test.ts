import { deepStrictEqual, ok } from "node:assert";
import type { FunctionAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { setTangent } from "../../../../src/engine/wasm/assembler/tangent.ts";
import { computeVectors, manyArguments, worstError } from "../../../helpers/vector_functions.ts";

/** Divides; kernels do so at the end of a formula. */
function pushTangent(code: FunctionAssembler, argument: "whole" | "half"): void {
  const { numerator, denominator } = setTangent(code, (_, value) => code.f32x4(value), argument);
  code.get(numerator).get(denominator).op("f32x4.div");
}

const ARGUMENTS = {
  whole: { name: "tanh(x)", exact: Math.tanh },
  half: { name: "tanh(½x)", exact: (x: number) => Math.tanh(x / 2) },
} as const;

for (const argument of ["whole", "half"] as const) {
  const { name, exact } = ARGUMENTS[argument];
  for (const fused of [true, false]) {
    const [how, allowed] = fused ? ["with fused multiply-add", 3.3e-7] : ["in plain SIMD", 4.2e-7];
    Deno.test(`a quotient of polynomials is ${name} to ${allowed} of the value, ${how}`, async () => {
      const values = manyArguments();
      const push = (code: FunctionAssembler) => pushTangent(code, argument);
      const { worst, at } = worstError(await computeVectors(push, { values, fused }), {
        values,
        exact,
      });
      ok(worst <= allowed, `it is ${worst} away at ${at}`);
    });
  }

  Deno.test(`far from zero the quotient for ${name} keeps its limits, and NaN stays NaN`, async () => {
    const values = Float32Array.of(-Infinity, Infinity, NaN, 0, -1e30, 1e30, 100, -100);
    const push = (code: FunctionAssembler) => pushTangent(code, argument);
    for (const fused of [true, false]) {
      const found = await computeVectors(push, { values, fused });
      const rounded = [...found].map((value) =>
        Math.abs(value) > 1 - 1e-6 ? Math.sign(value) : value
      );
      deepStrictEqual(rounded, [-1, 1, NaN, 0, -1, 1, 1, -1]);
      ok(found.every((value) => !(Math.abs(value) > 1 + 2.5e-7)));
    }
  });
}
