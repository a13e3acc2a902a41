/**
 * From a model to what the GPU runs: tensors, the places of weights and gradients, and the kernels of a training step
 * and of a prediction, in order. Text and numbers only.
 *
 * @module
 */

import { convPadding } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { groupLayers, type LayerGroup } from "../layer_groups.ts";
import { blockSamples, GradientLayout } from "./gradients.ts";
import { type GroupKernels, groupKernels } from "./group_kernels.ts";
import type { Kernel } from "./kernel.ts";
import { batchNormBlocks } from "./kernels/batch_norm.ts";
import {
  headBytes,
  type HeadLayer,
  headPrediction,
  type HeadShape,
  headTraining,
} from "./kernels/head.ts";
import { collect, loss, lossBlocks, type LossShape } from "./kernels/loss.ts";
import { update } from "./kernels/update.ts";
import type { Plan, PlanOptions } from "./plan_types.ts";
import { deltaStride, sampleStride, type Tensor } from "./tensors.ts";
import { layoutWeights, type WeightLayout } from "./weight_layout.ts";

/** A larger pooling does not fit a convolution's registers and gets a kernel of its own. */
const LARGEST_FUSED_POOL = 8;
/** Dense layers up to this width are computed together in the head. */
const HEAD_WIDTH = 256;

/** Plans a valid model. */
export function planModel(spec: ModelSpec, options: PlanOptions): Plan {
  return new Planner(spec, options).plan();
}

interface HeadPart {
  readonly dense: LayerGroup & { readonly kind: "dense" };
  readonly dropout: (LayerGroup & { readonly kind: "dropout" }) | undefined;
}

/** How a network ends: with the loss in training, with the predictions otherwise. */
interface Ending {
  /** Blocks that the loss is summed in. */
  readonly blocks: number;
  readonly training: (gradientStride: number) => Kernel;
  readonly prediction: Kernel;
}

class Planner {
  readonly #spec: ModelSpec;
  readonly #options: PlanOptions;
  readonly #groups: readonly LayerGroup[];
  readonly #dropouts: readonly number[];
  readonly #weights: WeightLayout;
  readonly #gradients = new GradientLayout();
  readonly #buffers: Record<string, number> = {};
  readonly #forward: Kernel[] = [];
  readonly #prediction: Kernel[] = [];
  readonly #backward: GroupKernels["backward"][] = [];

  constructor(spec: ModelSpec, options: PlanOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#groups = groupLayers(spec, LARGEST_FUSED_POOL);
    this.#dropouts = this.#groups.flatMap(({ kind, layer }) => kind === "dropout" ? [layer] : []);
    this.#weights = layoutWeights(spec);
  }

