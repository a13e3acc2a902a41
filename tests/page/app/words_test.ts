import { deepStrictEqual, strictEqual } from "node:assert";
import {
  describePlace,
  formatFixed,
  formatKb,
  joinSome,
  joinWords,
} from "../../../src/page/app/words.ts";

Deno.test("words are joined as in a sentence, and many are cut short", () => {
  strictEqual(joinWords([]), "");
  strictEqual(joinWords(["a"]), "a");
  strictEqual(joinWords(["a", "b", "c"]), "a, b and c");
  strictEqual(joinSome(["a", "b", "c", "d"], 2), "a, b and 2 more");
});

Deno.test("a column of numbers lines up, and has no minus zero", () => {
  deepStrictEqual([1, -2.345, -0.001, 12.999].map(formatFixed), ["1.00", "−2.35", "0.00", "13.00"]);
});

Deno.test("places are said from the start, on both of its sides", () => {
  const window = { bins: 100, binSizeBp: 100 };
  strictEqual(describePlace(0, window), "4.9 kb to 5 kb before the start");
  strictEqual(describePlace(49, window), "0 bp to 100 bp before the start");
  strictEqual(describePlace(50, window), "0 bp to 100 bp after the start");
  strictEqual(describePlace(99, window), "4.9 kb to 5 kb after the start");
  strictEqual(describePlace(3, { bins: 10 }), "bin 4 of 10");
  strictEqual(formatKb(1250), "1.25 kb");
});
