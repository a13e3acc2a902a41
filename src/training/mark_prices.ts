import { meanOf } from "../base/mean.ts";
import type { Dataset } from "../data/dataset.ts";
import { geneGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { trainedGenesOf } from "../model/known_genes.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { KnownRegime } from "../validation/intervals.ts";
import { plainOptions } from "./_plain_options.ts";
import { predictSubsets } from "./_predict_subsets.ts";
import { regimesOf } from "./intervals.ts";
import type { PredictOptions } from "./predict_options.ts";

/** Options of {@linkcode priceMarks}. */
export interface PriceMarksOptions extends
  Pick<
    PredictOptions,
    | "engine"
    | "threads"
    | "geneEffects"
    | "acceptAssembly"
    | "unlabelled"
    | "onStart"
    | "onProgress"
    | "signal"
  > {
  /**
   * Marks that are treated as not measured throughout; they have no price.
   *
   * @default {[]}
   */
  readonly dropMarks?: readonly string[] | undefined;
}

/** What a mark is worth to the predictions of some samples: their error without it, beside that with it. */
export interface MarkPrice {
  /** The mark. */
  readonly mark: string;
  /** Number of samples: those in which this mark was measured, and another one besides. */
  readonly samples: number;
  /** Their mean squared error with every mark that was measured. */
  readonly mse: number;
  /** Their mean squared error without this mark. */
  readonly mseWithout: number;
  /** By how much the error rises without it. */
  readonly price: number;
  /** The price's standard error over genes; `null` for a single gene. */
  readonly standardError: number | null;
}

/** What marks are worth in one regime. */
export interface RegimePrices {
  /** What is new about the samples, as far as the model can tell. */
  readonly regime: KnownRegime;
  /** Number of samples. */
  readonly samples: number;
  /** Their mean squared error with every mark that was measured. */
  readonly mse: number;
  /** The marks, the dearest first. */
  readonly marks: readonly MarkPrice[];
}

/**
 * Measures the price of each missing mark: predicts labelled samples with every mark that was measured, and once more
 * without each of them. A mark that is left out is hidden from the samples and from their references.
 *
 * @param models A model that reads a panel, or the members of an ensemble.
 * @param data Labelled samples that were not trained on.
 * @param options Where to predict, and what else is known.
 * @returns The prices in each regime that has samples, in the order of their first samples.
 * @throws {TypeError} If there are no models.
 * @throws {ContractError} If the model reads no panel or predicts ranks, the data have no labels, or no mark can be left
 * out.
 * @throws As `predict` does.
 *
 * @example Five marks
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit, priceMarks } from "@waka/histone/training";
 * import { ok, strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 3, genes: 20, newCellTypes: 0, newGenes: 10, bins: 20 };
 * const { train } = simulateColumns(size);
 * const data = new Dataset(train);
 * const { model } = await fit("waka3", data, { epochs: 1, engine: "wasm" });
 * const [seen] = await priceMarks([model], data, { engine: "wasm" });
 * strictEqual(seen?.marks.length, 5);
 * ok(seen.marks.every(({ mse, mseWithout, price }) => Math.abs(mseWithout - mse - price) < 1e-9));
 * ```
 */
export async function priceMarks(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PriceMarksOptions = {},
): Promise<RegimePrices[]> {
  options = plainOptions(options, "price marks");
  const { marks, genes } = checkPriced(models, data);
  const { dropMarks = [], unlabelled = [], ...others } = options;
  const { onProgress } = options;
  const parts = listParts(data, { marks, dropMarks });
  const total = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const errors = parts.map(({ rows }) => new Float64Array(rows.length));
  for (const [member, model] of models.entries()) {
    let done = member * total;
    for (const [part, { rows, without }] of parts.entries()) {
      const [predictions] = await predictSubsets(model, data.subset(rows), {
        path: "grouped",
        ...others,
        unlabelled,
        subsets: [[...dropMarks, ...without]],
        onStart: member + part === 0 ? options.onStart : undefined,
        onProgress: onProgress &&
          ((own) =>
            onProgress({ done: done + own.done, total: models.length * total, unit: own.unit })),
      });
      done += rows.length;
      for (const [i, value] of predictions!.entries()) errors[part]![i]! += value / models.length;
    }
  }
  const labels = data.labels();
  for (const [part, { rows }] of parts.entries()) {
    const own = errors[part]!;
    for (const [i, row] of rows.entries()) own[i] = (labels[row]! - own[i]!) ** 2;
  }
  const regimes = regimesOf(models[0]!, data, { genes, unlabelled });
  return summarise({ parts, errors, regimes, genes: geneGroupIndices(data) });
}

/** Samples to predict without some marks; the first are all, with every mark. */
interface Part {
  readonly without: readonly string[];
  /** Positions. */
  readonly rows: readonly number[];
}

function checkPriced(models: readonly TrainedModel[], data: Dataset) {
  const [model] = models;
  if (model === undefined) {
    throw new TypeError("Cannot find prices of marks: found 0 models, expected some");
  }
  const { spec, panel } = model;
  const genes = trainedGenesOf(model);
  if (panel === undefined || genes === undefined) {
    throw new ContractError(
      `Cannot find prices of marks: "${spec.name}" needs every mark, expected a model that reads a panel, such as waka3`,
    );
  }
  if (spec.loss === "rank") {
    throw new ContractError(
      `Cannot find prices of marks: "${spec.name}" predicts an order, whose squared errors mean nothing, expected a ` +
        "model that predicts values",
    );
  }
  if (!data.hasLabels || data.length === 0) {
    throw new ContractError(
      "Cannot find prices of marks: the data have no labels, expected labelled samples",
    );
  }
  return { marks: panel.record.marks, genes };
}

function listParts(
  data: Dataset,
  { marks, dropMarks }: {
    readonly marks: readonly string[];
    readonly dropMarks: readonly string[];
  },
): Part[] {
  const all = Array.from(data.rows, (_, position) => position);
  const lacking = data.missingMarks;
  const measuredIn = (position: number) => {
    const missing = lacking.get(data.cellTypeOf(position)) ?? [];
    return data.marks.filter((mark) => !missing.includes(mark) && !dropMarks.includes(mark));
  };
  const parts = marks.map((mark): Part => {
    const rows = all.filter((position) => {
      const measured = measuredIn(position);
      return measured.length > 1 && measured.includes(mark);
    });
    return { without: [mark], rows };
  }).filter(({ rows }) => rows.length > 0);
  if (parts.length === 0) {
    throw new ContractError(
      "Cannot find prices of marks: found no cell type with two of the model's marks, expected one in which a mark can " +
        "be left out",
    );
  }
  return [{ without: [], rows: all }, ...parts];
}

/** Squared errors of parts, with what the samples are, `[position]`. */
interface PricedSamples {
  readonly parts: readonly Part[];
  /** `[part][sample of it]` */
  readonly errors: readonly Float64Array[];
  readonly regimes: readonly KnownRegime[];
  readonly genes: ArrayLike<number>;
}

function summarise({ parts, errors, regimes, genes }: PricedSamples): RegimePrices[] {
  const base = errors[0]!;
  return [...new Set(regimes)].map((regime) => {
    const marks = parts.slice(1).flatMap(({ without, rows }, i): MarkPrice[] => {
      const own = [...rows.entries()].filter(([, row]) => regimes[row] === regime);
      if (own.length === 0) return [];
      const errorsWithout = own.map(([place]) => errors[i + 1]![place]!);
      const errorsWith = own.map(([, row]) => base[row]!);
      const [mse, mseWithout] = [meanOf(errorsWith), meanOf(errorsWithout)];
      const differences = errorsWithout.map((error, place) => error - errorsWith[place]!);
      return [{
        mark: without[0]!,
        samples: own.length,
        mse,
        mseWithout,
        price: mseWithout - mse,
        standardError: standardErrorOver(differences, own.map(([, row]) => genes[row]!)),
      }];
    });
    const all = base.filter((_, row) => regimes[row] === regime);
    return {
      regime,
      samples: all.length,
      mse: meanOf(all),
      marks: marks.sort((a, b) => b.price - a.price),
    };
  });
}

/** The standard error of a mean whose values are independent between genes, not within them. */
function standardErrorOver(values: readonly number[], genes: readonly number[]): number | null {
  const mean = meanOf(values);
  const sums = new Map<number, number>();
  for (const [i, gene] of genes.entries()) {
    sums.set(gene, (sums.get(gene) ?? 0) + values[i]! - mean);
  }
  if (sums.size < 2) return null;
  const squares = [...sums.values()].reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(squares * sums.size / (sums.size - 1)) / values.length;
}
