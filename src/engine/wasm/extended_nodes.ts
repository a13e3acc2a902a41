/**
 * Which nodes and kernels need the code of `extended/code.ts`.
 *
 * @module
 */

import type { KernelSet } from "./kernel_set.ts";
import { chainsOf, type Plan, type PlanNode } from "./plan/types.ts";

/** Nodes that are predicted without the code of `extended/code.ts`. */
const PLAIN_KINDS = ["conv", "dense", "pool", "dropout", "activation", "compact"] as const;

/** A node that is predicted without it. */
export type PlainNode = Extract<PlanNode, { readonly kind: typeof PLAIN_KINDS[number] }>;
/** Any other node. */
export type ExtendedNode = Exclude<PlanNode, PlainNode>;

/** Whether a node is predicted without it. */
export function isPlain(node: PlanNode): node is PlainNode {
  return (PLAIN_KINDS as readonly string[]).includes(node.kind);
}

/** Whether some kernels of a plan cannot be made or run without it. */
export function needsExtendedCode(plan: Plan, set: KernelSet): boolean {
  return set === "all" || plan.join !== undefined ||
    chainsOf(plan).some(({ nodes }) => !nodes.every(isPlain));
}
