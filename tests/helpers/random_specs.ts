/** Sequential models of any layers and sizes, for property tests. */

import fc from "fast-check";
import { parseSpec } from "../../src/model/parse_spec.ts";
import type { LayerSpec, SequentialSpec } from "../../src/model/spec.ts";

const activations: fc.Arbitrary<LayerSpec[]> = fc.constantFrom(
  [],
  [{ type: "activation", kind: "relu" }],
  [{ type: "activation", kind: "leakyRelu", alpha: 0.3 }],
  [{ type: "activation", kind: "gelu" }],
);
const norms: fc.Arbitrary<LayerSpec[]> = fc.constantFrom(
  [],
  [],
  [{ type: "batchNorm", momentum: 0.9, epsilon: 0.01 }],
);
const dropouts: fc.Arbitrary<LayerSpec[]> = fc.constantFrom([], [{ type: "dropout", rate: 0.4 }]);

/** A layer with what may follow it, in any order that a user may write. */
const blocks: fc.Arbitrary<{ readonly layers: LayerSpec[]; readonly pool: number }> = fc.record({
  width: fc.integer({ min: 1, max: 16 }),
  dilation: fc.integer({ min: 1, max: 5 }),
  filters: fc.integer({ min: 1, max: 9 }),
  padding: fc.constantFrom("same" as const, "valid" as const),
  linear: fc.nat({ max: 5 }),
  pool: fc.integer({ min: 1, max: 7 }),
  followers: fc.tuple(activations, norms, dropouts),
  poolPlace: fc.nat({ max: 3 }),
}).map(({ width, dilation, filters, padding, linear, pool, followers, poolPlace }) => {
  const first: LayerSpec = linear === 0
    ? { type: "linear", units: filters }
    : { type: "conv1d", filters, width, dilation, padding };
  const layers: LayerSpec[] = [first];
  for (const [place, follower] of followers.entries()) {
    if (pool > 1 && place === poolPlace) layers.push({ type: "maxPool1d", size: pool });
    layers.push(...follower);
  }
  if (pool > 1 && poolPlace === 3) layers.push({ type: "maxPool1d", size: pool });
  return { layers, pool };
});

/** Blocks that fit one after another, each with positions left for the next. */
export const randomSpecs: fc.Arbitrary<SequentialSpec> = fc.record({
  bins: fc.integer({ min: 1, max: 70 }),
  marks: fc.integer({ min: 1, max: 7 }),
  blocks: fc.array(blocks, { minLength: 0, maxLength: 3 }),
  units: fc.integer({ min: 1, max: 40 }),
  ending: activations,
}).map(({ bins, marks, blocks, units, ending }) => {
  const layers: LayerSpec[] = [];
  let positions = bins;
  for (const { layers: own, pool } of blocks) {
    const [first] = own;
    const span = first!.type === "conv1d" && first!.padding === "valid"
      ? (first!.width - 1) * first!.dilation
      : 0;
    const left = Math.floor((positions - span) / pool);
    if (left < 1) continue;
    positions = left;
    layers.push(...own);
  }
  const dense: LayerSpec[] = [{ type: "flatten" }, { type: "dense", units }];
  const base = { name: "random", bins, marks, loss: "meanSquaredError" };
  const last: LayerSpec = { type: "dense", units: 1 };
  return parseSpec({ ...base, layers: [...layers, ...dense, ...ending, last] }) as SequentialSpec;
});
