/**
 * The filters of a model's first layer over DNA, which are motifs in the making.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { modelGraph } from "../model/graph.ts";
import { weightShapes } from "../model/shapes.ts";
import type { LayerSpec, ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";

/** Filters over one-hot letters. */
export interface SequenceFilters {
  /** Number of filters. */
  readonly count: number;
  /** Bases that each covers. */
  readonly width: number;
  /** `[filter, base, letter]`: what each letter adds to the output. */
  readonly weights: Float32Array;
  /** `[filter]`: what is added to every output. */
  readonly bias: Float32Array;
}

/**
 * Takes the filters of the convolution that reads the DNA of a model.
 *
 * @param model The model.
 * @returns The filters, in the model's order.
 * @throws {ContractError} If the model reads no sequence, or its first layer over it is not a convolution of neighbouring
 * bases.
 *
 * @example
 * ```ts
 * import { filtersOf } from "@waka/histone/motifs";
 * import { initialWeights } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const spec = {
 *   name: "small",
 *   inputs: [{ name: "sequence", bases: 40 }],
 *   branches: [{
 *     name: "dna",
 *     input: "sequence",
 *     layers: [
 *       { type: "conv1d", filters: 3, width: 6, dilation: 1, padding: "same" },
 *       { type: "flatten" },
 *     ],
 *   }],
 *   head: { join: [{ type: "output", branch: "dna" }], layers: [{ type: "dense", units: 1 }] },
 *   loss: "meanSquaredError",
 * } as const;
 * const { count, width, weights } = filtersOf({ spec, weights: initialWeights(spec, 1) });
 * deepStrictEqual([count, width, weights.length], [3, 6, 72]);
 * ```
 */
export function filtersOf(
  { spec, weights }: Pick<TrainedModel, "spec" | "weights">,
): SequenceFilters {
  return firstConvolution(spec, weights);
}

/** Number of letters that one-hot vectors have. */
const LETTERS = 4;

function firstConvolution(spec: ModelSpec, weights: readonly Float32Array[]): SequenceFilters {
  const { inputs, branches, encoders } = modelGraph(spec);
  const branch = branches.find(({ input }) => inputs[input]!.name === "sequence");
  if (branch === undefined) {
    throw new ContractError(
      `Cannot find motifs in "${spec.name}": it reads no sequence, expected a model of DNA, such as waka-dna`,
    );
  }
  const { layers, firstLayer } = encoders[branch.encoder]!;
  const [first] = layers;
  if (first?.type !== "conv1d" || first.dilation !== 1) {
    const found = first === undefined ? "no layer" : describeFirst(first);
    throw new ContractError(
      `Cannot find motifs in "${spec.name}": the first thing that reads its DNA is ${found}, expected a convolution of ` +
        "neighbouring bases",
    );
  }
  const place = weightShapes(spec).findIndex((shape) =>
    "layer" in shape && shape.layer === firstLayer && shape.name === "kernel"
  );
  const { width, filters: count } = first;
  const kernel = weights[place]!; // [base, letter, filter]
  const turned = new Float32Array(kernel.length);
  for (let tap = 0; tap < width * LETTERS; tap++) {
    for (let filter = 0; filter < count; filter++) {
      turned[filter * width * LETTERS + tap] = kernel[tap * count + filter]!;
    }
  }
  return { count, width, weights: turned, bias: weights[place + 1]! };
}

function describeFirst(layer: LayerSpec): string {
  return layer.type === "conv1d"
    ? `a convolution of dilation ${layer.dilation}`
    : `a layer of type ${layer.type}`;
}
