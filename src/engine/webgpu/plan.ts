/**
 * Plans what the GPU runs for a sequential model: tensors, the places of weights and gradients, and the kernels of a
 * training step and of a prediction, in order. A plan is text and numbers only.
 *
 * @module
 */

import type { SequentialSpec } from "../../model/spec.ts";
import { groupLayers } from "../layer_groups.ts";
import { ChainPlanner } from "./chain.ts";
import { divideHead, planEnding } from "./ending.ts";
import { adamUpdateWgsl } from "./ops/adam.ts";
import type { Kernel } from "./kernel.ts";
import type { Plan, PlanOptions } from "./plan_types.ts";
import { SAMPLE_COUNT } from "./tensors.ts";

/** A larger pooling does not fit a convolution's registers and gets a kernel of its own. */
export const LARGEST_FUSED_POOL = 8;

/** Plans a valid model whose samples are gathered from a signal that is on the GPU. */
export function planModel(spec: SequentialSpec, options: PlanOptions): Plan {
  const groups = groupLayers(spec, LARGEST_FUSED_POOL);
  const planner = new ChainPlanner(spec, groups, options);
  const input = planner.addInput({
    name: "input",
    positions: spec.bins,
    channels: spec.marks,
    slope: 1,
    samples: options.gathered,
    count: SAMPLE_COUNT,
    hasDelta: false,
    gathered: true,
  }, groups[0]);
  const { body, head } = divideHead(groups, { limits: options.limits, loss: spec.loss });
  const chain = planner.add(body, input);
  const ending = planEnding(planner, { head, input: chain.output, loss: spec.loss });
  const { gradientStride, update } = planUpdate(planner, ending.blocks);
  return {
    options,
    input,
    dropouts: planner.dropouts,
    buffers: planner.buffers,
    weights: planner.weights,
    training: [
      ...chain.forward,
      ending.training(gradientStride),
      ...chain.backward(gradientStride),
      update,
    ],
    prediction: [...chain.prediction, ending.prediction],
  };
}

/** Plans Adam's step, once all gradients have their places, and the buffers that training needs besides the chains'. */
export function planUpdate(
  planner: ChainPlanner,
  blocks: number,
): { readonly gradientStride: number; readonly update: Kernel } {
  const { gradients, weights, options, dropouts } = planner;
  const gradientStride = gradients.size;
  planner.reserve("labels", 2 * options.gathered);
  planner.reserve("gradients", gradientStride);
  planner.reserve("lossBlocks", blocks);
  planner.reserve("keys", 2 * dropouts.length);
  const update = adamUpdateWgsl({
    regions: gradients.regions,
    gradientStride,
    models: options.models,
    weightStride: weights.size,
    lossBlocks: blocks,
    marked: options.marked === true,
  });
  return { gradientStride, update };
}
