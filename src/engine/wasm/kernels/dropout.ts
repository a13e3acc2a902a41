import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler.ts";

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

/**
 * `dropoutMask(target, key0, key1, position, blocks, threshold, scale)`: fills 8 · blocks factors, 0 or scale, of
 * the sample at `position`; see `src/engine/dropout.ts`. Four counters of Threefry-2x32-20 run side by side: lane k
 * of a block encrypts (position, 4 · block + k), whose two words decide units 8 · block + 2k and the one after.
 *
 * `multiplyRows(target, source, mask, rows, vectors, stride, maskStride)`: target = source · mask for each row.
 */
export function addDropoutKernels(module: ModuleAssembler): void {
  addDropoutMask(module);
  addMultiplyRows(module);
}

function addDropoutMask(module: ModuleAssembler): void {
  module.addFunction(
    "dropoutMask",
    ["i32", "i32", "i32", "i32", "i32", "i32", "f32"],
    (code, target, key0, key1, position, blocks, threshold, scale) => {
      const [x0, x1, pair, thresholds, scales] = code.locals("v128", 5);
      const schedule = code.locals("v128", 3);
      code.get(key0).op("i32x4.splat").set(schedule[0]);
      code.get(key1).op("i32x4.splat").set(schedule[1]);
      code.get(schedule[0]).get(schedule[1]).op("v128.xor");
      code.i32(PARITY).op("i32x4.splat").op("v128.xor").set(schedule[2]);
      code.get(threshold).op("i32x4.splat").set(thresholds);
      code.get(scale).op("f32x4.splat").set(scales);
      code.i32x4([0, 1, 2, 3]).set(pair);
      code.repeatLocal(blocks, () => {
        code.get(position).op("i32x4.splat").get(schedule[0]).op("i32x4.add").set(x0);
        code.get(pair).get(schedule[1]).op("i32x4.add").set(x1);
        assembleRounds(code, { x0, x1, schedule });
        for (const [lanes, offset] of [[[0, 4, 1, 5], 0], [[2, 6, 3, 7], 16]] as const) {
          code.get(target).get(x0).get(x1).shuffle([...lanes]);
          code.get(thresholds).op("i32x4.ge_u").get(scales).op("v128.and").store(offset);
        }
        code.advance(target, 32);
        code.get(pair).i32x4([4, 4, 4, 4]).op("i32x4.add").set(pair);
      });
    },
  );
}

function addMultiplyRows(module: ModuleAssembler): void {
  module.addFunction(
    "multiplyRows",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (code, target, source, mask, rows, vectors, stride, maskStride) => {
      const [offset, left] = code.locals("i32", 2);
      code.repeatLocal(rows, () => {
        code.i32(0).set(offset).get(vectors).set(left);
        code.repeatLocal(left, () => {
          code.get(target).get(offset).op("i32.add");
          code.get(source).get(offset).op("i32.add").load();
          code.get(mask).get(offset).op("i32.add").load();
          code.op("f32x4.mul").store();
          code.advance(offset, 16);
        });
        code.advanceBy(target, stride).advanceBy(source, stride).advanceBy(mask, maskStride);
      });
    },
  );
}

/** The 20 rounds of Threefry-2x32 on four counters. */
function assembleRounds(
  code: FunctionAssembler,
  { x0, x1, schedule }: { x0: Local; x1: Local; schedule: readonly Local[] },
): void {
  for (let group = 0; group < 5; group++) {
    for (const bits of ROTATIONS[group & 1]) {
      code.get(x0).get(x1).op("i32x4.add").set(x0);
      code.get(x1).i32(bits).op("i32x4.shl").get(x1).i32(32 - bits).op("i32x4.shr_u");
      code.op("v128.or").get(x0).op("v128.xor").set(x1);
    }
    code.get(x0).get(schedule[(group + 1) % 3]).op("i32x4.add").set(x0);
    code.get(x1).get(schedule[(group + 2) % 3]).op("i32x4.add");
    const step = group + 1;
    code.i32x4([step, step, step, step]).op("i32x4.add").set(x1);
  }
}
