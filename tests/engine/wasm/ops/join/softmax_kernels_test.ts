import { deepStrictEqual, ok } from "node:assert";
import { ModuleAssembler } from "../../../../../src/engine/wasm/assembler/assembler.ts";
import { ExecutionContext } from "../../../../../src/engine/wasm/ops/context.ts";
import {
  addSoftmaxKernels,
  SOFTMAX_KERNELS,
} from "../../../../../src/engine/wasm/ops/join/softmax_kernels.ts";
import { deriveKey, RandomStream } from "../../../../../src/random.ts";
import { largestDifference, magnitude } from "../../../../helpers/tolerances.ts";

const COUNTS = [1, 2, 3, 4, 5, 7, 8, 49, 64, 1023];
const ALLOWED = 2e-6;
/** Lists lie in these places, in float32, each with room for 1,024 references. */
const [DISTANCES, WEIGHTS, SLOPES, TARGET, LANES] = [1024, 2048, 3072, 4096, 8192];

async function open(fused: boolean) {
  const assembler = new ModuleAssembler(fused);
  addSoftmaxKernels(assembler);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(1));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  // What is left of other samples must not get in.
  context.floats.fill(NaN);
  return { floats: context.floats, ...context.bind(SOFTMAX_KERNELS) };
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`a softmax over distances and its derivatives are those in float64, ${how}`, async () => {
    const { floats, sumLanes, softmax: weigh, softmaxBackward } = await open(fused);
    const random = new RandomStream(deriveKey(1, "softmax"));
    for (const count of COUNTS) {
      for (const factor of [0.7, 30, -2]) {
        const padded = 4 * Math.ceil(count / 4);
        floats.fill(NaN, LANES, LANES + 4 * padded);
        for (let i = 0; i < 4 * count; i++) floats[LANES + i] = random.uniform();
        const lanes = Array.from(floats.subarray(LANES, LANES + 4 * count));
        sumLanes(4 * DISTANCES, 4 * LANES, count, 3);
        weigh(4 * WEIGHTS, 4 * DISTANCES, count, factor);
        const distances = Array.from(
          { length: count },
          (_, i) => sumOf(lanes.slice(4 * i, 4 * i + 4)) / 3,
        );
        const weights = softmax(distances.map((distance) => -factor * distance));
        const list = (place: number) => floats.slice(place, place + count);
        ok(largestDifference(list(DISTANCES), distances) <= ALLOWED);
        ok(largestDifference(list(WEIGHTS), weights) <= ALLOWED * Math.max(1, Math.abs(factor)));
        const rest = (place: number) => [...floats.subarray(place + count, place + padded)];
        deepStrictEqual(
          [...rest(DISTANCES), ...rest(WEIGHTS)],
          new Array(2 * (padded - count)).fill(0),
        );

        const slopes = Array.from({ length: count }, () => Math.fround(random.normal()));
        floats.set([...slopes, ...new Array(padded - count).fill(0)], SLOPES);
        softmaxBackward(4 * TARGET, 4 * SLOPES, 4 * WEIGHTS, 4 * DISTANCES, count, 0.25);
        const mean = sumOf(slopes.map((slope, i) => slope * weights[i]!));
        const byLogit = slopes.map((slope, i) => weights[i]! * (slope - mean));
        const scale = 10 * ALLOWED * Math.max(1, magnitude(slopes), Math.abs(factor));
        ok(largestDifference(list(SLOPES), byLogit.map((value) => 0.25 * value)) <= scale);
        const byScale = -sumOf(byLogit.map((value, i) => value * distances[i]!));
        ok(Math.abs(floats[TARGET]! - byScale) <= scale);
      }
    }
  });
}

Deno.test("far distances weigh nothing, equal ones the same, and NaN spreads", async () => {
  const { floats, softmax: weigh } = await open(true);
  const weightsOf = (distances: readonly number[]) => {
    floats.set([...distances, 0, 0, 0], DISTANCES);
    weigh(4 * WEIGHTS, 4 * DISTANCES, distances.length, 10);
    return [...floats.subarray(WEIGHTS, WEIGHTS + distances.length)];
  };
  deepStrictEqual(weightsOf([0, 1e30, 1e6]), [1, 0, 0]);
  deepStrictEqual(weightsOf([1e6, 1e6, 1e6, 1e6]), [0.25, 0.25, 0.25, 0.25]);
  ok(weightsOf([1, NaN, 2, 3, 4]).some(Number.isNaN));
});
