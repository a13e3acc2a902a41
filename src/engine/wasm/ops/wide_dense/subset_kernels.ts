/**
 * Rows of one entry have the same values and differ in their masks, so what they sum are subsets: of four inputs, or of
 * four rows, there are 16. Their sums are made once and looked up by four bits of a mask, a quarter of the additions
 * of a plain sum and no multiplications (the "four Russians", Arlazarov et al. 1970).
 *
 * Forward, for the entry's values x and each row's mask m: Σ m[i] · (x[i] · kernel[i]), from subsets of inputs.
 *
 * Backward, for the derivatives δ of the rows: D[i] = Σ over rows of m[i] · δ, from subsets of rows. Then the derivative
 * with respect to x[i] is kernel[i] · D[i], and the gradient of kernel[i] is x[i] · D[i].
 *
 * @module
 */

import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { TransposedBlock } from "../../assembler/transposed_block.ts";
import { SLOT_MASK, SLOT_ROW } from "./kernels.ts";
import {
  BLOCK_INPUTS,
  BLOCK_MASK_BYTES,
  SLOT_BYTES,
  SUBSET_OF,
  SUBSETS,
  unitBytes,
  type WideShape,
  WORD_INPUTS,
} from "./shape.ts";

/**
 * `addSubsets`: adds to the sums of an entry's rows what a block of inputs contributes. `values` and `kernel` are those of
 * the block, `table` is scratch memory.
 */
export const SUBSET_KERNELS = {
  addSubsets: ["table", "values", "kernel", "slots", "count", "maskOffset", "rowOffset"],
} as const;

/**
 * `rowSubsetsBackward`: the tables `[panel, group, subset, unit of the panel]` of rows in groups of four.
 *
 * `choicesBackward`: `[group, input]`, a byte each: which subset of the four rows of a group keep an input of a block.
 *
 * `subsetGradient`: adds x · D to the gradient of a block, and makes `dots`, a vector for each input whose lanes are
 * still to be summed to kernel · D: adds to them if `adds` is not 0.
 *
 * `dotsBackward`: sums the lanes of so many vectors of four inputs.
 */
export const SUBSET_GRADIENT_KERNELS = {
  rowSubsetsBackward: ["table", "rows", "groups"],
  choicesBackward: ["target", "slots", "groups", "maskOffset"],
  subsetGradient: [
    "gradient",
    "dots",
    "table",
    "choices",
    "values",
    "kernel",
    "groups",
    "adds",
  ],
  dotsBackward: ["target", "dots", "vectors"],
} as const;

/** Adds the kernels that sum subsets, forward. */
export function addSubsetForward(module: ModuleAssembler, node: string, shape: WideShape): void {
  const { panelVectors, panels } = shape;
  const unit = unitBytes(shape);
  const panel = 16 * panelVectors;
  const groups = WORD_INPUTS / SUBSET_OF;
  const add = kernelAdder(module, { table: SUBSET_KERNELS, node });
  add("addSubsets", (code, { table, values, kernel, slots, count, maskOffset, rowOffset }) => {
    const [slot, left, row, at, word, target, source] = code.locals("i32", 7);
    const inputs = code.locals("v128", SUBSET_OF);
    const sums = code.locals("v128", panelVectors);
    const subsets = new Subsets(code, panel);
    code.repeat(BLOCK_INPUTS / WORD_INPUTS, () => {
      code.repeat(panels, () => {
        code.get(table).set(target).get(kernel).set(source);
        code.repeat(groups, () => {
          inputs.forEach((input, i) => code.get(values).loadSplat(4 * i).set(input));
          for (let vector = 0; vector < panelVectors; vector++) {
            subsets.store(target, vector, (i) => {
              code.get(source).load(i * unit + 16 * vector).get(inputs[i]!).op("f32x4.mul");
            });
          }
          code.advance(target, SUBSETS * panel).advance(source, SUBSET_OF * unit);
          code.advance(values, 4 * SUBSET_OF);
        });
        code.advance(values, -4 * WORD_INPUTS);
        code.get(slots).set(slot).get(count).set(left);
        code.repeatLocal(left, () => {
          code.get(slot).i32Load(SLOT_ROW).get(rowOffset).op("i32.add").set(row);
          code.get(slot).i32Load(SLOT_MASK).get(maskOffset).op("i32.add").i32Load().set(word);
          sums.forEach((sum, vector) => code.get(row).load(16 * vector).set(sum));
          for (let group = 0; group < groups; group++) {
            code.get(word).i32(SUBSET_OF * group).op("i32.shr_u").i32(SUBSETS - 1).op("i32.and");
            code.i32(panel).op("i32.mul").get(table).op("i32.add");
            code.i32(group * SUBSETS * panel).op("i32.add").set(at);
            sums.forEach((sum, vector) => {
              code.get(sum).get(at).load(16 * vector).op("f32x4.add").set(sum);
            });
          }
          sums.forEach((sum, vector) => code.get(row).get(sum).store(16 * vector));
          code.advance(slot, SLOT_BYTES);
        });
        code.advance(kernel, panel).advance(rowOffset, panel);
      });
      code.advance(kernel, WORD_INPUTS * unit - unit).advance(rowOffset, -unit);
      code.advance(values, 4 * WORD_INPUTS).advance(maskOffset, WORD_INPUTS / 8);
    });
  });
}

