import { showValue } from "../base/show_value.ts";
import type { Dataset } from "../data/dataset.ts";
import { placeCellTypes, placeGenes } from "./axis.ts";
import { type ExpressionTable, makeExpressionTable } from "./expression_table.ts";
import { type LeaveOneOut, leaveOneOut } from "./_leave_one_out.ts";
import { SignalNeighbours } from "./signal_neighbours.ts";

/** Names of the features that precede those of the neighbours. */
const SUMMARY_NAMES = ["geneSeen", "geneMean", "geneStandardDeviation", "geneCellTypes"] as const;

/** Options of {@linkcode fitGeneHistory}. */
export interface GeneHistoryOptions {
  /**
   * Number of nearest training cell types; the expression in each becomes a feature.
   *
   * @default {1}
   */
  readonly neighbours?: number | undefined;
}

/** Features of some samples. */
export interface GeneHistoryFeatures {
  /** Name of each feature. */
  readonly names: readonly string[];
  /** `[position, feature]` row-major, in the labels' own units. */
  readonly values: Float32Array<ArrayBuffer>;
}

/**
 * Features of genes from their training samples, made by {@linkcode fitGeneHistory}.
 *
 * @example The names of its features
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { GeneHistory } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 1, bins: 4 });
 * const { names } = new GeneHistory(new Dataset(train), { neighbours: 1 });
 * strictEqual(names.at(-1), "geneInNearest1");
 * ```
 */
export class GeneHistory {
  /** Names of the features, in order. */
  readonly names: readonly string[];
  readonly #table: ExpressionTable;
  readonly #summary: LeaveOneOut;
  readonly #neighbours: SignalNeighbours;

  /** See {@linkcode fitGeneHistory}. */
  constructor(train: Dataset, { neighbours = 1 }: GeneHistoryOptions = {}) {
    if (!Number.isInteger(neighbours) || neighbours < 0) {
      throw new RangeError(
        `Cannot fit gene history: neighbours is ${showValue(neighbours)}, expected an integer >= 0`,
      );
    }
    this.names = [
      ...SUMMARY_NAMES,
      ...Array.from({ length: neighbours }, (_, i) => `geneInNearest${i + 1}`),
    ];
    this.#table = makeExpressionTable(train);
    this.#summary = leaveOneOut(this.#table);
    this.#neighbours = new SignalNeighbours(train, this.#table);
  }

  /**
   * Computes the features of samples, which may include training samples; their labels are not read. Give all
   * samples of a new cell type together, since its neighbours are found by its signal in `data`.
   *
   * @throws {ContractError} If the signal is of another kind than that of the training samples.
   */
  featuresOf(data: Dataset): GeneHistoryFeatures {
    const { cellTypes, genes } = this.#table;
    const { counts, means, deviations } = this.#summary;
    const geneOfRow = placeGenes(genes, data);
    const cellTypeOfRow = placeCellTypes(cellTypes, data);
    const ranked = this.#neighbours.rank(data);
    const values = new Float32Array(data.length * this.names.length);
    for (let row = 0; row < data.length; row++) {
      const gene = geneOfRow[row]!;
      if (gene < 0) continue;
      // A new cell type takes the last slot, which leaves out no cell type.
      const cellType = cellTypeOfRow[row]!;
      const slot = cellType < 0 ? cellTypes.names.length : cellType;
      const place = slot * genes.names.length + gene;
      const [count, mean] = [counts[place]!, means[place]!];
      if (count === 0) continue;
      const out = values.subarray(row * this.names.length, (row + 1) * this.names.length);
      out.set([1, mean, deviations[place]!, count]);
      out.fill(mean, SUMMARY_NAMES.length);
      this.#writeNearest(out.subarray(SUMMARY_NAMES.length), ranked[row]!, gene);
    }
    return { names: this.names, values };
  }

  /** Writes a gene's expression in the first cell types that have it, until there are enough or no more. */
  #writeNearest(out: Float32Array, cellTypes: Uint32Array, gene: number): void {
    const { values, genes } = this.#table;
    let found = 0;
    for (let i = 0; i < cellTypes.length && found < out.length; i++) {
      const value = values[cellTypes[i]! * genes.names.length + gene]!;
      if (!Number.isNaN(value)) out[found++] = value;
    }
  }
}

/**
 * Learns features of genes from training samples: what a user knows about a seen gene besides its signal.
 *
 * **The one rule:** features of a sample come from the training samples of its gene in *other* cell types, never from
 * its own cell type or a replicate of it: replicates count as one cell type, whose expression is their mean. So a training sample's features do not depend on its label, not even through rounding, and the
 * same rule serves training and test samples:
 *
 * - a training sample has the features of a gene seen in all training cell types but its own;
 * - a sample of a new cell type has the features of a gene seen in all training cell types;
 * - a gene seen in no other cell type has 0 in every feature, including `geneSeen`.
 *
 * The features are `geneSeen` (1 or 0), `geneMean`, `geneStandardDeviation` (divisor n − 1, 0 for one cell
 * type), `geneCellTypes` (the number of cell types), and `geneInNearest1`, …: the gene's expression in the cell types
 * with the most similar signal, as `makeNearestCellType` defines it, or its mean if there are too few.
 *
 * There are three limits. First, a sample's features contain the labels of the gene's *other* training samples, so
 * judge a model by samples that were in neither `train` nor the training data. Second, with two or more training cell
 * types, no training sample looks like a sample of a new gene: to predict new genes too, a model must be shown some
 * training samples with these features set to 0. Third, over the samples of one training gene, `geneMean` falls as the
 * label rises, by 1/(n − 1) of it. A model that distinguishes genes that finely could exploit this, so check for it if
 * there are few cell types.
 *
 * @param train Labelled training samples, and no others.
 * @param options Number of neighbours.
 * @returns The fitted history, which computes the features of samples.
 * @throws {ContractError} If there are no labels.
 * @throws {RangeError} If there are no samples, or `neighbours` is not an integer ≥ 0.
 *
 * @example Each of two cell types has the features of the other
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitGeneHistory } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 1, bins: 4 });
 * const history = fitGeneHistory(new Dataset(train), { neighbours: 0 });
 * const [first, second] = Float32Array.from(train.labels!);
 * deepStrictEqual(
 *   [...history.featuresOf(new Dataset(train)).values],
 *   [1, second, 0, 1, 1, first, 0, 1], // each sees the other cell type only
 * );
 * ```
 */
export function fitGeneHistory(train: Dataset, options: GeneHistoryOptions = {}): GeneHistory {
  return new GeneHistory(train, options);
}
