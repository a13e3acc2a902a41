/**
 * A training step, a prediction and an explanation, as stages with a barrier after each.
 *
 * @module
 */

import type { Trained } from "../layout.ts";
import type { BatchNormNode } from "../ops/batch_norm/node.ts";
import type { WideDenseNode } from "../ops/wide_dense/shape.ts";
import { chainsOf, type EncoderChain, type Plan, type PlanNode } from "./types.ts";

/** What is done with each part of a chain's samples or entries. */
export type PartStep =
  | { readonly do: "gather" | "loss" | "predictions" | "predictionSlopes" }
  | { readonly do: "spread" | "keep" | "join" | "collectUses" }
  /** The whole chain in groups of samples, from its input to its output. */
  | { readonly do: "group" }
  /** `wanted` says of which branches the derivatives are. */
  | { readonly do: "joinBackward"; readonly wanted: readonly boolean[] }
  | { readonly do: "forward" | "backward"; readonly node: PlanNode }
  | { readonly do: "measure" | "measureDelta"; readonly node: BatchNormNode };

/** What is done once for a batch, from the sums of its parts. */
export interface CombineStep {
  readonly do: "combine" | "combineDelta" | "freeze";
  readonly node: BatchNormNode;
}

/** Work that threads share out among themselves. `chain` is an index in `chainsOf(plan)`. */
export type Stage =
  | {
    readonly kind: "parts";
    readonly chain: number;
    readonly steps: readonly PartStep[];
    /** What the last thread does when all parts are done. */
    readonly then: readonly CombineStep[];
  }
  | { readonly kind: "once"; readonly chain: number; readonly steps: readonly CombineStep[] }
  /** A wide dense layer, slice by slice. */
  | {
    readonly kind: "wide";
    readonly chain: number;
    readonly node: WideDenseNode;
    readonly do: "forward" | "backward";
    /** Whether the derivatives with respect to its input are wanted. */
    readonly toInput: boolean;
  }
  | { readonly kind: "update" };

/** Where the samples of a batch come from: threads copy them, or they are in the chains' inputs already. */
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
  for (const [chain, encoder] of encoders.entries()) {
    beginEncoder(list, chain, encoder);
    addForward(list, encoder.nodes);
  }
  list.begin(encoders.length);
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
    beginEncoder(list, chain, encoder);
    addNodes(chain, encoder.nodes);
    if (keep && encoder.kept !== undefined) list.add({ do: "keep" });
  }
  list.begin(encoders.length);
  if (gather) list.add({ do: "gather" });
  if (join !== undefined) list.add({ do: "join" });
  addNodes(encoders.length, head.nodes);
}

/** Begins a chain of an encoder, whose entries may be outputs of another one. */
function beginEncoder(list: StageList, chain: number, { follows }: EncoderChain): void {
  list.begin(chain);
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

/** Whether a step is taken by stretches of parts. */
export function isWide(step: PartStep): boolean {
  return (step.do === "forward" || step.do === "backward") && step.node.wide === true;
}

/** Whether what one thread does at the end can follow a stage. */
function canCombine(stage: Stage): stage is Extract<Stage, { readonly kind: "parts" | "once" }> {
  return stage.kind === "parts" || stage.kind === "once";
}

/** Puts steps into stages: consecutive ones of a chain into one. */
class StageList {
  readonly #stages: Stage[] = [];
  #chain = 0;
  #steps: PartStep[] = [];

  /** Continues with another chain. */
  begin(chain: number): void {
    this.#close();
    this.#chain = chain;
  }

  add(step: PartStep): void {
    this.#steps.push(step);
  }

  /** Adds the forward step of a node. */
  forward(node: PlanNode): void {
    if (node.kind === "wideDense") this.#wide(node, { do: "forward", toInput: false });
    this.add({ do: "forward", node });
  }

  /** Adds the step of a node back. */
  backward(node: PlanNode, toInput: boolean): void {
    this.add({ do: "backward", node });
    if (node.kind === "wideDense") this.#wide(node, { do: "backward", toInput });
  }

  #wide(
    node: WideDenseNode,
    step: Pick<Extract<Stage, { readonly kind: "wide" }>, "do" | "toInput">,
  ): void {
    this.#close();
    this.#stages.push({ kind: "wide", chain: this.#chain, node, ...step });
  }

  /** Adds a step that waits for all parts: to the stage that has them, else to one of its own. */
  combine(step: CombineStep): void {
    this.#close();
    const last = this.#stages.at(-1);
    if (last === undefined || !canCombine(last) || last.chain !== this.#chain) {
      this.#stages.push({ kind: "once", chain: this.#chain, steps: [step] });
      return;
    }
    this.#stages[this.#stages.length - 1] = last.kind === "parts"
      ? { ...last, then: [...last.then, step] }
      : { ...last, steps: [...last.steps, step] };
  }

  end(): Stage[] {
    this.#close();
    return this.#stages;
  }

  #close(): void {
    if (this.#steps.length > 0) {
      this.#stages.push({ kind: "parts", chain: this.#chain, steps: this.#steps, then: [] });
    }
    this.#steps = [];
  }
}
