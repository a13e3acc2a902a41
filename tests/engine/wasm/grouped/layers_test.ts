/** Groups of samples against a plain float64 computation, over odd sizes of every kind of layer. */

import { ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Group } from "../../../../src/engine/wasm/grouped/group.ts";
import { GROUP_SAMPLES } from "../../../../src/engine/wasm/grouped/layout.ts";
import { assembleGroupedKernels } from "../../../../src/engine/wasm/grouped/module.ts";
import { planGrouped } from "../../../../src/engine/wasm/grouped/plan.ts";
import { packWeights } from "../../../../src/engine/wasm/grouped/weights.ts";
import { addressOf } from "../../../../src/engine/wasm/layout.ts";
import { modelGraph } from "../../../../src/model/graph.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../../src/model/presets.ts";
import { weightShapes } from "../../../../src/model/shapes.ts";
import type { LayerSpec, SequentialSpec } from "../../../../src/model/spec.ts";
import { ODD } from "../../../helpers/odd_specs.ts";
import { randomSpecs } from "../../../helpers/random_specs.ts";
import { plainForward } from "../../../helpers/plain_forward.ts";
import { createRandom } from "../../../helpers/random_values.ts";
import { randomWeights } from "../../../helpers/random_weights.ts";
import { GROUPED_TOLERANCE, largestDifference, magnitude } from "../../../helpers/tolerances.ts";

/** The outputs of a group, before a sigmoid. */
function runGroup(
  spec: SequentialSpec,
  { weights, samples, fused }: {
    readonly weights: readonly Float32Array[];
    readonly samples: readonly Float32Array[];
    readonly fused: boolean;
  },
): number[] {
  const plan = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec))!;
  const { bytes, constants } = assembleGroupedKernels(plan, fused);
  const group = new Group({ plan, module: new WebAssembly.Module(bytes), constants });
  const image = new Float32Array(plan.weights.bytes / 4);
  packWeights(plan, weights, image);
  group.setWeights(image);
  for (const [place, sample] of samples.entries()) {
    group.floats.set(sample, addressOf(group.raw, place) / 4);
  }
  group.run(samples.length);
  return samples.map((_, place) => group.outputOf(place));
}

function randomSamples(spec: SequentialSpec, count: number, seed: number): Float32Array[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Float32Array.from(random(spec.bins * spec.marks)));
}

function sequential(layers: readonly LayerSpec[], bins: number, marks: number): SequentialSpec {
  const ending: LayerSpec[] = [{ type: "flatten" }, { type: "dense", units: 1 }];
  const base = { name: "layers", bins, marks, loss: "meanSquaredError" };
  return parseSpec({ ...base, layers: layers.concat(ending) }) as SequentialSpec;
}

/** How far outputs are from the definition, relative to the largest. */
function distance(spec: SequentialSpec, fused: boolean, seed = 1): number {
  const weights = randomWeights(spec, seed);
  const samples = randomSamples(spec, GROUP_SAMPLES, seed + 1);
  const wanted = samples.map((sample) => plainForward(spec, weights, sample));
  return largestDifference(runGroup(spec, { weights, samples, fused }), wanted) / magnitude(wanted);
}

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`groups compute models of any layers and sizes as float64 does, ${how}`, () => {
    fc.assert(
      fc.property(randomSpecs, fc.nat({ max: 1000 }), (spec, seed) => {
        const apart = distance(spec, fused, seed);
        ok(apart <= GROUPED_TOLERANCE.random, `they are ${apart} away`);
      }),
      { numRuns: 60 },
    );
  });
  for (const name of SEQUENTIAL_PRESET_NAMES) {
    const spec = presetSpec(name);
    if (spec.layers.some(({ type }) => type === "bidirectionalGru")) continue;
    Deno.test(`groups compute ${name} to ${GROUPED_TOLERANCE.predictions}, ${how}`, () => {
      const apart = distance(spec, fused);
      ok(apart <= GROUPED_TOLERANCE.predictions, `they are ${apart} away`);
    });
  }
}

Deno.test("every width with every padding, dilation and pool is computed", () => {
  for (const width of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 16, 25]) {
    for (const dilation of [1, 2, 3]) {
      for (const pool of [1, 2, 3, 5, 11]) {
        const span = (width - 1) * dilation;
        const padding = width % 2 === 0 && span < 60 ? "valid" : "same";
        const conv: LayerSpec = { type: "conv1d", filters: 5, width, dilation, padding };
        const pooling: LayerSpec[] = pool === 1 ? [] : [{ type: "maxPool1d", size: pool }];
        const spec = sequential([conv, ...pooling], 73, 3);
        const apart = distance(spec, true, width + dilation + pool);
        const what = `width ${width}, dilation ${dilation}, pool ${pool}: ${apart} away`;
        ok(apart <= GROUPED_TOLERANCE.random, what);
      }
    }
  }
});

Deno.test("long inputs are computed in pieces", () => {
  const conv: LayerSpec = { type: "conv1d", filters: 33, width: 5, dilation: 1, padding: "same" };
  for (const [pool, bins] of [[1, 501], [4, 803]] as const) {
    const pooling: LayerSpec[] = pool === 1 ? [] : [{ type: "maxPool1d", size: pool }];
    const spec = sequential([conv, ...pooling, conv], bins, 4);
    const plan = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec))!;
    const pieces = plan.nodes.map((node) => node.kind === "conv" ? node.chunk.starts.length : 0);
    ok(pieces.some((count) => count > 1), `the convolutions have ${pieces} pieces`);
    ok(distance(spec, true) <= GROUPED_TOLERANCE.random);
  }
});

Deno.test("a sample's output depends on no other sample of its group", () => {
  const weights = randomWeights(ODD, 3);
  const samples = randomSamples(ODD, GROUP_SAMPLES, 4);
  const whole = runGroup(ODD, { weights, samples, fused: true });
  for (const count of [1, 3, 4, 5, 9, 23]) {
    const some = samples.slice(-count);
    const found = runGroup(ODD, { weights, samples: some, fused: true });
    for (const [i, value] of found.entries()) {
      strictEqual(value, whole[GROUP_SAMPLES - count + i], `sample ${i} of ${count}`);
    }
  }
  const spoilt = samples.map((sample, i) => i === 5 ? sample.map(() => NaN) : sample);
  const found = runGroup(ODD, { weights, samples: spoilt, fused: true });
  for (const [i, value] of found.entries()) {
    if (i === 5) ok(Number.isNaN(value));
    else strictEqual(value, whole[i], `sample ${i} beside NaN`);
  }
});

Deno.test("groups do not serve an input that takes too much memory", () => {
  const planOf = (spec: SequentialSpec) =>
    planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec));
  const wide: LayerSpec = { type: "conv1d", filters: 64, width: 3, dilation: 1, padding: "same" };
  const gelu: LayerSpec = { type: "activation", kind: "gelu" };
  const pool: LayerSpec = { type: "maxPool1d", size: 1000 };
  strictEqual(planOf(sequential([wide, gelu, pool], 65_536, 4)), undefined);
});

Deno.test("the kernels of every preset are small, with and without relaxed SIMD", () => {
  for (const name of SEQUENTIAL_PRESET_NAMES) {
    const spec = presetSpec(name);
    const plan = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec));
    if (plan === undefined) continue;
    for (const fused of [true, false]) {
      const { bytes } = assembleGroupedKernels(plan, fused);
      ok(WebAssembly.validate(bytes), `${name}, fused: ${fused}`);
      ok(bytes.length < 150_000, `${name} takes ${bytes.length} bytes`);
    }
  }
});
