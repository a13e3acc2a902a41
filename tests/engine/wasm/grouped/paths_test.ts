/** Gradients along paths, in groups, against a plain float64 computation, over odd sizes of every kind of layer. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { predictionSlope } from "../../../../src/engine/loss.ts";
import { Barrier, createBarrierMemory } from "../../../../src/engine/wasm/barrier.ts";
import { assemblePathKernels } from "../../../../src/engine/wasm/grouped/paths/module.ts";
import { PathThread } from "../../../../src/engine/wasm/grouped/paths/path_thread.ts";
import { planPaths } from "../../../../src/engine/wasm/grouped/paths/plan.ts";
import { packPathWeights } from "../../../../src/engine/wasm/grouped/paths/weights.ts";
import type { PathJob } from "../../../../src/engine/wasm/jobs.ts";
import { modelGraph } from "../../../../src/model/graph.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../../src/model/presets.ts";
import { weightShapes } from "../../../../src/model/shapes.ts";
import type { LayerSpec, SequentialSpec } from "../../../../src/model/spec.ts";
import { ODD, ODD_BINARY, ODD_RECURRENT } from "../../../helpers/odd_specs.ts";
import { plainGradient } from "../../../helpers/plain_gradient.ts";
import { randomSpecs } from "../../../helpers/random_specs.ts";
import { createRandom } from "../../../helpers/random_values.ts";
import { randomWeights } from "../../../helpers/random_weights.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";

/**
 * Of presets relative to a path's largest; of random models, in which all may cancel, to the most that a path could reach if
 * nothing did.
 */
const TOLERANCE = { presets: 1e-5, random: 6e-6 } as const;
/** Decisions that are nearer than this may fall the other way in float32. */
const LEAST_MARGIN = 2e-5;

type Paths = Omit<PathJob, "kind" | "target">;

/** Runs paths through a thread; `undefined` if the model is not served. */
function follow(
  spec: SequentialSpec,
  { weights, paths, fused = true }: {
    readonly weights: readonly Float32Array[];
    readonly paths: Paths;
    readonly fused?: boolean;
  },
): Float32Array[] | undefined {
  const plan = planPaths(modelGraph(spec).encoders[0]!, weightShapes(spec));
  if (plan === undefined) return undefined;
  const { bytes, constants } = assemblePathKernels(plan, fused);
  const thread = new PathThread(
    { plan, module: new WebAssembly.Module(bytes), constants },
    spec.loss,
  );
  const image = new Float32Array(plan.weights.bytes / 4);
  packPathWeights(plan, weights, image);
  thread.setWeights(image);
  const size = spec.bins * spec.marks;
  const target = new Float32Array(paths.entryOf.length * size).fill(7);
  thread.run(new Barrier(createBarrierMemory(1), 1), { kind: "paths", ...paths, target });
  return Array.from(paths.entryOf, (_, path) => target.slice(path * size, (path + 1) * size));
}

/** Paths from two baselines to samples, each with points of its own. */
function randomPaths(
  { bins, marks }: SequentialSpec,
  { count, steps, seed }: { readonly count: number; readonly steps: number; readonly seed: number },
): Paths {
  const random = createRandom(seed);
  const size = bins * marks;
  return {
    samples: Float32Array.from(random(count * size)),
    entryOf: Uint32Array.from({ length: count }, (_, path) => count - 1 - path),
    baselines: Float32Array.from(random(2 * size)),
    baselineOf: Uint32Array.from({ length: count }, (_, path) => path % 2),
    fractions: Float64Array.from(random(count * steps), Math.abs),
    weights: Float64Array.from(random(steps)),
  };
}

