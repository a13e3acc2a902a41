/**
 * Kernels of nodes that are predicted with the code of this folder.
 *
 * @module
 */

import type { ModuleAssembler } from "../assembler/assembler.ts";
import type { ExtendedNode } from "../extended_nodes.ts";
import { countValues } from "../layout.ts";
import { addBatchNormKernels } from "../ops/batch_norm/kernels.ts";
import { addGeluKernels } from "../ops/gelu.ts";
import { addGruKernels } from "../ops/gru/kernels.ts";
import { addLstmKernels } from "../ops/lstm/kernels.ts";
import { lstmRecord } from "../ops/lstm/shape.ts";
import { addRecurrentRows } from "../ops/recurrent/rows.ts";
import { addSequenceGradients } from "../ops/sequence/gradient_kernels.ts";
import { addSequenceForward } from "../ops/sequence/kernels.ts";
import { addPanelKernels, addSparseRowKernels } from "../ops/sparse_dense/kernels.ts";
import { addWideBackward, addWideForward } from "../ops/wide_dense/kernels.ts";
import { addSubsetBackward, addSubsetForward } from "../ops/wide_dense/subset_kernels.ts";
import type { PlanNode } from "../plan/types.ts";

/** Adds those kernels that are the same for all shapes: what nodes of these kinds call. */
export function addSharedExtendedKernels(
  module: ModuleAssembler,
  kinds: ReadonlySet<PlanNode["kind"]>,
): void {
  if (kinds.has("sparseDense")) addSparseRowKernels(module);
  if (kinds.has("gelu")) addGeluKernels(module);
}

/** Adds the kernels of a node. */
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
