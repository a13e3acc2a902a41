/**
 * The one normal form of a model, sequential or with branches, from which shapes, initial weights, saved models and
 * engines are made.
 *
 * Layers have numbers: those of the encoders in order, then those of the head, counted from 0. A sequential model is
 * one encoder without a head, so there a layer's number is its index in `spec.layers`. The numbers place weights (see
 * `weightShapes`) and dropout masks. A mask is a function of seed, epoch, position in the epoch, number of the layer
 * and unit. In an encoder over references the unit is reference · values + i, for value i of as many as the dropout
 * reads, so in training an entry that several samples share is computed for each of them where its encoder has dropout.
 * A branch that is not over references counts units as reference 0 does.
 *
 * @module
 */

import { checkIsSpec } from "./check_is_spec.ts";
import { branchesOf, resolveJoin } from "./_join.ts";
import { refuseModel } from "./_refuse_model.ts";
import { resolveBranches, resolveChain } from "./_branches.ts";
import type { LayerChain, ModelGraph } from "./_graph_types.ts";
import { isOverReferences, modelInputs } from "./inputs.ts";
import { type BranchSpec, type InputSpec, isBranched, type ModelSpec } from "./spec.ts";

export type {
  Encoder,
  GraphBranch,
  GraphTerm,
  LayerChain,
  ModelGraph,
  TermPlace,
} from "./_graph_types.ts";

/**
 * Resolves a model's names and shapes.
 *
 * @param spec The model, sequential or with branches.
 * @returns Its normal form. A sequential model has one encoder and one branch, both named `signal`, whose output is the
 * only term of the join, and a head without layers.
 * @throws {UnsupportedModelError} Naming what refers to something that does not exist, the first layer that does not
 * fit the shape before it, or what a branch over references cannot have.
 *
 * @example The normal form of a preset
 * ```ts
 * import { modelGraph, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { inputs, encoders, joinShape } = modelGraph(presetSpec("wakawaka"));
 * deepStrictEqual(inputs, [{ name: "signal", bins: 100, marks: 5 }]);
 * strictEqual(encoders.length, 1);
 * deepStrictEqual(joinShape, [1]);
 * ```
 */
export function modelGraph(spec: ModelSpec): ModelGraph {
  checkIsSpec(spec, "read model");
  const inputs = modelInputs(spec);
  const branchSpecs: readonly BranchSpec[] = isBranched(spec)
    ? spec.branches
    : [{ name: "signal", input: "signal", layers: spec.layers }];
  checkInputs(spec, inputs);
  checkBranchNames(spec, branchSpecs);
  const { encoders, branches } = resolveBranches(spec, inputs, branchSpecs);
  const terms = isBranched(spec) ? spec.head.join : [{ type: "output", branch: "signal" } as const];
  const { join, joinSize } = resolveJoin(spec, terms, branches);
  checkUse(spec, { inputs, branches, join });
  const head = resolveChain({
    model: spec.name,
    place: "head.layers",
    layers: isBranched(spec) ? spec.head.layers : [],
    input: [joinSize],
    positions: "values",
    firstLayer: encoders.reduce((count, { layers }) => count + layers.length, 0),
  });
  return {
    name: spec.name,
    loss: spec.loss,
    inputs,
    references: inputs.find(isOverReferences)?.references ?? 0,
    encoders,
    branches,
    join,
    joinShape: [joinSize],
    head,
  };
}

/**
 * Lists all layer chains of a model, in the order of their layers' numbers.
 *
 * @param graph The model.
 * @returns The encoders, then the head.
 *
 * @example The chains of a sequential model
 * ```ts
 * import { layerChains, modelGraph, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const chains = layerChains(modelGraph(presetSpec("experiment1")));
 * deepStrictEqual(chains.map(({ place, layers }) => [place, layers.length]), [
 *   ["layers", 5],
 *   ["head.layers", 0],
 * ]);
 * ```
 */
export function layerChains(graph: ModelGraph): LayerChain[] {
  return [...graph.encoders, graph.head];
}

/**
 * Tells where a layer is in the spec, for messages.
 *
 * @param graph The model.
 * @param layer Number of the layer.
 * @returns Place and type, such as `layers[3] (dense)`.
 * @throws {RangeError} If the model has no layer of that number.
 *
 * @example The first layer of a preset
 * ```ts
 * import { describeLayer, modelGraph, presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(describeLayer(modelGraph(presetSpec("wakawaka")), 0), "layers[0] (conv1d)");
 * ```
 */
export function describeLayer(graph: ModelGraph, layer: number): string {
  for (const { firstLayer, layers, place } of layerChains(graph)) {
    const found = layers[layer - firstLayer];
    if (found !== undefined) return `${place}[${layer - firstLayer}] (${found.type})`;
  }
  throw new RangeError(`Cannot describe a layer: "${graph.name}" has no layer ${layer}`);
}

/** Throws unless the inputs' names differ and their sizes agree. */
function checkInputs(spec: ModelSpec, inputs: readonly InputSpec[]): void {
  for (const [index, { name }] of inputs.entries()) {
    if (inputs.findIndex((input) => input.name === name) < index) {
      refuseModel(spec, `inputs[${index}].name is "${name}", as that of an input before it`);
    }
  }
  const signal = inputs.find((input) => input.name === "signal");
  const mask = inputs.find((input) => input.name === "markMask");
  if (signal !== undefined && mask !== undefined && signal.marks !== mask.marks) {
    refuseModel(spec, `markMask has ${mask.marks} marks, expected ${signal.marks} as signal has`);
  }
  const [first, second] = inputs.filter(isOverReferences);
  if (first !== undefined && second !== undefined && first.references !== second.references) {
    refuseModel(
      spec,
      `${second.name} has ${second.references} references, expected ${first.references} as ` +
        `${first.name} has`,
    );
  }
}

function checkBranchNames(spec: ModelSpec, branches: readonly BranchSpec[]): void {
  for (const [index, { name }] of branches.entries()) {
    if (branches.findIndex((branch) => branch.name === name) < index) {
      refuseModel(spec, `branches[${index}].name is "${name}", as that of a branch before it`);
    }
  }
}

/** Throws unless every input is read by a branch, and every branch used by a term. */
function checkUse(
  spec: ModelSpec,
  { inputs, branches, join }: Pick<ModelGraph, "inputs" | "branches" | "join">,
): void {
  const idle = inputs.findIndex((_, index) => !branches.some(({ input }) => input === index));
  if (idle >= 0) {
    refuseModel(spec, `inputs[${idle}] ("${inputs[idle]!.name}") is read by no branch`);
  }
  const used = new Set(join.flatMap(branchesOf));
  const unused = branches.findIndex((_, index) => !used.has(index));
  if (unused < 0) return;
  refuseModel(
    spec,
    `branches[${unused}] ("${branches[unused]!.name}") is used by no term of the join`,
  );
}