/** A path's sum in float64, the most that it could reach, and the least margin of its points. */
function plainPath(
  spec: SequentialSpec,
  weights: readonly Float32Array[],
  { paths, path }: { readonly paths: Paths; readonly path: number },
): { readonly sum: Float64Array; readonly reach: number; readonly margin: number } {
  const size = spec.bins * spec.marks;
  const steps = paths.weights.length;
  const from = paths.baselineOf[path]! * size;
  const to = paths.entryOf[path]! * size;
  const sum = new Float64Array(size);
  let [reach, margin] = [0, Infinity];
  for (const [step, weight] of paths.weights.entries()) {
    const fraction = Math.fround(paths.fractions[path * steps + step]!);
    const point = Float64Array.from({ length: size }, (_, i) => {
      const begin = paths.baselines[from + i]!;
      return begin + fraction * (paths.samples[to + i]! - begin);
    });
    const found = plainGradient(spec, weights, point);
    const factor = weight * predictionSlope(spec.loss, found.output);
    found.gradient.forEach((value, i) => sum[i]! += factor * value);
    reach += Math.abs(factor) * found.reach;
    margin = Math.min(margin, found.margin);
  }
  return { sum, reach, margin };
}

/**
 * How far sums are from the definition, relative to a path's largest and to its reach, where no decision is near; and how many
 * paths.
 */
function distance(
  spec: SequentialSpec,
  { count, steps, seed, fused = true }: {
    readonly count: number;
    readonly steps: number;
    readonly seed: number;
    readonly fused?: boolean;
  },
): { readonly apart: number; readonly ofReach: number; readonly compared: number } {
  const weights = randomWeights(spec, seed);
  const paths = randomPaths(spec, { count, steps, seed: seed + 1 });
  const found = follow(spec, { weights, paths, fused })!;
  let [apart, ofReach, compared] = [0, 0, 0];
  for (const [path, own] of found.entries()) {
    const { sum, reach, margin } = plainPath(spec, weights, { paths, path });
    if (margin < LEAST_MARGIN) continue;
    compared++;
    const difference = largestDifference(own, sum);
    apart = Math.max(apart, difference / Math.max(magnitude(sum), 1e-6));
    // Where a kernel has no tap within the input, nothing is reached, and the sums are zero.
    ofReach = Math.max(ofReach, difference / Math.max(reach, Number.MIN_VALUE));
  }
  return { apart, ofReach, compared };
}

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`paths through models of any layers and sizes have the gradients of float64, ${how}`, () => {
    let [all, some] = [0, 0];
    fc.assert(
      fc.property(randomSpecs, fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 9 }), (
        spec,
        seed,
        steps,
      ) => {
        const { ofReach, compared } = distance(spec, { count: 3, steps, seed, fused });
        all += 3;
        some += compared;
        ok(ofReach <= TOLERANCE.random, `they are ${ofReach} away`);
      }),
      { numRuns: 60 },
    );
    ok(some > 0.5 * all, `only ${some} of ${all} paths could be compared`);
  });
}

for (const name of SEQUENTIAL_PRESET_NAMES) {
  // Short enough that in some paths no decision is near.
  const spec = presetSpec(name, { bins: 46 });
  const isServed = !spec.layers.some(({ type }) => type === "bidirectionalGru" || type === "lstm");
  Deno.test(`paths through ${name} ${isServed ? "have the gradients of float64" : "are not served"}`, () => {
    if (!isServed) {
      strictEqual(planPaths(modelGraph(spec).encoders[0]!, weightShapes(spec)), undefined);
      return;
    }
    const { apart, compared } = distance(spec, { count: 14, steps: 2, seed: 5 });
    ok(compared > 0, "no path could be compared");
    ok(apart <= TOLERANCE.presets, `they are ${apart} away`);
  });
}

