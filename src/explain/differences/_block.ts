/** What models say of some genes that are explained together. */

/** What one model says of a block's genes, `[gene]` each. */
export interface BlockChanges {
  /** Predictions where changes begin: means over samples. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** `to` less `from`, of the network alone. */
  readonly changes: Float64Array;
  /** Contributions of places, `[gene, place, mark]`. */
  readonly places: Float64Array;
  /** Contributions of what belongs to no place, `[gene, mark]`. */
  readonly whole: Float64Array;
  /** Contribution of the context. */
  readonly context: Float64Array;
}
