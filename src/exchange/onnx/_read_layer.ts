/** Reads the operators that have weights, and pooling. */

import { convPadding, kernelSpan } from "../../model/layer_shapes.ts";
import type { Conv1dLayer } from "../../model/spec.ts";
import type { Axis } from "./_axes.ts";
import type { ChainState } from "./_chain_state.ts";
import { floatOf, intOf, intsOf, textOf } from "./_graph_index.ts";
import type { OnnxNode } from "./message.ts";
import { reverseAxes, transpose, type Values } from "./weight_layout.ts";

/** Reads a convolution along the positions; other axes have unit length, as those of TensorFlow's graphs. */
export function readConv(state: ChainState, node: OnnxNode): void {
  const place = positionsOf(state, node);
  const kernel = state.need(node, 1);
  const [filters = 0, channels = 0, ...extents] = state.index.constant(node.inputs[1])!.shape;
  const width = extents[place] ?? 0;
  if (channels !== state.axes[1]!.extent || intOf(node, "group", 1) !== 1) {
    state.refuse(
      node,
      `reads ${channels} channels in ${intOf(node, "group", 1)} groups, expected ${
        state.axes[1]!.extent
      } in 1`,
    );
  }
  if (extents.some((extent, i) => i !== place && extent !== 1) || width < 1) {
    state.refuse(node, `has a kernel of ${extents.join(" × ")}, expected one along the bins`);
  }
  const strides = intsOf(node, "strides") ?? [];
  if (strides.some((stride) => stride !== 1)) {
    state.refuse(node, `has stride ${strides.join(" × ")}, expected 1`);
  }
  const layer = {
    type: "conv1d",
    filters,
    width,
    dilation: intsOf(node, "dilations")?.[place] ?? 1,
    padding: "valid",
  } as const;
  const padded: Conv1dLayer = paddingOf(state, node, { layer, place, count: extents.length });
  const bias = node.inputs[2] ? state.need(node, 2) : new Float32Array(filters);
  state.list.add(padded, [reverseAxes(kernel, [filters, channels, width]), bias]);
  const positions = state.axes[place + 2]!.extent;
  const left = padded.padding === "same" ? positions : positions - kernelSpan(padded) + 1;
  moveOn(state, node, { channels: filters, positions: left });
}

/** The spatial axis that has the positions, counted from 0; the others have unit length. */
function positionsOf(state: ChainState, node: OnnxNode): number {
  const [samples, channels, ...spatial] = state.axes;
  const place = spatial.findIndex(({ kind }) => kind === "positions");
  const fits = samples?.kind === "samples" && channels?.kind === "channels" && place >= 0 &&
    spatial.every(({ kind }, i) => i === place || kind === "unit");
  if (fits) return place;
  return state.refuse(
    node,
    `reads [${
      state.axes.map(({ kind }) => kind).join(", ")
    }], expected [samples, channels, positions]`,
  );
}

function paddingOf(
  state: ChainState,
  node: OnnxNode,
  { layer, place, count }: {
    readonly layer: Conv1dLayer;
    readonly place: number;
    readonly count: number;
  },
): Conv1dLayer {
  const same: Conv1dLayer = Object.assign(structuredClone(layer), { padding: "same" });
  const { left, right } = convPadding(same);
  const automatic = textOf(node, "auto_pad", "NOTSET");
  if (automatic === "VALID") return layer;
  if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER" && left === right) return same;
  const pads = intsOf(node, "pads") ?? [];
  const [before = 0, after = 0] = [pads[place], pads[place + count]];
  const others = pads.filter((_, i) => i % count !== place);
  const isPlain = automatic === "NOTSET" && others.every((pad) => pad === 0);
  if (isPlain && before === 0 && after === 0) return layer;
  if (isPlain && before === left && after === right) return same;
  return state.refuse(
    node,
    `is padded by ${before} and ${after} (${automatic}), expected 0, or ${left} and ${right}`,
  );
}

/** The axes after a layer that keeps their order. */
function moveOn(
  state: ChainState,
  node: OnnxNode,
  { channels, positions }: { readonly channels: number; readonly positions: number },
): void {
  const axes = state.axes.map((axis): Axis => {
    if (axis.kind === "channels") return { kind: "channels", extent: channels };
    return axis.kind === "positions" ? { kind: "positions", extent: positions } : axis;
  });
  state.moveTo(node.outputs[0], axes);
}

