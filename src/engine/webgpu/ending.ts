import type { Loss } from "../../model/spec.ts";
import type { SampleLoss } from "../loss.ts";
import type { LayerGroup } from "../layer_groups.ts";
import type { ChainPlanner } from "./chain.ts";
import type { WorkgroupLimits } from "./tiling.ts";
import { blockSamples } from "./gradients.ts";
import type { Kernel } from "./kernel.ts";
import {
  headBytes,
  type HeadLayer,
  type HeadShape,
  predictHeadWgsl,
  trainHeadWgsl,
} from "./ops/head.ts";
import { collectPredictionsWgsl, computeLossWgsl, lossBlocks, type LossShape } from "./ops/loss.ts";
import type { Tensor } from "./tensors.ts";

/** Dense layers up to this width are computed together in the head. */
const HEAD_WIDTH = 256;

/** A narrow dense layer, and the dropout before it. */
interface HeadPart {
  readonly dense: LayerGroup & { readonly kind: "dense" };
  readonly dropout: (LayerGroup & { readonly kind: "dropout" }) | undefined;
}

/** The last kernel of a network's forward pass: it computes the loss in training and writes predictions otherwise. */
export interface Ending {
  /** Number of blocks that the loss is summed in. */
  readonly blocks: number;
  readonly training: (gradientStride: number) => Kernel;
  readonly prediction: Kernel;
}

/** Groups of layers, divided into the head and those before it. */
export interface DividedGroups {
  readonly body: readonly LayerGroup[];
  readonly head: readonly HeadPart[];
}

/**
 * Finds the head: the longest chain of narrow dense layers at the end, each with or without a dropout before it. A loss
 * of pairs needs the outputs of all samples, and so a kernel of its own: there is no head. Nor is there one where shared
 * memory costs more than dispatches do.
 */
export function divideHead(
  groups: readonly LayerGroup[],
  { limits: { storageBytes, lanes }, loss }: {
    readonly limits: WorkgroupLimits;
    readonly loss: Loss;
  },
): DividedGroups {
  if (loss === "rank" || lanes !== undefined) return { body: groups, head: [] };
  const head: HeadPart[] = [];
  const widths: number[] = [];
  let end = groups.length;
  while (end > 0) {
    const dense = groups[end - 1];
    if (dense?.kind !== "dense") break;
    const before = groups[end - 2];
    const dropout = before?.kind === "dropout" && before.input.length === 1 ? before : undefined;
    const width = dense.input[0];
    widths.push(dense.spec.units);
    if (width > HEAD_WIDTH || 4 * headBytes([width, ...widths]) > storageBytes) break;
    head.unshift({ dense, dropout });
    end -= dropout === undefined ? 1 : 2;
  }
  return { body: groups.slice(0, end), head };
}

/** Plans the end of a network. */
export function planEnding(
  planner: ChainPlanner,
  { head, input, loss }: {
    readonly head: readonly HeadPart[];
    readonly input: Tensor;
    readonly loss: Loss;
  },
): Ending {
  if (head.length > 0 && loss !== "rank") return endWithHead(planner, { head, input, loss });
  const { models, gathered } = planner.options;
  const shape: LossShape = { output: input, loss, gathered, models };
  return {
    blocks: lossBlocks(input.samples),
    training: () => computeLossWgsl(shape),
    prediction: collectPredictionsWgsl(shape),
  };
}

function endWithHead(
  { options, weights, gradients, dropouts }: ChainPlanner,
  { head, input, loss }: {
    readonly head: readonly HeadPart[];
    readonly input: Tensor;
    readonly loss: SampleLoss;
  },
): Ending {
  const { models, samples, gathered, limits } = options;
  const widths = [input.channels, ...head.map(({ dense }) => dense.spec.units)];
  const block = {
    samples,
    // Whole vectors of samples, as many as fit.
    blockSamples: Math.min(
      4 * Math.ceil(blockSamples(samples, 1) / 4),
      4 * Math.floor(limits.storageBytes / headBytes(widths) / 4),
    ),
  };
  const layers = head.map(({ dense, dropout }): HeadLayer => {
    const kernel = weights.kernels.get(dense.layer)!;
    return {
      inputs: dense.input[0],
      units: dense.spec.units,
      slope: dense.slope,
      kernel,
      dropout: dropout && { rate: dropout.spec.rate, key: dropouts.indexOf(dropout.layer) },
      region: gradients.take(kernel.start, kernel.size, block),
    };
  });
  const blocks = Math.ceil(samples / block.blockSamples);
  const shape = (gradientStride: number): HeadShape => ({
    input,
    layers,
    blocks,
    blockSamples: block.blockSamples,
    loss,
    keys: dropouts.length,
    weightStride: weights.size,
    gradientStride,
    gathered,
    models,
  });
  return {
    blocks,
    training: (gradientStride) => trainHeadWgsl(shape(gradientStride)),
    prediction: predictHeadWgsl(shape(0)),
  };
}
