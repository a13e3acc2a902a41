import { convPadding } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import type { LayerGroup } from "../layer_groups.ts";
import { GradientLayout } from "./gradients.ts";
import { planGroup } from "./group_kernels.ts";
import type { GroupKernels } from "./group_types.ts";
import type { Kernel } from "./kernel.ts";
import { batchNormBlocks } from "./ops/batch_norm_sums.ts";
import type { PlanOptions } from "./plan_types.ts";
import { deltaStride, sampleStride, type Tensor } from "./tensors.ts";
import { layoutWeights, type WeightLayout } from "./weight_layout.ts";

/** Consecutive groups of layers: their output and their kernels. */
export interface Chain {
  readonly output: Tensor;
  /** The kernels; the fields are those of {@linkcode GroupKernels}. */
  readonly forward: readonly Kernel[];
  readonly prediction: readonly Kernel[];
  readonly backward: GroupKernels["backward"];
  readonly predictionBackward: readonly Kernel[];
}

/** The input of a chain: a tensor whose padding the chain's first group decides. */
export type ChainInput = Omit<Tensor, "before" | "after">;

/** Plans chains of layers, and counts the buffers that they need. */
export class ChainPlanner {
  readonly options: PlanOptions;
  readonly weights: WeightLayout;
  /** Number of each dropout's layer, in the order of the keys. */
  readonly dropouts: readonly number[];
  readonly gradients = new GradientLayout();
  readonly #buffers: Record<string, number> = {};

  /** Lays out the model's weights. `groups` are those of all its chains. */
  constructor(spec: ModelSpec, groups: readonly LayerGroup[], options: PlanOptions) {
    this.options = options;
    this.weights = layoutWeights(spec);
    this.dropouts = groups.flatMap(({ kind, layer }) => kind === "dropout" ? [layer] : []);
  }

  /** Number of 32-bit values of each buffer, for all models. */
  get buffers(): Readonly<Record<string, number>> {
    return this.#buffers;
  }

  /** Requests a buffer of `valuesOfModel` 32-bit values for each model. */
  reserve(name: string, valuesOfModel: number): void {
    this.#buffers[name] = valuesOfModel * this.options.models;
  }

  /** Makes the tensor that a chain reads, with the padding that its first group reads, and its buffers. */
  addInput(input: ChainInput, first: LayerGroup | undefined): Tensor {
    const tensor = { ...input, ...paddingOf(first) };
    if (tensor.letters === undefined) {
      this.reserve(`${tensor.name}.value`, sampleStride(tensor) * tensor.samples);
    }
    if (tensor.hasDelta) this.reserve(`${tensor.name}.delta`, deltaStride(tensor) * tensor.samples);
    return tensor;
  }

  /** Adds groups of layers, one after another; the first reads `input`. */
  add(groups: readonly LayerGroup[], input: Tensor): Chain {
    let output = input;
    const planned = groups.map((group, i) => {
      const read = output;
      output = this.#addOutput(group, read, groups[i + 1]);
      if (group.kind === "batchNorm") this.#reserveNorm(`batchNorm${group.layer}`, read);
      const { options, weights, gradients, dropouts } = this;
      const reserve = this.reserve.bind(this);
      const context = { options, weights, gradients, dropouts, reserve };
      return planGroup(group, { ...context, input: read, output });
    });
    const reversed = planned.toReversed();
    return {
      output,
      forward: planned.flatMap(({ forward }) => forward),
      prediction: planned.flatMap(({ prediction }) => prediction),
      backward: (gradientStride) => reversed.flatMap(({ backward }) => backward(gradientStride)),
      predictionBackward: reversed.flatMap(({ predictionBackward }) => predictionBackward),
    };
  }

  #reserveNorm(name: string, input: Tensor): void {
    this.reserve(`${name}.sums`, 2 * input.channels * batchNormBlocks(input));
    this.reserve(`${name}.forward`, 4 * input.channels);
    this.reserve(`${name}.backward`, 3 * input.channels);
  }

  /** Makes the tensor that a group writes, with the padding that the next one reads, and its buffers. */
  #addOutput(group: LayerGroup, input: Tensor, next: LayerGroup | undefined): Tensor {
    if (group.kind === "flatten") {
      return { ...input, positions: 1, channels: input.positions * input.channels };
    }
    const [first, second] = group.output;
    const [positions, channels] = second === undefined ? [1, first] : [first, second];
    const name = `${group.kind}${group.layer}`;
    const tensor = {
      ...input,
      name,
      positions,
      channels,
      ...paddingOf(next),
      slope: "slope" in group ? group.slope : 1,
      // The network's input may hold the samples of several steps.
      samples: input.gathered ? this.options.samples : input.samples,
      hasDelta: true,
      gathered: false,
      letters: undefined,
    };
    this.reserve(`${name}.value`, sampleStride(tensor) * tensor.samples);
    this.reserve(`${name}.delta`, deltaStride(tensor) * tensor.samples);
    const pooled = group.kind === "pool" || (group.kind === "conv" && group.pool !== undefined);
    if (pooled) this.reserve(`${name}.offset`, deltaStride(tensor) * tensor.samples);
    return tensor;
  }
}

/** Rows of zeros that a group reads around its input. */
function paddingOf(group: LayerGroup | undefined): { before: number; after: number } {
  const { left, right } = group?.kind === "conv" ? convPadding(group.spec) : { left: 0, right: 0 };
  return { before: left, after: right };
}
