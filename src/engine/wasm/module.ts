import { ModuleAssembler } from "./assembler/assembler.ts";
import { extendedCode } from "./extended_code.ts";
import { isPlain, needsExtendedCode, type PlainNode } from "./extended_nodes.ts";
import type { KernelSet } from "./kernel_set.ts";
import { countValues } from "./layout.ts";
import { addActivationKernels } from "./ops/activation.ts";
import { addAdamKernels } from "./ops/adam.ts";
import { addConvKernels } from "./ops/conv/kernels.ts";
import { poolName } from "./ops/conv/run.ts";
import type { ConvNode } from "./ops/conv/shape.ts";
import { addDenseKernels } from "./ops/dense.ts";
import { addDropoutKernels } from "./ops/dropout.ts";
import { addMemoryKernels } from "./ops/memory.ts";
import { addPoolForward, addPoolKernels } from "./ops/pool.ts";
import { addSumKernels } from "./ops/sums.ts";
import { trains } from "./assembler/kernel_table.ts";
import { chainsOf, type Plan, type PlanNode } from "./plan/types.ts";

/**
 * Assembles a WebAssembly module with the kernels that a plan needs, for its exact shapes.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 * @param set Which of the kernels. Where `needsExtendedCode` says so, that code must have been loaded.
 */
export function assembleKernels(
  plan: Plan,
  fusedMultiplyAdd: boolean,
  set: KernelSet = "all",
): Uint8Array<ArrayBuffer> {
  const isWanted = (name: string) => set === "all" || !trains(name);
  const own = set === "all" ? plan.own : { bytes: 0 };
  const module = new ModuleAssembler(fusedMultiplyAdd, isWanted, own);
  const nodes = chainsOf(plan).flatMap((chain) => chain.nodes);
  const kinds = new Set(nodes.map(({ kind }) => kind));
  addSharedKernels(module, kinds);
  if (needsExtendedCode(plan, set)) extendedCode().addSharedExtendedKernels(module, kinds);
  if (plan.join !== undefined) extendedCode().addJoinKernels(module);
  for (const node of nodes) {
    if (isPlain(node)) addNodeKernels(module, node, set);
    else extendedCode().addExtendedKernels(module, node);
  }
  return module.toBytes(plan.pages);
}

/** Adds the kernels that are the same for all shapes: those that nodes of these kinds call. */
function addSharedKernels(module: ModuleAssembler, kinds: ReadonlySet<PlanNode["kind"]>): void {
  addActivationKernels(module);
  addAdamKernels(module);
  addSumKernels(module);
  addMemoryKernels(module);
  if (kinds.has("dropout") || kinds.has("wideDense")) addDropoutKernels(module);
}

function addNodeKernels(module: ModuleAssembler, node: PlainNode, set: KernelSet): void {
  const { name, input, output } = node;
  switch (node.kind) {
    case "conv":
      return addConvAndPool(module, node, set);
    case "pool":
      return addPoolKernels(module, name, {
        size: node.size,
        positions: output.rows,
        vectors: output.stride / 16,
        inputStride: input.stride,
        outputStride: output.stride,
        offsetStride: input.stride,
      });
    case "dense":
      return addDenseKernels(module, name, {
        inputVectors: countValues(input) / 4,
        unitVectors: output.stride / 16,
        inputStride: input.sampleStride,
        outputStride: output.sampleStride,
      });
    case "dropout":
    case "activation":
    case "compact":
      return;
  }
}

function addConvAndPool(module: ModuleAssembler, node: ConvNode, set: KernelSet): void {
  const { name, input, output, shape } = node;
  addConvKernels(module, name, shape);
  if (node.transformed !== undefined && set === "all") {
    extendedCode().addTransformedKernels(module, name, {
      shape,
      ...node.transformed,
      ends: {
        slope: node.slope,
        pool: node.pool,
        stride: output.stride,
        sampleStride: output.sampleStride,
      },
      inputSampleStride: input.sampleStride,
      inputDeltaStride: input.ofNetwork ? undefined : input.deltaSampleStride,
      deltaSlope: node.deltaActivated ? 1 : node.slope,
    });
  }
  if (node.pool === undefined) return;
  addPoolForward(module, poolName(node), {
    size: node.pool,
    positions: output.rows,
    vectors: shape.filterVectors,
    inputStride: 16 * shape.filterVectors,
    outputStride: output.stride,
    offsetStride: input.stride,
  });
}
