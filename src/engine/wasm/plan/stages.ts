/**
 * A training step, and a prediction, as stages with a barrier after each.
 *
 * @module
 */

import type { BatchNormNode } from "../ops/batch_norm.ts";
import type { Plan, PlanNode } from "./types.ts";

/** What is done with each part of a batch. */
export type PartStep =
  | { readonly do: "gather" | "loss" | "output" }
  | { readonly do: "forward" | "backward"; readonly node: PlanNode }
  | { readonly do: "measure" | "measureDelta"; readonly node: BatchNormNode };

/** What is done once for a batch, from the sums of its parts. */
export interface CombineStep {
  readonly do: "combine" | "combineDelta" | "freeze";
  readonly node: BatchNormNode;
}

/** Work that threads share out among themselves. */
export type Stage =
  | { readonly kind: "parts"; readonly steps: readonly PartStep[] }
  | { readonly kind: "once"; readonly steps: readonly CombineStep[] }
  | { readonly kind: "update" };

/**
 * The stages of a training step. Without batch normalisation there are two: each part of the batch goes forward
 * and back through the whole network while its values are in the nearest cache; then the weights move. A batch
 * normalisation splits a pass in two, since it needs sums over the whole batch.
 */
export function trainingStages({ nodes }: Plan): Stage[] {
  const stages: Stage[] = [];
  let steps: PartStep[] = [{ do: "gather" }];
  const waitFor = (step: CombineStep) => {
    stages.push({ kind: "parts", steps }, { kind: "once", steps: [step] });
    steps = [];
  };
  for (const node of nodes) {
    if (node.kind === "batchNorm") {
      steps.push({ do: "measure", node });
      waitFor({ do: "combine", node });
    }
    steps.push({ do: "forward", node });
  }
  steps.push({ do: "loss" });
  for (const node of nodes.toReversed()) {
    if (node.kind === "batchNorm") {
      steps.push({ do: "measureDelta", node });
      waitFor({ do: "combineDelta", node });
    }
    steps.push({ do: "backward", node });
  }
  stages.push({ kind: "parts", steps }, { kind: "update" });
  return stages;
}

/** The stages that predict a batch. */
export function predictionStages({ nodes }: Plan): Stage[] {
  const forward = nodes.map((node): PartStep => ({ do: "forward", node }));
  const normalised = nodes.filter((node) => node.kind === "batchNorm");
  const freeze = normalised.map((node): CombineStep => ({ do: "freeze", node }));
  const steps: PartStep[] = [{ do: "gather" }, ...forward, { do: "output" }];
  const predict: Stage = { kind: "parts", steps };
  return freeze.length > 0 ? [{ kind: "once", steps: freeze }, predict] : [predict];
}
