import { deepStrictEqual, throws } from "node:assert";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import type { PackedArray } from "../../src/base/arrays.ts";
import { copyTransformed } from "../../src/engine/copy_transformed.ts";
import { type Transform, transformFunction } from "../../src/record.ts";

Deno.test("values of every type are copied with the bits that the transform gives them in float32", () => {
  const integers = fc.oneof(fc.nat(2000), fc.nat(2 ** 32 - 1), fc.constantFrom(1023, 1024, 65535));
  const others = fc.constantFrom(-0, -1, -0.5, 0.5, 1023.5, Infinity, NaN);
  const numbers = fc.oneof(integers, others, fc.double({ min: 0, max: 1e30, noNaN: true }));
  const transforms = fc.constantFrom<Transform>("none", "log1p", "asinh");
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 40 }), transforms, (some, transform) => {
      const apply = transformFunction(transform);
      for (const Type of [Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array]) {
        const values: PackedArray = Type.from(some);
        const target = new Float32Array(some.length + 3).fill(7);
        copyTransformed(values, { target, at: 2, transform });
        const plain = new Float32Array(values);
        deepStrictEqual([...target], [7, 7, ...plain.map((value) => apply(value)), 7]);
      }
    }),
  );
});

Deno.test("fractions in an array of another context of JavaScript are no counts", () => {
  const target = new Float32Array(2);
  const values = runInNewContext("Float64Array.of(0.5, 3)");
  copyTransformed(values, { target, at: 0, transform: "log1p" });
  deepStrictEqual([...target], [Math.log1p(0.5), Math.log1p(3)].map(Math.fround));
});

Deno.test("an unknown transform is refused, whatever the values are", () => {
  for (const values of [new Uint8Array(1), new Float64Array(1)]) {
    const target = new Float32Array(1);
    const transform = "square" as Transform;
    throws(() => copyTransformed(values, { target, at: 0, transform }), RangeError);
  }
});
