/**
 * The weights of a graph that this package wrote, by the names of its constants.
 *
 * @module
 */

import { layerChains, modelGraph } from "../../model/graph.ts";
import { layerNames } from "../../model/layer_names.ts";
import { isRecurrent, sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec, RecurrentLayer } from "../../model/spec.ts";
import type { OnnxTensor } from "./message.ts";
import { recurrentFromOnnx, reverseAxes, type Values } from "./weight_layout.ts";

/**
 * Finds the weights of a model among the constants of its graph.
 *
 * @param spec The model.
 * @param initializers The constants.
 * @returns The weights, in the order of `weightShapes(spec)`; `undefined` if one is missing or of another size.
 */
export function readOwnWeights(
  spec: ModelSpec,
  initializers: readonly OnnxTensor[],
): Values[] | undefined {
  const graph = modelGraph(spec);
  const layers = layerChains(graph).flatMap((chain) => chain.layers);
  const names = layerNames(graph);
  const byName = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const shapes = weightShapes<ModelSpec>(spec);
  const found: Values[] = [];
  const find = (name: string, size: number): Values | undefined => {
    const values = byName.get(name)?.values;
    return values instanceof Float32Array && values.length === size ? values : undefined;
  };
  for (let index = 0; index < shapes.length;) {
    const { layer: number, term, shape, name } = shapes[index]!;
    const layer = number === undefined ? undefined : layers[number];
    if (layer !== undefined && isRecurrent(layer)) {
      const own = shapes.filter((each) => each.layer === number).map((each) => sizeOf(each.shape));
      const values = readRecurrent(
        layer,
        (part, size) => find(`${names[number!]}/${part}`, size),
        own,
      );
      if (values === undefined) return undefined;
      found.push(...values);
      index += own.length;
      continue;
    }
    const place = number === undefined ? `join_${term}_scale/kernel` : `${names[number]}/${name}`;
    const values = find(place, sizeOf(shape));
    if (values === undefined) return undefined;
    found.push(
      layer?.type === "conv1d" && name === "kernel" ? fromConv(values, shape) : values,
    );
    index++;
  }
  return found;
}

/** The kernel of a convolution in this package's layout, whose shape is given. */
function fromConv(values: Values, shape: readonly number[]): Values {
  const [width, channels, filters] = shape as [number, number, number];
  return reverseAxes(values, [filters, channels, width]);
}

/** Kernel, recurrent kernel and bias of each direction. */
function readRecurrent(
  layer: RecurrentLayer,
  find: (part: string, size: number) => Values | undefined,
  sizes: readonly number[],
): Values[] | undefined {
  const directions = sizes.length / 3;
  const [kernelSize = 0, recurrentSize = 0, biasSize = 0] = sizes;
  const kernel = find("W", directions * kernelSize);
  const recurrent = find("R", directions * recurrentSize);
  const bias = find("B", directions * 2 * biasSize);
  if (kernel === undefined || recurrent === undefined || bias === undefined) return undefined;
  return recurrentFromOnnx(layer.type, { kernel, recurrent, bias }, layer.units);
}
