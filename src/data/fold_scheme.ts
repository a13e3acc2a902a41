/** How data are divided into folds, or into training, validation and test data. */

/**
 * What is never on both sides of a split; see `kFold`:
 *
 * - `contiguous`, `shuffled`: nothing but the sample itself.
 * - `by-gene`, `by-cell-type`: genes, cell types. `by-both`: either.
 * - `by-chromosome`: chromosomes, and so neither genes nor their neighbours. `by-chromosome-and-cell-type`: either.
 * - `by-group`: groups that you name, such as donors.
 */
export type FoldScheme =
  | "contiguous"
  | "shuffled"
  | "by-gene"
  | "by-cell-type"
  | "by-both"
  | "by-chromosome"
  | "by-chromosome-and-cell-type"
  | "by-group";

/** Every {@linkcode FoldScheme}; the first is the report's. */
export const FOLD_SCHEMES: readonly FoldScheme[] = [
  "contiguous",
  "shuffled",
  "by-gene",
  "by-cell-type",
  "by-both",
  "by-chromosome",
  "by-chromosome-and-cell-type",
  "by-group",
];
