/**
 * The filters of a model's first layer over DNA, which are motifs in the making.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { modelGraph } from "../model/graph.ts";
import type { ModelSpec } from "../model/spec.ts";
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
 *     layers: [{ type: "conv1d", filters: 3, kernelSize: 6, padding: "same" }, { type: "flatten" }],
 *   }],
 *   head: { join: [{ type: "concatenate", branches: ["dna"] }], layers: [{ type: "dense", units: 1 }] },
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
