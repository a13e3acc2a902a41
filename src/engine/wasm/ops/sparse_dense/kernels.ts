import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import {
  ENTRY_BYTES,
  GROUP_ENTRIES,
  HEADER_BYTES,
  PANEL_ROW_BYTES,
  PANEL_VECTORS,
} from "./rows.ts";

/** Loads at distances 0, 16, 32 and 48 of one address: each has its own limit, and four stay in registers. */
const NEAR_VECTORS = 4;

/**
 * `compressRow`: writes the values whose `keep` is not zero as a sparse row; `keep` may be the values themselves. Both
 * have `stride` bytes between elements. `offset` is the distance of the row of B that belongs to the first value: if it
 * is zero a sparse row begins, otherwise one is continued. `rowBytes` lie between rows of B.
 *
 * `sparseProduct`: one panel of C[row, ·] = start + Σ factor · B[entry's row, ·] over the entries of each sparse row,
 * in their order.
 *
 * `gatherDots`: one panel's share of the transposed product, of which only the elements that the sparse rows name are
 * needed: Σ delta[row, ·] · B[entry's row, ·] is added to the entry's place among the float32 that lie `sums` bytes
 * after the sparse row.
 *
 * `scatterDots`: writes the sum of each entry to the place of its value in `target`, a row of consecutive float32, if
 * the sparse row was made with rows of a panel. `sums` is an address.
 */
export const SPARSE_ROW_KERNELS = {
  compressRow: ["sparse", "keep", "values", "count", "stride", "offset", "rowBytes"],
  sparseProduct: ["c", "strideC", "start", "sparse", "sparseStride", "b", "rows"],
  gatherDots: ["sparse", "sparseStride", "sums", "delta", "deltaStride", "b", "rows"],
  scatterDots: ["target", "sparse", "sums"],
} as const;

/** `panel`: one panel of C = start + A · B, zeros and all. */
export const PANEL_KERNELS = {
  panel: ["c", "a", "b", "start", "rows"],
} as const;

/** Adds the kernels that make and multiply sparse rows. */
export function addSparseRowKernels(module: ModuleAssembler): void {
  addCompressRow(module);
  addSparseProduct(module);
  addGatherDots(module);
  addScatterDots(module);
}

/** Shape of a product of a dense matrix A with a matrix B in panels. Strides are bytes between rows. */
export interface PanelShape {
  /** Rows of B. */
  readonly inputs: number;
  readonly strideA: number;
  readonly strideC: number;
}

/** Adds the product with a panel of rows that are not sparse. */
export function addPanelKernels(
  module: ModuleAssembler,
  node: string,
  { inputs, strideA, strideC }: PanelShape,
): void {
  const add = kernelAdder(module, { table: PANEL_KERNELS, node });
  add("panel", (code, { c, a, b, start, rows }) => {
    assembleProduct(code, {
      rows: { local: rows },
      vectors: PANEL_VECTORS,
      start: { bias: start },
      rowStrideA: strideA,
      b: { rowStride: PANEL_ROW_BYTES },
      rowStrideC: strideC,
      sums: [{ count: inputs, strideA: 4, stepB: 1 }],
    }, { a, b, c });
  });
}

/** Without jumps: every value is written after the last entry, and the end moves if the value is to stay. */
function addCompressRow(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("compressRow", (code, { sparse, keep, values, count, stride, offset, rowBytes }) => {
    const [end, entries] = code.locals("i32", 2);
    code.get(sparse).i32Load().get(offset).i32(0).op("i32.ne").op("i32.mul").set(entries);
    code.get(sparse).get(entries).i32(ENTRY_BYTES).op("i32.mul").op("i32.add").set(end);
    code.advance(end, HEADER_BYTES);
    code.repeatLocal(count, () => {
      code.get(end).get(values).i32Load().i32Store().get(end).get(offset).i32Store(4);
      // Shifting out the sign bit leaves 0 for +0 and −0 only.
      code.get(keep).i32Load().i32(1).op("i32.shl").i32(0).op("i32.ne");
      code.i32(ENTRY_BYTES).op("i32.mul").get(end).op("i32.add").set(end);
      code.advanceBy(keep, stride).advanceBy(values, stride);
      code.advanceBy(offset, rowBytes);
    });
    code.get(end).f32x4(0).store().get(end).f32x4(0).store(ENTRY_BYTES);
    code.get(end).get(sparse).op("i32.sub").i32(HEADER_BYTES).op("i32.sub");
    code.i32(Math.log2(ENTRY_BYTES)).op("i32.shr_u").set(entries);
    code.get(sparse).get(entries).i32Store();
    code.get(sparse).get(entries).i32(GROUP_ENTRIES - 1).op("i32.add");
    code.i32(Math.log2(GROUP_ENTRIES)).op("i32.shr_u").i32Store(4);
  });
}

