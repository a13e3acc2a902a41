import { ModuleAssembler } from "./assembler/assembler.ts";
import { countValues } from "./layout.ts";
import { addActivationKernels, addGeluKernels } from "./ops/activation.ts";
import { addAdamKernels } from "./ops/adam.ts";
import { addBatchNormKernels } from "./ops/batch_norm/kernels.ts";
import { addConvKernels } from "./ops/conv/kernels.ts";
import { poolName } from "./ops/conv/run.ts";
import type { ConvNode } from "./ops/conv/shape.ts";
import { addTransformedKernels } from "./ops/conv/transformed/kernels.ts";
import { addDenseKernels } from "./ops/dense.ts";
import { addDropoutKernels } from "./ops/dropout.ts";
import { addGruKernels } from "./ops/gru/kernels.ts";
import { addJoinKernels } from "./ops/join/kernels.ts";
import { addLstmKernels } from "./ops/lstm/kernels.ts";
import { lstmRecord } from "./ops/lstm/shape.ts";
import { addMemoryKernels } from "./ops/memory.ts";
import { addRecurrentRows } from "./ops/recurrent/rows.ts";
import { addPoolForward, addPoolKernels } from "./ops/pool.ts";
import { addSequenceGradients } from "./ops/sequence/gradient_kernels.ts";
import { addSequenceForward } from "./ops/sequence/kernels.ts";
import { addPanelKernels, addSparseRowKernels } from "./ops/sparse_dense/kernels.ts";
import { addSumKernels } from "./ops/sums.ts";
import { addWideBackward, addWideForward } from "./ops/wide_dense/kernels.ts";
import { addSubsetBackward, addSubsetForward } from "./ops/wide_dense/subset_kernels.ts";
import { trains } from "./assembler/kernel_table.ts";
import { chainsOf, type Plan, type PlanNode } from "./plan/types.ts";

/** Which kernels a module has: all of them, or only those that predictions need, a third or less. */
export type KernelSet = "all" | "predictions";

/**
 * Assembles a WebAssembly module with the kernels that a plan needs, for its exact shapes.
 *
 * @param plan The plan.
 * @param fusedMultiplyAdd Whether to use relaxed SIMD.
 * @param set Which of the kernels.
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
  addSharedKernels(module, new Set(nodes.map(({ kind }) => kind)));
  if (plan.join !== undefined) addJoinKernels(module);
  for (const node of nodes) addNodeKernels(module, node);
  return module.toBytes(plan.pages);
}

/** Adds the kernels that are the same for all shapes: those that nodes of these kinds call. */
function addSharedKernels(module: ModuleAssembler, kinds: ReadonlySet<PlanNode["kind"]>): void {
  addActivationKernels(module);
  addAdamKernels(module);
  addSumKernels(module);
  addMemoryKernels(module);
  if (kinds.has("dropout") || kinds.has("wideDense")) addDropoutKernels(module);
  if (kinds.has("sparseDense")) addSparseRowKernels(module);
  if (kinds.has("gelu")) addGeluKernels(module);
}

function addNodeKernels(module: ModuleAssembler, node: PlanNode): void {
  const { name, input, output } = node;
  switch (node.kind) {
    case "conv":
      return addConvAndPool(module, node);
    case "sequenceConv":
      addSequenceForward(module, name, node.shape);
      return addSequenceGradients(module, name, node.shape);
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
    case "bidirectionalGru":
      addGruKernels(module, name, node.shape);
      if (node.shape.returnsSequences) {
        addRecurrentRows(module, name, {
          units: output.channels / 2,
          recordStride: node.shape.deltaSampleStride,
          outputStride: output.sampleStride,
        });
      }
      return;
    case "lstm":
      addLstmKernels(module, name, node.shape);
      return addRecurrentRows(module, name, {
        units: node.shape.units,
        recordStride: lstmRecord(node.shape).sampleStride,
        outputStride: output.sampleStride,
      });
    case "sparseDense": {
      if (node.gate === undefined) return;
      const [strideA, strideC] = [input.sampleStride, output.sampleStride];
      return addPanelKernels(module, name, { inputs: countValues(input), strideA, strideC });
    }
    case "wideDense":
      addWideForward(module, name, node.shape);
      addWideBackward(module, name, node.shape);
      addSubsetForward(module, name, node.shape);
      return addSubsetBackward(module, name, node.shape);
    case "batchNorm":
      return addBatchNormKernels(module, node);
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return;
  }
}

function addConvAndPool(module: ModuleAssembler, node: ConvNode): void {
  const { name, input, output, shape } = node;
  addConvKernels(module, name, shape);
  if (node.transformed !== undefined) {
    addTransformedKernels(module, name, {
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
