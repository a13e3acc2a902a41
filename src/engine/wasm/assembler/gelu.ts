/**
 * The exact GELU x · Φ(x), where Φ is the normal distribution (Hendrycks and Gimpel 2016), and its derivative Φ(x) + x ·
 * φ(x), where φ is the normal density.
 *
 * Φ − ½ and the derivative − ½ are odd: x times a function of x². These are approximated by quotients of two polynomials of
 * degree 5 in x², fitted in float64 by Lawson's method for the least largest error over |x| ≤ 5.6: 9e-9 for Φ, 1.1e-7 for the
 * derivative. Rounding to float32 adds up to 2e-7.
 *
 * @module
 */

import type { FunctionAssembler, Local } from "./assembler.ts";
import type { PushNumber } from "./exponential.ts";

/** Beyond it Φ, its complement, and the derivative are 0 or 1 to within 1e-7 or so. */
const LARGEST = 5.6;

/** Coefficients of 1, x², x⁴, …. */
interface Rational {
  readonly numerator: readonly [number, ...number[]];
  readonly denominator: readonly [number, ...number[]];
}

/** (Φ(x) − ½) / x. */
const DISTRIBUTION: Rational = {
  numerator: [
    0.398942222,
    0.0343761611,
    0.0047072631,
    0.000173851341,
    6.35654111e-06,
    2.2145304e-08,
  ],
  denominator: [1, 0.25283397, 0.0289401196, 0.00191298157, 7.51021464e-05, 1.18021241e-06],
};

/** (Φ(x) + x · φ(x) − ½) / x. */
const SLOPE: Rational = {
  numerator: [
    0.797885345,
    -0.0309753591,
    0.0142260685,
    1.97513239e-05,
    3.58992871e-05,
    1.92167274e-07,
  ],
  denominator: [1, 0.294519578, 0.0409837409, 0.00352263748, 0.000192051801, 8.92817057e-06],
};

/** The numbers that {@linkcode pushGelu} pushes. */
export const GELU_NUMBERS: readonly number[] = [LARGEST, 0, 0.5, ...numbersOf(DISTRIBUTION)];

/** The numbers that {@linkcode pushGeluSlope} pushes. */
export const SLOPE_NUMBERS: readonly number[] = [LARGEST, -LARGEST, 0.5, ...numbersOf(SLOPE)];

function numbersOf({ numerator, denominator }: Rational): number[] {
  return [...numerator, ...denominator];
}

function pushImmediate(code: FunctionAssembler, value: number): void {
  code.f32x4(value);
}

/**
 * Pushes the GELU of a local, lane by lane: max(x, 0) − |x| · Φ(−|x|), so that what is left of the error does not grow with
 * x. NaN stays NaN.
 *
 * @param code The function.
 * @param x The local.
 * @param push How numbers are pushed; see {@linkcode GELU_NUMBERS}.
 */
export function pushGelu(
  code: FunctionAssembler,
  x: Local,
  push: PushNumber = pushImmediate,
): void {
  const [size, square] = code.locals("v128", 2);
  // pmin and pmax return their first operand if that is NaN.
  code.get(x).op("f32x4.abs");
  push(code, LARGEST);
  code.op("f32x4.pmin").tee(size).get(size).op("f32x4.mul").set(square);
  code.get(x);
  push(code, 0);
  code.op("f32x4.pmax").get(size);
  push(code, 0.5);
  code.op("f32x4.mul").get(square);
  pushRational(code, { square, push }, DISTRIBUTION);
  code.op("f32x4.sub").op("f32x4.sub");
}

/**
 * Pushes the derivative of the GELU at a local, lane by lane.
 *
 * @param code The function.
 * @param x The local.
 * @param push How numbers are pushed; see {@linkcode SLOPE_NUMBERS}.
 */
export function pushGeluSlope(
  code: FunctionAssembler,
  x: Local,
  push: PushNumber = pushImmediate,
): void {
  const [clamped, square] = code.locals("v128", 2);
  code.get(x);
  push(code, LARGEST);
  code.op("f32x4.pmin");
  push(code, -LARGEST);
  code.op("f32x4.pmax").tee(clamped).get(clamped).op("f32x4.mul").set(square);
  code.get(clamped);
  pushRational(code, { square, push }, SLOPE);
  push(code, 0.5);
  code.op("f32x4.add");
}

/** Pops a factor and pushes its product with a quotient of two polynomials of a square. */
function pushRational(
  code: FunctionAssembler,
  { square, push }: { readonly square: Local; readonly push: PushNumber },
  { numerator, denominator }: Rational,
): void {
  const [above, below, scratch] = code.locals("v128", 3);
  const evaluate = (coefficients: readonly [number, ...number[]], sum: Local) => {
    const [last, ...others] = coefficients.toReversed() as [number, ...number[]];
    push(code, last);
    code.set(sum);
    for (const coefficient of others) {
      code.get(sum).get(square);
      push(code, coefficient);
      code.multiplyAdd(scratch).set(sum);
    }
  };
  evaluate(numerator, above);
  evaluate(denominator, below);
  code.get(above).op("f32x4.mul").get(below).op("f32x4.div");
}
