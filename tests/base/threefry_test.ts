import { deepStrictEqual } from "node:assert";
import { THREEFRY_GROUPS, THREEFRY_PARITY, THREEFRY_ROTATIONS } from "../../src/base/threefry.ts";
import { type RandomKey, threefry2x32 } from "../../src/random.ts";

/** The cipher as a loop over its constants. */
function encrypt([key0, key1]: RandomKey, counter0: number, counter1: number): [number, number] {
  const schedule = [key0, key1, (THREEFRY_PARITY ^ key0 ^ key1) >>> 0];
  let [x0, x1] = [(counter0 + key0) >>> 0, (counter1 + key1) >>> 0];
  for (let group = 0; group < THREEFRY_GROUPS; group++) {
    for (const bits of THREEFRY_ROTATIONS[group % 2]!) {
      x0 = (x0 + x1) >>> 0;
      x1 = (((x1 << bits) | (x1 >>> (32 - bits))) ^ x0) >>> 0;
    }
    x0 = (x0 + schedule[(group + 1) % 3]!) >>> 0;
    x1 = (x1 + schedule[(group + 2) % 3]! + group + 1) >>> 0;
  }
  return [x0, x1];
}

Deno.test("Threefry, whose code is unrolled for speed, agrees with its constants", () => {
  const out = new Uint32Array(2);
  for (let i = 0; i < 50; i++) {
    const words = [i, i * 2654435761, i * 40503 + 7, ~i].map((word) => word >>> 0);
    const [key0, key1, counter0, counter1] = words as [number, number, number, number];
    threefry2x32([key0, key1], counter0, counter1, out);
    deepStrictEqual([...out], encrypt([key0, key1], counter0, counter1));
  }
});
