import { ModuleAssembler } from "../../assembler/assembler.ts";
import { ConstantPool } from "../../transforms/constants.ts";
import { addConvKernels } from "../conv.ts";
import { addElementwiseKernels } from "../elementwise.ts";
import { addLaneKernels } from "../lanes.ts";
import type { GroupedKernels } from "../module.ts";
import { FIXED } from "../plan.ts";
import { addProductKernel, productName } from "../product.ts";
import { addBackKernels } from "./backs.ts";
import { addFirstLayerKernels } from "./first_layer.ts";
import type { PathPlan } from "./types.ts";

/**
 * Assembles the kernels of a plan for its exact shapes.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 */
export function assemblePathKernels(plan: PathPlan, fusedMultiplyAdd: boolean): GroupedKernels {
  const { raw, input, ends, single, first, nodes, backs, last } = plan;
  const module = new ModuleAssembler(fusedMultiplyAdd);
  const pool = new ConstantPool(FIXED.constants.address, FIXED.constants.capacity);
  const pushConstant = pool.push.bind(pool);
  addLaneKernels(module, { raw, input, output: last.output });
  addFirstLayerKernels(module, first, pushConstant);
  const products = new Set<string>();
  for (const node of [ends, single.node, ...nodes, ...backs, single.back, last]) {
    switch (node.kind) {
      case "conv": {
        addConvKernels(module, node, pushConstant);
        const name = productName(node.product);
        if (!products.has(name)) addProductKernel(module, node.product, FIXED.staging);
        products.add(name);
        break;
      }
      case "spread":
      case "scale":
        addBackKernels(module, node, pushConstant);
        break;
      case "gru":
        throw new Error("Cannot follow paths: found a GRU");
      default:
        addElementwiseKernels(module, node, pushConstant);
    }
  }
  return { bytes: module.toBytes(plan.pages), constants: pool.values };
}