/** The sums of all subsets of four vectors. */
class Subsets {
  readonly #code: FunctionAssembler;
  readonly #stride: number;
  readonly #sums: readonly Local[];

  /** `stride` bytes lie between the sums of two subsets. */
  constructor(code: FunctionAssembler, stride: number) {
    this.#code = code;
    this.#stride = stride;
    this.#sums = code.locals("v128", SUBSETS / 2);
  }

  /** Stores the sums of one vector of each of four; `push` pushes those. */
  store(target: Local, vector: number, push: (index: number) => void): void {
    const code = this.#code;
    const sums = this.#sums;
    const offsetOf = (subset: number) => subset * this.#stride + 16 * vector;
    code.get(target).f32x4(0).store(offsetOf(0));
    for (let index = 0; index < SUBSET_OF - 1; index++) {
      const own = 2 ** index;
      push(index);
      code.set(sums[own]!);
      for (let other = 1; other < own; other++) {
        code.get(sums[other]!).get(sums[own]!).op("f32x4.add").set(sums[own + other]!);
      }
    }
    for (let subset = 1; subset < SUBSETS / 2; subset++) {
      code.get(target).get(sums[subset]!).store(offsetOf(subset));
    }
    // The last of the four is needed no more after its sums, so it takes the place of the empty subset.
    push(SUBSET_OF - 1);
    code.set(sums[0]!).get(target).get(sums[0]!).store(offsetOf(SUBSETS / 2));
    for (let subset = 1; subset < SUBSETS / 2; subset++) {
      code.get(target).get(sums[subset]!).get(sums[0]!).op("f32x4.add");
      code.store(offsetOf(SUBSETS / 2 + subset));
    }
  }
}

/** Adds the kernels that sum subsets, back. */
export function addSubsetBackward(module: ModuleAssembler, node: string, shape: WideShape): void {
  addRowSubsets(module, node, shape);
  addChoices(module, node);
  addSubsetGradient(module, node, shape);
  addDots(module, node);
}

function addRowSubsets(module: ModuleAssembler, node: string, shape: WideShape): void {
  const { panelVectors, panels } = shape;
  const unit = unitBytes(shape);
  const panel = 16 * panelVectors;
  const add = kernelAdder(module, { table: SUBSET_GRADIENT_KERNELS, node });
  add("rowSubsetsBackward", (code, { table, rows, groups }) => {
    const [left, source] = code.locals("i32", 2);
    const subsets = new Subsets(code, panel);
    code.repeat(panels, () => {
      code.get(groups).set(left).get(rows).set(source);
      code.repeatLocal(left, () => {
        for (let vector = 0; vector < panelVectors; vector++) {
          subsets.store(table, vector, (i) => code.get(source).load(i * unit + 16 * vector));
        }
        code.advance(table, SUBSETS * panel).advance(source, SUBSET_OF * unit);
      });
      code.advance(rows, panel);
    });
  });
}

/** Places of the bytes whose bits are spread: eight copies of the first, then of the second. */
const SPREAD_BITS = Array.from({ length: 16 }, (_, place) => Math.floor(place / 8));

