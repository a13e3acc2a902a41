import { ok } from "node:assert";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { createWebgpuEngine } from "../../../../src/engine/webgpu/engine.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import { GOLDEN_NAMES } from "../../../helpers/golden.ts";
import { ODD } from "../../../helpers/odd_specs.ts";
import { subjectOf } from "../../../helpers/one_model.ts";
import { largestDifference } from "../../../helpers/tolerances.ts";
import { comparableRun, trainExample } from "../../../helpers/train_example.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";
import { testGradients } from "../../conformance.ts";
import { testGoldenRuns } from "../../conformance_golden.ts";
import { testMembers } from "../../conformance_session.ts";

/** Dilations, wide dense layers, batch normalisation, and taps that are not padded. */
const PRESETS = ["wakawaka", "deepchrome", "experiment6"] as const;

/**
 * Tests the kernels of an adapter on a processor, on any adapter: what differs from a GPU's kernels, forward and
 * backward, alone and side by side.
 */
export function testLanes(): void {
  const lanes = { ...createWebgpuEngine({ kernels: "lanes" }), name: "webgpu in lanes" };
  const wasm = createWasmEngine();
  testMembers(lanes, testWithWebgpu);
  testGoldenRuns(subjectOf(lanes, 1), testWithWebgpu, GOLDEN_NAMES);
  testGradients(subjectOf(lanes, 3), testWithWebgpu, [ODD]);
  for (const preset of PRESETS) {
    testWithWebgpu(`webgpu in lanes trains ${preset} as wasm does, dropout and all`, async () => {
      const spec = presetSpec(preset, { bins: 46 });
      const options = comparableRun(spec);
      const found = await trainExample(lanes, spec, options);
      const wanted = await trainExample(wasm, spec, options);
      const apart = largestDifference(found.losses, wanted.losses) / wanted.losses[0]!;
      ok(apart < 2e-4, `losses differ by ${apart}`);
      const away = largestDifference(found.predicted, wanted.predicted);
      ok(away < 1e-3, `predictions differ by ${away}, labels being 0 and 1`);
    });
  }
}
