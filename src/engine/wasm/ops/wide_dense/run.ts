/**
 * A wide dense layer, slice by slice of its inputs. A slice is a task of one thread; what it computes does not depend on
 * who computes the others.
 *
 * @module
 */

import type { StepPosition } from "../../../dropout.ts";
import { addressOf, deltaOf } from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import { adamUpdate, isFrozen, moveWeights } from "../adam.ts";
import type { AdamStep, ExecutionContext, ForwardPass, Part, Update } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { SLOT_ROW, WIDE_GRADIENT_KERNELS, WIDE_KERNELS } from "./kernels.ts";
import { fillMasks, scaleOf } from "./masks.ts";
import {
  BLOCK_INPUTS,
  BLOCK_MASK_BYTES,
  BLOCK_STRIDE,
  blockBytes,
  blocksOf,
  ROWS_TOGETHER,
  SLOT_BYTES,
  SUBSET_OF,
  SUBSET_ROWS,
  SUBSETS,
  unitBytes,
  type WideDenseNode,
} from "./shape.ts";
import { cutSlots, groupRows, type Slots } from "./slots.ts";
import { SUBSET_GRADIENT_KERNELS, SUBSET_KERNELS } from "./subset_kernels.ts";

/** What a slice is computed of. */
export interface WidePass {
  readonly slice: number;
  /** Rows of the output. */
  readonly rows: number;
  /** Present in training only. */
  readonly position?: StepPosition | undefined;
}

/** A pass back. */
export interface WideBackwardPass extends WidePass {
  /** Whether the derivatives with respect to the entries are wanted. */
  readonly toInput: boolean;
  /** How the kernel moves; absent if it does not learn. */
  readonly adam?: AdamStep | undefined;
}

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

/** A block of inputs: its place in the values of an entry and in a mask, in bytes, and its rows of the kernel. */
interface Block {
  readonly index: number;
  readonly values: number;
  readonly masks: number;
  readonly kernel: number;
}