/** Layers that a random model rarely has. */
const RARE: readonly (readonly [string, Partial<SequentialSpec>])[] = [
  ["one layer", { layers: [{ type: "flatten" }, { type: "dense", units: 1 }] }],
  ["a probability", ODD_BINARY],
  ["a window wider than registers", {
    layers: [
      { type: "conv1d", filters: 5, width: 3, dilation: 1, padding: "same" },
      { type: "maxPool1d", size: 12 },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
  }],
  ["a GELU that is normalised", {
    layers: [
      { type: "conv1d", filters: 5, width: 3, dilation: 2, padding: "valid" },
      { type: "activation", kind: "gelu" },
      { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
      { type: "linear", units: 4 },
      { type: "activation", kind: "gelu" },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
  }],
];
for (const [what, part] of RARE) {
  Deno.test(`paths through ${what} have the gradients of float64`, () => {
    const spec = parseSpec({ ...ODD, ...part }) as SequentialSpec;
    for (const steps of [1, 4, 5, 30]) {
      const { ofReach, compared } = distance(spec, { count: 7, steps, seed: steps });
      ok(compared > 0, "no path could be compared");
      ok(ofReach <= TOLERANCE.random, `they are ${ofReach} away`);
    }
  });
}

Deno.test("models that begin with another layer, or are recurrent, are not served", () => {
  const begin = (layer: LayerSpec) => parseSpec({ ...ODD, layers: [layer, ...ODD.layers] });
  const specs = [
    begin({ type: "maxPool1d", size: 2 }),
    begin({ type: "activation", kind: "relu" }),
    begin({ type: "batchNorm", momentum: 0.9, epsilon: 0.01 }),
    ODD_RECURRENT,
  ];
  for (const spec of specs) {
    strictEqual(planPaths(modelGraph(spec).encoders[0]!, weightShapes(spec)), undefined);
  }
});

Deno.test("of equal values in a window the first takes the gradient", () => {
  const spec = parseSpec({
    name: "ties",
    bins: 6,
    marks: 1,
    layers: [
      { type: "conv1d", filters: 1, width: 1, dilation: 1, padding: "same" },
      { type: "maxPool1d", size: 3 },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
    loss: "meanSquaredError",
  }) as SequentialSpec;
  const weights = [[2], [0.5], [3, 5], [0]].map((values) => Float32Array.from(values));
  const paths = {
    samples: Float32Array.of(1, 4, 4, 2, 2, 2),
    entryOf: Uint32Array.of(0),
    baselines: new Float32Array(6),
    baselineOf: Uint32Array.of(0),
    fractions: Float64Array.of(0.3, 0.6),
    weights: Float64Array.of(0.5, 0.5),
  };
  const [found] = follow(spec, { weights, paths })!;
  deepStrictEqual([...found!], [0, 6, 0, 10, 0, 0]);
});

for (const steps of [1, 7]) {
  Deno.test(`a path's sum over ${steps} depends on no other path, and what a lane has left is forgotten`, () => {
    testNeighbours(steps);
  });
}

function testNeighbours(steps: number): void {
  const weights = randomWeights(ODD, 3);
  const paths = randomPaths(ODD, { count: 17, steps, seed: 4 });
  const whole = follow(ODD, { weights, paths })!;
  for (const [first, end] of [[0, 1], [3, 4], [5, 13], [16, 17]] as const) {
    const some: Paths = {
      ...paths,
      entryOf: paths.entryOf.slice(first, end),
      baselineOf: paths.baselineOf.slice(first, end),
      fractions: paths.fractions.slice(first * steps, end * steps),
    };
    deepStrictEqual(follow(ODD, { weights, paths: some }), whole.slice(first, end));
  }
  // The ends of paths at samples 9 and 2, and all paths from the second baseline.
  const spoilt = (name: "samples" | "baselines", entry: number, value: number): Paths => {
    const size = ODD.bins * ODD.marks;
    const values = Float32Array.from(paths[name]);
    values[entry * size + 5] = value;
    return { ...paths, [name]: values };
  };
  for (const value of [NaN, Infinity, -(2 ** 100)]) {
    const bySample = follow(ODD, { weights, paths: spoilt("samples", 9, value) })!;
    const byBaseline = follow(ODD, { weights, paths: spoilt("baselines", 1, value) })!;
    for (const [path, sum] of whole.entries()) {
      const isSpoilt = [paths.entryOf[path] === 9, paths.baselineOf[path] === 1];
      for (const [i, found] of [bySample[path]!, byBaseline[path]!].entries()) {
        if (isSpoilt[i]) ok(found.every(Number.isNaN), `path ${path} with ${value}`);
        else deepStrictEqual(found, sum);
      }
    }
  }
}
