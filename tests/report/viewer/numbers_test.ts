import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { decodeFloats, encodeFloats } from "../../../src/report/viewer/floats.ts";
import {
  formatEnd,
  formatQValue,
  formatSigned,
  formatSignedEnd,
  formatValue,
} from "../../../src/report/viewer/numbers.ts";

Deno.test("numbers have three digits, a true minus, commas, and a dash where there is no value", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.012345, "0.0123"],
    [-1.5, "−1.5"],
    [12, "12"],
    [1234.5, "1,235"],
    [-1234567, "−1,234,567"],
    [0.0000123, "1.2e−5"],
    [-0.0000123, "−1.2e−5"],
    [999.9, "1,000"],
    [NaN, "–"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
  ];
  for (const [value, text] of cases) strictEqual(formatValue(value), text, String(value));
});

Deno.test("effects have a sign, ends of scales two digits, and small q-values a bound", () => {
  deepStrictEqual([1.25, -1.25, 0].map(formatSigned), ["+1.25", "−1.25", "0"]);
  deepStrictEqual([formatEnd(0.1234), formatSignedEnd(0.1234)], ["0.12", "+0.12"]);
  deepStrictEqual([0.0001, 0.05, 1].map(formatQValue), ["< 0.001", "0.05", "1"]);
});

Deno.test("floats come back bit for bit, missing ones too", () => {
  fc.assert(fc.property(fc.float32Array({ noNaN: false }), (values) => {
    const found = decodeFloats(encodeFloats(values));
    ok(found.length === values.length && found.every((value, i) => Object.is(value, values[i])));
  }));
});
