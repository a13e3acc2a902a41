/**
 * Activations. ReLU and LeakyReLU keep the sign of their input, so the output shows their slope.
 *
 * @module
 */

import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import { addressOf, deltaOf, type NodeBase } from "../layout.ts";
import { type BackwardPass, type ExecutionContext, type Part, passesBack } from "./context.ts";

/**
 * `leaky`: target = source > 0 ? source : slope · source. ReLU has slope 0.
 *
 * `leakyBackward`: target = delta · (output > 0 ? 1 : slope); the sign of the output is that of the input, so the
 * input need not be kept.
 */
export const ACTIVATION_KERNELS = {
  leaky: ["target", "source", "vectors", "slope: f32"],
  leakyBackward: ["target", "delta", "output", "vectors", "slope: f32"],
} as const;

/** An activation that does not directly follow a convolution or a dense layer. */
export interface ActivationNode extends NodeBase {
  readonly kind: "activation";
  readonly slope: number;
}

/** Adds the kernels of activations. */
export function addActivationKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: ACTIVATION_KERNELS });
  add("leaky", (code, { target, source, vectors, slope }) => {
    const [value, slopes] = code.locals("v128", 2);
    code.get(slope).op("f32x4.splat").set(slopes);
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(source).load().set(value).get(target);
      pushLeaky(code, { value, slope: slopes, chosen: value });
      code.store();
    });
  });
  add("leakyBackward", (code, { target, delta, output, vectors, slope }) => {
    const [value, slopes, chosen] = code.locals("v128", 3);
    code.get(slope).op("f32x4.splat").set(slopes);
    forVectors(code, { vectors, pointers: [target, delta, output] }, () => {
      code.get(output).load().set(value).get(delta).load().set(chosen).get(target);
      pushLeaky(code, { value, slope: slopes, chosen });
      code.store();
    });
  });
}

/** Pushes value > 0 ? chosen : slope · chosen, lane by lane. */
export function pushLeaky(
  code: FunctionAssembler,
  { value, slope, chosen }: Readonly<Record<"value" | "slope" | "chosen", Local>>,
): void {
  code.get(chosen).get(chosen).get(slope).op("f32x4.mul");
  code.get(value).f32x4(0).op("f32x4.gt").select();
}

/** Activates a part's samples. */
export function activationForward(
  context: ExecutionContext,
  node: ActivationNode,
  { start, count }: Part,
): void {
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  const { input, output, slope } = node;
  const vectors = input.rows * input.stride / 16;
  for (let sample = start; sample < start + count; sample++) {
    leaky(addressOf(output, sample), addressOf(input, sample), vectors, slope);
  }
}

/** Computes the derivatives with respect to a part's inputs from those with respect to its outputs. */
export function activationBackward(
  context: ExecutionContext,
  node: ActivationNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
  const { input, output, slope } = node;
  const { start, count } = pass.part;
  const vectors = input.rows * input.stride / 16;
  for (let sample = start; sample < start + count; sample++) {
    const delta = deltaOf(output, sample);
    leakyBackward(deltaOf(input, sample), delta, addressOf(output, sample), vectors, slope);
  }
}
