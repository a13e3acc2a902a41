import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  dropoutKey,
  dropoutKeys,
  dropoutScale,
  fillDropoutBits,
  fillDropoutMask,
  isDroppedByBits,
} from "../../src/engine/dropout.ts";
import { threefry2x32 } from "../../src/random.ts";

Deno.test("a mask drops the share of its rate and keeps the expected value", () => {
  const factors = new Float32Array(100_000);
  const key = dropoutKey(1, 2, 3);
  fillDropoutMask(factors, { key, rate: 0.3, firstPosition: 0, units: 1000 });
  const scale = dropoutScale(0.3);
  ok(factors.every((factor) => factor === 0 || factor === scale));
  const dropped = factors.filter((factor) => factor === 0).length / factors.length;
  // Five standard errors of a share of 0.3.
  ok(Math.abs(dropped - 0.3) < 5 * Math.sqrt(0.21 / factors.length), `${dropped}`);
});

Deno.test("a mask depends on the sample's position, not on how an epoch is cut into batches", () => {
  const key = dropoutKey(1, 2, 3);
  for (const units of [6, 7]) {
    const whole = new Float32Array(5 * units);
    fillDropoutMask(whole, { key, rate: 0.5, firstPosition: 0, units });
    const last = new Float32Array(2 * units);
    fillDropoutMask(last, { key, rate: 0.5, firstPosition: 3, units });
    deepStrictEqual(whole.slice(3 * units), last);
  }
});

Deno.test("each seed, layer and epoch has its own key, in the order in which kernels read them", () => {
  const [seeds, layers] = [[3, 4, 5], [1, 3, 7]];
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 4; epoch++) {
    const keys = dropoutKeys(seeds, layers, epoch);
    strictEqual(keys.length, 2 * 9);
    seeds.forEach((seed, model) =>
      layers.forEach((layer, place) => {
        const at = 2 * (model * layers.length + place);
        const key = [...keys.subarray(at, at + 2)];
        deepStrictEqual(key, [...dropoutKey(seed, layer, epoch)]);
        seen.add(String(key));
      })
    );
  }
  strictEqual(seen.size, 4 * 9);
});

Deno.test("a rate of zero changes nothing", () => {
  const factors = new Float32Array(9);
  fillDropoutMask(factors, { key: dropoutKey(1, 2, 3), rate: 0, firstPosition: 0, units: 3 });
  strictEqual(factors.every((factor) => factor === 1), true);
});

Deno.test("a dropout of one half over many values takes a bit for each, others a word", () => {
  const key = dropoutKey(1, 2, 3);
  const units = 4096;
  ok(isDroppedByBits(0.5, units) && !isDroppedByBits(0.5, units - 1));
  ok(!isDroppedByBits(0.25, units));
  const factors = new Float32Array(3 * units);
  fillDropoutMask(factors, { key, rate: 0.5, firstPosition: 6, units });
  const kept = factors.filter((factor) => factor === dropoutScale(0.5)).length;
  strictEqual(kept + factors.filter((factor) => factor === 0).length, factors.length);
  // Five standard errors of a share of one half.
  ok(Math.abs(kept / factors.length - 0.5) < 2.5 / Math.sqrt(factors.length), `${kept}`);
  for (const unit of [0, 31, 32, 63, 64, 4095]) {
    const words = new Uint32Array(2);
    threefry2x32(key, 7, unit >> 6, words);
    const bit = (words[unit >> 5 & 1]! >>> (unit & 31)) & 1;
    strictEqual(factors[units + unit], bit === 1 ? 2 : 0, `unit ${unit}`);
  }
  // Some of a sample's units are those of all.
  const some = new Float32Array(100);
  fillDropoutBits(some, { key, rate: 0.5 }, { position: 8, firstUnit: 37 });
  deepStrictEqual(some, factors.slice(2 * units + 37, 2 * units + 137));
});
