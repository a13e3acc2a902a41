/**
 * The genes and cell types of each file.
 *
 * @module
 */

import { type CellType, makeCellType } from "./cell_types.ts";
import { type Gene, makeGenes } from "./genes.ts";
import type { SimulationSettings } from "./options.ts";
import { evalCellTypeNames, newCellTypeNames, trainCellTypeNames } from "./roadmap.ts";

/** One of the two files: `train.npz` or `eval.npz`. */
export type SimulationPart = "train" | "eval";

/** Whether train also has the cell type or the gene of a row of eval, or neither. */
export type EvalRegime = "newGeneSeenCellType" | "seenGeneNewCellType" | "newGeneNewCellType";

/** The rows of one cell type in one file. */
export interface Member {
  /** The cell type. */
  readonly cellType: CellType;
  /** Whether only eval has the cell type. */
  readonly newCellType: boolean;
  /** The genes in row order; training genes precede new ones. */
  readonly genes: readonly Gene[];
}

/** The members of both files in file order; a cell type without rows is not in its file. */
export type Layout = Readonly<Record<SimulationPart, readonly Member[]>>;

/** Makes the layout of a simulation. */
export function makeLayout(options: SimulationSettings): Layout {
  const { seed, sequences } = options;
  const trainingGenes = makeGenes(seed, "training", { count: options.genes, sequences });
  const newGenes = makeGenes(seed, "new", { count: options.newGenes, sequences });
  const allGenes = [...trainingGenes, ...newGenes];
  const trainNames = trainCellTypeNames(options.cellTypes);
  const newNames = newCellTypeNames(options.newCellTypes);
  const train = trainNames.map((name): Member => ({
    cellType: makeCellType(name, options),
    newCellType: false,
    genes: trainingGenes,
  }));
  const seen = new Map(train.map(({ cellType }) => [cellType.name, cellType]));
  const evaluation = evalCellTypeNames(trainNames, newNames).map((name): Member => {
    const cellType = seen.get(name);
    return cellType === undefined
      ? { cellType: makeCellType(name, options), newCellType: true, genes: allGenes }
      : { cellType, newCellType: false, genes: newGenes };
  });
  return { train, eval: evaluation.filter(({ genes }) => genes.length > 0) };
}

/** Finds the regime of a row of eval. */
export function regimeOf(member: Member, gene: Gene): EvalRegime {
  if (!member.newCellType) return "newGeneSeenCellType";
  return gene.kind === "training" ? "seenGeneNewCellType" : "newGeneNewCellType";
}
