/** Reads GRUs and LSTMs. */

import type { RecurrentLayer } from "../../model/spec.ts";
import { type Axis, SAMPLES, UNIT } from "./_axes.ts";
import type { ChainState } from "./_chain_state.ts";
import { intOf, textOf } from "./_graph_index.ts";
import type { OnnxNode } from "./message.ts";
import { countGates, recurrentFromOnnx } from "./weight_layout.ts";

/** Reads a recurrent layer of which all states or the last ones are used. */
export function readRecurrent(state: ChainState, node: OnnxNode): void {
  const [positions, samples, channels] = state.axes;
  if (
    positions?.kind !== "positions" || samples?.kind !== "samples" || channels?.kind !== "channels"
  ) {
    state.refuse(
      node,
      `reads [${
        state.axes.map(({ kind }) => kind).join(", ")
      }], expected [positions, samples, channels]`,
    );
  }
  const units = intOf(node, "hidden_size", 0);
  const type = node.type === "LSTM" ? "lstm" : "bidirectionalGru";
  const directions = directionsOf(state, node);
  checkVariant(state, node);
  const used = node.outputs.filter((name) => name !== "" && state.index.readers(name).length > 0);
  const [output, ...others] = used;
  const place = node.outputs.indexOf(output ?? "");
  if (output === undefined || others.length > 0 || place > 1) {
    state.refuse(
      node,
      "has more than one output that is used, or none, expected states or last states",
    );
  }
  const rows = directions * countGates(type) * units;
  const bias = node.inputs[3] ? state.need(node, 3) : new Float32Array(2 * rows);
  const tensors = { kernel: state.need(node, 1), recurrent: state.need(node, 2), bias };
  if (
    units < 1 || tensors.kernel.length !== rows * channels.extent ||
    tensors.recurrent.length !== rows * units || bias.length !== 2 * rows
  ) {
    state.refuse(
      node,
      `has weights that do not fit ${units} units and ${channels.extent} channels`,
    );
  }
  const returnSequences = place === 0;
  const layer: RecurrentLayer = type === "lstm"
    ? {
      type,
      units,
      ...(directions === 2 && { bidirectional: true }),
      ...(returnSequences && { returnSequences }),
    }
    : { type, units, ...(returnSequences && { returnSequences }) };
  state.list.add(layer, recurrentFromOnnx(type, tensors, units));
  state.moveTo(output, axesAfter({ directions, units, positions, returnSequences }));
}

function axesAfter({ directions, units, positions, returnSequences }: {
  readonly directions: number;
  readonly units: number;
  readonly positions: Axis;
  readonly returnSequences: boolean;
}): Axis[] {
  const isOne = directions === 1;
  const across: Axis = isOne ? UNIT : { kind: "directions", extent: directions };
  const last: Axis = {
    kind: isOne ? returnSequences ? "channels" : "row" : "units",
    extent: units,
  };
  return returnSequences ? [positions, across, SAMPLES, last] : [across, SAMPLES, last];
}

function directionsOf(state: ChainState, node: OnnxNode): number {
  const direction = textOf(node, "direction", "forward");
  if (direction === "bidirectional") return 2;
  if (direction === "forward" && node.type === "LSTM") return 1;
  return state.refuse(
    node,
    `reads ${direction}, expected ${node.type === "LSTM" ? "forward or " : ""}bidirectional`,
  );
}

/** Refuses what this package's recurrent layers do not compute. */
function checkVariant(state: ChainState, node: OnnxNode): void {
  if (node.type === "GRU" && intOf(node, "linear_before_reset", 0) !== 0) {
    state.refuse(
      node,
      "resets after the product (linear_before_reset), as PyTorch and Keras do unless told otherwise, expected before it " +
        "(reset_after=False in Keras)",
    );
  }
  const unknown = ["activations", "clip", "activation_alpha", "activation_beta"].find((name) =>
    node.attributes.has(name) && !isUsual(node, name)
  );
  if (unknown !== undefined) state.refuse(node, `has ${unknown} of its own`);
  if (intOf(node, "input_forget", 0) !== 0 || intOf(node, "layout", 0) !== 0) {
    state.refuse(node, "has coupled gates or another layout");
  }
  const [lengths, ...starts] = node.inputs.slice(4);
  if (lengths) state.refuse(node, "has lengths of sequences, expected none");
  if (starts.some((name, i) => name !== "" && (i > 1 || !state.index.isZero(name)))) {
    state.refuse(node, "begins with a state, or has peepholes, expected a first state of zeros");
  }
}

/** Whether an attribute has the value that it has if it is absent. */
function isUsual(node: OnnxNode, name: string): boolean {
  const value = node.attributes.get(name);
  if (name !== "activations" || value === undefined || !("texts" in value)) return false;
  const usual = node.type === "LSTM" ? ["Sigmoid", "Tanh", "Tanh"] : ["Sigmoid", "Tanh"];
  return value.texts.every((text, i) => text === usual[i % usual.length]);
}

/** Reads what takes the last position of a forward recurrent layer's states: that is its last state. */
export function readGather(state: ChainState, node: OnnxNode): void {
  const axis = intOf(node, "axis", 0);
  const place = axis < 0 ? axis + state.axes.length : axis;
  const last = state.list.layers.at(-1)?.layer;
  const { kind, extent } = state.axes[place] ?? UNIT;
  const index = state.index.number(node.inputs[1]);
  const isLast = index === -1 || index === extent - 1;
  if (
    last?.type !== "lstm" || last.bidirectional || !last.returnSequences || kind !== "positions" ||
    !isLast
  ) {
    state.refuse(node, "takes part of its input, expected the last state of a forward LSTM");
  }
  state.list.replaceLast({ type: "lstm", units: last.units });
  const axes = state.axes.filter((_, i) => i !== place).map((each): Axis =>
    each.kind === "channels" ? { kind: "row", extent: each.extent } : each
  );
  state.moveTo(node.outputs[0], axes);
}
