import { ModuleAssembler } from "./assembler/assembler.ts";
import { trains } from "./assembler/kernel_table.ts";
import type { ModuleCode } from "./assembler/own_memory.ts";
import { extendedCode } from "./extended_code.ts";
import { isPlain, needsExtendedCode, type PlainNode } from "./extended_nodes.ts";
import type { KernelSet } from "./kernel_set.ts";
import { addActivationKernels } from "./ops/activation.ts";
import { addConvForward } from "./ops/conv/kernels.ts";
import { poolName } from "./ops/conv/run.ts";
import type { ConvNode } from "./ops/conv/shape.ts";
import { addDenseForward, denseShape } from "./ops/dense.ts";
import { addPoolForward, type PoolShape, poolShape } from "./ops/pool.ts";
import { addTransposeKernels } from "./ops/transpose.ts";
import { chainsOf, type Plan } from "./plan/types.ts";

/**
 * Assembles a WebAssembly module with the kernels that a plan needs, for its exact shapes; see `codeOfThread`.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 * @param set Which of the kernels. Where `needsExtendedCode` says so, that code must have been loaded.
 */
export function assembleKernels(
  plan: Plan,
  fusedMultiplyAdd: boolean,
  set: KernelSet = "all",
): ModuleCode {
  const isWanted = (name: string) => set === "all" || !trains(name);
  const own = set === "all" ? plan.own : undefined;
  const module = new ModuleAssembler(fusedMultiplyAdd, isWanted, own);
  const nodes = chainsOf(plan).flatMap((chain) => chain.nodes);
  const kinds = new Set(nodes.map(({ kind }) => kind));
  addActivationKernels(module);
  addTransposeKernels(module);
  if (needsExtendedCode(plan, set)) extendedCode().addSharedExtendedKernels(module, kinds);
  if (plan.join !== undefined) extendedCode().addJoinKernels(module);
  for (const node of nodes) {
    if (!isPlain(node)) extendedCode().addExtendedKernels(module, node);
    else {
      addForward(module, node);
      if (set === "all") extendedCode().addTrainingKernels(module, node);
    }
  }
  return module.toCode(plan.pages);
}

/** Adds the kernels that predictions need of a node. */
function addForward(module: ModuleAssembler, node: PlainNode): void {
  switch (node.kind) {
    case "conv":
      addConvForward(module, node.name, node.shape);
      if (node.pool === undefined) return;
      return addPoolForward(module, poolName(node), fusedPoolShape(node, node.pool));
    case "pool":
      return addPoolForward(module, node.name, poolShape(node));
    case "dense":
      return addDenseForward(module, node.name, denseShape(node));
    case "dropout":
    case "activation":
    case "compact":
      return;
  }
}

/** The shape of a pooling that reads the rows of a convolution from scratch memory. */
function fusedPoolShape({ input, output, shape }: ConvNode, size: number): PoolShape {
  return {
    size,
    positions: output.rows,
    vectors: shape.filterVectors,
    inputStride: 16 * shape.filterVectors,
    outputStride: output.stride,
    offsetStride: input.stride,
  };
}
