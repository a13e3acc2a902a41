/**
 * A training step, a prediction and an explanation, as stages with a barrier after each.
 *
 * @module
 */

import type { Trained } from "../layout.ts";
import { type Stage, StageList } from "./stage_list.ts";
import { chainsOf, type EncoderChain, type Plan, type PlanNode } from "./types.ts";

export { type CombineStep, isWide, isWriting, type PartStep, type Stage } from "./stage_list.ts";

/**
 * Where the samples of a batch come from: threads copy them out of columns; or they were gathered, and are in the chains'
 * inputs before the first stage, or in training after it.
 */
export interface StageOptions {
  readonly gather: boolean;
}

/**
 * The stages of a training step. Without branches and batch normalisation there are two: each part of the batch passes
 * forward and back through the whole network while its values are in the nearest cache; then the weights move. Branches
 * have stages before and after the head's, and a batch normalisation splits a pass in two, since it needs sums over the
 * whole batch.
 */
export function trainingStages(
  plan: Plan,
  { gather, frozen }: StageOptions & { readonly frozen: ReadonlySet<number> },
): Stage[] {
  const { encoders, head, join } = plan;
  const learning = findLearning(plan, frozen);
  const list = new StageList();
  const written = gather ? undefined : findWritten(plan);
  for (const [chain, encoder] of encoders.entries()) {
    list.begin(chain);
    if (chain === written) list.add({ do: "write" });
    beginEncoder(list, encoder);
    addForward(list, encoder.nodes);
  }
  list.begin(encoders.length);
  if (written === encoders.length) list.add({ do: "write" });
  if (gather) list.add({ do: "gather" });
  if (join !== undefined) list.add({ do: "join" });
  addForward(list, head.nodes);
  // A loss of pairs reads the outputs of all parts.
  if (plan.loss === "rank") list.begin(encoders.length);
  list.add({ do: "loss" });
  addBackward(list, learning.head, learning.join);
  if (learning.join) {
    const wanted = join!.routes.map(({ last }) => learning.encoders[last]!.length > 0);
    list.add({ do: "joinBackward", wanted });
  }
  for (const [chain, nodes] of [...learning.encoders.entries()].reverse()) {
    list.begin(chain);
    if (nodes.length > 0 && isCollected(encoders, chain)) list.add({ do: "collectUses" });
    const { follows } = encoders[chain]!;
    const before = follows !== undefined && learning.encoders[follows.chain]!.length > 0;
    addBackward(list, nodes, before);
  }
  return [...list.end(), { kind: "update" }];
}

/**
 * The chain in whose first stage a batch is written: the first that computes something, so that no thread waits for what
 * others write for later stages.
 */
function findWritten({ encoders }: Plan): number {
  if (encoders.length === 0) return 0;
  const first = encoders.findIndex(({ nodes, follows }) =>
    nodes.length > 0 && follows === undefined
  );
  return Math.max(0, first);
}

/** What a backward pass passes through: nothing that lies before all that learns. */
interface Learning {
  /** Nodes of each chain of the encoders. */
  readonly encoders: readonly (readonly PlanNode[])[];
  /** Whether the join passes derivatives on, or has weights that learn. */
  readonly join: boolean;
  readonly head: readonly PlanNode[];
}

function findLearning({ encoders, join, head }: Plan, frozen: ReadonlySet<number>): Learning {
  const learns = (parameter: Trained) => !frozen.has(parameter.weight);
  const learningNodes = (nodes: readonly PlanNode[], before: boolean) => {
    if (before) return nodes;
    const first = nodes.findIndex((node) => parametersOf(node).some(learns));
    return first < 0 ? [] : nodes.slice(first);
  };
  const ofEncoders: (readonly PlanNode[])[] = [];
  for (const { nodes, follows } of encoders) {
    const before = follows !== undefined && ofEncoders[follows.chain]!.length > 0;
    ofEncoders.push(learningNodes(nodes, before));
  }
  const joinLearns = ofEncoders.some(({ length }) => length > 0) ||
    (join?.terms ?? []).some((term) =>
      term.type === "distanceWeightedMean" && learns(term.record.scale)
    );
  return { encoders: ofEncoders, join: joinLearns, head: learningNodes(head.nodes, joinLearns) };
}

