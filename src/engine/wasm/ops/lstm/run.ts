import { addressOf, deltaOf } from "../../layout.ts";
import { type BackwardPass, type ExecutionContext, type Part, passesBack } from "../context.ts";
import { recurrentBytes } from "../recurrent/layout.ts";
import { RECURRENT_ROW_KERNELS } from "../recurrent/rows.ts";
import { lstmLayout, type LstmNode, lstmRecord } from "./shape.ts";
import { LSTM_BACKWARD_KERNELS, LSTM_FORWARD_KERNELS } from "./tables.ts";

/** A step of a direction: the position that it reads, how many it has read before, and the slots before and after. */
export interface LstmStep {
  readonly direction: number;
  readonly position: number;
  readonly read: number;
  readonly before: number;
  readonly after: number;
}

/** The steps of a direction, in the order of reading. */
export function stepsOf({ shape: { positions } }: LstmNode, direction: number): LstmStep[] {
  return Array.from({ length: positions }, (_, read) => {
    const position = direction === 0 ? read : positions - 1 - read;
    const [before, after] = direction === 0 ? [position, position + 1] : [position + 1, position];
    return { direction, position, read, before, after };
  });
}

/** What a step uses in a record. */
type StepPlace =
  | "gates"
  | "state"
  | "nextState"
  | "cell"
  | "nextCell"
  | "tangent"
  | "delta"
  | "cellDelta";

/** Addresses of what a step uses, given the first of some records. */
export function placesOf(
  { shape }: LstmNode,
  records: number,
  step: LstmStep,
): Readonly<Record<StepPlace, number>> {
  const { states, cells, tangents, delta, cellDelta } = lstmRecord(shape);
  const { unit, gates } = lstmLayout(shape);
  const rowOf = (index: number) => index * shape.directions + step.direction;
  return {
    gates: records + rowOf(step.position) * gates,
    state: records + states + rowOf(step.before) * unit,
    nextState: records + states + rowOf(step.after) * unit,
    cell: records + cells + rowOf(step.before) * unit,
    nextCell: records + cells + rowOf(step.after) * unit,
    tangent: records + tangents + rowOf(step.position) * unit,
    delta: records + delta + step.direction * unit,
    cellDelta: records + cellDelta + step.direction * unit,
  };
}

/** Reads all positions of a part's samples in all directions. */
export function lstmForward(
  context: ExecutionContext,
  node: LstmNode,
  { start, count }: Part,
): void {
  const { name, input, shape, kernel, bias, recurrent } = node;
  const kernels = context.bind(LSTM_FORWARD_KERNELS, name);
  const records = node.records + start * lstmRecord(shape).sampleStride;
  kernels.project(records, addressOf(input, start), kernel.weight, bias.weight, count);
  for (let direction = 0; direction < shape.directions; direction++) {
    const own = recurrent.weight + direction * recurrentBytes(lstmLayout(shape));
    for (const step of stepsOf(node, direction)) {
      const { gates, state, cell, nextCell, nextState, tangent } = placesOf(node, records, step);
      // The first state is zero: memory that nothing is ever written to.
      if (step.read > 0) kernels.recur(gates, state, own, count);
      kernels.step(gates, cell, nextCell, nextState, tangent, count);
    }
  }
  writeOutputs(context, node, { start, count });
}

/** Copies the states after each position, or after the last ones, to the outputs. */
function writeOutputs(
  context: ExecutionContext,
  node: LstmNode,
  { start, count }: Omit<Part, "index">,
): void {
  const { name, output, shape } = node;
  const { writeStates } = context.bind(RECURRENT_ROW_KERNELS, name);
  const records = node.records + start * lstmRecord(shape).sampleStride;
  const steps = Array.from(
    { length: shape.directions },
    (_, direction) => stepsOf(node, direction),
  );
  const rows = shape.returnsSequences ? shape.positions : 1;
  for (let row = 0; row < rows; row++) {
    for (const own of steps) {
      const last = shape.positions - 1;
      const read = !shape.returnsSequences ? last : own[0]!.position === 0 ? row : last - row;
      const step = own[read]!;
      const { nextState } = placesOf(node, records, step);
      writeStates(outputOf(node, addressOf(output, start), step), nextState, count);
    }
  }
}

/** Address of a step's values in an output, or in the derivatives with respect to it. */
function outputOf(
  { output, shape }: LstmNode,
  first: number,
  { position, direction }: LstmStep,
): number {
  const row = shape.returnsSequences ? position : 0;
  return first + row * output.stride + 4 * shape.units * direction;
}

/**
 * Computes the derivatives with respect to the sums of a part's gates, and to the input; the weights' gradients are
 * left to the update.
 */
export function lstmBackward(
  context: ExecutionContext,
  node: LstmNode,
  pass: BackwardPass,
): void {
  const { start, count } = pass.part;
  const { name, input, output, shape, transposed } = node;
  const kernels = context.bind(LSTM_BACKWARD_KERNELS, name);
  const { pullBackward } = context.bind(RECURRENT_ROW_KERNELS, name);
  const records = node.records + start * lstmRecord(shape).sampleStride;
  for (let direction = 0; direction < shape.directions; direction++) {
    const own = transposed.recurrent + direction * recurrentBytes(lstmLayout(shape));
    for (const step of stepsOf(node, direction).reverse()) {
      const { gates, cell, tangent, delta, cellDelta } = placesOf(node, records, step);
      const isLast = step.read === shape.positions - 1;
      const keep = isLast ? 0 : -1;
      if (isLast || shape.returnsSequences) {
        pullBackward(delta, outputOf(node, deltaOf(output, start), step), count, keep);
      }
      kernels.stepBackward(gates, cell, tangent, delta, cellDelta, count, keep);
      if (step.read > 0) kernels.stateGradient(delta, gates, own, count);
    }
  }
  if (!passesBack(node, pass)) return;
  kernels.inputGradient(deltaOf(input, start), records, transposed.kernel, count);
}
