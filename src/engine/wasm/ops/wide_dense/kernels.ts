import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../../assembler/sample_product.ts";
import {
  BLOCK_INPUTS,
  BLOCK_STRIDE,
  SLOT_BYTES,
  unitBytes,
  type WideShape,
  WORD_INPUTS,
} from "./shape.ts";

/** Where a slot has the address of the values of an entry. */
export const SLOT_VALUES = 0;
/** That of the row's mask. */
export const SLOT_MASK = 4;
/** That of the row's sums, or of the derivatives with respect to its outputs. */
export const SLOT_ROW = 8;
/** −1 if a row before it has the same entry, else 0. */
export const SLOT_FOLLOWS = 12;

/**
 * They work on some rows, one for each of `count` slots of four words, and on a block of inputs, which `offset` and
 * `maskOffset` say the place of in an entry and in a mask.
 *
 * `maskRows`: the values that the masks keep, zeros for the others.
 *
 * `addProduct`: adds values · kernel to sums.
 *
 * `scatterRows`: copies sums to the rows of the slots, `rowOffset` bytes after what these say.
 *
 * `finishRows`: row = scale · row + bias for consecutive rows.
 */
export const WIDE_KERNELS = {
  maskRows: ["target", "slots", "count", "offset", "maskOffset"],
  addProduct: ["sums", "values", "kernel", "count"],
  scatterRows: ["slots", "source", "count", "rowOffset"],
  finishRows: ["rows", "bias", "count", "scale: f32"],
} as const;

/**
 * `pullRowsBackward`: copies scale · row of each slot to consecutive rows.
 *
 * `valueGradient`: rows · transposedᵀ, the derivatives with respect to the values of a block.
 *
 * `passGradient`: writes to the derivatives with respect to the entries those of `source` that the masks kept, so many
 * vectors a row; adds where a slot follows another of the same entry.
 *
 * `kernelGradient`: adds valuesᵀ · rows to the gradient of a block.
 */
export const WIDE_GRADIENT_KERNELS = {
  pullRowsBackward: ["target", "slots", "count", "scale: f32"],
  valueGradient: ["target", "rows", "transposed", "count"],
  passGradient: ["slots", "source", "count", "offset", "maskOffset", "vectors"],
  kernelGradient: ["gradient", "values", "rows", "count"],
} as const;

/** Vectors of a block, and of the inputs of a word. */
const BLOCK_VECTORS = BLOCK_INPUTS / 4;
const WORD_VECTORS = WORD_INPUTS / 4;

/** Adds the kernels that compute rows one by one, forward. */
export function addWideForward(module: ModuleAssembler, node: string, shape: WideShape): void {
  const add = kernelAdder(module, { table: WIDE_KERNELS, node });
  const unit = unitBytes(shape);
  add("maskRows", (code, { target, slots, count, offset, maskOffset }) => {
    const [from, mask] = code.locals("i32", 2);
    const bits = new MaskBits(code);
    code.repeatLocal(count, () => {
      locate(code, { slots, place: SLOT_VALUES, offset }, from);
      locate(code, { slots, place: SLOT_MASK, offset: maskOffset }, mask);
      for (let vector = 0; vector < BLOCK_VECTORS; vector++) {
        if (vector % WORD_VECTORS === 0) bits.read(mask, 4 * vector / WORD_VECTORS);
        code.get(target).get(from).load(16 * vector);
        bits.pushNext();
        code.op("v128.and").store(16 * vector);
      }
      code.advance(target, BLOCK_STRIDE).advance(slots, SLOT_BYTES);
    });
  });
  add("addProduct", (code, { sums, values, kernel, count }) => {
    assembleSampleProduct(code, {
      inner: BLOCK_INPUTS,
      vectors: unit / 16,
      start: "self",
      rowStrideA: BLOCK_STRIDE,
      b: { rowStride: unit },
      rowStrideC: unit,
    }, { a: values, b: kernel, c: sums, samples: count });
  });
  add("scatterRows", (code, { slots, source, count, rowOffset }) => {
    const [to, left] = code.locals("i32", 2);
    code.repeatLocal(count, () => {
      locate(code, { slots, place: SLOT_ROW, offset: rowOffset }, to);
      code.i32(unit / 16).set(left);
      code.repeatLocal(left, () => {
        code.get(to).get(source).load().store().advance(to, 16).advance(source, 16);
      });
      code.advance(slots, SLOT_BYTES);
    });
  });
  add("finishRows", (code, { rows, bias, count, scale }) => {
    const [from, left] = code.locals("i32", 2);
    const [scales, scratch] = code.locals("v128", 2);
    code.get(scale).op("f32x4.splat").set(scales);
    code.repeatLocal(count, () => {
      code.get(bias).set(from).i32(unit / 16).set(left);
      code.repeatLocal(left, () => {
        code.get(rows).get(rows).load().get(scales).get(from).load().multiplyAdd(scratch).store();
        code.advance(rows, 16).advance(from, 16);
      });
    });
  });
}

