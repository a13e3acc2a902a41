import type { GroupOf } from "../../layer_groups.ts";
import { CACHE_LINE, roundUp, type Tensor } from "../layout.ts";
import type { BatchNormNode } from "../ops/batch_norm/node.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { MAX_PARTS } from "./parts.ts";

/** What stands around a batch normalisation. */
export interface NormSurroundings {
  readonly input: Tensor;
  /** The pooling that directly follows. */
  readonly pooling: GroupOf<"pool"> | undefined;
  /** Slope of the activation before it, through which it passes derivatives back; 1 without one. */
  readonly slope: number;
}

/** Lays out a batch normalisation, with the pooling that directly follows. */
export function planBatchNorm(
  group: GroupOf<"batchNorm">,
  { input, pooling, slope }: NormSurroundings,
  { memory, tensors, capacity }: ChainMemory,
): BatchNormNode {
  // A normalisation does not read its outputs on the way back, and a convolution no input whose derivatives it wrote.
  const inPlace = tensors.readerOf(pooling ?? group)?.type === "conv1d";
  const output = pooling === undefined
    ? tensors.planLike(input, { group, inPlace })
    : tensors.plan(pooling.output[0], input.channels, { group: pooling, inPlace });
  const takeRows = () => memory.take(output.sampleStride * capacity);
  const row = input.stride;
  // Processors fetch lines in pairs.
  const partStride = roundUp(3 * row, 2 * CACHE_LINE);
  const { momentum, epsilon } = group.spec;
  return {
    ...nameOf(group),
    kind: "batchNorm",
    input,
    output,
    momentum,
    epsilon,
    slope,
    pool: pooling && { size: pooling.size, steps: takeRows(), chosen: takeRows() },
    gamma: memory.parameter(row),
    beta: memory.parameter(row),
    movingMean: memory.take(row),
    movingVariance: memory.take(row),
    parts: { address: memory.take(MAX_PARTS * partStride), stride: partStride },
    mean: memory.take(row),
    forward: memory.take(3 * row),
    backward: memory.take(3 * row),
  };
}
