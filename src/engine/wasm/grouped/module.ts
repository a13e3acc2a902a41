import { ModuleAssembler } from "../assembler/assembler.ts";
import { ConstantPool } from "../transforms/constants.ts";
import { addConvKernels } from "./conv.ts";
import { addElementwiseKernels } from "./elementwise.ts";
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
    if (node.kind !== "conv") {
      addElementwiseKernels(module, node, pushConstant);
      continue;
    }
    addConvKernels(module, node, pushConstant);
    const name = productName(node.product);
    if (!products.has(name)) addProductKernel(module, node.product, FIXED.staging);
    products.add(name);
  }
  return { bytes: module.toBytes(plan.pages), constants: pool.values };
}
