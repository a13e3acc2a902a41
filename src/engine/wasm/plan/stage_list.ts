/**
 * The stages of a step, and what puts steps into them.
 *
 * @module
 */

import type { BatchNormNode } from "../ops/batch_norm/node.ts";
import type { WideDenseNode } from "../ops/wide_dense/shape.ts";
import type { PlanNode } from "./types.ts";

/** What is done with each part of a chain's samples or entries. */
export type PartStep =
  | { readonly do: "gather" | "loss" | "predictions" | "predictionSlopes" }
  /** An arranged batch is put into the chain's input; other threads put the rest of it where later stages read it. */
  | { readonly do: "write" }
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

/** Whether a step is taken by stretches of parts. */
export function isWide(step: PartStep): boolean {
  return (step.do === "forward" || step.do === "backward") && step.node.wide === true;
}

/** Whether an arranged batch is written in a stage. */
export function isWriting(
  stage: Stage,
): stage is Extract<Stage, { readonly kind: "parts" }> {
  return stage.kind === "parts" && stage.steps[0]!.do === "write";
}

/** Whether what one thread does at the end can follow a stage. */
function canCombine(stage: Stage): stage is Extract<Stage, { readonly kind: "parts" | "once" }> {
  return stage.kind === "parts" || stage.kind === "once";
}

/** Puts steps into stages: consecutive ones of a chain into one. */
export class StageList {
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