/** 16 inputs at a time: each byte of a vector takes the bit of its input. */
function addChoices(module: ModuleAssembler, node: string): void {
  const add = kernelAdder(module, { table: SUBSET_GRADIENT_KERNELS, node });
  add("choicesBackward", (code, { target, slots, groups, maskOffset }) => {
    const masks = code.locals("i32", SUBSET_OF);
    const [bits, choices] = code.locals("v128", 2);
    const rows = code.locals("v128", SUBSET_OF);
    // Lane k of eight bytes has bit k.
    code.i32x4([0x08040201, 0x80402010 | 0, 0x08040201, 0x80402010 | 0]).set(bits);
    rows.forEach((row, index) => code.i32(2 ** index).op("i8x16.splat").set(row));
    code.repeatLocal(groups, () => {
      masks.forEach((mask, index) => {
        code.get(slots).i32Load(SLOT_BYTES * index + SLOT_MASK).get(maskOffset).op("i32.add");
        code.set(mask);
      });
      for (let byte = 0; byte < BLOCK_MASK_BYTES; byte += 2) {
        masks.forEach((mask, index) => {
          code.get(mask).loadSplat16(byte).shuffleBytes(SPREAD_BITS);
          code.get(bits).op("v128.and").get(bits).op("i8x16.eq").get(rows[index]!).op("v128.and");
          if (index > 0) code.get(choices).op("v128.or");
          code.set(choices);
        });
        code.get(target).get(choices).store(8 * byte);
      }
      code.advance(target, BLOCK_INPUTS).advance(slots, SUBSET_OF * SLOT_BYTES);
    });
  });
}

function addSubsetGradient(module: ModuleAssembler, node: string, shape: WideShape): void {
  const { panelVectors, panels } = shape;
  const unit = unitBytes(shape);
  const panel = 16 * panelVectors;
  const add = kernelAdder(module, { table: SUBSET_GRADIENT_KERNELS, node });
  add("subsetGradient", (code, parameters) => {
    const { gradient, dots, table, choices, values, kernel, groups, adds } = parameters;
    const [left, at, choice, from] = code.locals("i32", 4);
    const [value, dot, scratch, keep] = code.locals("v128", 4);
    const sums = code.locals("v128", panelVectors);
    code.i32(0).get(adds).i32(0).op("i32.ne").op("i32.sub").op("i32x4.splat").set(keep);
    code.repeat(panels, () => {
      code.repeat(BLOCK_INPUTS, () => {
        for (const sum of sums) code.f32x4(0).set(sum);
        code.get(groups).set(left).get(choices).set(choice).get(table).set(from);
        code.repeatLocal(left, () => {
          code.get(choice).i32LoadByte().i32(panel).op("i32.mul").get(from).op("i32.add").set(at);
          sums.forEach((sum, vector) => {
            code.get(sum).get(at).load(16 * vector).op("f32x4.add").set(sum);
          });
          code.advance(choice, BLOCK_INPUTS).advance(from, SUBSETS * panel);
        });
        code.get(values).loadSplat().set(value);
        code.get(dots).load().get(keep).op("v128.and").set(dot);
        sums.forEach((sum, vector) => {
          code.get(sum).get(kernel).load(16 * vector).get(dot).multiplyAdd(scratch).set(dot);
          code.get(gradient).get(sum).get(value).get(gradient).load(16 * vector);
          code.multiplyAdd(scratch).store(16 * vector);
        });
        code.get(dots).get(dot).store();
        code.advance(dots, 16).advance(values, 4).advance(choices, 1);
        code.advance(kernel, unit).advance(gradient, unit);
      });
      // The next panel adds to the dots of this one. The table has gone through its groups.
      code.i32(-1).op("i32x4.splat").set(keep).get(from).set(table);
      code.advance(dots, -16 * BLOCK_INPUTS).advance(values, -4 * BLOCK_INPUTS);
      code.advance(choices, -BLOCK_INPUTS);
      code.advance(kernel, panel - BLOCK_INPUTS * unit);
      code.advance(gradient, panel - BLOCK_INPUTS * unit);
    });
  });
}

function addDots(module: ModuleAssembler, node: string): void {
  const add = kernelAdder(module, { table: SUBSET_GRADIENT_KERNELS, node });
  add("dotsBackward", (code, { target, dots, vectors }) => {
    const block = new TransposedBlock(code);
    code.repeatLocal(vectors, () => {
      block.transpose((line) => code.get(dots).load(16 * line));
      code.get(target);
      block.push(0);
      block.push(1);
      code.op("f32x4.add");
      block.push(2);
      code.op("f32x4.add");
      block.push(3);
      code.op("f32x4.add").store();
      code.advance(target, 16).advance(dots, 64);
    });
  });
}
