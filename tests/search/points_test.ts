import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { parseSpace } from "../../src/search/parse_space.ts";
import { countPoints, gridPoints, randomPoints } from "../../src/search/points.ts";
import { DEFAULT_SPACE } from "../../src/search/space.ts";
import { specOf } from "../../src/search/spec_of.ts";
import { presetSpec } from "../../src/model/presets.ts";

const SPACE = parseSpace({
  filters: [4, 8],
  blocks: [{ width: [3, 5] }, { width: [3], pool: [2, 3, 4] }],
  convolutions: [1, 2],
  batchSize: [10, 20],
});

const keysOf = (points: Iterable<unknown>) => [...points].map((point) => JSON.stringify(point));

Deno.test("a grid has every combination once, the last axis changing fastest", () => {
  const points = [...gridPoints(SPACE)];
  // One convolution: 2 filters × 2 widths × 2 batch sizes; two: 3 pools of the second as well.
  strictEqual(points.length, 8 + 24);
  strictEqual(countPoints(SPACE), points.length);
  strictEqual(new Set(keysOf(points)).size, points.length);
  deepStrictEqual(
    points.slice(0, 3).map(({ convolutions, batchSize }) => [convolutions, batchSize]),
    [
      [[{ filters: 4, width: 3, dilation: 1, pool: 1 }], 10],
      [[{ filters: 4, width: 3, dilation: 1, pool: 1 }], 20],
      [[{ filters: 4, width: 5, dilation: 1, pool: 1 }], 10],
    ],
  );
  deepStrictEqual(points.at(-1)!.convolutions, [
    { filters: 8, width: 5, dilation: 1, pool: 1 },
    { filters: 8, width: 3, dilation: 1, pool: 4 },
  ]);
});

Deno.test("an axis at the top is one choice for all blocks, an axis in a block is chosen for the block", () => {
  const block = { filters: [4, 8] };
  const own = parseSpace({ width: [3], blocks: [block, block] });
  strictEqual(countPoints(own), 4);
  const shared = parseSpace({ width: [3], filters: [4, 8], blocks: [{}, {}] });
  strictEqual(countPoints(shared), 2);
});

Deno.test("random points come from the space, without repeats, until it has no more", () => {
  const drawn = keysOf(randomPoints(SPACE, 5));
  deepStrictEqual(drawn.toSorted(), keysOf(gridPoints(SPACE)).toSorted());
});

Deno.test("the first random points do not depend on how many are taken, and differ for another seed", () => {
  const take = (seed: number, count: number) =>
    keysOf(randomPoints(DEFAULT_SPACE, seed).take(count));
  deepStrictEqual(take(3, 20).slice(0, 5), take(3, 5));
  strictEqual(new Set([...take(3, 20), ...take(4, 20)]).size, 40);
});

Deno.test("a range gives numbers between its bounds, as many below its geometric mean as above", () => {
  const learningRate = { from: 0.0001, to: 0.01, scale: "log" } as const;
  const space = { ...SPACE, learningRate, dropout: { from: 0, to: 0.5, scale: "linear" } as const };
  strictEqual(countPoints(space), Infinity);
  const points = randomPoints(space, 1).take(400).toArray();
  ok(points.every((point) => point.learningRate >= 0.0001 && point.learningRate <= 0.01));
  ok(points.every(({ dropout }) => dropout >= 0 && dropout <= 0.5));
  // 400 fair coins: beyond 160 to 240 once in 15,000 seeds.
  const shareOf = (holds: (point: (typeof points)[number]) => boolean) =>
    points.filter(holds).length;
  const low = [
    shareOf((point) => point.learningRate < 0.001),
    shareOf(({ dropout }) => dropout < 0.25),
  ];
  ok(low.every((count) => count > 160 && count < 240), String(low));
  throws(() => [...gridPoints(space)], /is the range from 0 to 0.5, expected an array/);
});

Deno.test("wakawaka is a point of the default space", () => {
  const [point] = gridPoints({
    ...DEFAULT_SPACE,
    filters: [50],
    blocks: [
      { width: [10], dilation: [1], pool: [5] },
      { width: [5], dilation: [3], pool: [3] },
      { width: [3], dilation: [2], pool: [3] },
    ],
    convolutions: [3],
    dropout: [0.3],
    learningRate: [0.001],
    batchSize: [250],
  });
  deepStrictEqual(specOf(point!, { name: "wakawaka" }), presetSpec("wakawaka"));
  for (const [index, { width, dilation, pool }] of point!.convolutions.entries()) {
    const block = DEFAULT_SPACE.blocks[index];
    ok(block!.width?.includes(width) && block!.dilation?.includes(dilation));
    ok(block!.pool?.includes(pool) && DEFAULT_SPACE.filters?.includes(50));
  }
  deepStrictEqual(parseSpace(DEFAULT_SPACE), DEFAULT_SPACE);
});

Deno.test("axes of linear layers and branches are chosen last, and only in spaces that have them", () => {
  const blocks = [{ filters: [4], width: [3, 5] }];
  const plain = parseSpace({ blocks });
  const branched = parseSpace({
    blocks,
    linear: [[8], [16]],
    signal: [[5]],
    branches: [{ input: "context", units: [[2], [3], [4]] }, { input: "referenceLabels" }],
  });
  strictEqual(countPoints(branched), 6 * countPoints(plain));
  const points = [...gridPoints(branched)];
  strictEqual(points.length, 12);
  deepStrictEqual(points[1]!.branches, [
    { input: "context", units: [3] },
    { input: "referenceLabels", units: [] },
  ]);
  const { linear, signal, branches, ...rest } = points[0]!;
  deepStrictEqual([linear, signal, branches?.length], [[8], [5], 2]);
  deepStrictEqual(rest, [...gridPoints(plain)][0]);
});
