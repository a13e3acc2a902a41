/**
 * The competition's cell types, in the order of its files. Their names are Roadmap Epigenomics' (2015, Nature 518:317).
 *
 * @module
 */

/** The 50 cell types of the competition's train.npz, in its order. */
export const TRAIN_CELL_TYPES: readonly string[] = (
  "E065 E004 E066 E005 E012 E027 E053 E013 E028 E061 E109 E120 E062 E037 E038 E024 E105 E011 E106 " +
  "E082 E097 E116 E098 E058 E117 E059 E070 E118 E085 E104 E119 E006 E127 E047 E094 E007 E054 E128 " +
  "E095 E055 E114 E100 E056 E016 E122 E057 E123 E079 E003 E050"
).split(" ");

/** The 6 cell types that only eval.npz has, in its order, and the training cell type that each of them follows there. */
export const NEW_CELL_TYPE_AFTER: ReadonlyMap<string, string> = new Map([
  ["E071", "E024"],
  ["E087", "E105"],
  ["E096", "E106"],
  ["E084", "E117"],
  ["E112", "E006"],
  ["E113", "E054"],
]);

/** The 56 cell types of the competition's eval.npz, in its order. */
export const EVAL_CELL_TYPES: readonly string[] = TRAIN_CELL_TYPES.flatMap((name) => [
  name,
  ...[...NEW_CELL_TYPE_AFTER].filter(([, before]) => before === name).map(([fresh]) => fresh),
]);
