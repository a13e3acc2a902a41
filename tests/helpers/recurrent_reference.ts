/** Recurrent layers in float64, as `BidirectionalGruLayer` and `LstmLayer` define them: the second opinion on engines'. */

import { countDirections } from "../../src/model/layer_shapes.ts";
import type { RecurrentLayer } from "../../src/model/spec.ts";

/** `[position][channel]`; a flat row is one position. */
type Rows = number[][];

/** Kernel, recurrent kernel and bias of each direction. */
type Weights = readonly ArrayLike<number>[];

/** State and, of an LSTM, cell. */
interface Memory {
  readonly state: number[];
  readonly cell: number[];
}

/** Number of weight arrays of a layer. */
export function countRecurrentWeights(layer: RecurrentLayer): number {
  return 3 * countDirections(layer);
}

/** The layer's output for a sample: one row, or with `returnSequences` one for each position. */
export function runRecurrent(layer: RecurrentLayer, input: Rows, weights: Weights): Rows {
  const directions = Array.from({ length: countDirections(layer) }, (_, direction) => {
    const own = weights.slice(3 * direction, 3 * direction + 3);
    if (direction === 0) return readRows(layer, input, own);
    return readRows(layer, input.toReversed(), own).reverse(); // by position again
  });
  if (layer.returnSequences) {
    return input.map((_, position) => directions.flatMap((states) => states[position]!));
  }
  return [directions.flatMap((states, direction) => states.at(direction === 0 ? -1 : 0)!)];
}

/** The state after each row, in the order of reading. */
function readRows(layer: RecurrentLayer, rows: Rows, weights: Weights): Rows {
  const zeros = Array<number>(layer.units).fill(0);
  let memory: Memory = { state: zeros, cell: zeros };
  const step = layer.type === "lstm" ? stepLstm : stepGru;
  return rows.map((row) => {
    memory = step(row, memory, weights);
    return memory.state;
  });
}

function stepLstm(row: number[], { state, cell }: Memory, weights: Weights): Memory {
  const sum = (gate: number) => gateSums({ row, state, gate, gates: 4 }, weights);
  const [input, forget, output] = [0, 1, 3].map((gate) => sum(gate).map(sigmoid));
  const candidate = sum(2).map(Math.tanh);
  const next = cell.map((c, k) => forget![k]! * c + input![k]! * candidate[k]!);
  return { state: next.map((c, k) => output![k]! * Math.tanh(c)), cell: next };
}

function stepGru(row: number[], { state, cell }: Memory, weights: Weights): Memory {
  const sum = (gate: number, state: number[]) => gateSums({ row, state, gate, gates: 3 }, weights);
  const update = sum(0, state).map(sigmoid);
  const reset = sum(1, state).map(sigmoid);
  const candidate = sum(2, state.map((h, k) => reset[k]! * h)).map(Math.tanh);
  return {
    state: state.map((h, k) => update[k]! * h + (1 - update[k]!) * candidate[k]!),
    cell,
  };
}

/** x·W + h·U + b of one gate. */
function gateSums(
  { row, state, gate, gates }: {
    readonly row: number[];
    readonly state: number[];
    readonly gate: number;
    readonly gates: number;
  },
  [kernel, recurrentKernel, bias]: Weights,
): number[] {
  const units = state.length;
  return state.map((_, unit) => {
    const column = gate * units + unit;
    const product = (values: number[], matrix: ArrayLike<number>) =>
      values.reduce((sum, value, i) => sum + value * matrix[i * gates * units + column]!, 0);
    return bias![column]! + product(row, kernel!) + product(state, recurrentKernel!);
  });
}

function sigmoid(sum: number): number {
  return 1 / (1 + Math.exp(-sum));
}
