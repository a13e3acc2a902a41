/** Plans of models with branches as text: no GPU is needed. */

import { deepStrictEqual, ok } from "node:assert";
import { EntryLayout } from "../../../src/engine/webgpu/entries.ts";
import { planGraph } from "../../../src/engine/webgpu/graph_plan.ts";
import type { GraphPurpose } from "../../../src/engine/webgpu/kernel.ts";
import type { PlanOptions } from "../../../src/engine/webgpu/plan_types.ts";
import { modelGraph } from "../../../src/model/graph.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import type { LayerSpec } from "../../../src/model/spec.ts";
import { checkGolden, checkLimits } from "./golden.ts";

const LIMITS = { storageBytes: 16_384, threads: 256 };
const TINY: PlanOptions = { models: 2, samples: 3, gathered: 3, limits: LIMITS };
const PURPOSES: readonly GraphPurpose[] = ["training", "prediction", "inputGradients"];

const { spec: json } = JSON.parse(
  await Deno.readTextFile(new URL("../../../fixtures/golden/branches.json", import.meta.url)),
);
const SPEC = parseSpec(json);

/** A model of one encoder over summaries and references. */
function referenceSpec(layers: readonly LayerSpec[], references = 4) {
  return parseSpec({
    name: "references",
    inputs: [{ name: "summary", values: 6 }, { name: "references", references, values: 6 }],
    branches: [
      { name: "own", input: "summary", layers },
      { name: "others", input: "references", encoder: "own" },
    ],
    head: {
      join: [
        { type: "output", branch: "own" },
        { type: "distanceWeightedMean", near: "own", references: "others", sharpness: 1 },
      ],
      layers: [{ type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  });
}

Deno.test("kernels of branches and of the join equal those in golden/", async () => {
  const kinds = /^(feed|join|gelu1|conv3|dense12|output slope)/;
  const kernels = new Map(
    PURPOSES.flatMap((purpose) => planGraph(SPEC, TINY, purpose).kernels).map((kernel) =>
      [kernel.name, kernel] as const
    ),
  );
  for (const [name, kernel] of kernels) {
    if (kinds.test(name)) await checkGolden(kernel, `branches ${name}`);
  }
  const dropped = referenceSpec([{ type: "linear", units: 5 }, { type: "dropout", rate: 0.5 }]);
  for (const kernel of planGraph(dropped, TINY, "training").kernels) {
    if (/^(expand|dropout|feed)/.test(kernel.name)) {
      await checkGolden(kernel, `references ${kernel.name}`);
    }
  }
});

Deno.test("no kernel of a model with branches asks for more than WebGPU grants everywhere", () => {
  const large = { models: 16, samples: 250, gathered: 250, limits: LIMITS };
  const dropout = referenceSpec([{ type: "linear", units: 5 }, { type: "dropout", rate: 0.5 }], 50);
  for (const spec of [SPEC, dropout, presetSpec("wakawaka"), presetSpec("experiment5")]) {
    for (const purpose of PURPOSES) {
      for (const kernel of planGraph(spec, large, purpose).kernels) checkLimits(kernel);
    }
  }
});

Deno.test("shared entries are computed once, in training up to the first dropout", () => {
  const dropout = { type: "dropout", rate: 0.5 } as const;
  const linear = { type: "linear", units: 5 } as const;
  const chains = [[linear], [linear, dropout, linear], [dropout, linear]];
  const found = PURPOSES.map((purpose) =>
    chains.map((layers) => {
      const graph = modelGraph(referenceSpec(layers));
      const { expanded, sharedLayers } = new EntryLayout(graph, { samples: 3, purpose })
        .encoders[0]!;
      return [expanded, sharedLayers];
    })
  );
  const [shared, alone] = [[false, 0], [true, 0]];
  deepStrictEqual(found, [
    [shared, [true, 1], alone],
    [shared, shared, shared],
    [alone, alone, alone],
  ]);
});

Deno.test("an encoder passes each item's sample and reference to its dropout", () => {
  const spec = referenceSpec([{ type: "linear", units: 5 }, { type: "dropout", rate: 0.5 }]);
  const { kernels } = planGraph(spec, TINY, "training");
  const dropout = kernels.find(({ name }) => name === "dropout1 forward")!;
  ok(dropout.wgsl.includes("step.position + origins[model * 15u + sample].x, "));
  ok(dropout.wgsl.includes("origins[model * 15u + sample].y * 5u + unit)"));
});
