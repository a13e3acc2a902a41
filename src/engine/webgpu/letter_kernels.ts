import { convPadding } from "../../model/shapes.ts";
import type { GroupOf } from "../layer_groups.ts";
import { blockSamples } from "./gradients.ts";
import type { GroupContext, GroupKernels } from "./group_types.ts";
import type { LetterSource } from "./letters.ts";
import {
  letterForwardWgsl,
  type LetterShape,
  makeTablesWgsl,
  nameOfTables,
  tableSize,
} from "./ops/letters.ts";
import {
  letterBackwardWgsl,
  letterGradientWorkgroups,
  sumLetterGradientWgsl,
} from "./ops/letters_backward.ts";

/** Plans a convolution that looks letters up. */
export function planLetters(
  group: GroupOf<"conv">,
  letters: LetterSource,
  { input, output, weights, gradients, options: { models }, reserve }: GroupContext,
): GroupKernels {
  const { layer, spec, pool } = group;
  const shape: LetterShape = {
    name: `conv${layer}`,
    input,
    letters,
    output,
    taps: spec.width,
    ...convPadding(spec),
    pool,
    kernel: weights.kernels.get(layer)!,
    weightStride: weights.size,
    models,
  };
  reserve(nameOfTables(shape.name), tableSize(shape));
  const { kernel: { start, size } } = shape;
  const { samples } = output;
  const region = gradients.take(start, size, {
    samples,
    blockSamples: blockSamples(samples, letterGradientWorkgroups(shape)),
  });
  const forward = [makeTablesWgsl(shape), letterForwardWgsl(shape)];
  const below = input.hasDelta ? [letterBackwardWgsl(shape)] : [];
  return {
    forward,
    prediction: forward,
    backward: (gradientStride) => [
      ...below,
      sumLetterGradientWgsl(shape, region, gradientStride),
    ],
    predictionBackward: below,
  };
}
