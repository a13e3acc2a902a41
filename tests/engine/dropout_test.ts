import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  dropoutKey,
  dropoutKeys,
  dropoutScale,
  fillDropoutMask,
} from "../../src/engine/dropout.ts";

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
