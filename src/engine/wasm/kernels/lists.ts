/**
 * Products that leave out zeros. Behind a ReLU or a dropout half of a layer's inputs or more are zero, and a zero
 * adds nothing to a sum: a row of such a matrix is first written as a list of what is not zero, then multiplied.
 *
 * A list is its number of entries (i32), the number of groups of four that they fill (i32), and the entries: a
 * factor (f32) and how many bytes behind the first row of B the row lies that it multiplies (i32). Three entries
 * of zeros follow, to fill up the last group.
 *
 * B is packed in panels: columns are cut into groups of 32, and a panel holds its columns of all rows, one row
 * behind the other.
 *
 * @module
 */

import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler.ts";
import { assembleProduct } from "../gemm.ts";

/**
 * Eight vectors, two cache lines: their sums stay in registers while a list passes by. Each multiply-add loads its
 * own vector of B, and Deno's V8 compares the address of every load with the memory's size, so these products
 * reach half of the SIMD peak where register tiles reach nine tenths; panels of 10 or 12 vectors reach no more.
 */
const PANEL_VECTORS = 8;
/** Loads at distances 0, 16, 32 and 48 of one address: each has its own limit, and four stay in registers. */
const NEAR_VECTORS = 4;
const GROUP_ENTRIES = 4;
const ENTRY_BYTES = 8;
const HEADER_BYTES = 8;

/** Bytes of one row of a panel of B. */
export const PANEL_ROW_BYTES = 16 * PANEL_VECTORS;

/** Bytes of a list of at most so many entries; whole cache lines. */
export function listBytes(entries: number): number {
  const bytes = HEADER_BYTES + ENTRY_BYTES * (entries + GROUP_ENTRIES - 1);
  return Math.ceil(bytes / 64) * 64;
}

/** Bytes of the sums that `listedDots` makes of such a list; whole cache lines. */
export function dotsBytes(entries: number): number {
  return Math.ceil(entries / 16) * 64;
}

/**
 * `list(list, keep, values, count, stride, row, rowBytes)`: lists the values of which `keep` is not zero, which may be
 * the values themselves. Both have `stride` bytes between elements. `row` is the distance of the row of B that
 * belongs to the first value; a list begins where it is zero and else goes on. `rowBytes` lie between rows of B.
 *
 * `listedProduct(c, strideC, start, lists, listStride, b, rows)`: one panel of C[row, ·] = start + Σ factor ·
 * B[entry's row, ·] over the entries of the row's list, in their order.
 *
 * `listedDots(lists, listStride, sums, delta, deltaStride, b, rows)`: one panel's share of the transposed product, where
 * only what the lists name is wanted: Σ delta[row, ·] · B[entry's row, ·] is added to the entry's place among the
 * float32 that lie `sums` bytes behind the list.
 *
 * `spreadDots(target, list, sums)`: writes the sum of each entry where its value stands in `target`, a row of
 * consecutive float32, if the list was made with rows of a panel. `sums` is an address.
 */
export function addListKernels(module: ModuleAssembler): void {
  addList(module);
  addListedProduct(module);
  addListedDots(module);
  addSpreadDots(module);
}

/** Shape of a product with a matrix B of panels whose A is not listed. Strides are bytes between rows. */
export interface PanelShape {
  /** Rows of B. */
  readonly inputs: number;
  readonly strideA: number;
  readonly strideC: number;
}

/** `NAME.panel(c, a, b, start, rows)`: one panel of C = start + A · B, zeros and all. */
export function addPanelKernel(
  module: ModuleAssembler,
  name: string,
  { inputs, strideA, strideC }: PanelShape,
): void {
  module.addFunction(
    `${name}.panel`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, c, a, b, start, rows) => {
      assembleProduct(code, {
        ...{ rows: { local: rows }, vectors: PANEL_VECTORS, start: { bias: start } },
        ...{ rowStrideA: strideA, b: { rowStride: PANEL_ROW_BYTES }, rowStrideC: strideC },
        sums: [{ count: inputs, strideA: 4, stepB: 1 }],
      }, { a, b, c });
    },
  );
}

/** Without jumps: every value is written behind the list, and the list's end moves if it is to stay. */
function addList(module: ModuleAssembler): void {
  module.addFunction(
    "list",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (code, list, keep, values, count, stride, row, rowBytes) => {
      const [end, entries] = code.locals("i32", 2);
      code.get(list).i32Load().get(row).i32(0).op("i32.ne").op("i32.mul").set(entries);
      code.get(list).get(entries).i32(ENTRY_BYTES).op("i32.mul").op("i32.add").set(end);
      code.advance(end, HEADER_BYTES);
      code.repeatLocal(count, () => {
        code.get(end).get(values).i32Load().i32Store().get(end).get(row).i32Store(4);
        // Zero, of either sign, is what is left of nothing when the sign is shifted out.
        code.get(keep).i32Load().i32(1).op("i32.shl").i32(0).op("i32.ne");
        code.i32(ENTRY_BYTES).op("i32.mul").get(end).op("i32.add").set(end);
        code.advanceBy(keep, stride).advanceBy(values, stride);
        code.advanceBy(row, rowBytes);
      });
      code.get(end).f32x4(0).store().get(end).f32x4(0).store(ENTRY_BYTES);
      code.get(end).get(list).op("i32.sub").i32(HEADER_BYTES).op("i32.sub");
      code.i32(Math.log2(ENTRY_BYTES)).op("i32.shr_u").set(entries);
      code.get(list).get(entries).i32Store();
      code.get(list).get(entries).i32(GROUP_ENTRIES - 1).op("i32.add");
      code.i32(Math.log2(GROUP_ENTRIES)).op("i32.shr_u").i32Store(4);
    },
  );
}

