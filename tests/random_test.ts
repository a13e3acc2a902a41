import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { pearson } from "../src/metrics/mod.ts";
import { deriveKey, RandomStream, shuffledIndices, threefry2x32 } from "../src/random.ts";

Deno.test("threefry2x32 gives the known answers of Random123", () => {
  const vectors = [
    { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    {
      key: [0xffffffff, 0xffffffff],
      counter: [0xffffffff, 0xffffffff],
      words: [0x1cb996fc, 0xbb002be7],
    },
    {
      key: [0x13198a2e, 0x03707344],
      counter: [0x243f6a88, 0x85a308d3],
      words: [0xc4923a9c, 0x483df7a0],
    },
  ] as const;
  for (const { key, counter, words } of vectors) {
    const out = new Uint32Array(2);
    threefry2x32(key, counter[0], counter[1], out);
    deepStrictEqual([...out], [...words]);
  }
});

Deno.test("deriveKey distinguishes paths that join to the same text, and the high bits of seeds", () => {
  notDeepStrictEqual(deriveKey(1, "ab", "c"), deriveKey(1, "a", "bc"));
  notDeepStrictEqual(deriveKey(1, "1"), deriveKey(1, 1));
  notDeepStrictEqual(deriveKey(1, 1, 2), deriveKey(1, 2, 1));
  notDeepStrictEqual(deriveKey(1), deriveKey(1 + 2 ** 32));
});

Deno.test("deriveKey refuses a seed that is not an integer >= 0", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) throws(() => deriveKey(seed), RangeError);
});

Deno.test("uniform and normal numbers have the moments of their distributions", () => {
  const stream = new RandomStream(deriveKey(3, "moments"));
  const count = 100_000;
  const uniform = Array.from({ length: count }, () => stream.uniform());
  const normal = Array.from({ length: count }, () => stream.normal());
  const moment = (values: number[], power: number) =>
    values.reduce((sum, value) => sum + value ** power, 0) / count;
  ok(uniform.every((value) => value > 0 && value < 1));
  // Five standard errors of each mean.
  ok(Math.abs(moment(uniform, 1) - 1 / 2) < 5 * Math.sqrt(1 / 12 / count));
  ok(Math.abs(moment(normal, 1)) < 5 / Math.sqrt(count));
  ok(Math.abs(moment(normal, 2) - 1) < 5 * Math.sqrt(2 / count));
  ok(Math.abs(moment(normal, 4) - 3) < 5 * Math.sqrt(96 / count));
});

Deno.test("below stays below its bound and refuses impossible bounds", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.nat(), (bound, seed) => {
    const value = new RandomStream(deriveKey(seed)).below(bound);
    return Number.isInteger(value) && value >= 0 && value < bound;
  }));
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1, NaN]) {
    throws(() => new RandomStream([0, 0]).below(bound), RangeError);
  }
});

Deno.test("shuffledIndices gives permutations, each about equally likely", () => {
  const seen = new Map<string, number>();
  const stream = new RandomStream(deriveKey(5));
  for (let i = 0; i < 6000; i++) {
    const order = shuffledIndices(3, stream).join("");
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  strictEqual(seen.size, 6);
  // Each count is binomial with mean 1000 and standard deviation 29.
  for (const count of seen.values()) ok(Math.abs(count - 1000) < 145, `${count}`);
});

Deno.test("a normal number does not correlate with the next, nor does its size", () => {
  const stream = new RandomStream(deriveKey(6, "pairs"));
  const values = Float64Array.from({ length: 40_000 }, () => stream.normal());
  // Correlations of independent numbers have a standard error of 1 / √n.
  for (const change of [(x: number) => x, Math.abs]) {
    for (const start of [0, 1]) {
      const pairs = Array.from({ length: 19_999 }, (_, i) => 2 * i + start);
      const r = pearson(
        pairs.map((i) => change(values[i]!)),
        pairs.map((i) => change(values[i + 1]!)),
      );
      ok(Math.abs(r) < 5 / Math.sqrt(pairs.length), `${r}`);
    }
  }
});

Deno.test("below gives all numbers with equal probability where the bound does not divide a power of two", () => {
  const stream = new RandomStream(deriveKey(7, "below"));
  // The remainder of a word would be below 2^30 half the time.
  const draws = 20_000;
  let small = 0;
  for (let i = 0; i < draws; i++) small += stream.below(3 * 2 ** 30) < 2 ** 30 ? 1 : 0;
  ok(Math.abs(small / draws - 1 / 3) < 5 * Math.sqrt(2 / 9 / draws), `${small}`);
});

Deno.test("a stream is refused a seed in place of a key, of which all streams would be the same", () => {
  for (const key of [7, "7", [7], [1.5, 2], ["1", "2"], null, undefined]) {
    const message = /random numbers: the key is .*, expected what deriveKey returns/;
    throws(() => new RandomStream(key as never), { name: "TypeError", message });
  }
  strictEqual(new RandomStream([-1, 0]).uint32(), new RandomStream([2 ** 32 - 1, 0]).uint32());
});

Deno.test("orders are refused a length that is no integer, and other things in place of a stream", () => {
  const stream = new RandomStream(deriveKey(1));
  for (const length of [NaN, -1, "3", 2 ** 32]) {
    throws(() => shuffledIndices(length as never, stream), RangeError);
  }
  throws(
    () => shuffledIndices(3, 7 as never),
    /found a number as the stream, expected a RandomStream/,
  );
});
