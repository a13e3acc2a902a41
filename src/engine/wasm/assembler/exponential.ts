import type { FunctionAssembler } from "./assembler.ts";

/** Beyond this exponent eˣ or e⁻ˣ leaves the range of float32. */
const LARGEST_EXPONENT = 88;
/** ln 2 in two pieces. The first has nine bits, so that a whole number of them, up to 127, is exact. */
const LN2_HIGH = 355 / 512;
const LN2_LOW = Math.LN2 - LN2_HIGH;
/** Terms of the series of eᶠ − 1; for |f| ≤ ½ ln 2 the rest of the series is less than 2e-8 of the sum. */
const SERIES_TERMS = 7;

/**
 * Pops x and pushes eˣ − 1, lane by lane, with a relative error of at most 1.5e-7. NaN stays NaN; other values are
 * clamped to the range from −88 to 88.
 *
 * x is n · ln 2 + f with a whole n, so eˣ − 1 = 2ⁿ · (eᶠ − 1) + (2ⁿ − 1). Near zero n is 0, and nothing is lost.
 */
export function pushExponentialMinusOne(code: FunctionAssembler): void {
  const [x, n, f, series, scratch] = code.locals("v128", 5);
  // pmin and pmax return their first operand if that is NaN.
  code.f32x4(LARGEST_EXPONENT).op("f32x4.pmin").f32x4(-LARGEST_EXPONENT).op("f32x4.pmax").tee(x);
  code.f32x4(1 / Math.LN2).op("f32x4.mul").op("f32x4.nearest").set(n);
  code.get(x).get(n).f32x4(LN2_HIGH).op("f32x4.mul").op("f32x4.sub");
  code.get(n).f32x4(LN2_LOW).op("f32x4.mul").op("f32x4.sub").set(f);
  // f + f² · (1/2! + f/3! + …)
  code.f32x4(inverseFactorial(SERIES_TERMS)).set(series);
  for (let term = SERIES_TERMS - 1; term >= 2; term--) {
    code.get(series).get(f).f32x4(inverseFactorial(term)).multiplyAdd(scratch).set(series);
  }
  code.get(f).get(f).op("f32x4.mul").get(series).get(f).multiplyAdd(scratch).set(series);
  // 2ⁿ has the exponent bits n + 127, above 23 fraction bits of zero.
  code.get(n).op("i32x4.trunc_sat_f32x4_s").i32x4([127, 127, 127, 127]).op("i32x4.add");
  code.i32(23).op("i32x4.shl").set(n);
  code.get(n).get(series).get(n).f32x4(1).op("f32x4.sub").multiplyAdd(scratch);
}

function inverseFactorial(n: number): number {
  return n < 2 ? 1 : inverseFactorial(n - 1) / n;
}

/** Pops x and pushes the sigmoid 1 / (1 + e⁻ˣ), with a relative error of at most 2e-7 for x above −88. */
export function pushSigmoid(code: FunctionAssembler): void {
  const exponential = code.local("v128");
  code.op("f32x4.neg");
  pushExponentialMinusOne(code);
  code.set(exponential);
  code.f32x4(1).get(exponential).f32x4(2).op("f32x4.add").op("f32x4.div");
}

/** Pops x and pushes its hyperbolic tangent (e²ˣ − 1) / (e²ˣ + 1), with a relative error of at most 2e-7. */
export function pushTanh(code: FunctionAssembler): void {
  const exponential = code.local("v128");
  code.tee(exponential).get(exponential).op("f32x4.add");
  pushExponentialMinusOne(code);
  code.tee(exponential).get(exponential).f32x4(2).op("f32x4.add").op("f32x4.div");
}
