/** What the engine loads only for training or for other layers than the usual ones, in one module; see `extended_code.ts`. */

export { cutPieces } from "../batch_lists.ts";
export { BatchWriter } from "../batch_writer.ts";
export {
  batchNormCombine,
  batchNormCombineDelta,
  batchNormFreeze,
} from "../ops/batch_norm/combine.ts";
export { batchNormMeasure, batchNormMeasureDelta } from "../ops/batch_norm/run.ts";
export { forwardTransformed } from "../ops/conv/transformed/run.ts";
export { dropoutForward } from "../ops/dropout_masks.ts";
export { joinBackward, joinUpdate } from "../ops/join/backward.ts";
export { collectUses, keepEntries, spreadEntries } from "../ops/join/entries.ts";
export { joinForward } from "../ops/join/forward.ts";
export { addJoinKernels } from "../ops/join/kernels.ts";
export { wideBackward } from "../ops/wide_dense/backward.ts";
export { wideForward } from "../ops/wide_dense/run.ts";
export { planUpdates } from "../plan/update_tasks.ts";
export { adamStep } from "../update_policy.ts";
export { addExtendedKernels, addSharedExtendedKernels, addTrainingKernels } from "./kernels.ts";
export { backwardNode, forwardExtended, transposeExtended, updateNode } from "./nodes.ts";
