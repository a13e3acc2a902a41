/** The operators that compute one layer. */

import {
  convPadding,
  countDirections,
  layerShapes,
  type SampleShape,
} from "../../model/layer_shapes.ts";
import type {
  ActivationLayer,
  BatchNormLayer,
  Conv1dLayer,
  DenseLayer,
  LayerSpec,
  LinearLayer,
  RecurrentLayer,
} from "../../model/spec.ts";
import type { GraphBuilder, GraphValue } from "./_graph_builder.ts";
import { countGates, recurrentToOnnx, reverseAxes, type Values } from "./weight_layout.ts";

/** A layer, what it reads, and its weights. */
export interface LayerCall<Layer = LayerSpec> {
  /** The layer. */
  readonly layer: Layer;
  /** Name of the layer, by which its weights are named. */
  readonly layerName: string;
  /** Name of this call, by which its operators are named. */
  readonly name: string;
  /** What it reads. */
  readonly input: GraphValue;
  /** Its weights, in the order of `weightShapes`. */
  readonly weights: readonly Values[];
}

/**
 * Adds the operators of a layer. What a layer over references reads is `[reference, value]`.
 *
 * @returns Its output.
 */
export function emitLayer(graph: GraphBuilder, call: LayerCall): GraphValue {
  const { layer, input } = call;
  switch (layer.type) {
    case "conv1d":
      return emitConv(graph, call, layer);
    case "activation":
      return emitActivation(graph, call, layer);
    case "batchNorm":
      return emitBatchNorm(graph, call, layer);
    case "maxPool1d":
      return emitMaxPool(graph, call, layer.size);
    case "flatten": {
      const last = graph.arrange(input, false);
      const attributes = { axis: { int: 1 } };
      graph.node("Flatten", { name: call.name, inputs: [last.name], attributes });
      return { name: call.name, shape: shapeAfter(call), channelsFirst: false };
    }
    case "dropout":
      // It does nothing in predicting.
      return input;
    case "bidirectionalGru":
    case "lstm":
      return emitRecurrent(graph, call, layer);
    case "dense":
    case "linear":
      return emitDense(graph, call, layer);
  }
}

/** Shape of one sample after a layer; a layer over references reads each of them by itself. */
function shapeAfter({ layer, input }: LayerCall): SampleShape {
  const read = { model: "onnx", place: "layers", layers: [layer], positions: "positions" };
  const { shape } = input;
  if (layer.type !== "dense" || shape.length === 1) {
    const own = shape as unknown as SampleShape;
    return layerShapes({ ...read, input: own })[1]!;
  }
  return [shape[0]!, layer.units];
}

function emitConv(graph: GraphBuilder, call: LayerCall, layer: Conv1dLayer): GraphValue {
  const { name, layerName, weights: [kernel, bias] } = call;
  const input = graph.arrange(call.input, true);
  const { filters, width, dilation } = layer;
  const channels = input.shape.at(-1)!;
  const { left, right } = convPadding(layer);
  graph.node("Conv", {
    name,
    inputs: [
      input.name,
      graph.constant(`${layerName}/kernel`, {
        shape: [filters, channels, width],
        values: reverseAxes(kernel!, [width, channels, filters]),
      }),
      graph.constant(`${layerName}/bias`, { shape: [filters], values: bias! }),
    ],
    attributes: {
      dilations: { ints: [dilation] },
      group: { int: 1 },
      kernel_shape: { ints: [width] },
      pads: { ints: [left, right] },
      strides: { ints: [1] },
    },
  });
  return { name, shape: shapeAfter(call), channelsFirst: true };
}

function emitActivation(graph: GraphBuilder, call: LayerCall, layer: ActivationLayer): GraphValue {
  const { name, input: { name: input, shape, channelsFirst } } = call;
  switch (layer.kind) {
    case "relu":
      graph.node("Relu", { name, inputs: [input] });
      break;
    case "sigmoid":
      graph.node("Sigmoid", { name, inputs: [input] });
      break;
    case "leakyRelu":
      graph.node("LeakyRelu", {
        name,
        inputs: [input],
        attributes: { alpha: { float: layer.alpha } },
      });
      break;
    case "gelu":
      emitGelu(graph, name, input);
  }
  return { name, shape, channelsFirst };
}

