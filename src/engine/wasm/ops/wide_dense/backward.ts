import { addressOf, deltaOf } from "../../layout.ts";
import { isFrozen, moveWeights } from "../adam.ts";
import type { AdamStep, ExecutionContext } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { TRANSPOSE_KERNELS } from "../transpose.ts";
import { type Block, forBlocks, vectorsOf, type WidePass } from "./blocks.ts";
import { WIDE_GRADIENT_KERNELS, WIDE_KERNELS } from "./kernels.ts";
import { scaleOf } from "./masks.ts";
import {
  BLOCK_INPUTS,
  BLOCK_STRIDE,
  blockBytes,
  ROWS_TOGETHER,
  SUBSET_OF,
  SUBSET_ROWS,
  SUBSETS,
  unitBytes,
  type WideDenseNode,
} from "./shape.ts";
import { cutSlots, groupRows, type Slots } from "./slots.ts";
import { SUBSET_GRADIENT_KERNELS } from "./subset_kernels.ts";

/** A pass back. */
export interface WideBackwardPass extends WidePass {
  /** Whether the derivatives with respect to the entries are wanted. */
  readonly toInput: boolean;
  /** How the kernel moves; absent if it does not learn. */
  readonly adam?: AdamStep | undefined;
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
    const { transpose } = context.bind(TRANSPOSE_KERNELS);
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