function addListedProduct(module: ModuleAssembler): void {
  module.addFunction(
    "listedProduct",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (code, c, strideC, start, lists, listStride, b, rows) => {
      const [entry, left, row] = code.locals("i32", 3);
      const [factor, scratch] = code.locals("v128", 2);
      const sums = code.locals("v128", PANEL_VECTORS);
      code.repeatLocal(rows, () => {
        sums.forEach((sum, i) => code.get(start).load(16 * i).set(sum));
        code.get(lists).i32Load().set(left);
        code.get(lists).i32(HEADER_BYTES).op("i32.add").set(entry);
        code.repeatLocal(left, () => {
          code.get(entry).loadSplat().set(factor);
          code.get(entry).i32Load(4).get(b).op("i32.add").set(row);
          sums.forEach((sum, i) => {
            if (i === NEAR_VECTORS) code.advance(row, 16 * NEAR_VECTORS);
            code.get(factor).get(row).load(16 * (i % NEAR_VECTORS));
            code.get(sum).multiplyAdd(scratch).set(sum);
          });
          code.advance(entry, ENTRY_BYTES);
        });
        sums.forEach((sum, i) => code.get(c).get(sum).store(16 * i));
        code.advanceBy(c, strideC);
        code.advanceBy(lists, listStride);
      });
    },
  );
}

/** The row of delta stays in registers while the entries pass by, four at a time. */
function addListedDots(module: ModuleAssembler): void {
  module.addFunction(
    "listedDots",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (code, lists, listStride, sums, delta, deltaStride, b, rows) => {
      const [entry, left, target] = code.locals("i32", 3);
      const places = code.locals("i32", GROUP_ENTRIES);
      const [product, scratch] = code.locals("v128", 2);
      const held = code.locals("v128", PANEL_VECTORS);
      const dots = code.locals("v128", GROUP_ENTRIES);
      code.repeatLocal(rows, () => {
        held.forEach((vector, i) => code.get(delta).load(16 * i).set(vector));
        code.get(lists).i32Load(4).set(left);
        code.get(lists).get(sums).op("i32.add").set(target);
        code.get(lists).i32(HEADER_BYTES).op("i32.add").set(entry);
        code.repeatLocal(left, () => {
          places.forEach((place, i) => {
            code.get(entry).i32Load(ENTRY_BYTES * i + 4).get(b).op("i32.add").set(place);
          });
          held.forEach((vector, i) => {
            if (i === NEAR_VECTORS) {
              places.forEach((place) => code.advance(place, 16 * NEAR_VECTORS));
            }
            places.forEach((place, k) => {
              code.get(vector).get(place).load(16 * (i % NEAR_VECTORS));
              if (i === 0) code.op("f32x4.mul").set(dots[k]);
              else code.get(dots[k]).multiplyAdd(scratch).set(dots[k]);
            });
          });
          code.get(target).get(target).load();
          pushLaneSums(code, dots, product);
          code.op("f32x4.add").store();
          code.advance(target, 4 * GROUP_ENTRIES).advance(entry, ENTRY_BYTES * GROUP_ENTRIES);
        });
        code.advanceBy(delta, deltaStride);
        code.advanceBy(lists, listStride);
      });
    },
  );
}

/** Pushes the vector whose lane k is the sum of the lanes of vector k. Changes the first two vectors. */
function pushLaneSums(code: FunctionAssembler, vectors: readonly Local[], scratch: Local): void {
  const addHalves = (first: Local, second: Local, sum: Local) => {
    code.get(first).get(second).shuffle([0, 4, 1, 5]);
    code.get(first).get(second).shuffle([2, 6, 3, 7]).op("f32x4.add").set(sum);
  };
  const [first, second, third, fourth] = vectors;
  addHalves(first, second, scratch);
  addHalves(third, fourth, second);
  code.get(scratch).get(second).shuffle([0, 1, 4, 5]);
  code.get(scratch).get(second).shuffle([2, 3, 6, 7]).op("f32x4.add");
}

function addSpreadDots(module: ModuleAssembler): void {
  module.addFunction("spreadDots", ["i32", "i32", "i32"], (code, target, list, sums) => {
    const left = code.local("i32");
    code.get(list).i32Load().set(left);
    code.repeatLocal(left, () => {
      code.get(list).i32Load(HEADER_BYTES + 4).i32(Math.log2(PANEL_ROW_BYTES / 4)).op("i32.shr_u");
      code.get(target).op("i32.add").get(sums).f32Load().f32Store();
      code.advance(list, ENTRY_BYTES).advance(sums, 4);
    });
  });
}
