import { addressOf, deltaOf } from "../../layout.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type Part,
  passesBack,
  type Update,
} from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { recurrentBytes } from "../recurrent/layout.ts";
import { RECURRENT_ROW_KERNELS } from "../recurrent/rows.ts";
import {
  forSomeSamples,
  type RecurrentGradients,
  type RecurrentRows,
  transposeRecurrentLayer,
  updateRecurrentLayer,
} from "../recurrent/update.ts";
import { gruLayout, type GruNode, gruRecord } from "./shape.ts";
import {
  GRU_BACKWARD_KERNELS,
  GRU_FORWARD_KERNELS,
  GRU_KERNEL_GRADIENT_KERNELS,
  GRU_RECURRENT_GRADIENT_KERNELS,
} from "./tables.ts";

/** The direction that reads from first to last, and the opposite one. */
const DIRECTIONS = [0, 1] as const;
type Direction = typeof DIRECTIONS[number];

/** Reads all positions of a part's samples in both directions. */
export function gruForward(
  context: ExecutionContext,
  node: GruNode,
  { start, count }: Part,
): void {
  const { name, input, output, shape, kernel, bias } = node;
  const kernels = context.bind(GRU_FORWARD_KERNELS, name);
  const { sampleStride } = gruRecord(shape);
  const { unit } = gruLayout(shape);
  const records = node.records + start * sampleStride;
  kernels.project(records, addressOf(input, start), kernel.weight, bias.weight, count);
  for (const direction of DIRECTIONS) {
    const recurrent = node.recurrent.weight + direction * recurrentBytes(gruLayout(shape));
    const last = addressOf(output, start) + direction * unit;
    for (let read = 0; read < shape.positions; read++) {
      const { gates, state, gated } = placesOf(node, { records, direction, read });
      // The first state is zero: memory that nothing is ever written to.
      if (read > 0) kernels.recurGates(gates, state, recurrent, count);
      kernels.gatesForward(gates, state, gated, count);
      if (read > 0) kernels.recurCandidate(gates, gated, recurrent, count);
      const [next, nextStride] = read + 1 < shape.positions
        ? [placesOf(node, { records, direction, read: read + 1 }).state, sampleStride]
        : shape.returnsSequences
        ? [records + gruRecord(shape).last + direction * unit, sampleStride]
        : [last, output.sampleStride];
      kernels.nextState(next, nextStride, gates, state, count);
    }
  }
  if (shape.returnsSequences) writeSequences(context, node, { start, count });
}

/** Copies the states after each position to the outputs. */
function writeSequences(
  context: ExecutionContext,
  node: GruNode,
  { start, count }: Omit<Part, "index">,
): void {
  const { name, output, shape } = node;
  const { writeStates } = context.bind(RECURRENT_ROW_KERNELS, name);
  const { sampleStride, last } = gruRecord(shape);
  const { unit } = gruLayout(shape);
  const records = node.records + start * sampleStride;
  for (let position = 0; position < shape.positions; position++) {
    for (const direction of DIRECTIONS) {
      const read = readsBefore(node, direction, position) + 1;
      const state = read < shape.positions
        ? placesOf(node, { records, direction, read }).state
        : records + last + direction * unit;
      writeStates(outputOf(node, addressOf(output, start), { position, direction }), state, count);
    }
  }
}

/** Positions that a direction reads before one. */
function readsBefore({ shape }: GruNode, direction: Direction, position: number): number {
  return direction === 0 ? position : shape.positions - 1 - position;
}

/** Address of a direction's values at a position, in an output or its derivatives. */
function outputOf(
  { output }: GruNode,
  first: number,
  { position, direction }: { readonly position: number; readonly direction: Direction },
): number {
  return first + position * output.stride + direction * 4 * output.channels / DIRECTIONS.length;
}

/**
 * Computes the derivatives with respect to the sums of a part's gates, and to the input; the weights' gradients are
 * left to the update.
 */