  plan(): Plan {
    const { models, gathered } = this.#options;
    const input = this.#inputTensor();
    const head = this.#findHead();
    const headGroups = head.reduce((sum, { dropout }) => sum + (dropout === undefined ? 1 : 2), 0);
    let value = input;
    for (const group of this.#groups.slice(0, this.#groups.length - headGroups)) {
      value = this.#addGroup(group, value);
    }
    const ending = head.length > 0 ? this.#endWithHead(head, value) : this.#endWithLoss(value);
    const gradientStride = this.#gradients.size;
    const backward = this.#backward.toReversed().flatMap((make) => make(gradientStride));
    const last = update({
      ...{ regions: this.#gradients.regions, gradientStride, models },
      ...{ weightStride: this.#weights.size, lossBlocks: ending.blocks },
    });
    const shared = {
      ...{ labels: gathered * models, gradients: gradientStride * models },
      ...{ lossBlocks: ending.blocks * models, keys: 2 * models * this.#dropouts.length },
    };
    return {
      ...{ options: this.#options, input, dropouts: this.#dropouts },
      ...{ buffers: { ...this.#buffers, ...shared }, weights: this.#weights },
      training: [...this.#forward, ending.training(gradientStride), ...backward, last],
      prediction: [...this.#prediction, ending.prediction],
    };
  }

  /** The longest run of narrow dense layers at the end, each with a dropout before it or none. */
  #findHead(): HeadPart[] {
    const { storageBytes } = this.#options.limits;
    const head: HeadPart[] = [];
    const widths: number[] = [];
    for (let end = this.#groups.length; end > 0;) {
      const dense = this.#groups[end - 1];
      if (dense.kind !== "dense") break;
      const before = this.#groups[end - 2];
      const dropout = before?.kind === "dropout" && before.input.length === 1 ? before : undefined;
      const width = dense.input[0];
      widths.push(dense.spec.units);
      if (width > HEAD_WIDTH || 4 * headBytes([width, ...widths]) > storageBytes) break;
      head.unshift({ dense, dropout });
      end -= dropout === undefined ? 1 : 2;
    }
    return head;
  }

  #endWithHead(head: readonly HeadPart[], input: Tensor): Ending {
    const { models, samples, gathered, limits } = this.#options;
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
      const [inputs, units] = [dense.input[0], dense.spec.units];
      const kernel = this.#weights.kernels.get(dense.layer)!;
      return {
        ...{ inputs, units, slope: dense.slope, kernel },
        dropout: dropout && {
          rate: dropout.spec.rate,
          key: this.#dropouts.indexOf(dropout.layer),
        },
        region: this.#gradients.take(kernel.start, kernel.size, block),
      };
    });
    const shape = (gradientStride: number): HeadShape => ({
      ...{ input, layers, loss: this.#spec.loss, keys: this.#dropouts.length },
      ...{ weightStride: this.#weights.size, gradientStride, gathered, models },
    });
    return {
      blocks: layers[0].region.blocks,
      training: (gradientStride) => headTraining(shape(gradientStride)),
      prediction: headPrediction(shape(0)),
    };
  }

  #endWithLoss(output: Tensor): Ending {
    const { models, gathered } = this.#options;
    const shape: LossShape = { output, loss: this.#spec.loss, gathered, models };
    return {
      blocks: lossBlocks(output.samples),
      training: () => loss(shape),
      prediction: collect(shape),
    };
  }

  /** Adds the kernels of a group and the buffers behind it; returns its output. */
  #addGroup(group: LayerGroup, input: Tensor): Tensor {
    const output = this.#output(group, input);
    const kernels = groupKernels(group, {
      ...{ options: this.#options, input, output, weights: this.#weights },
      ...{ gradients: this.#gradients, dropouts: this.#dropouts },
    });
    this.#forward.push(...kernels.forward);
    this.#prediction.push(...kernels.prediction);
    this.#backward.push(kernels.backward);
    if (group.kind === "batchNorm") this.#reserveNorm(`batchNorm${group.layer}`, input);
    return output;
  }

  #reserveNorm(name: string, input: Tensor): void {
    const row = input.channels * this.#options.models;
    this.#buffers[`${name}.sums`] = 2 * row * batchNormBlocks(input);
    this.#buffers[`${name}.forward`] = 4 * row;
    this.#buffers[`${name}.backward`] = 3 * row;
  }

  #inputTensor(): Tensor {
    const { bins, marks } = this.#spec;
    const { gathered, models } = this.#options;
    const shape = { name: "input", positions: bins, channels: marks, ...this.#paddingAt(0) };
    const input = { ...shape, slope: 1, samples: gathered, hasDelta: false, gathered: true };
    this.#buffers["input.value"] = sampleStride(input) * gathered * models;
    return input;
  }

  /** The tensor behind a group, and its buffers. */
  #output(group: LayerGroup, input: Tensor): Tensor {
    if (group.kind === "flatten") {
      return { ...input, positions: 1, channels: input.positions * input.channels };
    }
    const { samples, models } = this.#options;
    const [first, second] = group.output;
    const [positions, channels] = second === undefined ? [1, first] : [first, second];
    const name = `${group.kind}${group.layer}`;
    const slope = "slope" in group ? group.slope : 1;
    const shape = { name, positions, channels, ...this.#paddingAt(group.layer + group.layers) };
    const tensor = { ...shape, slope, samples, hasDelta: true, gathered: false };
    this.#buffers[`${name}.value`] = sampleStride(tensor) * samples * models;
    this.#buffers[`${name}.delta`] = deltaStride(tensor) * samples * models;
    const pooled = group.kind === "pool" || (group.kind === "conv" && group.pool !== undefined);
    if (pooled) this.#buffers[`${name}.offset`] = deltaStride(tensor) * samples * models;
    return tensor;
  }

  /** Rows of zeros that a layer reads around its input. */
  #paddingAt(layer: number): { before: number; after: number } {
    const next = this.#spec.layers[layer];
    const { left, right } = next?.type === "conv1d" ? convPadding(next) : { left: 0, right: 0 };
    return { before: left, after: right };
  }
}
