/**
 * The exact GELU is x · Φ(x), where Φ is the normal distribution (Hendrycks and Gimpel 2016); its derivative is Φ(x) +
 * x · φ(x), where φ is the normal density, and needs the input.
 *
 * @module
 */

import type { ModuleAssembler } from "../assembler/assembler.ts";
import { keepNumbers } from "../assembler/exponential.ts";
import { GELU_NUMBERS, pushGelu, pushGeluSlope, SLOPE_NUMBERS } from "../assembler/gelu.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import { addressOf, deltaOf, type NodeBase } from "../layout.ts";
import { type BackwardPass, type ExecutionContext, type Part, passesBack } from "./context.ts";

/** `gelu`: target = x · Φ(x). `geluBackward`: target = delta · (Φ(x) + x · φ(x)), where x is the input. */
const GELU_KERNELS = {
  gelu: ["target", "source", "vectors"],
  geluBackward: ["target", "delta", "input", "vectors"],
} as const;

/** A GELU. Its input is kept, since the output does not determine it. */
export interface GeluNode extends NodeBase {
  readonly kind: "gelu";
}

/** Adds the kernels of the GELU. */
export function addGeluKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: GELU_KERNELS });
  add("gelu", (code, { target, source, vectors }) => {
    const x = code.local("v128");
    const push = keepNumbers(code, GELU_NUMBERS);
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(source).load().set(x).get(target);
      pushGelu(code, x, push);
      code.store();
    });
  });
  add("geluBackward", (code, { target, delta, input, vectors }) => {
    const x = code.local("v128");
    const push = keepNumbers(code, SLOPE_NUMBERS);
    forVectors(code, { vectors, pointers: [target, delta, input] }, () => {
      code.get(input).load().set(x).get(target);
      pushGeluSlope(code, x, push);
      code.get(delta).load().op("f32x4.mul").store();
    });
  });
}

/** Applies the GELU to a part's samples. */
export function geluForward(
  context: ExecutionContext,
  { input, output }: GeluNode,
  { start, count }: Part,
): void {
  const { gelu } = context.bind(GELU_KERNELS);
  const vectors = input.rows * input.stride / 16;
  for (let sample = start; sample < start + count; sample++) {
    gelu(addressOf(output, sample), addressOf(input, sample), vectors);
  }
}

/** Computes the derivatives with respect to a part's inputs through the GELU. */
export function geluBackward(
  context: ExecutionContext,
  node: GeluNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const kernels = context.bind(GELU_KERNELS);
  const { input, output } = node;
  const { start, count } = pass.part;
  const vectors = input.rows * input.stride / 16;
  for (let sample = start; sample < start + count; sample++) {
    const target = deltaOf(input, sample);
    kernels.geluBackward(target, deltaOf(output, sample), addressOf(input, sample), vectors);
  }
}
