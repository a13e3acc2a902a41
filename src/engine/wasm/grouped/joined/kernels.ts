import type { Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { forGroups, forVectors } from "../../assembler/loops.ts";
import { assembleRowSums, VECTORS_TOGETHER } from "../../assembler/row_sums.ts";

/**
 * Rows are of `vectors` vectors. `list` is the address of `count` addresses of entries, whose rows are `offset` bytes after
 * these. Sums are over rows in the order of the list.
 *
 * - `begin`: target = Σ extra · row of the extras' kernel, whose rows follow one another.
 * - `addRow`: target += source.
 * - `addMean`: target += factor · Σ row.
 * - `addWeighted`: target += Σ weight · row.
 * - `compare`: for each row Σ (own − row)² over its values, as one vector whose lanes are still to be summed.
 * - `dot`: writes Σ first · second, over whole vectors, as one float32.
 */
export const JOINED_KERNELS = {
  begin: ["target", "extras", "kernel", "count", "vectors"],
  addRow: ["target", "source", "vectors"],
  addMean: ["target", "list", "offset", "count", "vectors", "factor: f32"],
  addWeighted: ["target", "list", "offset", "weights", "count", "vectors"],
  compare: ["target", "own", "list", "offset", "count", "vectors"],
  dot: ["target", "first", "second", "vectors"],
} as const;

/** Rows that are compared side by side, so that an addition need not wait for the one before it. */
const SIDE_BY_SIDE = 8;

/** Vectors of the rows between two moves of the pointers. */
const UNROLLED = 4;

/** Adds the kernels that join entries. */
export function addJoinedKernels(module: ModuleAssembler): void {
  addSums(module);
  addComparison(module);
  const add = kernelAdder(module, { table: JOINED_KERNELS });
  add("dot", (code, { target, first, second, vectors }) => {
    const [sum, scratch] = code.locals("v128", 2);
    code.f32x4(0).set(sum);
    forVectors(code, { vectors, pointers: [first, second] }, () => {
      code.get(first).load().get(second).load().get(sum).multiplyAdd(scratch).set(sum);
    });
    code.get(target);
    for (let lane = 0; lane < 4; lane++) {
      code.get(sum).get(sum).shuffle([lane, lane, lane, lane]);
      if (lane > 0) code.op("f32x4.add");
    }
    // The places after the target are free.
    code.store();
  });
}

function addSums(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOINED_KERNELS });
  add("begin", (code, { target, extras, kernel, count, vectors }) => {
    const [from, row, left, bytes] = code.locals("i32", 4);
    const [factor, scratch] = code.locals("v128", 2);
    code.get(vectors).i32(16).op("i32.mul").set(bytes);
    const sums = code.locals("v128", VECTORS_TOGETHER) as Local[];
    forGroups(code, { count: vectors, width: VECTORS_TOGETHER }, (width) => {
      const some = sums.slice(0, width);
      for (const sum of some) code.f32x4(0).set(sum);
      code.get(extras).set(from).get(kernel).set(row).get(count).set(left);
      code.repeatLocal(left, () => {
        code.get(from).loadSplat().set(factor);
        some.forEach((sum, i) => {
          code.get(row).load(16 * i).get(factor).get(sum).multiplyAdd(scratch).set(sum);
        });
        code.advance(from, 4).advanceBy(row, bytes);
      });
      some.forEach((sum, i) => code.get(target).get(sum).store(16 * i));
      code.advance(target, 16 * width).advance(kernel, 16 * width);
    });
  });
  add("addRow", (code, { target, source, vectors }) => {
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).get(target).load().get(source).load().op("f32x4.add").store();
    });
  });
  add("addMean", (code, { target, list, offset, count, vectors, factor }) => {
    const [factors, scratch] = code.locals("v128", 2);
    code.get(factor).op("f32x4.splat").set(factors);
    assembleRowSums(code, { target, list, offset, count, vectors }, {
      addRow: (row, sums) => {
        sums.forEach((sum, i) => code.get(sum).get(row).load(16 * i).op("f32x4.add").set(sum));
      },
      finish: (sum, i) => code.get(sum).get(factors).get(target).load(16 * i).multiplyAdd(scratch),
    });
  });
  add("addWeighted", (code, { target, list, offset, weights, count, vectors }) => {
    const [factor, scratch] = code.locals("v128", 2);
    const next = code.local("i32");
    assembleRowSums(code, { target, list, offset, count, vectors }, {
      begin: () => code.get(weights).set(next),
      addRow: (row, sums) => {
        code.get(next).loadSplat().set(factor).advance(next, 4);
        sums.forEach((sum, i) => {
          code.get(row).load(16 * i).get(factor).get(sum).multiplyAdd(scratch).set(sum);
        });
      },
      finish: (sum, i) => code.get(sum).get(target).load(16 * i).op("f32x4.add"),
    });
  });
}

/** Some rows side by side, then the rest one by one. */
function addComparison(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOINED_KERNELS });
  add("compare", (code, { target, own, list, offset, count, vectors }) => {
    const [left, from] = code.locals("i32", 2);
    const [value, difference, scratch] = code.locals("v128", 3);
    const rows = code.locals("i32", SIDE_BY_SIDE) as Local[];
    const sums = code.locals("v128", SIDE_BY_SIDE) as Local[];
    forGroups(code, { count, width: SIDE_BY_SIDE }, (width) => {
      const some = rows.slice(0, width);
      some.forEach((row, i) => {
        code.get(list).i32Load(4 * i).get(offset).op("i32.add").set(row);
        code.f32x4(0).set(sums[i]!);
      });
      code.get(own).set(from).get(vectors).set(left);
      forGroups(code, { count: left, width: UNROLLED }, (together) => {
        for (let vector = 0; vector < together; vector++) {
          code.get(from).load(16 * vector).set(value);
          some.forEach((row, i) => {
            code.get(value).get(row).load(16 * vector).op("f32x4.sub").tee(difference);
            code.get(difference).get(sums[i]!).multiplyAdd(scratch).set(sums[i]!);
          });
        }
        for (const pointer of [from, ...some]) code.advance(pointer, 16 * together);
      });
      some.forEach((_, i) => code.get(target).get(sums[i]!).store(16 * i));
      code.advance(target, 16 * width).advance(list, 4 * width);
    });
  });
}
