import type { FunctionAssembler, Local } from "./assembler.ts";
import { pushExponentialMinusOne } from "./exponential.ts";

/** Constants of formula 7.1.26 of Abramowitz and Stegun (1964) for the error function, in error by at most 1.5e-7. */
const P = 0.3275911;
const COEFFICIENTS = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592] as const;

/**
 * Pushes the normal distribution Φ(x), lane by lane, and leaves e^(−x²/2) in another local. With the polynomial q and v
 * = |x| / √2, erf(v) is 1 − q(t) · t · e^(−v²), so Φ(x) is q(t) · t · e^(−v²) / 2 for negative x, and 1 minus that for
 * the others.
 */
export function pushNormalDistribution(
  code: FunctionAssembler,
  { x, exponential }: { readonly x: Local; readonly exponential: Local },
): void {
  const [t, tail, scratch] = code.locals("v128", 3);
  code.get(x).get(x).op("f32x4.mul").f32x4(-0.5).op("f32x4.mul");
  pushExponentialMinusOne(code);
  code.f32x4(1).op("f32x4.add").set(exponential);
  code.f32x4(1).get(x).op("f32x4.abs").f32x4(P * Math.SQRT1_2).op("f32x4.mul");
  code.f32x4(1).op("f32x4.add").op("f32x4.div").set(t);
  const [first, ...others] = COEFFICIENTS;
  code.f32x4(first).set(tail);
  for (const coefficient of others) {
    code.get(tail).get(t).f32x4(coefficient).multiplyAdd(scratch).set(tail);
  }
  code.get(tail).get(t).op("f32x4.mul").get(exponential).op("f32x4.mul");
  code.f32x4(0.5).op("f32x4.mul").set(tail);
  code.f32x4(1).get(tail).op("f32x4.sub").get(tail);
  code.get(x).f32x4(0).op("f32x4.gt").op("v128.bitselect");
}
