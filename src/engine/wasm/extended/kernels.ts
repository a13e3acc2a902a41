/**
 * Kernels of training, and of nodes that are predicted with the code of this folder.
 *
 * @module
 */

import type { ModuleAssembler } from "../assembler/assembler.ts";
import type { ExtendedNode, PlainNode } from "../extended_nodes.ts";
import { countValues } from "../layout.ts";
import { addAdamKernels } from "../ops/adam.ts";
import { addBatchNormKernels } from "../ops/batch_norm/kernels.ts";
import { addConvGradients } from "../ops/conv/gradient_kernels.ts";
import type { ConvNode } from "../ops/conv/shape.ts";
import { addTransformedKernels } from "../ops/conv/transformed/kernels.ts";
import { denseShape } from "../ops/dense.ts";
import { addDenseGradients } from "../ops/dense_gradients.ts";
import { addDropoutKernels } from "../ops/dropout_masks.ts";
import { addGeluKernels } from "../ops/gelu.ts";
import { addGruKernels } from "../ops/gru/kernels.ts";
import { addLstmKernels } from "../ops/lstm/kernels.ts";
import { lstmRecord } from "../ops/lstm/shape.ts";
import { addMemoryKernels } from "../ops/memory.ts";
import { poolShape } from "../ops/pool.ts";
import { addPoolGradients } from "../ops/pool_gradients.ts";
import { addRecurrentRows } from "../ops/recurrent/rows.ts";
import { addSequenceGradients } from "../ops/sequence/gradient_kernels.ts";
import { addSequenceForward } from "../ops/sequence/kernels.ts";
import { addPanelKernels, addSparseRowKernels } from "../ops/sparse_dense/kernels.ts";
import { addSumKernels } from "../ops/sums.ts";
import { addWideBackward, addWideForward } from "../ops/wide_dense/kernels.ts";
import { addSubsetBackward, addSubsetForward } from "../ops/wide_dense/subset_kernels.ts";
import type { PlanNode } from "../plan/types.ts";

/** Adds those kernels that are the same for all shapes, besides those of plain predictions: what nodes of these kinds call. */
export function addSharedExtendedKernels(
  module: ModuleAssembler,
  kinds: ReadonlySet<PlanNode["kind"]>,
): void {
  addAdamKernels(module);
  addSumKernels(module);
  addMemoryKernels(module);
  if (kinds.has("dropout") || kinds.has("wideDense")) addDropoutKernels(module);
  if (kinds.has("sparseDense")) addSparseRowKernels(module);
  if (kinds.has("gelu")) addGeluKernels(module);
}

/** Adds the kernels that training needs of a node of the usual kinds, besides those of predictions. */
export function addTrainingKernels(module: ModuleAssembler, node: PlainNode): void {
  switch (node.kind) {
    case "conv":
      addConvGradients(module, node.name, node.shape);
      return addTransformed(module, node);
    case "pool":
      return addPoolGradients(module, node.name, poolShape(node));
    case "dense":
      return addDenseGradients(module, node.name, denseShape(node));
    case "dropout":
    case "activation":
    case "compact":
      return;
  }
}

function addTransformed(module: ModuleAssembler, node: ConvNode): void {
  const { name, input, output, shape, slope, pool, transformed } = node;
  if (transformed === undefined) return;
  addTransformedKernels(module, name, {
    shape,
    ...transformed,
    ends: { slope, pool, stride: output.stride, sampleStride: output.sampleStride },
    inputSampleStride: input.sampleStride,
    inputDeltaStride: input.ofNetwork ? undefined : input.deltaSampleStride,
    deltaSlope: node.deltaActivated ? 1 : slope,
  });
}

/** Adds the kernels of a node of another kind. */
export function addExtendedKernels(module: ModuleAssembler, node: ExtendedNode): void {
  const { name, input, output } = node;
  switch (node.kind) {
    case "sequenceConv":
      addSequenceForward(module, name, node.shape);
      return addSequenceGradients(module, name, node.shape);
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
    case "gelu":
      return;
  }
}
