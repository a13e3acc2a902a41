/** Options of the statistics of changes. */

/** Options of {@linkcode measureChangeAgreement} and {@linkcode explainChanges}. */
export interface ChangeAgreementOptions {
  /**
   * Of which unit each gene is, `[gene]`: integers from 0. Transcripts of one gene are one unit, which is drawn as a whole.
   *
   * @default {Each gene is a unit.}
   */
  readonly units?: ArrayLike<number> | undefined;
  /**
   * How much each gene is expressed, `[gene]`, in any unit that rises with it. The predicted change of a gene is exchanged
   * with that of a gene of a like level.
   *
   * @default {All genes are of like level.}
   */
  readonly levels?: ArrayLike<number> | undefined;
  /**
   * Bootstrap samples for intervals, and exchanges for the null: 1 or more.
   *
   * @default {1000}
   */
  readonly samples?: number | undefined;
  /**
   * Share of bootstrap samples that intervals hold.
   *
   * @default {0.95}
   */
  readonly confidence?: number | undefined;
  /**
   * Seed of the draws: an integer from 0.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
}
