/** What attributions of no samples are: the same parts as those of some, each empty. */

import { hasBaseline } from "./attribution_plan.ts";
import { denseShape } from "./dense_inputs.ts";
import type { ExplainedNetwork } from "./explained_network.ts";
import type { Attributions, InputAttributions } from "./types.ts";

/** The attributions of 0 samples. No network computes: engines need not take batches without a sample. */
export function attributeNone(networks: readonly ExplainedNetwork[]): Attributions {
  const [{ plan, wanted }] = networks as readonly [ExplainedNetwork];
  const { method, baseline } = plan;
  const none = new Float32Array();
  // A mark that is occluded as a whole has one value in place of one for each bin.
  const isWhole = method === "occlusion" && plan.occlude === "mark";
  const inputs = wanted.map((input) => {
    const shape = denseShape(input);
    const found: InputAttributions = {
      shape: isWhole ? [1, ...shape.slice(1)] : shape,
      values: none,
      ...(networks.length > 1 && { standardDeviations: none }),
    };
    return [input.name, found] as const;
  });
  const isPath = method === "integrated-gradients" || method === "expected-gradients";
  return {
    method,
    ...(hasBaseline(plan) && { baseline }),
    rows: new Uint32Array(),
    models: networks.length,
    predictions: none,
    ...(isPath && { baselinePredictions: none, completenessErrors: none }),
    inputs: Object.fromEntries(inputs),
  };
}
