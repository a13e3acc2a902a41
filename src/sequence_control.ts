/**
 * Controls of what a model learns from DNA: the same model on sequences that say nothing of their genes.
 *
 * A sequence that every cell type of a gene shares also names the gene, whatever its letters are. So a model that
 * predicts trained genes better with DNA need not have read any: it may have learned by heart which sequence had which
 * label. Two controls keep the name and take the meaning away.
 *
 * @module
 */

import { arrayOf, object } from "./base/fields.ts";
import { type Field, integer, oneOf, optional, text } from "./base/field.ts";

/**
 * The sequences that a model sees in place of its genes' own: `shuffled` are those of other genes of the data,
 * `random-code` random letters, the same for all cell types of a gene.
 */
export type SequenceControlKind = "shuffled" | "random-code";

/** Every {@linkcode SequenceControlKind}. */
export const SEQUENCE_CONTROLS: readonly SequenceControlKind[] = ["shuffled", "random-code"];

/** A control, as settings name it. */
export interface SequenceControlSettings {
  /** Which sequences. */
  readonly kind: SequenceControlKind;
  /** Seed of the order or of the letters: an integer from 0 to 2^53 − 1. */
  readonly seed: number;
}

/** A control, as a model keeps it: enough to show each gene the same sequence again. */
export interface SequenceControl extends SequenceControlSettings {
  /**
   * For `shuffled`, the keys of the genes among which sequences were shuffled, in ascending order. Other genes are
   * shuffled among themselves.
   */
  readonly genes?: readonly string[] | undefined;
}

/** Reads a {@linkcode SequenceControl} from JSON. */
export const SEQUENCE_CONTROL: Field<SequenceControl> = object({
  kind: oneOf(...SEQUENCE_CONTROLS),
  seed: integer(0),
  genes: optional(arrayOf(text, { distinct: true })),
}, { others: "leave out" });
