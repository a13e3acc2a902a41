import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import {
  inputMatrix,
  kernelMatrix,
  outputMatrix,
} from "../../../../src/engine/wasm/transforms/matrices.ts";
import {
  chooseTilings,
  listTilings,
  type TiledConv,
  type Tiling,
} from "../../../../src/engine/wasm/transforms/tiling.ts";
import { squaredError } from "../../../../src/engine/wasm/transforms/points.ts";
import { createRandom } from "../../../helpers/random_values.ts";
import { largestDifference } from "../../../helpers/tolerances.ts";

const convs: fc.Arbitrary<TiledConv> = fc.record({
  width: fc.integer({ min: 1, max: 16 }),
  dilation: fc.integer({ min: 1, max: 12 }),
  channels: fc.constant(1),
  filters: fc.constant(1),
  positions: fc.integer({ min: 1, max: 60 }),
  pool: fc.integer({ min: 1, max: 12 }),
}).map((conv) => ({ ...conv, pool: Math.min(conv.pool, conv.positions) }));

/** The outputs of a convolution of one channel, tile by tile; each position that is needed must come up once. */
function convolveByTiles(
  { width, dilation }: TiledConv,
  tiling: Tiling,
  taps: number[],
  input: number[],
) {
  const { transform, pieces, phases, tiles, blockPositions, blocks, needed } = tiling;
  const { outputs, frequencies } = transform;
  const found = new Map<number, number>();
  const [kernel, ofInputs, ofOutputs] = [kernelMatrix, inputMatrix, outputMatrix].map((make) => {
    return make(transform);
  });
  const product = (matrix: readonly (readonly number[])[], values: readonly number[]) =>
    matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * values[i]!, 0));
  for (let block = 0; block < blocks; block++) {
    for (let phase = 0; phase < phases; phase++) {
      for (let tile = 0; tile < tiles; tile++) {
        const first = block * blockPositions + phase + dilation * tile * outputs;
        const sums = new Array(frequencies).fill(0);
        for (let piece = 0; piece < pieces; piece++) {
          const firstTap = piece * transform.taps;
          const own = Array.from({ length: transform.taps }, (_, i) => {
            return firstTap + i < width ? taps[firstTap + i]! : 0;
          });
          const read = Array.from({ length: frequencies }, (_, i) => {
            return input[first + dilation * (firstTap + i)] ?? 0;
          });
          const factors = product(kernel!, own);
          for (const [q, value] of product(ofInputs!, read).entries()) {
            sums[q] += factors[q]! * value;
          }
        }
        for (const [i, value] of product(ofOutputs!, sums).entries()) {
          const position = first + dilation * i;
          if (position >= needed) continue;
          ok(!found.has(position), `position ${position} is computed twice`);
          found.set(position, value);
        }
      }
    }
  }
  return found;
}

Deno.test("every tiling computes each position once, and blocks are whole windows", () => {
  const random = createRandom(1);
  fc.assert(
    fc.property(convs, (conv) => {
      const { width, dilation, positions, pool } = conv;
      const taps = random(width);
      const input = random(positions + (width - 1) * dilation);
      const needed = Math.floor(positions / pool) * pool;
      const wanted = Array.from({ length: needed }, (_, position) => {
        return taps.reduce((sum, tap, i) => sum + tap * input[position + i * dilation]!, 0);
      });
      for (const tiling of listTilings(conv)) {
        const found = convolveByTiles(conv, tiling, taps, input);
        deepStrictEqual([...found.keys()].sort((a, b) => a - b), [...wanted.keys()]);
        const values = wanted.map((_, position) => found.get(position)!);
        ok(largestDifference(values, wanted) < 1e-11);
        ok(tiling.blocks === 1 || tiling.blockPositions % pool === 0);
      }
    }),
    { numRuns: 60 },
  );
});

function nameOf({ transform: { outputs, taps }, pieces, phases, blocks }: Tiling): string {
  return `F(${outputs}, ${taps}) × ${pieces}, ${phases} phases, ${blocks} blocks`;
}

/** The convolutions of `wakawaka`, and one of width 1. */
const CONVS: readonly TiledConv[] = [
  { width: 10, dilation: 1, channels: 5, filters: 50, positions: 100, pool: 5 },
  { width: 5, dilation: 3, channels: 50, filters: 50, positions: 20, pool: 3 },
  { width: 3, dilation: 2, channels: 50, filters: 50, positions: 6, pool: 3 },
  { width: 1, dilation: 1, channels: 50, filters: 50, positions: 9, pool: 1 },
];

Deno.test("convolutions get the transforms that their pools and dilations suit", () => {
  deepStrictEqual(CONVS.map((conv) => nameOf(chooseTilings([conv])[0]!)), [
    "F(5, 5) × 2, 1 phases, 20 blocks",
    "F(6, 5) × 1, 3 phases, 1 blocks",
    "F(3, 3) × 1, 2 phases, 1 blocks",
    "F(1, 1) × 1, 1 phases, 9 blocks",
  ]);
});

Deno.test("the transforms of a network are chosen together: their errors have a budget", () => {
  // Together the first two of those above would be too far from float64.
  deepStrictEqual(chooseTilings(CONVS).map((tiling) => nameOf(tiling!)), [
    "F(4, 5) × 2, 1 phases, 5 blocks",
    "F(6, 5) × 1, 3 phases, 1 blocks",
    "F(3, 3) × 1, 2 phases, 1 blocks",
    "F(1, 1) × 1, 1 phases, 9 blocks",
  ]);
  const [, second] = CONVS;
  for (const [depth, budget] of [[3, 13.1], [20, 10]] as const) {
    const many = chooseTilings(Array<TiledConv>(depth).fill(second!));
    const error = many.reduce((sum, tiling) => sum + squaredError(tiling!.transform), 0);
    ok(error <= budget ** 2, `their squared errors add up to ${error}`);
  }
});

Deno.test("a pooling whose windows no block of some tiles holds has no tiling", () => {
  const conv = { width: 3, dilation: 7, channels: 4, filters: 4, positions: 600, pool: 11 };
  deepStrictEqual(chooseTilings([conv]), [undefined]);
  ok(chooseTilings([{ ...conv, pool: 1 }])[0] !== undefined);
});
