/**
 * Batch normalisation (Ioffe and Szegedy 2015) in two passes over a batch, with a barrier in between: each part's mean
 * and squared deviations first, then, from all parts in order (Chan et al. 1979), the batch's.
 *
 * With x̂ = (x − μ)/σ, forward is y = γ·x̂ + β, so a·x + c, and backward is ∂x = γ/σ · (∂y − mean(∂y) − x̂ · mean(∂y·x̂)),
 * so a·∂y + b·x + c.
 *
 * A max pooling that directly follows is computed in the same pass, and what it leaves out is never written: the
 * maximum of a·x + c is that of x where a is positive and the minimum of x where it is negative. Backwards, ∂y is zero
 * but at the maxima, so its sums have a row for each window, while b·x + c reaches every position.
 *
 * Where an activation comes first, ∂x is multiplied with its derivative, which the sign of x shows.
 *
 * @module
 */

import type { NodeBase, Parameter } from "../../layout.ts";

/** What is kept of the windows of a pooling, laid out as the node's output. */
export interface PooledRows {
  /** Positions of a window. */
  readonly size: number;
  /** int32: the number within its window of the position that the maximum came from. */
  readonly steps: number;
  /** What was at that position before it was normalised. */
  readonly chosen: number;
}

/** Batch normalisation, with the max pooling that directly follows. All of its arrays are one row of channels long. */
export interface BatchNormNode extends NodeBase {
  readonly kind: "batchNorm";
  readonly momentum: number;
  readonly epsilon: number;
  /** Slope below zero of the activation before it, through which it passes derivatives back; 1 without one. */
  readonly slope: number;
  readonly pool: PooledRows | undefined;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly movingMean: number;
  readonly movingVariance: number;
  /** Sums of the parts, two rows each and one that these are computed with, and bytes to the next part's: no two threads write to one cache line. */
  readonly parts: { readonly address: number; readonly stride: number };
  readonly mean: number;
  /** Rows a, c and the sign of a. */
  readonly forward: number;
  /** Rows a, b and c. */
  readonly backward: number;
}
