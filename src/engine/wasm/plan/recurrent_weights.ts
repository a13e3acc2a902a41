import {
  countKernelRows,
  recurrentBytes,
  type RecurrentLayout,
  type RecurrentNode,
} from "../ops/recurrent/layout.ts";
import type { ChainMemory } from "./chain_memory.ts";

/** Takes memory for the weights of a recurrent layer and for its records. */
export function planRecurrentWeights(
  layout: RecurrentLayout,
  { memory, capacity }: Pick<ChainMemory, "memory" | "capacity">,
): Pick<RecurrentNode, "kernel" | "bias" | "recurrent" | "transposed" | "records"> {
  const { all, directions, sampleStride } = layout;
  const kernel = memory.kernel(countKernelRows(layout) * all);
  const bias = memory.parameter(all);
  const recurrent = memory.kernel(directions * recurrentBytes(layout));
  const transposed = {
    kernel: memory.take(kernel.bytes),
    recurrent: memory.take(recurrent.bytes),
  };
  const records = memory.take(sampleStride * capacity);
  return { kernel, bias, recurrent, transposed, records };
}
