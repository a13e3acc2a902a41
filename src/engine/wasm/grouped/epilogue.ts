import type { Local } from "../assembler/assembler.ts";
import { pushGelu, pushGeluSlope } from "../assembler/gelu.ts";
import type { Combiner, PushConstant } from "../transforms/combiner.ts";
import type { Epilogue } from "./types.ts";

/** Constants of a filter, in the order in which they are kept: see `ConvMemory`. */
const CONSTANTS = ["bias", "above", "below", "shift"] as const;

/** Number of constants that a filter has. */
export function countEpilogueConstants({ normalised }: Pick<Epilogue, "normalised">): number {
  return normalised ? CONSTANTS.length : 1;
}

/** Loads a filter's constants, from `address` + `offset` with `stride` bytes between them, into locals. */
export function loadEpilogue(
  combiner: Combiner,
  epilogue: Epilogue,
  { address, offset, stride, filter }: {
    readonly address: Local;
    readonly offset: number;
    readonly stride: number;
    readonly filter: number;
  },
): void {
  for (let i = 0; i < countEpilogueConstants(epilogue); i++) {
    combiner.code.get(address).loadSplat(offset + i * stride).set(
      combiner.local(`${CONSTANTS[i]!}${filter}`),
    );
  }
}

/** Pops a sum and pushes it with bias, activation and batch normalisation of a filter. */
export function applyEpilogue(
  combiner: Combiner,
  { activation, normalised }: Epilogue,
  filter: number,
): void {
  const { code } = combiner;
  const constant = (name: typeof CONSTANTS[number]) => combiner.local(`${name}${filter}`);
  code.get(constant("bias")).op("f32x4.add");
  if (!normalised) return activate(combiner, activation);
  const value = combiner.local("value");
  if (activation === "gelu") {
    activate(combiner, activation);
    code.get(constant("above")).op("f32x4.mul");
  } else {
    code.set(value);
    for (const side of ["above", "below"] as const) {
      code.get(value).get(constant(side)).op("f32x4.mul");
    }
    code.get(value).f32x4(0).op("f32x4.gt").op("v128.bitselect");
  }
  code.get(constant("shift")).op("f32x4.add");
}

/**
 * The derivative of an epilogue's output with respect to its sum: `"sign"` where it is 1 above zero and the activation's slope
 * below, by the sign of the output; `"kept"` where it has to be computed with the output; 1 where it is.
 */
export function slopeKind({ activation, normalised }: Epilogue): "sign" | "kept" | 1 {
  if (normalised || activation === "gelu") return "kept";
  return activation === 1 ? 1 : "sign";
}

/** Pushes the derivative of an epilogue whose slope is `"kept"`, at a sum to which the bias has not been added. */
export function pushKeptSlope(
  combiner: Combiner,
  { activation, normalised }: Epilogue,
  { sum, filter }: { readonly sum: Local; readonly filter: number },
): void {
  const { code } = combiner;
  const constant = (name: typeof CONSTANTS[number]) => combiner.local(`${name}${filter}`);
  const value = combiner.local("value");
  code.get(sum).get(constant("bias")).op("f32x4.add").set(value);
  if (activation === "gelu") {
    pushGeluSlope(code, value, constantsOf(combiner));
    if (normalised) code.get(constant("above")).op("f32x4.mul");
    return;
  }
  code.get(constant("above")).get(constant("below"));
  code.get(value).f32x4(0).op("f32x4.gt").op("v128.bitselect");
}

/** Pops a value and pushes it activated. */
export function activate(combiner: Combiner, activation: number | "gelu"): void {
  const { code } = combiner;
  if (activation === 1) return;
  const value = combiner.local("value");
  code.set(value);
  if (activation === "gelu") return pushGelu(code, value, constantsOf(combiner));
  // Slopes are 0 to 1, so the larger of both is the one on the right side of zero. The first operand stays if it is NaN.
  if (activation === 0) {
    code.get(value).f32x4(0).op("f32x4.pmax");
    return;
  }
  combiner.pushConstant(activation);
  code.get(value).op("f32x4.mul").get(value).op("f32x4.pmax");
}

/** Pushes constants from where a combiner has its coefficients. */
function constantsOf(combiner: Combiner): PushConstant {
  return (_, number) => combiner.pushConstant(number);
}
