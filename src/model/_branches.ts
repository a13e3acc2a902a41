/** The branches of a model with their inputs and encoders resolved. */

import type { Encoder, GraphBranch, LayerChain } from "./_graph_types.ts";
import { refuseModel } from "./_refuse_model.ts";
import { branchInputShape, isOverReferences } from "./inputs.ts";
import { type LayerList, layerShapes, sizeOf } from "./layer_shapes.ts";
import {
  type BranchSpec,
  type EncoderBranch,
  type InputSpec,
  isBranched,
  type ModelSpec,
} from "./spec.ts";

/**
 * Resolves the branches of a model.
 *
 * @param spec The model, for messages.
 * @param inputs Its inputs.
 * @param branchSpecs Its branches.
 * @returns The branches with indices of inputs and encoders, and the encoders.
 * @throws {UnsupportedModelError} Naming the first branch whose input, encoder or layers do not fit.
 */
export function resolveBranches(
  spec: ModelSpec,
  inputs: readonly InputSpec[],
  branchSpecs: readonly BranchSpec[],
): { encoders: Encoder[]; branches: GraphBranch[] } {
  const encoders: Encoder[] = [];
  const branches: GraphBranch[] = [];
  let firstLayer = 0;
  for (const [index, branch] of branchSpecs.entries()) {
    const owner = findOwner(spec, branchSpecs, index);
    let encoder = encoders.findIndex(({ name }) => name === owner.name);
    if (encoder < 0) {
      encoder = encoders.length;
      const made = makeEncoder(spec, { owner, inputs, branchSpecs, firstLayer });
      firstLayer += made.layers.length;
      encoders.push(made);
    }
    const input = inputs.findIndex(({ name }) => name === branch.input);
    const overReferences = isOverReferences(inputs[input]!);
    const size = sizeOf(encoders[encoder]!.outputShape);
    branches.push({ name: branch.name, input, encoder, overReferences, size });
  }
  return { encoders, branches };
}

/** The branch whose layers a branch uses: itself, or the one that it names. */
function findOwner(
  spec: ModelSpec,
  branches: readonly BranchSpec[],
  index: number,
): EncoderBranch {
  const branch = branches[index]!;
  if (branch.encoder === undefined) return branch;
  const owner = branches.find(({ name }) => name === branch.encoder);
  if (owner !== undefined && owner.encoder === undefined) return owner;
  const known = branches.filter(({ encoder }) => encoder === undefined).map(({ name }) => name);
  refuseModel(
    spec,
    `branches[${index}].encoder is "${branch.encoder}", expected the name of a branch with layers` +
      (known.length > 0 ? `: ${known.join(", ")}` : ""),
  );
}

function makeEncoder(
  spec: ModelSpec,
  { owner, inputs, branchSpecs, firstLayer }: {
    readonly owner: EncoderBranch;
    readonly inputs: readonly InputSpec[];
    readonly branchSpecs: readonly BranchSpec[];
    readonly firstLayer: number;
  },
): Encoder {
  const users = [...branchSpecs.entries()].filter(([, { name, encoder }]) =>
    name === owner.name || encoder === owner.name
  );
  const read = users.map(([index, branch]) => findInput(spec, inputs, { index, branch }));
  const input = findInput(spec, inputs, { index: branchSpecs.indexOf(owner), branch: owner });
  const shape = branchInputShape(input);
  for (const [i, [index]] of users.entries()) {
    const found = branchInputShape(read[i]!);
    if (found.join() === shape.join()) continue;
    refuseModel(
      spec,
      `branches[${index}] shares the layers of "${owner.name}", but its input has shape ` +
        `[${found.join(", ")}], expected [${shape.join(", ")}]`,
    );
  }
  const place = isBranched(spec) ? `branches[${branchSpecs.indexOf(owner)}].layers` : "layers";
  const overReferences = read.some(isOverReferences);
  const norm = owner.layers.findIndex(({ type }) => type === "batchNorm");
  if (norm >= 0 && overReferences) {
    refuseModel(spec, `${place}[${norm}]: batchNorm is not supported over references`);
  }
  if (norm >= 0 && users.length > 1) {
    refuseModel(
      spec,
      `${place}[${norm}]: batchNorm is not supported in layers that branches share`,
    );
  }
  const positions = input.name === "sequence" ? "bases" : "bins";
  const { name, layers } = owner;
  return {
    ...resolveChain({ model: spec.name, place, layers, input: shape, positions, firstLayer }),
    name,
    branches: users.map(([index]) => index),
    overReferences,
  };
}

function findInput(
  spec: ModelSpec,
  inputs: readonly InputSpec[],
  { index, branch }: { readonly index: number; readonly branch: BranchSpec },
): InputSpec {
  const input = inputs.find(({ name }) => name === branch.input);
  if (input !== undefined) return input;
  const known = inputs.map(({ name }) => name).join(", ");
  refuseModel(
    spec,
    `branches[${index}].input is "${branch.input}", expected one of its inputs: ${known}`,
  );
}

/**
 * Resolves the shapes of consecutive layers.
 *
 * @param list The layers, and the number of the first of them.
 * @throws {UnsupportedModelError} Naming the first layer that does not fit the shape before it.
 */
export function resolveChain(
  { firstLayer, ...list }: LayerList & { readonly firstLayer: number },
): LayerChain {
  const { place, layers } = list;
  const shapes = layerShapes(list);
  return { place, layers, firstLayer, shapes, outputShape: shapes.at(-1)! };
}