function parametersOf(node: PlanNode): Trained[] {
  switch (node.kind) {
    case "conv":
    case "sequenceConv":
    case "dense":
    case "sparseDense":
    case "wideDense":
      return [node.kernel, node.bias];
    case "bidirectionalGru":
    case "lstm":
      return [node.kernel, node.recurrent, node.bias];
    case "batchNorm":
      return [node.gamma, node.beta];
    case "pool":
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return [];
  }
}

/** The stages that predict a batch. `inGroups` says which chains are computed in groups of samples. */
export function predictionStages(
  plan: Plan,
  { gather, inGroups = [] }: StageOptions & { readonly inGroups?: readonly boolean[] },
): Stage[] {
  const list = new StageList();
  addFrozenForward(list, plan, { gather, inGroups, keep: true });
  list.add({ do: "predictions" });
  return list.end();
}

/**
 * The stages that find the derivatives of a batch's outputs with respect to the inputs, which are in the chains
 * already.
 */
export function explanationStages(plan: Plan): Stage[] {
  const { encoders, head, join } = plan;
  const list = new StageList();
  addFrozenForward(list, plan, { gather: false, inGroups: [], keep: false });
  list.add({ do: "predictionSlopes" });
  for (const node of head.nodes.toReversed()) list.backward(node, true);
  if (join !== undefined) list.add({ do: "joinBackward", wanted: join.routes.map(() => true) });
  for (const [chain, { nodes }] of [...encoders.entries()].reverse()) {
    list.begin(chain);
    if (isCollected(encoders, chain)) list.add({ do: "collectUses" });
    for (const node of nodes.toReversed()) list.backward(node, true);
  }
  return list.end();
}

/** The forward pass with the moving averages of batch normalisations. */
function addFrozenForward(
  list: StageList,
  plan: Plan,
  { gather, inGroups, keep }: StageOptions & {
    readonly inGroups: readonly boolean[];
    readonly keep: boolean;
  },
): void {
  const { encoders, head, join } = plan;
  const addNodes = (chain: number, nodes: readonly PlanNode[]) => {
    if (inGroups[chain]) list.add({ do: "group" });
    else for (const node of nodes) list.forward(node);
  };
  for (const [chain, { nodes }] of chainsOf(plan).entries()) {
    if (inGroups[chain]) continue;
    list.begin(chain);
    for (const node of nodes) {
      if (node.kind === "batchNorm") list.combine({ do: "freeze", node });
    }
  }
  for (const [chain, encoder] of encoders.entries()) {
    list.begin(chain);
    beginEncoder(list, encoder);
    addNodes(chain, encoder.nodes);
    if (keep && encoder.kept !== undefined) list.add({ do: "keep" });
  }
  list.begin(encoders.length);
  if (gather) list.add({ do: "gather" });
  if (join !== undefined) list.add({ do: "join" });
  addNodes(encoders.length, head.nodes);
}

/** Begins a chain of an encoder, whose entries may be outputs of another one. */
function beginEncoder(list: StageList, { follows }: EncoderChain): void {
  if (follows?.copies === true) list.add({ do: "spread" });
}

/** Whether the derivatives of a chain's outputs are summed from those of their uses; a chain without copies has done so. */
function isCollected(encoders: readonly EncoderChain[], chain: number): boolean {
  return !encoders.some(({ follows }) => follows?.chain === chain && !follows.copies);
}

function addForward(list: StageList, nodes: readonly PlanNode[]): void {
  for (const node of nodes) {
    if (node.kind === "batchNorm") {
      list.add({ do: "measure", node });
      list.combine({ do: "combine", node });
    }
    list.forward(node);
  }
}

/** `before` says whether the derivatives with respect to the input are wanted. */
function addBackward(list: StageList, nodes: readonly PlanNode[], before: boolean): void {
  for (const node of nodes.toReversed()) {
    if (node.kind === "batchNorm") {
      list.add({ do: "measureDelta", node });
      list.combine({ do: "combineDelta", node });
    }
    list.backward(node, before || node !== nodes[0]);
  }
}