/** x · (1 + erf(x / √2)) / 2: operator sets before 20 have no Gelu. */
function emitGelu(graph: GraphBuilder, name: string, input: string): void {
  const scaled = graph.node("Div", {
    name: `${name}/scaled`,
    inputs: [input, graph.scalar(Math.SQRT2)],
  });
  const error = graph.node("Erf", { name: `${name}/erf`, inputs: [scaled] });
  const raised = graph.node("Add", {
    name: `${name}/raised`,
    inputs: [error, graph.scalar(1)],
  });
  const product = graph.node("Mul", { name: `${name}/product`, inputs: [input, raised] });
  graph.node("Mul", { name, inputs: [product, graph.scalar(0.5)] });
}

function emitBatchNorm(graph: GraphBuilder, call: LayerCall, layer: BatchNormLayer): GraphValue {
  const { name, layerName, weights } = call;
  const input = graph.arrange(call.input, true);
  const names = ["gamma", "beta", "moving_mean", "moving_variance"];
  const constants = names.map((weight, index) => {
    const values = weights[index]!;
    return graph.constant(`${layerName}/${weight}`, { shape: [values.length], values });
  });
  graph.node("BatchNormalization", {
    name,
    inputs: [input.name, ...constants],
    attributes: { epsilon: { float: layer.epsilon }, momentum: { float: layer.momentum } },
  });
  const { shape, channelsFirst } = input;
  return { name, shape, channelsFirst };
}

function emitMaxPool(graph: GraphBuilder, call: LayerCall, size: number): GraphValue {
  const input = graph.arrange(call.input, true);
  graph.node("MaxPool", {
    name: call.name,
    inputs: [input.name],
    attributes: {
      ceil_mode: { int: 0 },
      kernel_shape: { ints: [size] },
      pads: { ints: [0, 0] },
      strides: { ints: [size] },
    },
  });
  return { name: call.name, shape: shapeAfter(call), channelsFirst: true };
}

function emitDense(
  graph: GraphBuilder,
  call: LayerCall,
  { units }: DenseLayer | LinearLayer,
): GraphValue {
  const { name, layerName, weights: [kernel, bias] } = call;
  const input = graph.arrange(call.input, false);
  const channels = input.shape.at(-1)!;
  const matrix = graph.constant(`${layerName}/kernel`, {
    shape: [channels, units],
    values: kernel!,
  });
  const offset = graph.constant(`${layerName}/bias`, { shape: [units], values: bias! });
  if (input.shape.length === 1) {
    graph.node("Gemm", { name, inputs: [input.name, matrix, offset] });
  } else {
    const product = graph.node("MatMul", {
      name: `${name}/product`,
      inputs: [input.name, matrix],
    });
    graph.node("Add", { name, inputs: [product, offset] });
  }
  return { name, shape: shapeAfter(call), channelsFirst: false };
}

function emitRecurrent(graph: GraphBuilder, call: LayerCall, layer: RecurrentLayer): GraphValue {
  const { name, layerName, weights } = call;
  const { units, returnSequences = false } = layer;
  const { shape: [positions = 0, channels = 0] } = call.input;
  const directions = countDirections(layer);
  const rows = countGates(layer.type) * units;
  const { kernel, recurrent, bias } = recurrentToOnnx(layer.type, weights, units);
  // ONNX has the positions before the samples.
  const { name: source, channelsFirst } = call.input;
  const sequence = graph.node("Transpose", {
    name: `${name}/sequence`,
    inputs: [source],
    attributes: { perm: { ints: channelsFirst ? [2, 0, 1] : [1, 0, 2] } },
  });
  const inputs = [
    sequence,
    graph.constant(`${layerName}/W`, { shape: [directions, rows, channels], values: kernel }),
    graph.constant(`${layerName}/R`, { shape: [directions, rows, units], values: recurrent }),
    graph.constant(`${layerName}/B`, { shape: [directions, 2 * rows], values: bias }),
  ];
  const states = `${name}/states`;
  graph.nodeWithOutputs({
    name: states,
    type: layer.type === "lstm" ? "LSTM" : "GRU",
    inputs,
    outputs: returnSequences ? [states] : ["", states],
    attributes: new Map([
      ["direction", { text: directions === 2 ? "bidirectional" : "forward" }],
      ["hidden_size", { int: units }],
    ]),
  });
  // [position, direction, sample, unit], or without the positions, to samples first and both directions in a row.
  const samplesFirst = graph.node("Transpose", {
    name: `${name}/samples_first`,
    inputs: [states],
    attributes: { perm: { ints: returnSequences ? [2, 0, 1, 3] : [1, 0, 2] } },
  });
  const values = directions * units;
  const shape = returnSequences ? [positions, values] : [values];
  graph.node("Reshape", { name, inputs: [samplesFirst, graph.integers([0, ...shape])] });
  return { name, shape, channelsFirst: false };
}
