import type { DropoutLayer } from "../../../model/spec.ts";
import type { GroupOf, LayerGroup } from "../../layer_groups.ts";
import { countValues, roundUp, type Tensor } from "../layout.ts";
import type { EntryOrigins } from "../ops/dropout.ts";
import {
  BLOCK_MASK_BYTES,
  blockBytes,
  planWideScratch,
  planWideShape,
  unitBytes,
  WIDE_INPUTS,
  type WideDenseNode,
  type WideDropout,
  type WideScratch,
} from "../ops/wide_dense/shape.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";

/** Where the rows of a wide dense layer find their entries, if these are outputs of another chain. */
export interface SharedEntries {
  /** The outputs. */
  readonly source: Tensor;
  /** int32: the entry of each row. */
  readonly entryOf: number;
}

/** The layers at the beginning of a chain that read entries where another chain has left them. */
export interface WideBeginning {
  readonly dropout: GroupOf<"dropout">;
  readonly dense: GroupOf<"dense">;
  /** Groups that they and the layers between them take. */
  readonly groups: number;
}

/** Whether a dense layer over some values is computed slice by slice. */
export function isWide(input: Pick<Tensor, "rows" | "stride" | "segment">): boolean {
  const { count, padded } = input.segment;
  return countValues(input) >= WIDE_INPUTS && count === padded;
}

/** Finds a dropout and a wide dense layer at the beginning of a chain. */
export function findWideBeginning(
  groups: readonly LayerGroup[],
  source: Tensor,
): WideBeginning | undefined {
  const [dropout] = groups;
  if (dropout?.kind !== "dropout" || !isWide(source)) return undefined;
  const next = groups.findIndex(({ kind }, index) => index > 0 && kind !== "flatten");
  const dense = groups[next];
  if (dense?.kind !== "dense") return undefined;
  return { dropout, dense, groups: next + 1 };
}

/** Lays out a wide dense layer, with the dropout before it if that is its own. */
export function planWideDense(
  group: GroupOf<"dense">,
  { input, entryOf, dropout }: {
    readonly input: Tensor;
    readonly entryOf?: number | undefined;
    readonly dropout?: {
      readonly layer: number;
      readonly spec: DropoutLayer;
      readonly origins: EntryOrigins | undefined;
    };
  },
  { memory, tensors, capacity }: ChainMemory,
): { readonly node: WideDenseNode; readonly scratch: WideScratch } {
  const { slope, spec: { units } } = group;
  const inputs = countValues(input);
  const shape = planWideShape({ inputs, units, inputDelta: input.delta - input.address });
  const unit = unitBytes(shape);
  const planned = tensors.plan(1, units, { group, stride: unit });
  // Rows without gaps, as the sums of slices are.
  const output = { ...planned, sampleStride: unit, deltaSampleStride: unit };
  const maskStride = roundUp(shape.blocks * BLOCK_MASK_BYTES, 64);
  const scratch = planWideScratch(shape, capacity);
  const own: WideDropout | undefined = dropout && {
    layer: dropout.layer,
    rate: dropout.spec.rate,
    masks: memory.take(maskStride * capacity),
    maskStride,
    origins: dropout.origins,
  };
  const node: WideDenseNode = {
    ...nameOf(group),
    kind: "wideDense",
    input,
    output,
    shape,
    slope,
    kernel: memory.trainedKernel(shape.blocks * blockBytes(shape)),
    bias: memory.parameter(unit),
    entryOf,
    dropout: own,
    ones: memory.take(maskStride),
    zeros: memory.take(maskStride),
    partials: {
      address: memory.take(shape.slices * capacity * unit),
      stride: capacity * unit,
    },
    scratch,
  };
  return { node, scratch };
}
