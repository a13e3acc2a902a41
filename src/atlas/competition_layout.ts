/**
 * Which cell types and genes the competition's two files hold, in which order.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import {
  EVAL_CELL_TYPES,
  NEW_CELL_TYPE_AFTER,
  TRAIN_CELL_TYPES,
} from "./competition_cell_types.ts";
import { competitionGenes, type ListedGene } from "./competition_genes.ts";

/** The rows of one cell type in one file. */
export interface CompetitionMember {
  /** Name of the cell type, such as `E003`. */
  readonly cellType: string;
  /** Indices of the rows' genes among {@linkcode competitionGenes}, `[row]` ascending. */
  readonly genes: Uint32Array<ArrayBuffer>;
}

/** The members of the competition's two files, in the order of the files. */
export interface CompetitionLayout {
  /** The members of train.npz: training cell types with the genes that are not held out. */
  readonly train: readonly CompetitionMember[];
  /**
   * The members of eval.npz: training cell types with the genes that are held out, and new cell types with all genes.
   */
  readonly eval: readonly CompetitionMember[];
}

/**
 * Lays out the competition's two files, or the same files with some of their cell types only.
 *
 * @param cellTypes Names of the wanted cell types, in any order; all 56 by default.
 * @returns The members of both files in their order.
 * @throws {ContractError} If a cell type is not one of the competition's or is named twice, or if all of them are
 * among the six that only eval.npz has: train.npz would be empty.
 *
 * @example One training cell type and a new one
 * ```ts
 * import { competitionLayout } from "@waka/histone/atlas";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train, eval: evaluation } = competitionLayout(["E003", "E071"]);
 * const sizes = (members: typeof train) => members.map((m) => [m.cellType, m.genes.length]);
 * deepStrictEqual(sizes(train), [["E003", 16_000]]);
 * deepStrictEqual(sizes(evaluation), [["E071", 17_447], ["E003", 1_447]]);
 * ```
 */
export function competitionLayout(
  cellTypes: readonly string[] = EVAL_CELL_TYPES,
): CompetitionLayout {
  checkCellTypes(cellTypes);
  const wanted = new Set(cellTypes);
  const known = selectGenes(({ heldOut }) => !heldOut);
  const heldOut = selectGenes(({ heldOut }) => heldOut);
  const all = selectGenes(() => true);
  return {
    train: TRAIN_CELL_TYPES.filter((name) => wanted.has(name))
      .map((cellType) => ({ cellType, genes: known })),
    eval: EVAL_CELL_TYPES.filter((name) => wanted.has(name))
      .map((cellType) => ({ cellType, genes: NEW_CELL_TYPE_AFTER.has(cellType) ? all : heldOut })),
  };
}

function selectGenes(isWanted: (gene: ListedGene) => boolean): Uint32Array<ArrayBuffer> {
  const indices = [...competitionGenes().entries()].filter(([, gene]) => isWanted(gene));
  return Uint32Array.from(indices, ([index]) => index);
}

function checkCellTypes(cellTypes: readonly string[]): void {
  const unknown = cellTypes.filter((name) => !EVAL_CELL_TYPES.includes(name));
  if (unknown.length > 0) {
    throw new ContractError(
      `Cannot lay out the competition's files: they have no cell type ${
        unknown.map((name) => `"${name}"`).join(", ")
      }, expected some of ${EVAL_CELL_TYPES.toSorted().join(", ")}`,
    );
  }
  const repeated = cellTypes.find((name, i) => cellTypes.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new ContractError(
      `Cannot lay out the competition's files: ${repeated} is named twice, expected each cell type once`,
    );
  }
  if (cellTypes.some((name) => !NEW_CELL_TYPE_AFTER.has(name))) return;
  throw new ContractError(
    `Cannot lay out the competition's files: train.npz would be empty, since it has ${
      cellTypes.length === 0 ? "no cell type" : `none of ${cellTypes.join(", ")}`
    }. Add a training cell type, such as E003`,
  );
}
