/** The operators that join branches. */

import type { StructuralLayer } from "../../model/wiring.ts";
import type { GraphBuilder, GraphValue } from "./_graph_builder.ts";
import type { Values } from "./weight_layout.ts";

/** A layer that joins others, with what it reads. */
export interface StructuralCall {
  /** The layer; inputs are values already. */
  readonly layer: Exclude<StructuralLayer, { readonly type: "input" }>;
  /** Its name. */
  readonly name: string;
  /** What it reads. */
  readonly inputs: readonly GraphValue[];
  /** The factor of a `scale`. */
  readonly weights: readonly Values[];
}

/**
 * Adds the operators of a layer that joins others.
 *
 * @returns Its output.
 */
export function emitStructure(graph: GraphBuilder, call: StructuralCall): GraphValue {
  const { layer, name } = call;
  const inputs = call.inputs.map((value) => graph.arrange(value, false));
  const [first, second] = inputs as [GraphValue, GraphValue];
  const done = (shape: readonly number[]) => ({ name, shape, channelsFirst: false });
  switch (layer.type) {
    case "reshape":
      return graph.reshape(name, first, layer.shape);
    case "repeatVector":
      return done(emitRepeat(graph, { name, value: first, count: layer.count }));
    case "rescaling": {
      const { scale, offset } = layer;
      const scaled = graph.node("Mul", {
        name: `${name}/scaled`,
        inputs: [first.name, graph.scalar(scale)],
      });
      graph.node("Add", { name, inputs: [scaled, graph.scalar(offset)] });
      return done(first.shape);
    }
    case "add":
    case "multiply":
      graph.node(layer.type === "add" ? "Add" : "Mul", {
        name,
        inputs: [first.name, second.name],
      });
      return done(first.shape);
    case "dot":
      return done(emitDot(graph, { name, axes: layer.axes, values: [first, second] }));
    case "softmax":
      graph.node("Softmax", { name, inputs: [first.name], attributes: { axis: { int: -1 } } });
      return done(first.shape);
    case "concatenate":
      graph.node("Concat", {
        name,
        inputs: inputs.map((value) => value.name),
        attributes: { axis: { int: -1 } },
      });
      return done([inputs.reduce((sum, { shape }) => sum + shape.at(-1)!, 0)]);
    case "scale": {
      const factor = graph.constant(`${name}/kernel`, { shape: [1], values: call.weights[0]! });
      graph.node("Mul", { name, inputs: [first.name, factor] });
      return done(first.shape);
    }
  }
}

/** `[value]` to `[count, value]`. */
function emitRepeat(
  graph: GraphBuilder,
  { name, value, count }: {
    readonly name: string;
    readonly value: GraphValue;
    readonly count: number;
  },
): number[] {
  const row = graph.node("Unsqueeze", {
    name: `${name}/row`,
    inputs: [value.name, graph.integers([1])],
  });
  graph.node("Expand", { name, inputs: [row, graph.integers([1, count, 1])] });
  return [count, ...value.shape];
}

/**
 * Sums products along an axis: of weights `[reference]` and values `[reference, value]`, or of `[reference, value]` and
 * `[value]`. A matrix product does both.
 */
function emitDot(
  graph: GraphBuilder,
  { name, axes: [axis], values: [first, second] }: {
    readonly name: string;
    readonly axes: readonly [number, number];
    readonly values: readonly [GraphValue, GraphValue];
  },
): number[] {
  const isMean = axis === 1;
  const lifted = graph.node("Unsqueeze", {
    name: `${name}/lifted`,
    inputs: [isMean ? first.name : second.name, graph.integers([isMean ? 1 : 2])],
  });
  const product = graph.node("MatMul", {
    name: `${name}/product`,
    inputs: isMean ? [lifted, second.name] : [first.name, lifted],
  });
  graph.node("Squeeze", { name, inputs: [product, graph.integers([isMean ? 1 : 2])] });
  return isMean ? second.shape.slice(1) : first.shape.slice(0, 1);
}
