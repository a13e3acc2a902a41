import { ModuleAssembler } from "../assembler/assembler.ts";
import { ConstantPool } from "../transforms/constants.ts";
import { addConvKernels } from "./conv.ts";
import { convsOf } from "./convs_of.ts";
import { addElementwiseKernels } from "./elementwise.ts";
import { addGruKernels } from "./gru.ts";
import { addLaneKernels } from "./lanes.ts";
import { FIXED } from "./plan.ts";
import { addProductKernel, productName } from "./product.ts";
import type { GroupedPlan } from "./types.ts";

/** Assembled kernels of a grouped plan. */
export interface GroupedKernels {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Numbers that must lie at `FIXED.constants.address` before any kernel runs. */
  readonly constants: Float32Array<ArrayBuffer>;
}

/**
 * Assembles the kernels of a plan for its exact shapes.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 */
export function assembleGroupedKernels(
  plan: GroupedPlan,
  fusedMultiplyAdd: boolean,
): GroupedKernels {
  const module = new ModuleAssembler(fusedMultiplyAdd);
  const pool = new ConstantPool(FIXED.constants.address, FIXED.constants.capacity);
  const pushConstant = pool.push.bind(pool);
  addLaneKernels(module, plan);
  const products = new Set<string>();
  for (const node of plan.nodes) {
    for (const conv of convsOf(node)) {
      addConvKernels(module, conv, pushConstant);
      const name = productName(conv.product);
      if (!products.has(name)) addProductKernel(module, conv.product, FIXED.staging);
      products.add(name);
    }
    if (node.kind === "gru") addGruKernels(module, node, pushConstant);
    else if (node.kind !== "conv") addElementwiseKernels(module, node, pushConstant);
  }
  return { bytes: module.toBytes(plan.pages), constants: pool.values };
}