function forBlocks(node: WideDenseNode, slice: number, visit: (block: Block) => void): void {
  const { first, end } = blocksOf(node.shape, slice);
  for (let index = first; index < end; index++) {
    visit({
      index,
      values: 4 * BLOCK_INPUTS * index,
      masks: BLOCK_MASK_BYTES * index,
      kernel: node.kernel.weight + index * blockBytes(node.shape),
    });
  }
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

/** Computes a slice of the derivatives with respect to the entries, and of the kernel's gradient, by which it moves. */
export function wideBackward(
  context: ExecutionContext,
  node: WideDenseNode,
  pass: WideBackwardPass,
): void {
  new BackwardSlice(context, node, pass).run();
}

/** A shared entry's rows, of which subsets are made. */
interface SubsetRows {
  /** Address of the slots. */
  readonly address: number;
  /** Groups of four rows. */
  readonly subsets: number;
  readonly entry: number;
  readonly table: number;
  /** Whether rows of the entry come before it. */
  readonly adds: boolean;
}

class BackwardSlice {
  readonly #context: ExecutionContext;
  readonly #node: WideDenseNode;
  readonly #pass: WideBackwardPass;
  readonly #learns: boolean;
  readonly #gradient: number;
  #single: readonly (Slots & { readonly rows: number })[] = [];
  #shared: readonly SubsetRows[] = [];

  constructor(context: ExecutionContext, node: WideDenseNode, pass: WideBackwardPass) {
    this.#context = context;
    this.#node = node;
    this.#pass = pass;
    this.#learns = pass.adam !== undefined && !isFrozen(node.kernel, pass.adam);
    this.#gradient = context.scratch + node.scratch.gradient;
  }

  run(): void {
    const { clear } = this.#context.bind(MEMORY_KERNELS);
    this.#pullRows();
    forBlocks(this.#node, this.#pass.slice, (block) => {
      clear(this.#gradient, blockBytes(this.#node.shape));
      if (this.#single.length > 0) this.#addSingle(block);
      for (const rows of this.#shared) this.#addShared(block, rows);
      if (!this.#learns) return;
      moveWeights(this.#context, this.#node.kernel, {
        offset: block.index * blockBytes(this.#node.shape),
        bytes: blockBytes(this.#node.shape),
        gradient: this.#gradient,
        adam: this.#pass.adam!,
      });
    });
  }

  /** Gathers the derivatives of all rows, those of single ones first, and makes the subsets of the others. */
  #pullRows(): void {
    const { output, shape, scratch, name, dropout } = this.#node;
    const context = this.#context;
    const { rows, position } = this.#pass;
    const { clear } = context.bind(MEMORY_KERNELS);
    const { pullRowsBackward } = context.bind(WIDE_GRADIENT_KERNELS, name);
    const { rowSubsetsBackward } = context.bind(SUBSET_GRADIENT_KERNELS, name);
    const masked = position !== undefined && dropout !== undefined;
    const addressOfRow = (row: number) => deltaOf(output, row);
    const groups = groupRows(context, this.#node, { rows, masked, addressOfRow });
    const scale = masked ? scaleOf(this.#node) : 1;
    const unit = unitBytes(shape);
    let target = context.scratch + scratch.rows;
    let table = context.scratch + scratch.rowSubsets;
    const pull = ({ address, count }: Slots) => {
      const at = target;
      pullRowsBackward(at, address, count, scale);
      target += count * unit;
      return at;
    };
    this.#single = cutSlots(groups.single, ROWS_TOGETHER).map((slots) => ({
      ...slots,
      rows: pull(slots),
    }));
    this.#shared = groups.shared.flatMap((shared) => {
      return cutSlots(shared, SUBSET_ROWS).map((slots, index): SubsetRows => {
        const rows = pull(slots);
        const filled = SUBSET_OF * Math.ceil(slots.count / SUBSET_OF);
        const missing = (filled - slots.count) * unit;
        clear(target, missing);
        target += missing;
        const subsets = filled / SUBSET_OF;
        const own = table;
        rowSubsetsBackward(own, rows, subsets);
        table += subsets * SUBSETS * unit;
        return {
          address: slots.address,
          subsets,
          entry: shared.entry,
          table: own,
          adds: index > 0,
        };
      });
    });
  }

  #addSingle(block: Block): void {
    const context = this.#context;
    const { name, shape, scratch } = this.#node;
    const { transpose } = context.bind(MEMORY_KERNELS);
    const { maskRows } = context.bind(WIDE_KERNELS, name);
    const kernels = context.bind(WIDE_GRADIENT_KERNELS, name);
    const unit = unitBytes(shape);
    const transposed = context.scratch + scratch.transposed;
    const values = context.scratch + scratch.values;
    const deltas = context.scratch + scratch.deltas;
    const { toInput } = this.#pass;
    if (toInput) transpose(transposed, block.kernel, BLOCK_INPUTS, unit / 16, BLOCK_STRIDE, unit);
    for (const { address, count, rows } of this.#single) {
      if (toInput) {
        kernels.valueGradient(deltas, rows, transposed, count);
        const vectors = vectorsOf(this.#node, block);
        kernels.passGradient(address, deltas, count, block.values, block.masks, vectors);
      }
      if (!this.#learns) continue;
      maskRows(values, address, count, block.values, block.masks);
      kernels.kernelGradient(this.#gradient, values, rows, count);
    }
  }

  #addShared(block: Block, { address, subsets, entry, table, adds }: SubsetRows): void {
    const context = this.#context;
    const { name, input, shape, scratch } = this.#node;
    const kernels = context.bind(SUBSET_GRADIENT_KERNELS, name);
    const choices = context.scratch + scratch.choices;
    const dots = context.scratch + scratch.dots;
    const values = addressOf(input, entry) + block.values;
    kernels.choicesBackward(choices, address, subsets, block.masks);
    const [gradient, kernel] = [this.#gradient, block.kernel];
    kernels.subsetGradient(gradient, dots, table, choices, values, kernel, subsets, adds ? 1 : 0);
    if (this.#pass.toInput) {
      kernels.dotsBackward(values + shape.inputDelta, dots, vectorsOf(this.#node, block));
    }
  }
}

/** Vectors of a block that are inputs, and not what fills up the last block. */
function vectorsOf({ shape: { inputs } }: WideDenseNode, { index }: Block): number {
  return Math.max(0, Math.min(BLOCK_INPUTS, inputs - index * BLOCK_INPUTS)) / 4;
}

/** Takes Adam's step for the bias; the kernel has moved already. */
export function wideUpdate(
  context: ExecutionContext,
  { output, bias }: WideDenseNode,
  { samples, adam }: Update,
): void {
  if (isFrozen(bias, adam)) return;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  columnSum(bias.gradient, deltaOf(output, 0), samples, output.stride / 16, output.sampleStride);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}
