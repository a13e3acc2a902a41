/** Values that are taken for ln(1 + count) since nothing says what they are, and are something else. */

import { match, strictEqual } from "node:assert";
import { doubtLogarithms } from "../../src/io/_doubtful_logarithms.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

const stream = new RandomStream(deriveKey(0, "counts"));
/** Counts of which most are small, as reads in bins are. */
const COUNTS = Array.from({ length: 2000 }, () => Math.floor(8 * stream.uniform() ** 3));

Deno.test("logarithms of counts are not doubted, exact, rounded or in few bits", () => {
  for (
    const transform of [Math.log1p, (count: number) => Math.round(100 * Math.log1p(count)) / 100]
  ) {
    strictEqual(doubtLogarithms(COUNTS.map(transform)), undefined);
  }
  strictEqual(doubtLogarithms(Float32Array.from(COUNTS, Math.log1p)), undefined);
  strictEqual(doubtLogarithms(Float16Array.from(COUNTS, Math.log1p)), undefined);
});

Deno.test("other functions of counts are named, and values of no count are doubted", () => {
  const doubted: readonly [of: (count: number) => number, message: RegExp][] = [
    [(count) => Math.log2(1 + count), /look like log2\(1 \+ count\)/],
    [(count) => Math.log10(1 + count), /look like log10\(1 \+ count\)/],
    [Math.asinh, /look like asinh\(count\)/],
    [Math.sqrt, /look like square roots of counts/],
    [(count) => 0.31 * count, /no logarithms of whole numbers/],
    [(count) => Math.log1p(0.31 * count), /no logarithms of whole numbers/],
  ];
  for (const [of, message] of doubted) match(doubtLogarithms(COUNTS.map(of)) ?? "", message);
});

Deno.test("too few values say nothing", () => {
  strictEqual(doubtLogarithms(COUNTS.slice(0, 15).map((count) => 0.3 * count)), undefined);
  strictEqual(doubtLogarithms([]), undefined);
});
