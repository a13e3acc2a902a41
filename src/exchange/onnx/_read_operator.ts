/** Reads one operator of a chain: as a layer, as part of one, or as another order of axes. */

import type { LayerSpec } from "../../model/spec.ts";
import { type Axis, mergeAxes, resolveShape, splitAxes, UNIT } from "./_axes.ts";
import type { ChainState } from "./_chain_state.ts";
import { floatOf, intOf, intsOf, textOf } from "./_graph_index.ts";
import type { OnnxNode } from "./message.ts";
import { readAffine, readLogarithm } from "./_read_arithmetic.ts";
import { readBatchNorm, readConv, readGemm, readMatMul, readMaxPool } from "./_read_layer.ts";
import { readGather, readRecurrent } from "./_read_recurrent.ts";

/** How each operator is read. */
const OPERATORS: Readonly<Record<string, (state: ChainState, node: OnnxNode) => void>> = {
  Identity: (state, node) => state.pass(node),
  Dropout: (state, node) => state.pass(node),
  Cast: (state, node) => {
    if (intOf(node, "to", 1) !== 1) state.refuse(node, "makes other numbers than float32");
    state.pass(node);
  },
  Relu: (state, node) => addActivation(state, node, { type: "activation", kind: "relu" }),
  Sigmoid: (state, node) => addActivation(state, node, { type: "activation", kind: "sigmoid" }),
  LeakyRelu: (state, node) => {
    const alpha = Number(floatOf(node, "alpha", 0.01).toPrecision(7));
    addActivation(state, node, { type: "activation", kind: "leakyRelu", alpha });
  },
  Gelu: (state, node) => {
    const kind = textOf(node, "approximate", "none");
    if (kind !== "none") state.refuse(node, `is approximated by ${kind}, expected the exact one`);
    addActivation(state, node, { type: "activation", kind: "gelu" });
  },
  Transpose: transposeAxes,
  Unsqueeze: addUnits,
  Squeeze: removeUnits,
  Flatten: (state, node) => {
    const axis = intOf(node, "axis", 1);
    if (axis !== 1 && axis !== 1 - state.axes.length) {
      state.refuse(node, `flattens from axis ${axis}, expected 1`);
    }
    regroup(state, node, [[state.axes[0]!], [...state.axes.slice(1)]]);
  },
  Reshape: reshape,
  Conv: readConv,
  MaxPool: readMaxPool,
  BatchNormalization: readBatchNorm,
  Gemm: readGemm,
  MatMul: readMatMul,
  Add: readAffine,
  Sub: readAffine,
  Mul: readAffine,
  Div: readAffine,
  Log: readLogarithm,
  Asinh: readLogarithm,
  GRU: readRecurrent,
  LSTM: readRecurrent,
  Gather: readGather,
};

/**
 * Reads an operator.
 *
 * @param state Where the reader is; it continues at the operator's output.
 * @param node The operator.
 * @throws The state's error, if no layer of this package computes it.
 */
export function readOperator(state: ChainState, node: OnnxNode): void {
  const read = node.domain === "" || node.domain === "ai.onnx"
    ? Object.hasOwn(OPERATORS, node.type) ? OPERATORS[node.type] : undefined
    : undefined;
  if (read === undefined) state.refuse(node, "is no layer of this package");
  read(state, node);
}

function addActivation(state: ChainState, node: OnnxNode, layer: LayerSpec): void {
  state.list.add(layer);
  state.pass(node);
}

function transposeAxes(state: ChainState, node: OnnxNode): void {
  const { axes } = state;
  const order = intsOf(node, "perm") ?? axes.map((_, i) => axes.length - 1 - i);
  const moved = order.map((from): Axis | undefined => axes[from]);
  if (new Set(moved).size !== axes.length || moved.includes(undefined)) {
    state.refuse(node, `has the order [${order.join(", ")}] for ${axes.length} axes`);
  }
  state.moveTo(node.outputs[0], moved as Axis[]);
}

/** Axes that an operator names, as an attribute before operator set 13 and as an input since. */
function namedAxes(state: ChainState, node: OnnxNode, rank: number): number[] | undefined {
  const given = intsOf(node, "axes") ?? state.index.integers(node.inputs[1], state.shapes);
  return given?.map((axis) => axis < 0 ? axis + rank : axis);
}

function addUnits(state: ChainState, node: OnnxNode): void {
  const count = (intsOf(node, "axes") ?? state.index.integers(node.inputs[1], state.shapes))
    ?.length;
  const places = namedAxes(state, node, state.axes.length + (count ?? 0));
  if (places === undefined || places.length > 4) state.refuse(node, "names no axes that are known");
  const axes = [...state.axes];
  for (const place of places.toSorted((a, b) => a - b)) axes.splice(place, 0, UNIT);
  state.moveTo(node.outputs[0], axes);
}

function removeUnits(state: ChainState, node: OnnxNode): void {
  const { axes } = state;
  const named = namedAxes(state, node, axes.length) ??
    axes.flatMap(({ extent }, i) => extent === 1 ? [i] : []);
  const removed = named.map((place) => axes[place]);
  if (removed.some((axis) => axis?.extent !== 1)) {
    state.refuse(node, `removes the axes [${named.join(", ")}], of which one is not of length 1`);
  }
  const left = axes.filter((_, i) => !named.includes(i));
  // A single position goes: what is left is a row.
  const isRow = removed.some((axis) => axis?.kind === "positions");
  if (isRow) state.list.add({ type: "flatten" });
  state.moveTo(
    node.outputs[0],
    left.map((axis) =>
      isRow && axis.kind === "channels" ? { kind: "row", extent: axis.extent } : axis
    ),
  );
}

function reshape(state: ChainState, node: OnnxNode): void {
  const given = state.index.integers(node.inputs[1], state.shapes);
  if (given === undefined || given.length > 8) state.refuse(node, "has a shape that is not known");
  const target = resolveShape(state.axes, given);
  const groups = target && splitAxes(state.axes, target);
  if (groups === undefined) {
    const from = state.axes.map(({ kind, extent }) => Number.isNaN(extent) ? kind : extent);
    state.refuse(
      node,
      `makes [${given.join(", ")}] of [${
        from.join(", ")
      }], expected axes that are joined, or a graph for any number of samples`,
    );
  }
  regroup(state, node, groups);
}

/** Joins axes; positions and channels that become a row are a layer. */
function regroup(state: ChainState, node: OnnxNode, groups: readonly (readonly Axis[])[]): void {
  const hasPositions = groups.some((group) =>
    group.some(({ kind }) => kind === "positions") &&
    !group.some(({ kind }) => kind === "channels" || kind === "units")
  );
  const axes: Axis[] = [];
  for (const group of groups) {
    const merged = mergeAxes(group, hasPositions);
    if (merged === undefined) {
      const kinds = group.map(({ kind }) => kind).join(" and ");
      state.refuse(node, `joins ${kinds}, which no layer of this package does`);
    }
    if (merged.isFlatten) {
      state.list.add({ type: "flatten" });
      state.order = merged.order;
    }
    axes.push(merged.axis);
  }
  state.moveTo(node.outputs[0], axes);
}
