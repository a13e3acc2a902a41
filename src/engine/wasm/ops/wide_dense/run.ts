import { addressOf, deltaOf } from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import type { ExecutionContext, ForwardPass, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { forBlocks, type WidePass } from "./blocks.ts";
import { SLOT_ROW, WIDE_KERNELS } from "./kernels.ts";
import { fillMasks, scaleOf } from "./masks.ts";
import { ROWS_TOGETHER, SLOT_BYTES, unitBytes, type WideDenseNode } from "./shape.ts";
import { cutSlots, groupRows, type Slots } from "./slots.ts";
import { SUBSET_KERNELS } from "./subset_kernels.ts";

/** Computes what a slice of the inputs contributes to all rows. */
export function wideForward(
  context: ExecutionContext,
  node: WideDenseNode,
  { slice, rows, position }: WidePass,
): void {
  const { partials } = node;
  if (position !== undefined) fillMasks(context, node, { slice, rows, position });
  const masked = position !== undefined && node.dropout !== undefined;
  const rowOffset = slice * partials.stride;
  const addressOfRow = (row: number) => partials.address + row * unitBytes(node.shape);
  const groups = groupRows(context, node, { rows, masked, addressOfRow });
  for (const slots of cutSlots(groups.single, ROWS_TOGETHER)) {
    addProducts(context, node, { slice, slots, rowOffset });
  }
  if (groups.shared.length === 0) return;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { addSubsets } = context.bind(SUBSET_KERNELS, node.name);
  const table = context.scratch + node.scratch.inputSubsets;
  for (const { address, count, entry } of groups.shared) {
    for (let slot = 0; slot < count; slot++) {
      const row = context.words[(address + slot * SLOT_BYTES + SLOT_ROW) / 4]! >>> 0;
      clear(row + rowOffset, unitBytes(node.shape));
    }
    forBlocks(node, slice, ({ values, masks, kernel }) => {
      const from = addressOf(node.input, entry) + values;
      addSubsets(table, from, kernel, address, count, masks, rowOffset);
    });
  }
}

/** Multiplies the values of rows, each of which has an entry or a mask that no other has. */
function addProducts(
  context: ExecutionContext,
  node: WideDenseNode,
  { slice, slots: { address, count }, rowOffset }: {
    readonly slice: number;
    readonly slots: Slots;
    readonly rowOffset: number;
  },
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { maskRows, addProduct, scatterRows } = context.bind(WIDE_KERNELS, node.name);
  const values = context.scratch + node.scratch.values;
  const sums = context.scratch + node.scratch.rows;
  clear(sums, count * unitBytes(node.shape));
  forBlocks(node, slice, (block) => {
    maskRows(values, address, count, block.values, block.masks);
    addProduct(sums, values, block.kernel, count);
  });
  scatterRows(address, sums, count, rowOffset);
}

/** Adds up the slices' sums of a part's rows, in order, with the bias; then the activation. */
export function wideFinish(
  context: ExecutionContext,
  node: WideDenseNode,
  { part: { start, count }, mode }: ForwardPass,
): void {
  const { name, shape, output, bias, partials, slope } = node;
  const { sumParts } = context.bind(SUM_KERNELS);
  const { finishRows } = context.bind(WIDE_KERNELS, name);
  const unit = unitBytes(shape);
  const target = addressOf(output, start);
  const vectors = count * unit / 16;
  const from = partials.address + start * unit;
  sumParts(target, from, vectors, partials.stride, shape.slices);
  finishRows(target, bias.weight, count, mode === "train" ? scaleOf(node) : 1);
  if (slope === 1) return;
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  leaky(target, target, vectors, slope);
}

/** Passes a part's derivatives back through the activation. */
export function wideActivationBackward(
  context: ExecutionContext,
  { output, slope }: WideDenseNode,
  { start, count }: Part,
): void {
  if (slope === 1) return;
  const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
  const delta = deltaOf(output, start);
  leakyBackward(delta, delta, addressOf(output, start), count * output.sampleStride / 16, slope);
}
