import type { FunctionAssembler, Local } from "./assembler.ts";

/** Pushes four copies of a number. */
export type PushNumber = (code: FunctionAssembler, value: number) => void;

/** Beyond this exponent eˣ or e⁻ˣ leaves the range of float32. */
const LARGEST_EXPONENT = 88;
/** ln 2 in two pieces. The first has nine bits, so that a whole number of them, up to 127, is exact. */
const LN2_HIGH = 355 / 512;
const LN2_LOW = Math.LN2 - LN2_HIGH;
/** Terms of the series of eᶠ − 1; for |f| ≤ ½ ln 2 the rest of the series is less than 2e-8 of the sum. */
const SERIES_TERMS = 7;
/** What is added to this float32 is rounded to a whole number, which is then in its lowest bits. */
const ROUNDING = 1.5 * 2 ** 23;
const FRACTION_BITS = 23;

/**
 * Keeps numbers in local variables, which a loop may read in one instruction each; an immediate number takes four. Call it
 * before the loop.
 *
 * @param code The function.
 * @param numbers The numbers; by default those that exponentials need.
 * @returns How they are pushed.
 */
export function keepNumbers(
  code: FunctionAssembler,
  numbers: readonly number[] = exponentialNumbers(),
): PushNumber {
  const kept = new Map<number, Local>();
  const keep = (_: FunctionAssembler, value: number) => {
    if (!kept.has(value)) kept.set(value, code.local("v128"));
  };
  for (const number of numbers) keep(code, number);
  for (const [value, local] of kept) code.f32x4(value).set(local);
  return (_, value) => code.get(kept.get(value)!);
}

/** All that the functions below push. */
function exponentialNumbers(): number[] {
  const series = Array.from({ length: SERIES_TERMS - 1 }, (_, i) => inverseFactorial(i + 2));
  const limits = [LARGEST_EXPONENT, -LARGEST_EXPONENT];
  return [...limits, 1 / Math.LN2, ROUNDING, LN2_HIGH, LN2_LOW, ...series, 1, 2];
}

function pushImmediate(code: FunctionAssembler, value: number): void {
  code.f32x4(value);
}

/**
 * Pops x and pushes eˣ − 1, lane by lane, with a relative error of at most 1.5e-7. NaN stays NaN; other values are
 * clamped to the range from −88 to 88.
 *
 * x is n · ln 2 + f with a whole n, so eˣ − 1 = 2ⁿ · (eᶠ − 1) + (2ⁿ − 1). Near zero n is 0, and nothing is lost.
 *
 * @param code The function.
 * @param push How constants are pushed.
 */
export function pushExponentialMinusOne(
  code: FunctionAssembler,
  push: PushNumber = pushImmediate,
): void {
  const [x, n, f, series, scratch] = code.locals("v128", 5);
  // pmin and pmax return their first operand if that is NaN.
  push(code, LARGEST_EXPONENT);
  code.op("f32x4.pmin");
  push(code, -LARGEST_EXPONENT);
  code.op("f32x4.pmax").tee(x);
  push(code, 1 / Math.LN2);
  code.op("f32x4.mul");
  push(code, ROUNDING);
  code.op("f32x4.add").tee(n);
  push(code, ROUNDING);
  code.op("f32x4.sub").set(series);
  code.get(x).get(series);
  push(code, LN2_HIGH);
  code.op("f32x4.mul").op("f32x4.sub").get(series);
  push(code, LN2_LOW);
  code.op("f32x4.mul").op("f32x4.sub").set(f);
  // f + f² · (1/2! + f/3! + …)
  push(code, inverseFactorial(SERIES_TERMS));
  code.set(series);
  for (let term = SERIES_TERMS - 1; term >= 2; term--) {
    code.get(series).get(f);
    push(code, inverseFactorial(term));
    code.multiplyAdd(scratch).set(series);
  }
  code.get(f).get(f).op("f32x4.mul").get(series).get(f).multiplyAdd(scratch).set(series);
  // The bits of 2ⁿ are those of 1 with n added to the exponent. Shifting leaves nothing of the rounding constant.
  code.get(n).i32(FRACTION_BITS).op("i32x4.shl");
  push(code, 1);
  code.op("i32x4.add").set(n);
  code.get(n).get(series).get(n);
  push(code, 1);
  code.op("f32x4.sub").multiplyAdd(scratch);
}

function inverseFactorial(n: number): number {
  return n < 2 ? 1 : inverseFactorial(n - 1) / n;
}

/**
 * Pops x and pushes the sigmoid 1 / (1 + e⁻ˣ), with a relative error of at most 2e-7 for x above −88.
 *
 * @param code The function.
 * @param push How constants are pushed.
 */
export function pushSigmoid(code: FunctionAssembler, push: PushNumber = pushImmediate): void {
  const exponential = code.local("v128");
  code.op("f32x4.neg");
  pushExponentialMinusOne(code, push);
  code.set(exponential);
  push(code, 1);
  code.get(exponential);
  push(code, 2);
  code.op("f32x4.add").op("f32x4.div");
}

/**
 * Pops x and pushes its hyperbolic tangent (e²ˣ − 1) / (e²ˣ + 1), with a relative error of at most 2e-7.
 *
 * @param code The function.
 * @param push How constants are pushed.
 */
export function pushTanh(code: FunctionAssembler, push: PushNumber = pushImmediate): void {
  const exponential = code.local("v128");
  code.tee(exponential).get(exponential).op("f32x4.add");
  pushExponentialMinusOne(code, push);
  code.tee(exponential).get(exponential);
  push(code, 2);
  code.op("f32x4.add").op("f32x4.div");
}
