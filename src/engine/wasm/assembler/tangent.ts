/**
 * The hyperbolic tangent as a quotient of two polynomials, x · P(x²) / Q(x²), without an exponential: of degree 4 each, fitted in
 * float64 by Lawson's method for the least largest error over |x| ≤ 9, which is 2e-8 of the value, 4.5e-8 with coefficients in
 * float32. They are all positive, so that nothing is lost in the sums, and Q begins with x⁸, which saves a multiplication.
 * With the rounding of float32 it is at most 3.3e-7 where the machine fuses products and sums, 4.2e-7 elsewhere, so that values
 * may reach ±(1 + 2.4e-7).
 *
 * Numerator and denominator are left apart, so that formulas of several gates take one division: of the sigmoid
 * ½ + ½ · tanh(½x) too.
 *
 * @module
 */

import type { FunctionAssembler, Local } from "./assembler.ts";
import type { PushNumber } from "./exponential.ts";

/** Beyond it the tangent is ±1 to within 3e-8. */
const LARGEST = 9;
/** Coefficients of P: of x⁸, x⁶, …, 1. */
const NUMERATOR = [0.017172972, 26.501547, 4495.032, 172068.73, 1285915.9] as const;
/** Coefficients of Q: of x⁶, x⁴, …, 1; that of x⁸ is 1. */
const DENOMINATOR = [422.505, 33275.62, 600707.1, 1285915.9] as const;

/** A quotient in two locals. */
export interface Quotient {
  readonly numerator: Local;
  readonly denominator: Local;
}

/**
 * Pops x and computes tanh(x), or tanh(½x), lane by lane. The denominator is positive, and at most 1.4e11; NaN makes both
 * parts NaN.
 *
 * @param code The function.
 * @param push How numbers are pushed.
 * @param argument Whether x is halved.
 * @returns The locals that hold the quotient.
 */
export function setTangent(
  code: FunctionAssembler,
  push: PushNumber,
  argument: "whole" | "half",
): Quotient {
  const [x, square, numerator, denominator, scratch] = code.locals("v128", 5);
  const scale = argument === "half" ? 2 : 1;
  // Powers of the scale round nothing, and a common factor leaves the quotient as it is: the one that leaves 1 for x⁸.
  const scaled = (coefficients: readonly number[], offset: number) =>
    coefficients.map((coefficient, index) => coefficient * scale ** (2 * index + offset));
  const addTerms = (coefficients: readonly number[], sum: Local) => {
    for (const coefficient of coefficients) {
      code.get(sum).get(square);
      push(code, coefficient);
      code.multiplyAdd(scratch).set(sum);
    }
  };
  // pmin and pmax return their first operand if that is NaN.
  push(code, scale * LARGEST);
  code.op("f32x4.pmin");
  push(code, -scale * LARGEST);
  code.op("f32x4.pmax").tee(x).get(x).op("f32x4.mul").set(square);
  const [first, ...others] = scaled(NUMERATOR, -1) as [number, ...number[]];
  push(code, first);
  code.set(numerator);
  addTerms(others, numerator);
  code.get(numerator).get(x).op("f32x4.mul").set(numerator);
  const [second, ...rest] = scaled(DENOMINATOR, 2) as [number, ...number[]];
  code.get(square);
  push(code, second);
  code.op("f32x4.add").set(denominator);
  addTerms(rest, denominator);
  return { numerator, denominator };
}
