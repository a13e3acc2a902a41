import { THREEFRY_GROUPS, THREEFRY_ROTATIONS } from "../../../base/threefry.ts";
import type { FunctionAssembler, Local } from "../assembler/assembler.ts";

/** The two words of four counters. */
export interface Counters {
  readonly x0: Local;
  readonly x1: Local;
}

/** The 20 rounds of Threefry-2x32 on some blocks of four counters. */
export function assembleRounds(
  code: FunctionAssembler,
  blocks: readonly Counters[],
  [key0, key1, key2]: readonly [Local, Local, Local],
): void {
  const [even, odd] = THREEFRY_ROTATIONS;
  let [first, second, third] = [key1, key2, key0];
  for (let group = 0; group < THREEFRY_GROUPS; group++) {
    for (const bits of group % 2 === 0 ? even : odd) {
      for (const { x0, x1 } of blocks) {
        code.get(x0).get(x1).op("i32x4.add").set(x0);
        code.get(x1).i32(bits).op("i32x4.shl").get(x1).i32(32 - bits).op("i32x4.shr_u");
        code.op("v128.or").get(x0).op("v128.xor").set(x1);
      }
    }
    const step = group + 1;
    for (const { x0, x1 } of blocks) {
      code.get(x0).get(first).op("i32x4.add").set(x0);
      code.get(x1).get(second).op("i32x4.add");
      code.i32x4([step, step, step, step]).op("i32x4.add").set(x1);
    }
    [first, second, third] = [second, third, first];
  }
}
