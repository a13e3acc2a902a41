/** Logarithms of counts are recognised however they were rounded, and kept as the counts without loss. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { areLogarithms, isLogarithmOf } from "../../src/io/logarithms.ts";
import { countLogarithms, recoverCounts } from "../../src/io/signal_values.ts";

const COUNTS = Float64Array.from({ length: 2 ** 16 }, (_, count) => count);
const BITS = new DataView(new ArrayBuffer(8));

/** The float32 or float64 number that is `steps` numbers above another. */
function neighbour(value: number, steps: number, type: "float32" | "float64"): number {
  if (type === "float32") {
    BITS.setFloat32(0, value);
    BITS.setUint32(0, BITS.getUint32(0) + steps);
    return BITS.getFloat32(0);
  }
  BITS.setFloat64(0, value);
  BITS.setBigUint64(0, BITS.getBigUint64(0) + BigInt(steps));
  return BITS.getFloat64(0);
}

Deno.test("every count is recovered from its logarithm, rounded up to three units off in float32 or float64", () => {
  for (const type of ["float32", "float64"] as const) {
    for (const steps of [-3, -1, 0, 1, 3]) {
      const values = COUNTS.map((count) => {
        const exact = Math.log1p(count);
        const rounded = type === "float32" ? Math.fround(exact) : exact;
        return count === 0 ? 0 : neighbour(rounded, steps, type);
      });
      const wrong = values.findIndex((value, count) => !isLogarithmOf(value, count));
      strictEqual(wrong, -1, `${type} ${steps}`);
      const { signal, signalValues } = recoverCounts(values)!;
      ok(signal instanceof Uint16Array && signal.every((found, count) => found === count));
      strictEqual(
        signalValues.constructor.name,
        type === "float32" ? "Float32Array" : "Float64Array",
      );
      ok(values.every((value, i) => Object.is(signalValues[signal[i]!], value)));
    }
  }
});

Deno.test("what is recovered gives every value back exactly, and other values are left alone", () => {
  const rounded = fc.tuple(fc.nat(65_535), fc.integer({ min: -3, max: 3 }), fc.boolean());
  fc.assert(fc.property(fc.array(rounded, { minLength: 1 }), (cells) => {
    const values = cells.map(([count, steps, isFloat32]) => {
      const exact = Math.log1p(count);
      if (count === 0) return 0;
      return isFloat32
        ? neighbour(Math.fround(exact), steps, "float32")
        : neighbour(exact, steps, "float64");
    });
    const found = recoverCounts(values);
    const distinct = new Set(values).size === new Set(cells.map(([count]) => count)).size;
    strictEqual(found !== undefined, distinct && cells.some(([count]) => count > 0));
    if (found === undefined) return;
    deepStrictEqual(Array.from(found.signal), cells.map(([count]) => count));
    deepStrictEqual(Array.from(found.signal, (count) => found.signalValues[count]), values);
  }));
  fc.assert(fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
    const found = recoverCounts(values);
    if (found === undefined) return;
    ok(values.every((value, i) => found.signalValues[found.signal[i]!] === value));
  }));
});

Deno.test("counts, negative values, counts beyond 65,535 and zeros alone are not recovered", () => {
  for (
    const values of [
      [],
      [0, 0],
      [1, 2],
      [0, 0.5],
      [-0.5],
      [NaN],
      [Infinity],
      [Math.log1p(1), 1.5],
      [Math.log1p(65_536)],
      [Math.log1p(2), Math.fround(Math.log1p(2))],
    ]
  ) {
    strictEqual(recoverCounts(values), undefined, String(values));
  }
});

Deno.test("values count as logarithms only if that cannot be an accident", () => {
  ok(areLogarithms([0, Math.log1p(3), Math.log1p(50_000)]));
  ok(areLogarithms(Float32Array.of(Math.log1p(1))));
  for (const values of [[], [0], [1, 2], [0.5], [Math.log1p(3), 7], [Math.log1p(60_000)]]) {
    strictEqual(areLogarithms(values), false, String(values));
  }
});

Deno.test("a table of logarithms is correctly rounded, and has room for 16 bits at most", () => {
  const table = countLogarithms(65_535);
  ok(table.every((value, count) => value === Math.fround(Math.log1p(count))));
  deepStrictEqual(countLogarithms(0), Float32Array.of(0));
  for (const largest of [-1, 0.5, NaN, 65_536]) throws(() => countLogarithms(largest), RangeError);
});
