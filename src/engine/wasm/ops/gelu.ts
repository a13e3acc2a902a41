/**
 * The exact GELU, x · Φ(x), where Φ is the normal distribution (Hendrycks and Gimpel 2016). Its derivative is
 * Φ(x) + x · φ(x), where φ is the normal density.
 *
 * @module
 */

import type { ModuleAssembler } from "../assembler/assembler.ts";
import { pushNormalDistribution } from "../assembler/normal.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import { addressOf, deltaOf, type NodeBase } from "../layout.ts";
import { type BackwardPass, type ExecutionContext, type Part, passesBack } from "./context.ts";

/** `gelu`: target = x · Φ(x). `geluBackward`: target = delta · (Φ(x) + x · φ(x)), where x is the input. */
const GELU_KERNELS = {
  gelu: ["target", "source", "vectors"],
  geluBackward: ["target", "delta", "input", "vectors"],
} as const;

/** A GELU. Its input is kept, since the output does not tell it. */
export interface GeluNode extends NodeBase {
  readonly kind: "gelu";
}

/** Adds the kernels of the GELU. */
export function addGeluKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: GELU_KERNELS });
  add("gelu", (code, { target, source, vectors }) => {
    const [x, exponential] = code.locals("v128", 2);
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).get(source).load().tee(x);
      pushNormalDistribution(code, { x, exponential });
      code.op("f32x4.mul").store();
    });
  });
  add("geluBackward", (code, { target, delta, input, vectors }) => {
    const [x, exponential] = code.locals("v128", 2);
    forVectors(code, { vectors, pointers: [target, delta, input] }, () => {
      code.get(target).get(delta).load();
      code.get(input).load().set(x);
      pushNormalDistribution(code, { x, exponential });
      code.get(x).get(exponential).op("f32x4.mul");
      code.f32x4(1 / Math.sqrt(2 * Math.PI)).op("f32x4.mul").op("f32x4.add");
      code.op("f32x4.mul").store();
    });
  });
}

/** Activates a part's samples. */
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

/** Derivatives by a part's inputs. */
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
