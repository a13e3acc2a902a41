import type { Local } from "../../assembler/assembler.ts";
import type { Combiner } from "../../transforms/combiner.ts";
import { slopeKind } from "../epilogue.ts";
import type { LaneTensor } from "../layout.ts";
import type { Epilogue, Records } from "../types.ts";

/** Pops a derivative with respect to an output, and pushes that with respect to its sum. `at` is the output's address. */
export function pushSlope(
  combiner: Combiner,
  { epilogue, records, output, at }: {
    readonly epilogue: Epilogue;
    readonly records: Records | undefined;
    readonly output: LaneTensor;
    readonly at: Local;
  },
): void {
  const { code } = combiner;
  const kind = slopeKind(epilogue);
  if (kind === 1) return;
  if (kind === "kept") {
    code.get(at).load(records!.slopes! - output.address).op("f32x4.mul");
    return;
  }
  const { activation } = epilogue;
  const delta = combiner.local("delta");
  code.set(delta);
  const pushPositive = () => code.get(at).load().f32x4(0).op("f32x4.gt");
  if (activation === 0) {
    code.get(delta);
    pushPositive();
    code.op("v128.and");
    return;
  }
  code.get(delta).get(delta);
  combiner.pushConstant(activation as number);
  code.op("f32x4.mul");
  pushPositive();
  code.select();
}
