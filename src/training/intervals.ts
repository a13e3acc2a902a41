import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { trainedGenesOf } from "../model/known_genes.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { type Intervals, type KnownRegime, makeIntervals } from "../validation/intervals.ts";
import { knownRegimes } from "../validation/known_regimes.ts";

/** What intervals are made for. */
export interface PredictIntervalsOptions {
  /** The model's predictions of the samples, `[position]`, or the mean of an ensemble's. */
  readonly predictions: ArrayLike<number>;
  /**
   * Share of the labels that intervals hold, above 0 and at most 0.995.
   *
   * @default {0.9}
   */
  readonly confidence?: number | undefined;
  /**
   * What `predict` was given as `unlabelled`: samples whose marks were added to the model's panel.
   *
   * @default {[]}
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
}

/** Intervals, and what is new about the samples, on which their widths depend. */
export interface PredictionIntervals extends Intervals {
  /** `[position]` */
  readonly regimes: readonly KnownRegime[];
}

/**
 * Makes intervals that hold the measured value of a share of the samples to predict: split-conformal intervals by regime
 * and predicted value, from the errors that the model's calibration has. They hold what they promise on average over
 * cell types like those that the model was trained on; a single cell type may have more or less.
 *
 * @param model The model, trained with a calibration; of an ensemble, any member.
 * @param data The samples; labels are not used.
 * @param options The predictions, and the confidence.
 * @returns The ends, in the unit of the labels, and the regime of each sample.
 * @throws {RangeError} If the confidence is out of range.
 * @throws {TypeError} If the number of predictions is not that of the samples.
 * @throws {ContractError} If the model has no calibration, or none for the regime of a sample, or one of too few samples
 * for this confidence.
 *
 * @example Nine of ten labels of new genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { withCalibration } from "@waka/histone/model";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { calibrate, fit, predict, predictIntervals } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 60, newGenes: 10, bins: 20 });
 * const data = new Dataset(train);
 * const samples = new Dataset(test).filter((position) => position < 10);
 * const options = { epochs: 1, engine: "wasm" } as const;
 * const { model } = await fit("experiment1", data, options);
 * const calibrated = withCalibration(model, await calibrate("experiment1", data, options));
 * const predictions = await predict(calibrated, samples, options);
 * const { low, high } = predictIntervals(calibrated, samples, { predictions, confidence: 0.9 });
 * ok(predictions.every((value, i) => low[i]! <= value && value <= high[i]!));
 * ```
 */
export function predictIntervals(
  model: TrainedModel,
  data: Dataset,
  { predictions, confidence = 0.9, unlabelled = [] }: PredictIntervalsOptions,
): PredictionIntervals {
  const { calibration } = model;
  const genes = trainedGenesOf(model);
  if (calibration === undefined || genes === undefined) {
    throw new ContractError(
      "Cannot make intervals: the model was not calibrated, expected one trained with a calibration (deno task train " +
        "--calibrate)",
    );
  }
  if (predictions.length !== data.length) {
    throw new TypeError(
      `Cannot make intervals: found ${predictions.length} predictions, expected ${data.length}, one for each sample`,
    );
  }
  const regimes = regimesOf({ ...model, calibration }, data, { genes, unlabelled });
  // Samples of cell types in label statistics are predicted as if their gene were new.
  const predicted = model.panel?.statistics === undefined
    ? regimes
    : regimes.map((regime) => regime === "seen" ? "newGene" : regime);
  const intervals = makeIntervals(calibration, { predictions, regimes: predicted }, confidence);
  return { ...intervals, regimes };
}

/** Tells what is new about samples to a model that was calibrated or reads a panel. */
export function regimesOf(
  { calibration, panel }: Pick<TrainedModel, "calibration" | "panel">,
  data: Dataset,
  { genes, unlabelled }: {
    readonly genes: Iterable<string>;
    readonly unlabelled: readonly Dataset[];
  },
): KnownRegime[] {
  const cellTypes = calibration?.cellTypes ?? (panel ? namesInPanel(panel) : []);
  const inPanel = panel && panelGenes(panel, unlabelled);
  return knownRegimes({ genes, cellTypes, inPanel }, data);
}

/** The names of a panel's cell types and of their replicates. */
function namesInPanel({ cellTypes }: ReferencePanel): string[] {
  return cellTypes.flatMap(({ name, members }) => [name, ...members]);
}

/** The genes whose marks are in a panel, with those that samples add to it: of a cell type that it has. */
function panelGenes(
  panel: ReferencePanel,
  unlabelled: readonly Dataset[],
): ReadonlySet<string> {
  if (panel.cellTypes.length === 0) return new Set();
  const known = namesInPanel(panel);
  return new Set([...panel.genes, ...unlabelled.flatMap((data) => genesIn(data, new Set(known)))]);
}

/** The keys of the genes that a data set has in some cell types. */
function genesIn(data: Dataset, cellTypes: ReadonlySet<string>): string[] {
  const { columns } = data;
  const isKnown = columns.cellTypes.map((name, cellType) =>
    cellTypes.has(name) || cellTypes.has(columns.cellTypeGroups?.[cellType] ?? name)
  );
  const cellTypeOfRow = data.cellTypeIndices();
  const genes = data.geneIndices().filter((_, row) => isKnown[cellTypeOfRow[row]!]);
  return [...new Set(genes)].map((gene) => geneKey(columns.genes[gene]!));
}
