/**
 * Models of one branch of another: trained apart, they give it their weights.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { refuseModel } from "./_refuse_model.ts";
import { checkWeights } from "./check_weights.ts";
import { type Encoder, modelGraph } from "./graph.ts";
import { initialWeights, type Weights } from "./initial_weights.ts";
import { isOverReferences } from "./inputs.ts";
import { weightShapes } from "./shapes.ts";
import type { BranchedSpec, ModelSpec } from "./spec.ts";

/**
 * The model of one branch: its input and its layers, and the whole model's head, which reads this branch alone.
 *
 * With {@linkcode carryBranches} and layers that stay as they are (`frozen: ["encoder"]` of `fit`), branches are trained
 * apart and then joined.
 *
 * @param spec The whole model.
 * @param branch Name of one of its branches, not over references.
 * @returns The model of the branch, named by both.
 * @throws {UnsupportedModelError} If the model has no branch of that name, or it is over references.
 *
 * @example The DNA alone
 * ```ts
 * import { branchSpec, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { name, inputs, head } = branchSpec(presetSpec("waka-dna"), "dna");
 * strictEqual(name, "waka-dna, dna alone");
 * deepStrictEqual(inputs, [{ name: "sequence", bases: 10_000 }]);
 * deepStrictEqual(head.join, [{ type: "output", branch: "dna" }]);
 * ```
 */
export function branchSpec(spec: BranchedSpec, branch: string): BranchedSpec {
  const found = spec.branches.find(({ name }) => name === branch);
  const known = spec.branches.map(({ name }) => name).join(", ");
  if (found === undefined) {
    refuseModel(spec, `it has no branch "${branch}", expected one of ${known}`);
  }
  const input = spec.inputs.find(({ name }) => name === found.input);
  if (input === undefined) refuseModel(spec, `it has no input "${found.input}"`);
  if (isOverReferences(input)) {
    refuseModel(spec, `its branch "${branch}" is over references, expected one that is not`);
  }
  const owner = spec.branches.find(({ name }) => name === (found.encoder ?? branch));
  return {
    name: `${spec.name}, ${branch} alone`,
    inputs: [input],
    branches: [{ name: branch, input: found.input, layers: owner?.layers ?? [] }],
    head: { join: [{ type: "output", branch }], layers: spec.head.layers },
    loss: spec.loss,
  };
}

/** A model that has some of another one's branches, and its weights. */
export interface BranchWeights {
  /** The model, such as {@linkcode branchSpec} gives. */
  readonly spec: ModelSpec;
  /** Its weights, in the order of `weightShapes(spec)`. */
  readonly weights: Weights;
}

/** Options of {@linkcode carryBranches}. */
export interface CarryBranchesOptions {
  /**
   * Seed of the weights that are not carried over.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
}

/**
 * Carries weights of branches over to a model that has them too: branches of the same name and the same layers.
 *
 * @param spec The whole model.
 * @param trained Models of its branches.
 * @param options Seed of the others.
 * @returns Weights in the order of `weightShapes(spec)`: those of the trained branches, and initial ones. `fit` starts
 * from them as `initial`.
 * @throws {ContractError} If a trained branch is not one of the model's, has other layers, or is given twice, or weights
 * do not fit their model.
 * @throws {UnsupportedModelError} If a model is not valid.
 *
 * @example Two branches that were trained apart
 * ```ts
 * import { branchSpec, carryBranches, initialWeights, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const spec = presetSpec("waka-dna-experiment5", { bases: 640 });
 * const trained = ["marks", "dna"].map((branch) => {
 *   const own = branchSpec(spec, branch);
 *   return { spec: own, weights: initialWeights(own, 7) }; // as `fit` would return them
 * });
 * const weights = carryBranches(spec, trained);
 * deepStrictEqual(weights[0], trained[0]!.weights[0]);
 * ```
 */
export function carryBranches(
  spec: BranchedSpec,
  trained: readonly BranchWeights[],
  { seed = 0 }: CarryBranchesOptions = {},
): Weights {
  const weights = [...initialWeights(spec, seed)];
  const carried = new Set<string>();
  for (const { spec: own, weights: given } of trained) {
    checkWeights(own, given);
    for (const from of modelGraph(own).encoders) {
      const to = findSame(spec, from, own);
      if (carried.has(to.name)) fail(spec, `branch "${to.name}" is given twice`);
      carried.add(to.name);
      const [target, source] = [weightsOf(spec, to), weightsOf(own, from)];
      target.forEach((index, i) => weights[index] = Float32Array.from(given[source[i]!]!));
    }
  }
  return weights;
}

/** Indices in `weightShapes(spec)` of an encoder's weights. */
function weightsOf(spec: ModelSpec, { firstLayer, layers }: Encoder): number[] {
  const end = firstLayer + layers.length;
  return weightShapes<ModelSpec>(spec).flatMap(({ layer }, index) =>
    layer !== undefined && layer >= firstLayer && layer < end ? [index] : []
  );
}

/** Finds the encoder of a model that is the same as one of another model. */
function findSame(spec: BranchedSpec, from: Encoder, own: ModelSpec): Encoder {
  const found = modelGraph(spec).encoders.find(({ name }) => name === from.name);
  if (found === undefined) fail(spec, `it has no branch "${from.name}", which "${own.name}" has`);
  const describe = ({ layers, shapes }: Encoder) => JSON.stringify([layers, shapes]);
  if (describe(found) === describe(from)) return found;
  fail(
    spec,
    `its branch "${from.name}" has other layers or another input than that of "${own.name}"`,
  );
}

function fail({ name }: BranchedSpec, what: string): never {
  throw new ContractError(`Cannot carry branches over to "${name}": ${what}`);
}
