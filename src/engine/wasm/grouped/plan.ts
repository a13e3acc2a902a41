/**
 * From a chain of layers to the nodes that compute it for groups of samples, with their places in a thread's memory.
 *
 * @module
 */

import type { LayerChain } from "../../../model/graph.ts";
import type { LayerSpec } from "../../../model/spec.ts";
import type { WeightShape } from "../../../model/shapes.ts";
import { ConvPlacer } from "./conv_placer.ts";
import { countOutputVectors } from "./lanes.ts";
import {
  flattenLanes,
  GROUP_SAMPLES,
  inputSize,
  LaneAllocator,
  LANES,
  type LaneTensor,
  skewedStride,
  VECTOR,
} from "./layout.ts";
import { type PlacedWeights, planGru } from "./plan_gru.ts";
import { convStepsOf, listSteps, matrixShape, paddingOf, type Step, strideOf } from "./steps.ts";
import type { GroupedNode, GroupedPlan } from "./types.ts";

/** Where kernels find numbers and copied operands, at constant addresses; the first cache line stays free. */
export const FIXED = {
  constants: { address: 64, capacity: 480 },
  staging: { inputs: 2048, weights: 5120 },
  end: 6144,
} as const;

/** What a thread's memory may take; longer inputs are left to the direct path. */
const MAX_BYTES = 2 ** 26;

/**
 * Plans a chain.
 *
 * @param chain The layers of a sequential model, of an encoder or of a head.
 * @param weights The shapes of all weights of the model.
 * @returns The plan; `undefined` if no layer has weights, or it would take too much memory.
 */
export function planGrouped(
  chain: LayerChain,
  weights: readonly WeightShape[],
): GroupedPlan | undefined {
  if (chain.layers.some(isLeftOut)) return undefined;
  const steps = listSteps(chain);
  // What has no weights is left as it is: it takes less time than to put values into lanes and back.
  if (steps.every((step) => convStepsOf(step).length === 0)) return undefined;
  const plan = new GroupedPlanner(chain, weights, steps).plan();
  return plan.pages * 65536 > MAX_BYTES ? undefined : plan;
}

/** Layers that groups do not serve. */
function isLeftOut(layer: LayerSpec): boolean {
  return layer.type === "lstm" ||
    layer.type === "bidirectionalGru" && layer.returnSequences === true;
}

class GroupedPlanner {
  readonly #chain: LayerChain;
  readonly #steps: readonly Step[];
  readonly #memory = new LaneAllocator(FIXED.end);
  readonly #convs: ConvPlacer;

  constructor(chain: LayerChain, weights: readonly WeightShape[], steps: readonly Step[]) {
    this.#chain = chain;
    this.#steps = steps;
    this.#convs = new ConvPlacer(this.#memory, weights);
  }

  plan(): GroupedPlan {
    const memory = this.#memory;
    const firstWeight = memory.end;
    const weights = this.#steps.map((step) => this.#takeWeights(step));
    const bytes = memory.end - firstWeight;
    const [rows, channels] = matrixShape(this.#chain.shapes[0]);
    const stepsFrom = (index: number) => this.#steps.slice(index);
    const input = memory.tensor({ rows, channels, stride: channels, ...readPadding(stepsFrom(0)) });
    const nodes: GroupedNode[] = [];
    let output = input;
    for (const [index, step] of this.#steps.entries()) {
      if (step.kind === "flatten") {
        output = flattenLanes(output);
        continue;
      }
      const node = this.#makeNode(step, output, {
        weights: weights[index]!,
        next: stepsFrom(index + 1),
      });
      nodes.push(node);
      output = node.output;
    }
    const values = inputSize(this.#chain);
    const sampleVectors = Math.max(Math.ceil(values / LANES), countOutputVectors(output));
    const sampleBytes = skewedStride(VECTOR * sampleVectors);
    const address = memory.take(GROUP_SAMPLES * sampleBytes);
    const marks = memory.take(4 * GROUP_SAMPLES);
    return {
      raw: { address, sampleBytes, values, marks },
      input,
      output,
      nodes,
      weights: { address: firstWeight, bytes },
      pages: Math.ceil(memory.end / 65536),
    };
  }

  /** Places for the weights of each convolution of a step, or for the factors of a normalisation. */
  #takeWeights(step: Step): PlacedWeights[] {
    if (step.kind === "affine") {
      return [{ weights: 0, epilogue: this.#memory.take(8 * step.stride) }];
    }
    return convStepsOf(step).map((conv) => this.#convs.takeWeights(conv));
  }

  #makeNode(
    step: Exclude<Step, { readonly kind: "flatten" }>,
    input: LaneTensor,
    { weights, next }: {
      readonly weights: readonly PlacedWeights[];
      readonly next: readonly Step[];
    },
  ): GroupedNode {
    const { layer, rows, channels } = step;
    // What works value by value leaves gaps where they are.
    const keepsGaps = step.kind !== "conv" && step.kind !== "gru";
    const stride = keepsGaps ? input.stride : strideOf(channels);
    const made = this.#memory.tensor({ rows, channels, stride, ...readPadding(next) });
    const output = keepsGaps ? { ...made, segment: input.segment } : made;
    const base = { name: `${step.kind}${layer}`, input, output };
    switch (step.kind) {
      case "conv":
        return this.#convs.place(step, { ...base, ...weights[0]! });
      case "gru":
        return planGru(step, { ...base, placed: weights }, {
          memory: this.#memory,
          makeConv: (...args) => this.#convs.place(...args),
        });
      case "pool":
        return { ...base, kind: "pool", size: step.size };
      case "activation":
        return { ...base, kind: "activation", activation: step.activation };
      case "affine":
        return {
          ...base,
          kind: "affine",
          factors: weights[0]!.epilogue,
          norm: this.#convs.placeNorm(step.norm),
        };
    }
  }
}

/** Rows of zeros that the first of some steps reads around its input. */
function readPadding([step]: readonly Step[]): { readonly before: number; readonly after: number } {
  return paddingOf(step);
}
