import type { LayerWeightShape, WeightShape } from "../../../model/shapes.ts";
import { countEpilogueConstants } from "./epilogue.ts";
import { type LaneAllocator, skewedStride, VECTOR } from "./layout.ts";
import type { PlacedConv, PlacedWeights, WeightSource } from "./plan_gru.ts";
import { pairWeightBytes } from "./product.ts";
import type { ConvStep, NormGroup } from "./steps.ts";
import type { ConvMemory, ConvNode, NormWeights } from "./types.ts";

/** Gives convolutions, and what follows them, their places in the memory of a thread. */
export class ConvPlacer {
  readonly #memory: LaneAllocator;
  readonly #weights: readonly WeightShape[];

  /** `weights` are the shapes of all weights of the model. */
  constructor(memory: LaneAllocator, weights: readonly WeightShape[]) {
    this.#memory = memory;
    this.#weights = weights;
  }

  /** Places for the weights of a convolution. */
  takeWeights({ product, norm, tiling: { transform } }: ConvStep): PlacedWeights {
    const { passes, pairs } = product;
    const bytes = transform.frequencies * passes * pairs * pairWeightBytes(product);
    const constants = countEpilogueConstants({ normalised: norm !== undefined });
    return {
      weights: this.#memory.take(bytes),
      epilogue: this.#memory.take(constants * 8 * pairs),
    };
  }

  /** The node of a convolution, whose weights have their places. */
  place(
    step: ConvStep,
    { weights, epilogue, ...base }: PlacedConv,
    { kernel, bias, columns }: WeightSource = {
      kernel: "kernel",
      bias: "bias",
      columns: allColumns(step.shape.filters),
    },
  ): ConvNode {
    const { layer, shape, tiling, chunk, product, activation, norm, normAfterPool } = step;
    return {
      ...base,
      kind: "conv",
      tiling,
      channels: shape.channels,
      filters: shape.filters,
      width: shape.width,
      left: shape.left,
      product,
      chunk,
      memory: this.#workingMemory(step, { weights, epilogue }),
      epilogue: { activation, normalised: norm !== undefined },
      kernel: this.#weightIndex(layer, kernel),
      columns,
      bias: bias && this.#weightIndex(layer, bias),
      norm: norm && this.placeNorm(norm),
      normAfterPool,
    };
  }

  /** Which weights a batch normalisation has. */
  placeNorm({ layer, spec: { epsilon } }: NormGroup): NormWeights {
    return {
      gamma: this.#weightIndex(layer, "gamma"),
      beta: this.#weightIndex(layer, "beta"),
      mean: this.#weightIndex(layer, "moving_mean"),
      variance: this.#weightIndex(layer, "moving_variance"),
      epsilon,
    };
  }

  #workingMemory(
    { product, tiling: { transform } }: ConvStep,
    placed: Pick<ConvMemory, "weights" | "epilogue">,
  ): ConvMemory {
    const { parts, terms, passes, tiles, pairs } = product;
    const { frequencies } = transform;
    const frequencyBytes = skewedStride(parts * passes * terms * tiles * VECTOR);
    const pairBytes = skewedStride(frequencies * parts * tiles * 2 * VECTOR);
    return {
      ...placed,
      frequencyBytes,
      pairBytes,
      transformed: this.#memory.take(frequencies * frequencyBytes),
      products: this.#memory.take(pairs * pairBytes),
    };
  }

  #weightIndex(layer: number, name: LayerWeightShape["name"]): number {
    return this.#weights.findIndex((weight) => weight.layer === layer && weight.name === name);
  }
}

function allColumns(total: number): WeightSource["columns"] {
  return { used: Array.from({ length: total }, (_, column) => column), total };
}
