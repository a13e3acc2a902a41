import type { GroupOf } from "../../layer_groups.ts";
import type { Tensor } from "../layout.ts";
import { lstmLayout, type LstmNode, type LstmShape } from "../ops/lstm/shape.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { planRecurrentWeights } from "./recurrent_weights.ts";

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
  const weights = planRecurrentWeights(lstmLayout(shape), { memory, capacity });
  const base = { ...nameOf(group), input, output, shape, ...weights };
  return { ...base, kind: "lstm" };
}
