import { readValue } from "../base/field.ts";
import { UnsupportedModelError } from "../errors.ts";
import { refuseModel } from "./_refuse_model.ts";
import { BRANCHED, MAX_LAYERS, SEQUENTIAL } from "./_spec_fields.ts";
import { type LayerChain, layerChains, type ModelGraph, modelGraph } from "./graph.ts";
import { countParameters } from "./shapes.ts";
import type { ModelSpec, SequentialSpec } from "./spec.ts";

/** A model with more is a typing error or an attack. */
const MAX_PARAMETERS = 2 ** 28;

/**
 * Checks a model from outside, such as `JSON.parse` of a file, and returns a copy of it.
 *
 * @param value Anything. What has `inputs`, `branches` or a `head` is read as a model with branches.
 * @returns The same model with exactly the fields of {@linkcode ModelSpec}. What has the type of a sequential model is
 * returned as one.
 * @throws {UnsupportedModelError} Naming the field, what was found and what is wanted: an unknown layer or
 * field, a value out of range, layers that do not fit each other, a branch or an input that is named but not there, an
 * output of more than one value, a loss that does not fit the last activation.
 *
 * @example A model as it comes from a file
 * ```ts
 * import { parseSpec, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * const spec = presetSpec("wakawaka");
 * deepStrictEqual(parseSpec(JSON.parse(JSON.stringify(spec))), spec);
 * throws(() => parseSpec({ ...spec, bins: 0 }), /bins is 0, expected an integer from 1/);
 * ```
 */
export function parseSpec<Value>(
  value: SequentialSpec | Value,
): [Value] extends [SequentialSpec] ? SequentialSpec : ModelSpec {
  const options = { name: "the model", fail: refuseToRead };
  const parsed: ModelSpec = hasBranches(value)
    ? readValue(value, BRANCHED, options)
    : readValue(value, SEQUENTIAL, options);
  checkStructure(parsed);
  // What has the fields of a sequential model can have been read as nothing else.
  return parsed as SequentialSpec;
}

function refuseToRead(found: string): never {
  throw new UnsupportedModelError(`Cannot read model: ${found}`);
}

function hasBranches(value: unknown): boolean {
  return ["inputs", "branches", "head"].some((key) => Object.hasOwn(Object(value), key));
}

function checkStructure(spec: ModelSpec): void {
  const graph = modelGraph(spec);
  const chains = layerChains(graph);
  const count = chains.reduce((sum, { layers }) => sum + layers.length, 0);
  if (count > MAX_LAYERS) {
    refuseModel(spec, `it has ${count} layers, more than the ${MAX_LAYERS} it may have`);
  }
  const last = lastChain(graph);
  for (const chain of chains) checkSigmoids(spec, chain, { isLast: chain === last });
  const output = last === undefined ? graph.joinShape : last.outputShape;
  if (output.length !== 1 || output[0] !== 1) {
    refuseModel(spec, `its output has shape [${output.join(", ")}], expected [1]`);
  }
  const parameters = countParameters(spec);
  if (parameters > MAX_PARAMETERS) {
    refuseModel(
      spec,
      `it has ${parameters} parameters, more than the ${MAX_PARAMETERS} this package takes`,
    );
  }
  const final = last?.layers.at(-1);
  const sigmoid = final?.type === "activation" && final.kind === "sigmoid";
  if (sigmoid !== (spec.loss === "binaryCrossentropy")) {
    refuseModel(spec, "binaryCrossentropy and a sigmoid as the last layer go together");
  }
}

/** The chain whose last layer is the model's: the head, or where that has no layers the only branch that it joins. */
function lastChain({ head, join, branches, encoders }: ModelGraph): LayerChain | undefined {
  if (head.layers.length > 0) return head;
  const [only, ...others] = join;
  if (only?.type !== "output" || others.length > 0) return undefined;
  return encoders[branches[only.branch]!.encoder];
}

function checkSigmoids(
  spec: ModelSpec,
  { layers, place }: LayerChain,
  { isLast }: { readonly isLast: boolean },
): void {
  for (const [index, layer] of layers.entries()) {
    if (layer.type !== "activation" || layer.kind !== "sigmoid") continue;
    if (isLast && index === layers.length - 1) continue;
    refuseModel(spec, `${place}[${index}] is a sigmoid, which only the last layer may be`);
  }
}
