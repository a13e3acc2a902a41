import type { GroupOf } from "../../layer_groups.ts";
import type { Tensor } from "../layout.ts";
import { gruLayout, type GruNode, gruRecord, type GruShape } from "../ops/gru/shape.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { planRecurrentWeights } from "./recurrent_weights.ts";

/** Lays out a bidirectional GRU that reads an input. */
export function planGru(
  group: GroupOf<"bidirectionalGru">,
  input: Tensor,
  { memory, tensors, capacity }: ChainMemory,
): GruNode {
  const { units } = group.spec;
  const unitVectors = Math.ceil(units / 4);
  const row = 16 * unitVectors;
  const returnsSequences = group.spec.returnSequences === true;
  const planLast = () => {
    const flat = tensors.plan(1, 2 * units, { group, stride: 2 * row });
    return { ...flat, segment: { count: units, padded: row / 4 } };
  };
  const output = returnsSequences ? tensors.plan(input.rows, 2 * units, { group }) : planLast();
  const plain = {
    positions: input.rows,
    unitVectors,
    inputStride: input.stride,
    inputSampleStride: input.sampleStride,
    returnsSequences,
  };
  const { sampleStride } = returnsSequences ? gruRecord(plain) : output;
  const shape: GruShape = { ...plain, deltaSampleStride: sampleStride };
  const weights = planRecurrentWeights(gruLayout(shape), { memory, capacity });
  const base = { ...nameOf(group), input, output, shape, ...weights };
  return { ...base, kind: "bidirectionalGru" };
}
