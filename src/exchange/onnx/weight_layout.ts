/**
 * Weights in ONNX's layout and in Keras', which this package has.
 *
 * - A convolution's kernel is `[filters, channels, width]` in ONNX, `[width, channels, filters]` here.
 * - A recurrent layer has all directions in one array, `[direction, gate · units, channels]`, transposed; its bias has that
 *   of the recurrent product too, `[direction, 2 · gate · units]`. The gates of an LSTM are in the order i, o, f, c, here
 *   i, f, c, o; those of a GRU are in the same order.
 *
 * @module
 */

import type { RecurrentLayer } from "../../model/spec.ts";

/** The values of a weight. */
export type Values = Float32Array<ArrayBuffer>;

/**
 * Reverses the three axes of an array.
 *
 * @param values `[a, b, c]`.
 * @param shape Its shape.
 * @returns `[c, b, a]`.
 */
export function reverseAxes(
  values: Values,
  [first, second, third]: readonly [number, number, number],
): Values {
  const reversed = new Float32Array(values.length);
  for (let a = 0, i = 0; a < first; a++) {
    for (let b = 0; b < second; b++) {
      for (let c = 0; c < third; c++, i++) reversed[(c * second + b) * first + a] = values[i]!;
    }
  }
  return reversed;
}

/**
 * Transposes a matrix.
 *
 * @param values `[rows, columns]`.
 * @param rows Number of rows.
 * @returns `[columns, rows]`.
 */
export function transpose(values: Values, rows: number): Values {
  return reverseAxes(values, [rows, 1, values.length / rows]);
}

/** Places of this package's gates among ONNX's: gate i of ONNX's is gate `[i]` here. */
const GATES: Readonly<Record<RecurrentLayer["type"], readonly number[]>> = {
  bidirectionalGru: [0, 1, 2],
  lstm: [0, 3, 1, 2],
};

/** Number of gates of a recurrent layer, the candidate among them. */
export function countGates(type: RecurrentLayer["type"]): number {
  return GATES[type].length;
}

/** What ONNX's GRU and LSTM take: `W`, `R` and `B`. */
export interface RecurrentTensors {
  /** `[direction, gate · units, channels]`. */
  readonly kernel: Values;
  /** `[direction, gate · units, units]`. */
  readonly recurrent: Values;
  /** `[direction, 2 · gate · units]`. */
  readonly bias: Values;
}

/**
 * Brings a recurrent layer's weights into ONNX's layout.
 *
 * @param type The layer.
 * @param weights Kernel, recurrent kernel and bias of each direction, one direction after another.
 * @param units Size of the state.
 */
export function recurrentToOnnx(
  type: RecurrentLayer["type"],
  weights: readonly Values[],
  units: number,
): RecurrentTensors {
  const of = (place: number) => weights.filter((_, index) => index % 3 === place);
  const reorder = (values: Values) => orderGates(values, { units, order: GATES[type] });
  const kernels = (place: number) =>
    joinValues(
      of(place).map((values) => {
        const rows = values.length / (countGates(type) * units);
        return reorder(transpose(values, rows));
      }),
    );
  const biases = of(2).flatMap((values) => [reorder(values), new Float32Array(values.length)]);
  return { kernel: kernels(0), recurrent: kernels(1), bias: joinValues(biases) };
}

/**
 * Brings ONNX's weights of a recurrent layer into this package's layout.
 *
 * @param type The layer.
 * @param tensors ONNX's weights.
 * @param units Size of the state.
 * @returns Kernel, recurrent kernel and bias of each direction, one direction after another.
 */
export function recurrentFromOnnx(
  type: RecurrentLayer["type"],
  tensors: RecurrentTensors,
  units: number,
): Values[] {
  const rows = countGates(type) * units;
  const directions = tensors.recurrent.length / (rows * units);
  const order = invert(GATES[type]);
  const part = (values: Values, direction: number): Values => {
    const size = values.length / directions;
    return values.slice(direction * size, (direction + 1) * size);
  };
  return Array.from({ length: directions }, (_, direction) => {
    const kernel = (values: Values) =>
      transpose(orderGates(part(values, direction), { units, order }), rows);
    const both = part(tensors.bias, direction);
    // A network adds both biases.
    const sum = Float32Array.from({ length: rows }, (_, i) => both[i]! + both[rows + i]!);
    return [kernel(tensors.kernel), kernel(tensors.recurrent), orderGates(sum, { units, order })];
  }).flat();
}

/** Gate i of the result is gate `order[i]` of the values, whose first axis is gate · units. */
function orderGates(
  values: Values,
  { units, order }: { readonly units: number; readonly order: readonly number[] },
): Values {
  const size = values.length / order.length;
  if (!Number.isInteger(size / units)) throw new RangeError("Cannot order gates: sizes differ");
  return joinValues(order.map((gate) => values.subarray(gate * size, (gate + 1) * size)));
}

function invert(order: readonly number[]): number[] {
  return order.map((_, place) => order.indexOf(place));
}

/** Joins arrays. */
export function joinValues(arrays: readonly Values[]): Values {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of arrays) {
    joined.set(values, at);
    at += values.length;
  }
  return joined;
}

/**
 * Brings the rows of a matrix from the order channels × positions, as PyTorch flattens, to positions × channels.
 *
 * @param values `[channels · positions, columns]`.
 * @param sizes The extents.
 * @returns `[positions · channels, columns]`.
 */
export function orderRows(
  values: Values,
  { positions, channels, columns }: {
    readonly positions: number;
    readonly channels: number;
    readonly columns: number;
  },
): Values {
  const ordered = new Float32Array(values.length);
  for (let p = 0; p < positions; p++) {
    for (let c = 0; c < channels; c++) {
      const from = (c * positions + p) * columns;
      ordered.set(values.subarray(from, from + columns), (p * channels + c) * columns);
    }
  }
  return ordered;
}