/** Reads a pooling along the positions. */
export function readMaxPool(state: ChainState, node: OnnxNode): void {
  const place = positionsOf(state, node);
  const kernel = intsOf(node, "kernel_shape") ?? [];
  const size = kernel[place] ?? 0;
  const strides = intsOf(node, "strides") ?? kernel.map(() => 1);
  const padded = (intsOf(node, "pads") ?? []).some((pad) => pad !== 0) ||
    textOf(node, "auto_pad", "NOTSET").startsWith("SAME");
  const dilated = (intsOf(node, "dilations") ?? []).some((dilation) => dilation !== 1);
  if (
    size < 1 || kernel.some((extent, i) => i !== place && extent !== 1) ||
    strides[place] !== size || padded || dilated || intOf(node, "ceil_mode", 0) !== 0
  ) {
    state.refuse(
      node,
      `pools ${kernel.join(" × ")} with stride ${
        strides.join(" × ")
      }, expected windows along the bins that follow each ` +
        "other without padding",
    );
  }
  state.list.add({ type: "maxPool1d", size });
  const { extent: channels } = state.axes[1]!;
  moveOn(state, node, { channels, positions: Math.floor(state.axes[place + 2]!.extent / size) });
}

/** Reads a batch normalisation of channels, or of the values of a row. */
export function readBatchNorm(state: ChainState, node: OnnxNode): void {
  const { kind, extent } = state.axes[1] ?? { kind: "unit", extent: 0 };
  if (kind !== "channels" && kind !== "row") {
    state.refuse(node, `normalises ${kind}, expected channels or a row`);
  }
  if (intOf(node, "training_mode", 0) !== 0) state.refuse(node, "is in training mode");
  const weights = [1, 2, 3, 4].map((input) => state.ordered(state.need(node, input)));
  if (weights.some(({ length }) => length !== extent)) {
    state.refuse(node, `has weights of other sizes than ${extent}`);
  }
  const epsilon = Number(floatOf(node, "epsilon", 1e-5).toPrecision(7));
  const momentum = Number(floatOf(node, "momentum", 0.9).toPrecision(7));
  state.list.add({ type: "batchNorm", momentum, epsilon }, weights);
  state.pass(node);
}

/** Reads a product with a matrix, and what is added to it. */
export function readGemm(state: ChainState, node: OnnxNode): void {
  if (intOf(node, "transA", 0) !== 0) state.refuse(node, "transposes what it reads");
  const [alpha, beta] = [floatOf(node, "alpha", 1), floatOf(node, "beta", 1)];
  const matrix = matrixOf(state, node);
  const kernel = intOf(node, "transB", 0) === 0 ? matrix : {
    rows: matrix.columns,
    columns: matrix.rows,
    values: transpose(matrix.values, matrix.rows),
  };
  const given = node.inputs[2] ? state.need(node, 2) : new Float32Array(1);
  if (given.length !== 1 && given.length !== kernel.columns) {
    state.refuse(node, `adds ${given.length} values to ${kernel.columns}`);
  }
  const bias = Float32Array.from(
    { length: kernel.columns },
    (_, i) => beta * given[given.length === 1 ? 0 : i]!,
  );
  addDense(state, node, {
    rows: kernel.rows,
    columns: kernel.columns,
    values: alpha === 1 ? kernel.values : kernel.values.map((value) => alpha * value),
    bias,
  });
}

/** Reads a product with a matrix; what is added to it follows. */
export function readMatMul(state: ChainState, node: OnnxNode): void {
  if (node.inputs[0] !== state.value) {
    state.refuse(node, "multiplies a matrix with its input, expected its input with a matrix");
  }
  const { rows, columns, values } = matrixOf(state, node);
  addDense(state, node, { rows, columns, values, bias: new Float32Array(columns) });
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Values;
}

function matrixOf(state: ChainState, node: OnnxNode): Matrix {
  const values = state.need(node, 1);
  const { shape } = state.index.constant(node.inputs[1])!;
  const [rows = 0, columns = 0, ...rest] = shape;
  if (shape.length < 2 || rest.length > 0) {
    state.refuse(node, `has weights of shape [${shape.join(", ")}], expected a matrix`);
  }
  return { rows, columns, values };
}

function addDense(
  state: ChainState,
  node: OnnxNode,
  { rows, columns, values, bias }: Matrix & { readonly bias: Values },
): void {
  const last = state.axes.at(-1);
  if ((last?.kind !== "channels" && last?.kind !== "row") || last.extent !== rows) {
    state.refuse(
      node,
      `reads ${last?.extent} ${last?.kind}, expected ${rows} channels or values of a row`,
    );
  }
  const kernel = state.ordered(values, columns);
  if (last.kind === "row") {
    state.list.add({ type: "dense", units: columns }, [kernel, bias]);
    state.order = undefined;
  } else state.list.add({ type: "linear", units: columns }, [kernel, bias]);
  state.moveTo(node.outputs[0], state.axes.with(-1, { kind: last.kind, extent: columns }));
}
