import { ADAM } from "../adam.ts";
import { ModuleAssembler } from "./assembler.ts";
import { addConvKernels } from "./kernels/conv.ts";
import { addDenseKernels } from "./kernels/dense.ts";
import { addDropoutKernels } from "./kernels/dropout.ts";
import {
  addActivationKernels,
  addAdamKernel,
  addAffineKernel,
  addClearKernel,
  addColumnKernels,
  addSumPartsKernel,
  addTransposeKernel,
} from "./kernels/elementwise.ts";
import { addGruKernels } from "./kernels/gru.ts";
import { addListKernels, addPanelKernel } from "./kernels/lists.ts";
import { addPoolKernels } from "./kernels/pool.ts";
import { countValues } from "./layout.ts";
import type { Plan, PlanNode } from "./plan_types.ts";

/**
 * Assembles a WebAssembly module with the kernels that a plan needs, for its exact shapes.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 */
export function assembleKernels(plan: Plan, fusedMultiplyAdd: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleAssembler(fusedMultiplyAdd);
  addActivationKernels(module);
  addAdamKernel(module, ADAM);
  addSumPartsKernel(module);
  addColumnKernels(module);
  addAffineKernel(module);
  addClearKernel(module);
  addTransposeKernel(module);
  addDropoutKernels(module);
  addListKernels(module);
  for (const node of plan.nodes) addNodeKernels(module, node);
  return module.toBytes(plan.pages);
}

function addNodeKernels(module: ModuleAssembler, node: PlanNode): void {
  const { name, input, output } = node;
  if (node.kind === "conv") {
    const { shape } = node;
    addConvKernels(module, name, shape, { first: input.delta === undefined });
    if (node.pool === undefined) return;
    addPoolKernels(module, `${name}.pool`, {
      ...{ size: node.pool, positions: output.rows, vectors: shape.filterVectors },
      ...{ inputStride: 16 * shape.filterVectors, outputStride: output.stride },
      offsetStride: input.stride,
    });
  } else if (node.kind === "pool") {
    addPoolKernels(module, name, {
      ...{ size: node.size, positions: output.rows, vectors: output.stride / 16 },
      ...{ inputStride: input.stride, outputStride: output.stride, offsetStride: input.stride },
    });
  } else if (node.kind === "dense") {
    addDenseKernels(module, name, {
      ...{ inputVectors: countValues(input) / 4, unitVectors: output.stride / 16 },
      ...{ inputStride: input.slot, outputStride: output.slot },
    });
  } else if (node.kind === "bidirectionalGru") {
    addGruKernels(module, name, { shape: node.shape, first: input.delta === undefined });
  } else if (node.kind === "listedDense" && node.gate !== undefined) {
    const [strideA, strideC] = [input.slot, output.slot];
    addPanelKernel(module, name, { inputs: countValues(input), strideA, strideC });
  }
}
