import type { GroupOf } from "../../layer_groups.ts";
import type { Tensor } from "../layout.ts";
import {
  countKernelRows,
  type LstmNode,
  lstmRecord,
  type LstmShape,
  recurrentBytes,
  rowBytes,
} from "../ops/lstm/shape.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";

/** Lays out an LSTM that reads an input. */
export function planLstm(
  group: GroupOf<"lstm">,
  input: Tensor,
  { memory, tensors, capacity }: ChainMemory,
): LstmNode {
  const { units, bidirectional, returnSequences } = group.spec;
  const directions = bidirectional === true ? 2 : 1;
  const rows = returnSequences === true ? input.rows : 1;
  const output = tensors.plan(rows, directions * units, { group });
  const shape: LstmShape = {
    positions: input.rows,
    directions,
    units,
    inputStride: input.stride,
    inputSampleStride: input.sampleStride,
    returnsSequences: returnSequences === true,
  };
  const { all } = rowBytes(shape);
  const kernel = memory.kernel(countKernelRows(shape) * all);
  const bias = memory.parameter(all);
  const recurrent = memory.kernel(directions * recurrentBytes(shape));
  const transposed = {
    kernel: memory.take(kernel.bytes),
    recurrent: memory.take(recurrent.bytes),
  };
  const records = memory.take(lstmRecord(shape).sampleStride * capacity);
  const base = { ...nameOf(group), input, output, shape, kernel, bias, recurrent };
  return { ...base, kind: "lstm", transposed, records };
}
