/**
 * Weights of other programs by their names, for a spec that is known.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { layerNames } from "../model/layer_names.ts";
import { layerChains, modelGraph } from "../model/graph.ts";
import type { Weights } from "../model/initial_weights.ts";
import { isRecurrent, type SampleShape, sizeOf, weightShapes } from "../model/shapes.ts";
import { isBranched, type LayerSpec, type ModelSpec } from "../model/spec.ts";
import { weightsInTfjs } from "../model/tfjs_weights.ts";
import type { Tensor } from "./tensor.ts";
import { orderRows, reverseAxes, transpose, type Values } from "./onnx/weight_layout.ts";

/**
 * The layout of weights: that of Keras and this package, or PyTorch's, whose kernels have their axes the other way round
 * and whose rows have the positions fastest.
 */
export type WeightLayout = "keras" | "pytorch";

/** Every {@linkcode WeightLayout}. */
export const WEIGHT_LAYOUTS: readonly WeightLayout[] = ["keras", "pytorch"];

/** What {@linkcode takeWeights} must be told. */
export interface NamedWeightsOptions {
  /** The layers. */
  readonly spec: ModelSpec;
  /**
   * The layout of the weights.
   *
   * @default {"keras"}
   */
  readonly layout?: WeightLayout | undefined;
  /**
   * Names of the tensors by this package's names, such as `{ "conv1d_1/kernel": "encoder.0.weight" }`.
   *
   * @default {Keras: this package's names. PyTorch: modules whose names differ in a number alone, such as 0.weight and
   * 3.weight, in the order of these}
   */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * Takes the weights of a spec from tensors by their names.
 *
 * @param tensors The tensors, such as those of a safetensors file. None may be left over.
 * @param options The spec, the layout and the names.
 * @returns The weights, in the order of `weightShapes(spec)`.
 * @throws {ContractError} If a tensor is missing, has another shape, or is left over, or the names do not tell the order.
 *
 * @example Weights of PyTorch
 * ```ts
 * import { takeWeights } from "@waka/histone/exchange";
 * import { deepStrictEqual } from "node:assert";
 *
 * const spec = {
 *   name: "linear",
 *   bins: 1,
 *   marks: 2,
 *   layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
 *   loss: "meanSquaredError",
 * } as const;
 * const tensors = [
 *   { name: "1.weight", shape: [1, 2], values: Float32Array.of(3, 4) },
 *   { name: "1.bias", shape: [1], values: Float32Array.of(5) },
 * ];
 * const [kernel, bias] = takeWeights(tensors, { spec, layout: "pytorch", file: "linear.safetensors" });
 * deepStrictEqual([[...kernel!], [...bias!]], [[3, 4], [5]]);
 * ```
 */
export function takeWeights(tensors: readonly Tensor[], options: NamedWeightsOptions): Weights {
  const { spec, layout = "keras", names, file } = options;
  const fail: Fail = (found) => {
    throw new ContractError(`Cannot take weights of ${file} for "${spec.name}": ${found}`);
  };
  const own = weightsInTfjs(spec).map(({ layer, name }) => `${layer}/${name}`);
  const given = names ?? (layout === "pytorch" ? namesOfModules(spec, tensors, fail) : undefined);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const places = weightPlaces(spec);
  const used = new Set<string>();
  const weights = weightShapes<ModelSpec>(spec).map(({ shape }, index): Values => {
    const name = given === undefined ? own[index]! : given[own[index]!] ?? own[index]!;
    const tensor = byName.get(name);
    if (tensor === undefined) {
      const known = tensors.slice(0, 6).map((each) => each.name).join(", ");
      fail(`found no "${name}" for ${own[index]}, but ${known || "nothing"}`);
    }
    used.add(name);
    const read = layout === "keras" ? tensor : turnAxes(tensor, places[index]!);
    if (read.shape.join() !== shape.join()) {
      fail(
        `"${name}" has shape [${tensor.shape.join(", ")}], expected what becomes [${
          shape.join(", ")
        }]`,
      );
    }
    return read.values;
  });
  const left = tensors.find(({ name }) => !used.has(name));
  if (left !== undefined) fail(`"${left.name}" is left over, expected a layer that has it`);
  return weights;
}

type Fail = (found: string) => never;

/** The layer that a weight belongs to, and what shape it reads. */
interface WeightPlace {
  readonly layer: LayerSpec | undefined;
  readonly name: string;
  /** The shape before the layer that made its input a row, if it reads such a row. */
  readonly flattened: SampleShape | undefined;
}

function weightPlaces(spec: ModelSpec): WeightPlace[] {
  const chains = layerChains(modelGraph(spec));
  return weightShapes<ModelSpec>(spec).map(({ layer: number, name }): WeightPlace => {
    for (const { layers, firstLayer, shapes } of chains) {
      if (number === undefined) break;
      const index = number - firstLayer;
      const layer = layers[index];
      if (layer === undefined) continue;
      const flatten = layers.findLastIndex(({ type }, i) => i < index && type === "flatten");
      const between = layers.slice(flatten + 1, index);
      const keeps = between.every(({ type }) => !["dense", "linear"].includes(type));
      return { layer, name, flattened: flatten >= 0 && keeps ? shapes[flatten] : undefined };
    }
    return { layer: undefined, name, flattened: undefined };
  });
}

/** Brings a tensor of PyTorch into this package's layout. */
function turnAxes({ shape, values, name }: Tensor, place: WeightPlace): Tensor {
  const { layer, flattened } = place;
  const [first = 0, second = 0, third = 0] = shape;
  if (layer?.type === "conv1d" && shape.length === 3) {
    const turned = reverseAxes(values, [first, second, third]);
    return { name, shape: [third, second, first], values: turned };
  }
  if (shape.length === 2) {
    const turned = transpose(values, first);
    return {
      name,
      shape: [second, first],
      values: arrangeRows(turned, { flattened, columns: first }),
    };
  }
  if (layer?.type !== "batchNorm") return { name, shape, values };
  return { name, shape, values: arrangeRows(values, { flattened, columns: 1 }) };
}

/** Rows that are channels × positions become positions × channels. */
function arrangeRows(
  values: Values,
  { flattened, columns }: {
    readonly flattened: SampleShape | undefined;
    readonly columns: number;
  },
): Values {
  if (flattened === undefined || values.length !== sizeOf(flattened) * columns) return values;
  const [positions, channels = 1] = flattened;
  return orderRows(values, { positions, channels, columns });
}

/** PyTorch's names of a module's weights, by Keras'. */
const PARTS: Readonly<Record<string, string>> = {
  kernel: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/**
 * Finds the modules of `nn.Sequential` by their numbers: `0.weight`, `3.weight`, …, all with the same words around.
 *
 * @returns Names by this package's names.
 */
function namesOfModules(
  spec: ModelSpec,
  tensors: readonly Tensor[],
  fail: Fail,
): Readonly<Record<string, string>> {
  if (isBranched(spec)) fail("a model with branches has no order of layers, expected names");
  const layers = spec.layers.filter(hasWeights);
  const recurrent = layers.find(isRecurrent);
  if (recurrent !== undefined) {
    fail(`PyTorch's weights of a ${recurrent.type} have another form, expected an ONNX file`);
  }
  const modules = new Map<string, number>();
  const stems = new Set<string>();
  for (const { name } of tensors) {
    const found = /^(.*?)(\d+)\.(weight|bias|running_mean|running_var)$/.exec(name);
    if (found === null) fail(`the order of "${name}" is not known, expected names (--tensors)`);
    stems.add(found[1]!);
    modules.set(`${found[1]}${found[2]}`, Number(found[2]));
  }
  if (stems.size > 1) {
    const shown = [...stems].slice(0, 3).map((stem) => `"${stem}"`).join(" and ");
    fail(
      `its modules begin with ${shown}, so their order is not known, expected names (--tensors)`,
    );
  }
  if (modules.size !== layers.length) {
    fail(`it has ${modules.size} modules with weights, expected ${layers.length}`);
  }
  const order = [...modules].sort(([, a], [, b]) => a - b).map(([module]) => module);
  const all = layerNames(modelGraph(spec));
  const owners = spec.layers.flatMap((layer, i) => hasWeights(layer) ? [all[i]!] : []);
  return Object.fromEntries(
    weightsInTfjs(spec).map(({ layer, name }) => [
      `${layer}/${name}`,
      `${order[owners.indexOf(layer)]}.${PARTS[name] ?? name}`,
    ]),
  );
}

function hasWeights({ type }: LayerSpec): boolean {
  return ["batchNorm", "conv1d", "dense", "linear", "lstm", "bidirectionalGru"].includes(type);
}