function addSparseProduct(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("sparseProduct", (code, { c, strideC, start, sparse, sparseStride, b, rows }) => {
    const [entry, left, row] = code.locals("i32", 3);
    const [factor, scratch] = code.locals("v128", 2);
    const sums = code.locals("v128", PANEL_VECTORS);
    code.repeatLocal(rows, () => {
      sums.forEach((sum, i) => code.get(start).load(16 * i).set(sum));
      code.get(sparse).i32Load().set(left);
      code.get(sparse).i32(HEADER_BYTES).op("i32.add").set(entry);
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
      code.advanceBy(sparse, sparseStride);
    });
  });
}

/** The row of delta stays in registers while the entries pass by, four at a time. */
function addGatherDots(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("gatherDots", (code, { sparse, sparseStride, sums, delta, deltaStride, b, rows }) => {
    const [entry, left, target] = code.locals("i32", 3);
    const places = code.locals("i32", GROUP_ENTRIES);
    const [product, scratch] = code.locals("v128", 2);
    const held = code.locals("v128", PANEL_VECTORS);
    const dots = code.locals("v128", GROUP_ENTRIES);
    code.repeatLocal(rows, () => {
      held.forEach((vector, i) => code.get(delta).load(16 * i).set(vector));
      code.get(sparse).i32Load(4).set(left);
      code.get(sparse).get(sums).op("i32.add").set(target);
      code.get(sparse).i32(HEADER_BYTES).op("i32.add").set(entry);
      code.repeatLocal(left, () => {
        places.forEach((place, i) => {
          code.get(entry).i32Load(ENTRY_BYTES * i + 4).get(b).op("i32.add").set(place);
        });
        assembleDots(code, { held, places, dots, scratch });
        code.get(target).get(target).load();
        pushLaneSums(code, dots, product);
        code.op("f32x4.add").store();
        code.advance(target, 4 * GROUP_ENTRIES).advance(entry, ENTRY_BYTES * GROUP_ENTRIES);
      });
      code.advanceBy(delta, deltaStride);
      code.advanceBy(sparse, sparseStride);
    });
  });
}

type GroupLocals = readonly [Local, Local, Local, Local];

/** Multiplies the held vectors with a row of B for each entry of a group. */
function assembleDots(
  code: FunctionAssembler,
  { held, places, dots, scratch }: {
    readonly held: readonly Local[];
    readonly places: GroupLocals;
    readonly dots: GroupLocals;
    readonly scratch: Local;
  },
): void {
  held.forEach((vector, i) => {
    if (i === NEAR_VECTORS) places.forEach((place) => code.advance(place, 16 * NEAR_VECTORS));
    dots.forEach((dot, k) => {
      code.get(vector).get(places[k]!).load(16 * (i % NEAR_VECTORS));
      if (i === 0) code.op("f32x4.mul").set(dot);
      else code.get(dot).multiplyAdd(scratch).set(dot);
    });
  });
}

/** Pushes the vector whose lane k is the sum of the lanes of vector k. Changes the first two vectors. */
function pushLaneSums(
  code: FunctionAssembler,
  [first, second, third, fourth]: GroupLocals,
  scratch: Local,
): void {
  const addHalves = (one: Local, other: Local, sum: Local) => {
    code.get(one).get(other).shuffle([0, 4, 1, 5]);
    code.get(one).get(other).shuffle([2, 6, 3, 7]).op("f32x4.add").set(sum);
  };
  addHalves(first, second, scratch);
  addHalves(third, fourth, second);
  code.get(scratch).get(second).shuffle([0, 1, 4, 5]);
  code.get(scratch).get(second).shuffle([2, 3, 6, 7]).op("f32x4.add");
}

function addScatterDots(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SPARSE_ROW_KERNELS });
  add("scatterDots", (code, { target, sparse, sums }) => {
    const left = code.local("i32");
    code.get(sparse).i32Load().set(left);
    code.repeatLocal(left, () => {
      code.get(sparse).i32Load(HEADER_BYTES + 4);
      code.i32(Math.log2(PANEL_ROW_BYTES / 4)).op("i32.shr_u");
      code.get(target).op("i32.add").get(sums).f32Load().f32Store();
      code.advance(sparse, ENTRY_BYTES).advance(sums, 4);
    });
  });
}