/** Adds the kernels that compute rows one by one, back. */
export function addWideBackward(module: ModuleAssembler, node: string, shape: WideShape): void {
  const add = kernelAdder(module, { table: WIDE_GRADIENT_KERNELS, node });
  const unit = unitBytes(shape);
  add("pullRowsBackward", (code, { target, slots, count, scale }) => {
    const [from, left] = code.locals("i32", 2);
    const scales = code.local("v128");
    code.get(scale).op("f32x4.splat").set(scales);
    code.repeatLocal(count, () => {
      code.get(slots).i32Load(SLOT_ROW).set(from).i32(unit / 16).set(left);
      code.repeatLocal(left, () => {
        code.get(target).get(from).load().get(scales).op("f32x4.mul").store();
        code.advance(target, 16).advance(from, 16);
      });
      code.advance(slots, SLOT_BYTES);
    });
  });
  add("valueGradient", (code, { target, rows, transposed, count }) => {
    assembleSampleProduct(code, {
      inner: unit / 4,
      vectors: BLOCK_VECTORS,
      start: "zero",
      rowStrideA: unit,
      b: { rowStride: BLOCK_STRIDE },
      rowStrideC: BLOCK_STRIDE,
    }, { a: rows, b: transposed, c: target, samples: count });
  });
  add("passGradient", (code, { slots, source, count, offset, maskOffset, vectors }) => {
    const [to, mask, from, left] = code.locals("i32", 4);
    const follows = code.local("v128");
    const bits = new MaskBits(code);
    const passNext = () => {
      code.get(to).get(from).load();
      bits.pushNext();
      code.op("v128.and").get(to).load().get(follows).op("v128.and").op("f32x4.add").store();
      code.advance(to, 16).advance(from, 16);
    };
    code.repeatLocal(count, () => {
      locate(code, { slots, place: SLOT_VALUES, offset }, to);
      code.advance(to, shape.inputDelta);
      locate(code, { slots, place: SLOT_MASK, offset: maskOffset }, mask);
      code.get(slots).loadSplat(SLOT_FOLLOWS).set(follows).get(source).set(from);
      code.get(vectors).i32(Math.log2(WORD_VECTORS)).op("i32.shr_u").set(left);
      code.repeatLocal(left, () => {
        bits.read(mask, 0);
        for (let vector = 0; vector < WORD_VECTORS; vector++) passNext();
        code.advance(mask, 4);
      });
      // The last block of a layer may end within a word.
      code.get(vectors).i32(WORD_VECTORS - 1).op("i32.and").set(left);
      bits.read(mask, 0);
      code.repeatLocal(left, passNext);
      code.advance(source, BLOCK_STRIDE).advance(slots, SLOT_BYTES);
    });
  });
  add("kernelGradient", (code, { gradient, values, rows, count }) => {
    assembleProduct(code, {
      rows: BLOCK_INPUTS,
      vectors: unit / 16,
      start: "self",
      rowStrideA: 4,
      b: { rowStride: unit },
      rowStrideC: unit,
      sums: [{ count: { local: count }, strideA: BLOCK_STRIDE, stepB: 1 }],
    }, { a: values, b: rows, c: gradient });
  });
}

/** Finds an address that a slot names, and a place after it. */
function locate(
  code: FunctionAssembler,
  { slots, place, offset }: {
    readonly slots: Local;
    readonly place: number;
    readonly offset: Local;
  },
  target: Local,
): void {
  code.get(slots).i32Load(place).get(offset).op("i32.add").set(target);
}

/** The bits of a mask as lanes, four at a time. */
class MaskBits {
  readonly #code: FunctionAssembler;
  readonly #bits: Local;
  readonly #lanes: Local;

  constructor(code: FunctionAssembler) {
    this.#code = code;
    [this.#bits, this.#lanes] = code.locals("v128", 2);
    code.i32x4([1, 2, 4, 8]).set(this.#lanes);
  }

  /** Begins with a word. */
  read(mask: Local, offset: number): void {
    this.#code.get(mask).loadSplat(offset).set(this.#bits);
  }

  /** Pushes lanes of ones where the next four bits are set. */
  pushNext(): void {
    const code = this.#code;
    code.get(this.#bits).get(this.#lanes).op("v128.and").get(this.#lanes).op("i32x4.eq");
    code.get(this.#bits).i32(4).op("i32x4.shr_u").set(this.#bits);
  }
}
