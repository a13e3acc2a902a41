import type { LayerGroup } from "../../layer_groups.ts";
import type { Allocator } from "../layout.ts";
import type { TensorPlanner } from "./tensors.ts";

/** What gives out the places of a chain's nodes. */
export interface ChainMemory {
  readonly memory: Allocator;
  readonly tensors: TensorPlanner;
  /** The most samples, or entries, that the chain computes together. */
  readonly capacity: number;
}

/** A node's name, and the number of its layer. */
export function nameOf(
  { kind, layer }: LayerGroup,
): { readonly name: string; readonly layer: number } {
  return { name: `${kind}${layer}`, layer };
}
