import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { forVectors } from "../../assembler/loops.ts";

/**
 * `accumulate`: target += factor · source.
 *
 * `accumulateDifference`: target += factor · (first − second).
 *
 * `dot` and `squaredDistance`: Σ first · second and Σ (first − second)², as one vector whose lanes are still to be
 * summed.
 */
export const JOIN_KERNELS = {
  accumulate: ["target", "source", "vectors", "factor: f32"],
  accumulateDifference: ["target", "first", "second", "vectors", "factor: f32"],
  dot: ["target", "first", "second", "vectors"],
  squaredDistance: ["target", "first", "second", "vectors"],
} as const;

/** Adds the kernels of joins. */
export function addJoinKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOIN_KERNELS });
  add("accumulate", (code, { target, source, vectors, factor }) => {
    const [factors, scratch] = code.locals("v128", 2);
    code.get(factor).op("f32x4.splat").set(factors);
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).get(source).load().get(factors).get(target).load().multiplyAdd(scratch);
      code.store();
    });
  });
  add("accumulateDifference", (code, { target, first, second, vectors, factor }) => {
    const [factors, scratch] = code.locals("v128", 2);
    code.get(factor).op("f32x4.splat").set(factors);
    forVectors(code, { vectors, pointers: [target, first, second] }, () => {
      code.get(target);
      code.get(first).load().get(second).load().op("f32x4.sub");
      code.get(factors).get(target).load().multiplyAdd(scratch).store();
    });
  });
  add("dot", (code, { target, first, second, vectors }) => {
    const addresses = { target, first, second, vectors };
    assembleSum(code, addresses, () => code.get(first).load().get(second).load());
  });
  add("squaredDistance", (code, { target, first, second, vectors }) => {
    const difference = code.local("v128");
    const addresses = { target, first, second, vectors };
    assembleSum(code, addresses, () => {
      code.get(first).load().get(second).load().op("f32x4.sub").tee(difference).get(difference);
    });
  });
}

/** Stores the sum of products, whose two factors `pushFactors` pushes for each vector. */
function assembleSum(
  code: FunctionAssembler,
  { target, first, second, vectors }: Readonly<
    Record<"target" | "first" | "second" | "vectors", Local>
  >,
  pushFactors: () => void,
): void {
  const [sum, scratch] = code.locals("v128", 2);
  forVectors(code, { vectors, pointers: [first, second] }, () => {
    pushFactors();
    code.get(sum).multiplyAdd(scratch).set(sum);
  });
  code.get(target).get(sum).store();
}
