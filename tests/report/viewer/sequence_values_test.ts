import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { decodeRounded, encodeRounded } from "../../../src/report/viewer/floats.ts";
import {
  basesInDomain,
  describeLetters,
  letterPaths,
  placeOfBase,
} from "../../../src/report/viewer/sequence_values.ts";

const WINDOW = {
  bins: 4,
  binBp: 10,
  startBp: -20,
  centre: "TSS",
  genome: null,
  leastBins: 1,
};
const PLACE = { letters: "ACGTNACGTA", firstBp: -5 };
const VALUES = Float32Array.from([1, -1, 0.5, 0, NaN, 0, 0, 0, 0, 2]);

Deno.test("rounded numbers come back within half a 65,534th of their range, and missing ones as such", () => {
  const value = fc.float({ noDefaultInfinity: true });
  fc.assert(fc.property(fc.array(value), (values) => {
    const encoded = encodeRounded(values);
    const found = decodeRounded(encoded);
    strictEqual(found.length, values.length);
    found.forEach((number, i) => {
      strictEqual(Number.isNaN(number), Number.isNaN(values[i]));
      ok(!(Math.abs(number - values[i]!) > encoded.unit * 0.51 + Math.abs(number) * 1e-6));
    });
  }));
  deepStrictEqual([...decodeRounded(encodeRounded([0, 0]))], [0, 0]);
});

Deno.test("bases lie where their distance from the TSS says", () => {
  strictEqual(placeOfBase(5, { place: PLACE, window: WINDOW }), 2);
  const bases = (start: number, end: number) => {
    const { from, to } = basesInDomain(PLACE, { window: WINDOW, domain: { start, end } });
    return [from, to];
  };
  deepStrictEqual(bases(0, 4), [0, 10]);
  deepStrictEqual(bases(2, 3), [5, 10]);
  deepStrictEqual(bases(0, 1), [0, 0]);
  deepStrictEqual(bases(1.55, 1.75), [0, 3]);
});

Deno.test("bars stand at their bases, upwards or downwards; missing letters have none", () => {
  const domain = { start: 0, end: 4 };
  const range = { low: -1, high: 2 };
  const { up, down } = letterPaths(VALUES, { place: PLACE, window: WINDOW, domain, range });
  deepStrictEqual(up.match(/M[\d.]+/g), ["M1.5", "M1.7", "M2.4"]);
  strictEqual(down, "M1.6 66.7V100h0.1V66.7z");
});

Deno.test("of many letters a bar stands for several, and reaches to the largest and the least", () => {
  const values = Float32Array.from({ length: 4000 }, (_, base) => base === 1234 ? 7 : -1);
  const place = { letters: "A".repeat(4000), firstBp: 0 };
  const window = { ...WINDOW, binBp: 1000, startBp: 0 };
  const domain = { start: 0, end: 4 };
  const { up, down } = letterPaths(values, { place, window, domain, range: { low: -1, high: 7 } });
  strictEqual(up, "M1.232 87.5V0h0.008V87.5z");
  strictEqual(down.match(/M/g)!.length, 500);
});

Deno.test("a bin's letters are summed, and the strongest is named", () => {
  const describe = (bin: number | undefined) =>
    describeLetters(VALUES, { place: PLACE, window: WINDOW, bin });
  strictEqual(describe(undefined), "sum +2.5, most A at +4: +2");
  strictEqual(describe(1), "sum +0.5, most A at −5: +1");
  strictEqual(describe(0), "nothing computed");
});
