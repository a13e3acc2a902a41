/**
 * Models as tf.js sees them: stock layers, so that plain tf.js loads and runs what is saved here.
 *
 * @module
 */

import "@tensorflow/tfjs-backend-cpu";
import { env, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { input, model, sequential, type SymbolicTensor } from "@tensorflow/tfjs-layers";

import { groupBy } from "../../base/group_by.ts";
import { checkWeights } from "../check_weights.ts";
import { modelGraph } from "../graph.ts";
import { initialWeights, type Weights } from "../initial_weights.ts";
import { layerNames } from "../layer_names.ts";
import { parseSpec } from "../parse_spec.ts";
import { type PresetName, presetSpec } from "../presets.ts";
import { type BranchedSpec, isBranched, type ModelSpec, type SequentialSpec } from "../spec.ts";
import { weightsInTfjs } from "../tfjs_weights.ts";
import { type Tap, wireModel } from "../wiring.ts";
import { makeLayer } from "./_layers.ts";
import { compiledLoss } from "./losses.ts";
import { registerDilatedGradient } from "./dilated_gradient.ts";
import { registerMaxPoolGradient } from "./_max_pool_gradient.ts";
import { registerUnstackGradient } from "./_unstack_gradient.ts";

/** A tf.js model: `tf.LayersModel`, of the tf.js release that this package depends on. */
export type LayersModel = InstanceType<typeof import("@tensorflow/tfjs-layers")["LayersModel"]>;

// tf.js takes Deno for Node and advertises its Node binding on first use; the flag has no other effect by now.
env().set("IS_NODE", false);
registerDilatedGradient();
registerMaxPoolGradient();
registerUnstackGradient();

/** Options of {@linkcode buildModel}. */
export interface BuildModelOptions {
  /**
   * Weights in the order of `weightShapes(spec)`, such as those of a trained model.
   *
   * @default {initialWeights(spec, seed)}
   */
  readonly weights?: Weights | undefined;
  /**
   * Seed of the initial weights.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
}

/**
 * Builds a model as a `tf.LayersModel` of stock layers, compiled with its loss and Adam at Keras' defaults
 * (learning rate 0.001), so that tf.js' own `fit` can train it too.
 *
 * Importing this function also teaches tf.js to train dilated convolutions and recurrent layers over a single
 * position, which it otherwise cannot.
 *
 * @param spec A model or the name of a preset; the report's final model by default.
 * @param options Weights or the seed of new ones.
 * @returns A model from `[sample, bins, marks]` to `[sample, 1]`; call its `dispose()` when done. One with branches
 * takes an array: a tensor `[sample, …]` for each of its inputs, in the order and by the names of `spec.inputs`, a
 * sequence one-hot as `[sample, bases, 4]`; then, if it reads references, `referenceMask`, `[sample, references]`, 1
 * for those present.
 * @throws {UnsupportedModelError} If the model is not valid; the message names the layer.
 * @throws {RangeError} If there is no preset of that name.
 * @throws {ContractError} If weights are given that do not fit the model.
 *
 * @example The report's final model
 * ```ts
 * import { buildModel } from "@waka/histone";
 * import { strictEqual } from "node:assert";
 *
 * const model = buildModel();
 * strictEqual(model.countParams(), 28_221);
 * model.dispose();
 * ```
 */
export function buildModel(
  spec: ModelSpec | PresetName = "wakawaka",
  options: BuildModelOptions = {},
): LayersModel {
  const checked = typeof spec === "string" ? presetSpec(spec) : parseSpec(spec);
  const weights = options.weights ?? initialWeights(checked, options.seed ?? 0);
  const built = assembleModel(checked, weights);
  built.compile({ optimizer: "adam", loss: compiledLoss(checked.loss) });
  return built;
}

/**
 * Builds a model that is not compiled, for callers with their own optimizer.
 *
 * @param spec A valid model.
 * @param weights In the order of `weightShapes(spec)`.
 * @returns A model as {@linkcode buildModel} returns it.
 * @throws {ContractError} If the weights do not fit the model.
 */
export function assembleModel(spec: ModelSpec, weights: Weights): LayersModel {
  checkWeights(spec, weights);
  const model = isBranched(spec) ? assembleBranched(spec) : assembleSequential(spec);
  setModelWeights(model, spec, weights);
  return model;
}

function assembleSequential(spec: SequentialSpec): LayersModel {
  const names = layerNames(modelGraph(spec));
  const assembled = sequential({ name: spec.name });
  for (const [index, layer] of spec.layers.entries()) {
    const name = names[index]!;
    assembled.add(makeLayer(
      layer,
      index === 0 ? { name, inputShape: [spec.bins, spec.marks] } : { name },
    ));
  }
  return assembled;
}

function assembleBranched(spec: BranchedSpec): LayersModel {
  const { wires, output } = wireModel(modelGraph(spec));
  const inputs: SymbolicTensor[] = [];
  const outputs = new Map<string, SymbolicTensor[]>();
  const find = ({ layer, call }: Tap) => outputs.get(layer)![call]!;
  for (const { name, layer, calls } of wires) {
    if (layer.type === "input") {
      const fed = input({ name, shape: [...layer.shape] });
      inputs.push(fed);
      outputs.set(name, [fed]);
      continue;
    }
    const made = makeLayer(layer, { name });
    outputs.set(
      name,
      calls.map((call) => {
        const [only, ...others] = call.inputs.map(find);
        return made.apply(others.length === 0 ? only! : [only!, ...others]) as SymbolicTensor;
      }),
    );
  }
  return model({ name: spec.name, inputs, outputs: find(output) });
}

/**
 * Sets a model's weights from our layout; tf.js has another order.
 *
 * @param model A model that {@linkcode assembleModel} made from `spec`.
 * @param spec The model as plain data.
 * @param weights In the order of `weightShapes(spec)`.
 */
export function setModelWeights(model: LayersModel, spec: ModelSpec, weights: Weights): void {
  tidy(() => {
    for (const { name, indices, shapes } of weightsByLayer(spec)) {
      const own = indices.map((index, i) => tensor(weights[index]!, [...shapes[i]!]));
      model.getLayer(name).setWeights(own);
    }
  });
}

/**
 * Lists a model's weight tensors.
 *
 * @param model A model that {@linkcode assembleModel} made from `spec`.
 * @param spec The model as plain data.
 * @returns Tensors in the order of `weightShapes(spec)`, in the shapes of tf.js. They belong to the model.
 */
export function modelWeightTensors(model: LayersModel, spec: ModelSpec): Tensor[] {
  return weightsByLayer(spec).flatMap(({ name }) => model.getLayer(name).getWeights());
}

/** The weights of a layer of tf.js. */
interface LayerWeights {
  readonly name: string;
  /** Their places in `weightShapes(spec)`. */
  readonly indices: readonly number[];
  /** Their shapes in tf.js. */
  readonly shapes: readonly (readonly number[])[];
}

/** A model's weights by layer, in the order of `weightShapes(spec)`, where those of a layer are together. */
function weightsByLayer(spec: ModelSpec): LayerWeights[] {
  const tfjsWeights = weightsInTfjs(spec);
  const byLayer = groupBy(tfjsWeights.keys(), (index) => tfjsWeights[index]!.layer);
  return [...byLayer].map(([name, indices]) => ({
    name,
    indices,
    shapes: indices.map((index) => tfjsWeights[index]!.shape),
  }));
}
