import type { GraphTerm } from "../../model/graph.ts";
import type { EntryLayout } from "./entries.ts";
import type { ChainPlanner } from "./chain.ts";
import type { Kernel } from "./kernel.ts";
import {
  type DistanceShape,
  joinDifferenceWgsl,
  joinMeanWgsl,
  joinOutputWgsl,
  type JoinShape,
  joinWeightedMeanWgsl,
  nameOfDistance,
  weighReferencesWgsl,
} from "./ops/join.ts";
import {
  averagedBackwardWgsl,
  type EncoderShape,
  joinLinearBackwardWgsl,
  nearBackwardWgsl,
  referencesBackwardWgsl,
  sumScaleGradientWgsl,
  weighReferencesBackwardWgsl,
} from "./ops/join_backward.ts";
import type { Tensor } from "./tensors.ts";

/** The branches' outputs and the row that they are joined to. */
export interface JoinContext {
  readonly terms: readonly GraphTerm[];
  readonly layout: EntryLayout;
  /** The encoder's output for each branch. */
  readonly outputs: readonly Tensor[];
  readonly join: Tensor;
}

/** The kernels of a join. */
export interface JoinKernels {
  readonly forward: readonly Kernel[];
  /** The backward pass, down to the encoders' outputs. */
  readonly backward: readonly Kernel[];
  /** The gradients of the join's own weights. */
  readonly gradients: (gradientStride: number) => readonly Kernel[];
}

/** Plans a join and the buffers that it needs. */
export function planJoin(planner: ChainPlanner, context: JoinContext): JoinKernels {
  const { models, samples } = planner.options;
  const { terms, layout, outputs, join } = context;
  const common = { layout, outputs, join, models };
  const distances: DistanceShape[] = [];
  const forward = terms.flatMap((term, index): Kernel[] => {
    if (term.type !== "distanceWeightedMean") {
      return [joinTermWgsl({ ...common, index, term })];
    }
    const { size: weightStride, scales } = planner.weights;
    const shape = { ...common, index, term, scale: scales.get(index)!, weightStride };
    reserveDistance(planner, index, layout.references);
    distances.push(shape);
    return [weighReferencesWgsl(shape), joinWeightedMeanWgsl(shape)];
  });
  const regions = distances.map(({ scale }) =>
    planner.gradients.take(scale, 1, { samples, blockSamples: samples })
  );
  return {
    forward,
    backward: [
      ...distances.map(weighReferencesBackwardWgsl),
      ...layout.encoders.flatMap((encoder) => {
        const output = outputs[encoder.branches[0]!]!;
        return output.hasDelta
          ? backwardToEncoder({ ...common, encoder, output }, terms, distances)
          : [];
      }),
    ],
    gradients: (gradientStride) =>
      distances.map((shape, i) => sumScaleGradientWgsl(shape, regions[i]!, gradientStride)),
  };
}

function reserveDistance(planner: ChainPlanner, index: number, references: number): void {
  const { samples } = planner.options;
  planner.reserve(nameOfDistance(index, "shares"), 2 * samples * references);
  planner.reserve(nameOfDistance(index, "deltas"), samples * references);
  planner.reserve(nameOfDistance(index, "scale"), samples);
}

function joinTermWgsl({ term, ...shape }: JoinShape): Kernel {
  switch (term.type) {
    case "output":
      return joinOutputWgsl({ ...shape, term });
    case "mean":
      return joinMeanWgsl({ ...shape, term });
    case "difference":
      return joinDifferenceWgsl({ ...shape, term });
    case "distanceWeightedMean":
      throw new RangeError("Cannot join a distance-weighted mean in one kernel");
  }
}

/** The kernels that add up what all terms pass to an encoder's items. */
function backwardToEncoder(
  shape: EncoderShape,
  terms: readonly GraphTerm[],
  distances: readonly DistanceShape[],
): Kernel[] {
  const uses = (branch: number) => shape.encoder.branches.includes(branch);
  return [
    joinLinearBackwardWgsl(shape, terms),
    ...distances.flatMap((distance) => {
      const { near, references, values } = distance.term;
      return [
        ...(uses(near) ? [nearBackwardWgsl(distance, shape)] : []),
        ...(uses(references) ? [referencesBackwardWgsl(distance, shape)] : []),
        ...(uses(values) ? [averagedBackwardWgsl(distance, shape)] : []),
      ];
    }),
  ];
}
