/** Prints what a group of samples gives with two presets, as JSON: for a test that runs it with other flags of V8. */

import { Group } from "../../src/engine/wasm/grouped/group.ts";
import { GROUP_SAMPLES } from "../../src/engine/wasm/grouped/layout.ts";
import { assembleGroupedKernels } from "../../src/engine/wasm/grouped/module.ts";
import { planGrouped } from "../../src/engine/wasm/grouped/plan.ts";
import { packWeights } from "../../src/engine/wasm/grouped/weights.ts";
import { addressOf } from "../../src/engine/wasm/layout.ts";
import { modelGraph } from "../../src/model/graph.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { createRandom } from "./random_values.ts";
import { randomWeights } from "./random_weights.ts";

for (const name of ["wakawaka", "deepchrome"] as const) {
  const spec = presetSpec(name);
  const plan = planGrouped(modelGraph(spec).encoders[0]!, weightShapes(spec))!;
  const { bytes, constants } = assembleGroupedKernels(plan, true);
  const group = new Group({ plan, module: new WebAssembly.Module(bytes), constants });
  const image = new Float32Array(plan.weights.bytes / 4);
  packWeights(plan, randomWeights(spec, 1), image);
  group.setWeights(image);
  const random = createRandom(2);
  for (let sample = 0; sample < GROUP_SAMPLES; sample++) {
    group.floats.set(random(spec.bins * spec.marks), addressOf(group.raw, sample) / 4);
  }
  group.run(GROUP_SAMPLES);
  const outputs = Array.from({ length: GROUP_SAMPLES }, (_, i) => group.outputOf(i));
  console.log(JSON.stringify({ name, outputs }));
}
