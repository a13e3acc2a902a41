/** Numbers of pairs, against a list in which each pair is looked for. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { PairNumbers } from "../../src/data/_pair_numbers.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

for (
  const [kind, sizes] of [["of a full table", [20, 30]], ["of few of all", [500, 900]]] as const
) {
  Deno.test(`pairs ${kind} are numbered in the order in which they are first seen`, () => {
    const [firsts, seconds] = sizes;
    const stream = new RandomStream(deriveKey(1, kind));
    const pairs = Array.from(
      { length: 400 },
      () => [stream.below(firsts), stream.below(seconds)] as const,
    );
    // Some come again, in both kinds.
    pairs.push(...pairs.slice(50, 90));
    const numbers = new PairNumbers({ firsts, seconds, samples: pairs.length });
    const seen: string[] = [];
    const wanted = pairs.map((pair) => {
      if (!seen.includes(pair.join())) seen.push(pair.join());
      return seen.indexOf(pair.join());
    });
    deepStrictEqual(pairs.map(([first, second]) => numbers.numberOf(first, second)), wanted);
    strictEqual(numbers.count, seen.length);
  });
}

Deno.test("more pairs than a Map has keys are numbered", () => {
  const [firsts, seconds] = [300, 60_000];
  const numbers = new PairNumbers({ firsts, seconds, samples: firsts * seconds });
  for (let first = 0; first < firsts; first++) {
    for (let second = 0; second < seconds; second++) numbers.numberOf(first, second);
  }
  strictEqual(numbers.count, 18_000_000);
  strictEqual(numbers.numberOf(299, 59_999), 17_999_999);
});