export function gruBackward(
  context: ExecutionContext,
  node: GruNode,
  pass: BackwardPass,
): void {
  const { start, count } = pass.part;
  const { name, input, output, shape, transposed } = node;
  const kernels = context.bind(GRU_BACKWARD_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const { sampleStride } = gruRecord(shape);
  const { unit } = gruLayout(shape);
  const records = node.records + start * sampleStride;
  const { carried } = gruRecord(shape);
  const { pullBackward } = shape.returnsSequences
    ? context.bind(RECURRENT_ROW_KERNELS, name)
    : { pullBackward: undefined };
  for (const direction of DIRECTIONS) {
    const recurrent = transposed.recurrent + direction * recurrentBytes(gruLayout(shape));
    const delta = shape.returnsSequences
      ? records + carried + direction * unit
      : deltaOf(output, start) + direction * unit;
    const pull = (read: number) => {
      const position = readsBefore(node, direction, read);
      const source = outputOf(node, deltaOf(output, start), { position, direction });
      pullBackward?.(delta, source, count, read < shape.positions - 1 ? -1 : 0);
    };
    for (let read = shape.positions - 1; read > 0; read--) {
      const { gates, state, gatedDelta } = placesOf(node, { records, direction, read });
      pull(read);
      kernels.gatesBackward(delta, gates, state, count);
      kernels.gatedGradient(gatedDelta, gates, recurrent, count);
      kernels.resetBackward(delta, gates, state, gatedDelta, count);
      kernels.stateGradient(delta, gates, recurrent, count);
    }
    const { gates, state } = placesOf(node, { records, direction, read: 0 });
    pull(0);
    kernels.gatesBackward(delta, gates, state, count);
    // The first reset gate has no part in the loss: the state that it gates is zero.
    for (let sample = 0; sample < count; sample++) {
      clear(gates + unit + sample * sampleStride, unit);
    }
  }
  if (!passesBack(node, pass)) return;
  kernels.inputGradient(deltaOf(input, start), records, transposed.kernel, count);
}

/** Addresses, in the first of some records, of what a direction uses when it has read `read` positions. */
function placesOf(
  { shape }: GruNode,
  { records, direction, read }: {
    readonly records: number;
    readonly direction: Direction;
    readonly read: number;
  },
): Record<"gates" | "state" | "gated" | "gatedDelta", number> {
  const { states, gated, gatedDelta } = gruRecord(shape);
  const { unit, gates } = gruLayout(shape);
  const position = direction === 0 ? read : shape.positions - 1 - read;
  const row = 2 * position + direction;
  return {
    gates: records + row * gates,
    state: records + states + row * unit,
    gated: records + gated + row * unit,
    gatedDelta: records + gatedDelta,
  };
}

/** Takes a step with some rows of the kernels; see `updateRecurrentLayer`. */
export function gruUpdate(context: ExecutionContext, node: GruNode, update: Update): void {
  const layout = gruLayout(node.shape);
  const { kernelGradient } = context.bind(GRU_KERNEL_GRADIENT_KERNELS, node.name);
  const gradients: RecurrentGradients = {
    addKernel: kernelGradient,
    addRecurrent: (gradient, rows) => addRecurrent(context, node, { gradient, rows, update }),
  };
  updateRecurrentLayer(context, node, { update, layout, gradients });
}

function addRecurrent(
  context: ExecutionContext,
  node: GruNode,
  { gradient, rows: { direction, unit, rows }, update: { samples } }: {
    readonly gradient: number;
    readonly rows: RecurrentRows;
    readonly update: Update;
  },
): void {
  const { name, shape } = node;
  const { positions } = shape;
  if (positions === 1) return;
  const { recurrentGradient } = context.bind(GRU_RECURRENT_GRADIENT_KERNELS, name);
  const { sampleStride } = gruRecord(shape);
  // From the first position in the sample on; the one that is read first has no state before it.
  for (let index = 1; index < positions; index++) {
    const read = direction === 0 ? index : positions - index;
    forSomeSamples(samples, (sample, count) => {
      const records = node.records + sample * sampleStride;
      const { gates, state, gated } = placesOf(node, { records, direction, read });
      recurrentGradient(gradient, state + 4 * unit, gated + 4 * unit, gates, rows, count);
    });
  }
}

/** Renews the transposed copies of the kernels. */
export function gruTranspose(context: ExecutionContext, node: GruNode): void {
  transposeRecurrentLayer(context, node, gruLayout(node.shape));
}
