import { countDirections } from "../../model/layer_shapes.ts";
import type { GroupOf } from "../layer_groups.ts";
import { blockSamples } from "./gradients.ts";
import type { GroupContext, GroupKernels } from "./group_types.ts";
import {
  gatesOfPosition,
  projectInputWgsl,
  recurrentBackwardWgsl,
  type RecurrentShape,
  returnsSequences,
  transposeRecurrentWgsl,
  unitsOfPosition,
} from "./ops/recurrent.ts";
import { recurrentGradientWorkgroups, sumRecurrentGradientWgsl } from "./ops/recurrent_gradient.ts";
import { recurrentForwardWgsl, recurrentStepsBackwardWgsl } from "./ops/recurrent_steps.ts";
import { sampleStride, type Tensor } from "./tensors.ts";

/** A group of one recurrent layer. */
type RecurrentGroup = GroupOf<"bidirectionalGru"> | GroupOf<"lstm">;

/** Plans a GRU or an LSTM. */
export function planRecurrent(group: RecurrentGroup, context: GroupContext): GroupKernels {
  const { input, output, weights, gradients, options: { models, limits } } = context;
  const shape: RecurrentShape = {
    name: `${group.kind}${group.layer}`,
    cell: group.kind === "lstm" ? "lstm" : "gru",
    input,
    output,
    states: statesOf(group, context),
    weights: weights.recurrents.get(group.layer)!,
    weightStride: weights.size,
    models,
  };
  reserveBuffers(shape, context);
  const forward = [projectInputWgsl(shape, limits), recurrentForwardWgsl(shape)];
  const steps = [transposeRecurrentWgsl(shape), recurrentStepsBackwardWgsl(shape)];
  const below = input.hasDelta ? [recurrentBackwardWgsl(shape, limits)] : [];
  const { samples } = output;
  const region = gradients.take(shape.weights.start, shape.weights.size, {
    samples,
    blockSamples: blockSamples(samples, recurrentGradientWorkgroups(shape)),
  });
  return {
    forward,
    prediction: forward,
    backward: (gradientStride) => [
      ...steps,
      ...below,
      sumRecurrentGradientWgsl(shape, region, gradientStride),
    ],
    predictionBackward: [...steps, ...below],
  };
}

/** The states at all positions: the output, or a tensor of their own. */
function statesOf({ kind, layer, spec }: RecurrentGroup, { input, output }: GroupContext): Tensor {
  if (spec.returnSequences) return output;
  return {
    ...output,
    name: `${kind}${layer}.states`,
    positions: input.positions,
    channels: countDirections(spec) * spec.units,
    before: 0,
    after: 0,
  };
}

function reserveBuffers(shape: RecurrentShape, { reserve }: GroupContext): void {
  const { name, input: { positions }, output: { samples }, states } = shape;
  const { gates, units, directions } = shape.weights;
  reserve(`${name}.gates`, samples * positions * gatesOfPosition(shape));
  reserve(`${name}.memory`, samples * positions * unitsOfPosition(shape));
  reserve(`${name}.transposed`, directions * gates * units * units);
  if (!returnsSequences(shape)) {
    reserve(`${states.name}.value`, samples * sampleStride(states));
  }
}
