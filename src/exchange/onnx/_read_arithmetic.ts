/** Reads sums and products with constants, and logarithms. */

import type { ChainState } from "./_chain_state.ts";
import type { OnnxNode } from "./message.ts";
import type { Values } from "./weight_layout.ts";

/** Reads x + c, x − c, x · c or x / c, with a constant for each channel or one for all. */
export function readAffine(state: ChainState, node: OnnxNode): void {
  const place = node.inputs.indexOf(state.value);
  const constant = state.need(node, place === 0 ? 1 : 0);
  if (place !== 0 && (node.type === "Sub" || node.type === "Div")) {
    state.refuse(node, "has a constant as its first input, expected it as its second");
  }
  if (addsOneBeforeLogarithm(state, node, constant)) {
    state.isRaised = true;
    state.pass(node);
    return;
  }
  const values = spreadOverChannels(state, node, { constant, input: place === 0 ? 1 : 0 });
  const [ones, zeros] = [values.map(() => 1), new Float32Array(values.length)];
  switch (node.type) {
    case "Add":
      state.list.scale(ones, values);
      break;
    case "Sub":
      state.list.scale(ones, values.map((value) => -value));
      break;
    case "Mul":
      state.list.scale(values, zeros);
      break;
    default:
      state.list.scale(values.map((value) => 1 / value), zeros);
  }
  state.pass(node);
}

function addsOneBeforeLogarithm(state: ChainState, node: OnnxNode, constant: Values): boolean {
  const [next] = state.index.readers(node.outputs[0] ?? "");
  return state.list.layers.length === 0 && node.type === "Add" && next?.type === "Log" &&
    constant.length === 1 && constant[0] === 1;
}

/** A constant as one value for each channel, or for each value of a row. */
function spreadOverChannels(
  state: ChainState,
  node: OnnxNode,
  { constant, input }: { readonly constant: Values; readonly input: number },
): Values {
  const place = Math.max(state.find("channels"), state.find("row"));
  const axis = state.axes[place];
  if (axis === undefined) state.refuse(node, "reads neither channels nor a row");
  const { shape } = state.index.constant(node.inputs[input])!;
  const offset = state.axes.length - shape.length;
  const isByChannel = shape.every((extent, i) => extent === 1 || i + offset === place);
  if (!isByChannel || constant.length !== 1 && constant.length !== axis.extent) {
    state.refuse(
      node,
      `has a constant of shape [${
        shape.join(", ")
      }], expected a value for each of ${axis.extent} channels`,
    );
  }
  if (constant.length === axis.extent) return state.ordered(constant);
  return new Float32Array(axis.extent).fill(constant[0]!);
}

/** Reads ln(1 + x) or asinh(x) of the input: a transform of the counts. */
export function readLogarithm(state: ChainState, node: OnnxNode): void {
  const isFirst = state.list.layers.length === 0 && state.transform === undefined;
  if (!isFirst || (node.type === "Log") !== state.isRaised) {
    state.refuse(
      node,
      "is no layer of this package, expected ln(1 + x) or asinh of the input alone",
    );
  }
  state.transform = node.type === "Log" ? "log1p" : "asinh";
  state.pass(node);
}
