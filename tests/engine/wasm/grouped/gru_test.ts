import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { Group } from "../../../../src/engine/wasm/grouped/group.ts";
import { assembleGroupedKernels } from "../../../../src/engine/wasm/grouped/module.ts";
import { planGrouped } from "../../../../src/engine/wasm/grouped/plan.ts";
import { packWeights } from "../../../../src/engine/wasm/grouped/weights.ts";
import { memorySource } from "../../../../src/engine/memory_source.ts";
import { modelGraph } from "../../../../src/model/graph.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import { weightShapes } from "../../../../src/model/shapes.ts";
import type { SequentialSpec } from "../../../../src/model/spec.ts";
import { allRows, randomData } from "../../../helpers/engine_runs.ts";
import { runBidirectionalGru } from "../../../helpers/gru_reference.ts";
import { GRU_TOLERANCES, largestDifference, magnitude } from "../../../helpers/tolerances.ts";

/** Neither a whole quad nor a whole group. */
const SAMPLES = 11;

for (const positions of [1, 2, 6]) {
  for (const units of [1, 7, 26]) {
    for (const fused of [true, false]) {
      const how = fused ? "fused" : "not fused";
      Deno.test(`groups read ${positions} positions into ${units} units as float64 does, ${how}`, async () => {
        const spec = parseSpec({
          name: "recurrent",
          bins: positions,
          marks: 5,
          loss: "meanSquaredError",
          layers: [{ type: "bidirectionalGru", units }, { type: "dense", units: 1 }],
        });
        const { signal } = randomData(spec, SAMPLES);
        const weights = initialWeights(spec, 3).map((values) =>
          values.map((value, i) => value + 0.1 * Math.sin(i))
        );
        const found = await computeGroup(spec, { signal, weights, fused });
        const [kernel, [bias]] = [weights[6]!, weights[7]!];
        const wanted = found.map((_, sample) => {
          const size = positions * 5;
          const input = Array.from(signal.subarray(sample * size, (sample + 1) * size));
          const shape = { positions, channels: 5, units };
          const output = runBidirectionalGru(input, weights.slice(0, 6), shape);
          return output.reduce((sum, value, i) => sum + value * kernel[i]!, bias!);
        });
        const apart = largestDifference(found, wanted);
        ok(apart <= GRU_TOLERANCES.predictions * magnitude(wanted), `differs by ${apart}`);
      });
    }
  }
}

Deno.test("convolutions before a GRU have the transforms that they have without it", () => {
  const transformsOf = (spec: SequentialSpec) => {
    const { nodes } = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec))!;
    const wide = nodes.flatMap((node) => node.kind === "conv" && node.width > 1 ? [node] : []);
    return wide.map(({ tiling: { transform, pieces } }) => ({ transform, pieces }));
  };
  const wanted = transformsOf(presetSpec("wakawaka"));
  strictEqual(wanted.length, 3);
  deepStrictEqual(transformsOf(presetSpec("bigru50")), wanted);
});

for (const preset of ["bigru10", "bigru25", "bigru50"] as const) {
  Deno.test(`${preset} predicts in groups, nearly as directly, and samples do not see their neighbours`, async () => {
    const spec = presetSpec(preset);
    const source = memorySource(randomData(spec, 60));
    const members = [{ weights: initialWeights(spec, 1), seed: 0, learningRate: 1e-3 }];
    const options = { members, batchSize: 32, threads: 2 };
    const engine = createWasmEngine();
    await using direct = await engine.createSession(spec, { ...options, path: "direct" });
    await using grouped = await engine.createSession(spec, { ...options, path: "grouped" });
    strictEqual(grouped.path, "grouped");
    const rows = allRows(60);
    const [wanted] = await direct.predict(source, [rows]);
    const [found] = await grouped.predict(source, [rows]);
    const apart = largestDifference(found!, wanted!);
    ok(apart <= 4e-6 * magnitude(wanted!), `differs by ${apart}`);
    const [alone] = await grouped.predict(source, [rows.slice(41, 42)]);
    strictEqual(alone![0], found![41]);
  });
}

/** Predictions of a group. */
async function computeGroup(
  spec: SequentialSpec,
  { signal, weights, fused }: {
    readonly signal: ArrayLike<number>;
    readonly weights: readonly Float32Array[];
    readonly fused: boolean;
  },
): Promise<number[]> {
  const plan = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec))!;
  const { bytes, constants } = assembleGroupedKernels(plan, fused);
  const group = new Group({ plan, constants, module: await WebAssembly.compile(bytes) });
  const image = new Float32Array(plan.weights.bytes / 4);
  packWeights(plan, weights, image);
  group.setWeights(image);
  const { raw: { address, sampleBytes, values } } = plan;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const first = (address + sample * sampleBytes) / 4;
    for (let i = 0; i < values; i++) group.floats[first + i] = signal[sample * values + i]!;
  }
  group.run(SAMPLES);
  return Array.from({ length: SAMPLES }, (_, sample) => group.outputOf(sample));
}
