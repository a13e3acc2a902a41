/** Errors of held-out samples with each subset of their marks, for the calibration of models that read a panel. */

import type { Dataset } from "../data/dataset.ts";
import { geneGroupIndices } from "../data/sample_groups.ts";
import { CALIBRATED_REGIMES, type CalibratedRegime } from "../model/calibration.ts";
import type { ByRegime, MarkErrors } from "../model/mark_errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { FEWEST_SAMPLES } from "../validation/conformal.ts";
import type { RowKind } from "../validation/regimes.ts";
import { listMarkSubsets } from "./_mark_subsets.ts";
import { predictSubsets } from "./_predict_subsets.ts";
import type { PredictOptions } from "./predict_options.ts";

/**
 * Samples of one regime of one fold: enough for the price of a mark, and few enough that all subsets together take a small
 * part of what the training of the fold does.
 */
const MOST_SAMPLES = 2_000;

/** Samples that a fold held out, and the model that did not see them. */
export interface HeldOutSamples {
  readonly model: TrainedModel;
  readonly samples: Dataset;
  /** `[position]` */
  readonly kinds: readonly (CalibratedRegime | RowKind)[];
  /** Where to predict, and the marks that are in the panel. */
  readonly options: Pick<PredictOptions, "engine" | "threads" | "signal" | "unlabelled">;
}

/** Adds up the errors of held-out samples by subset and regime, fold by fold. */
export class MarkErrorSums {
  readonly #marks: readonly string[];
  readonly #subsets: readonly (readonly string[])[];
  readonly #samples = new Map<CalibratedRegime, number>();
  /** `[subset]` */
  readonly #sums: readonly Map<CalibratedRegime, number>[];

  /** Prepares for the marks of a model. */
  constructor(marks: readonly string[]) {
    this.#marks = marks;
    this.#subsets = listMarkSubsets(marks);
    this.#sums = this.#subsets.map(() => new Map());
  }

  /** Predicts some of the samples of a fold with each subset of the marks. Cell types that lack a mark are left out. */
  async add({ model, samples, kinds, options }: HeldOutSamples): Promise<void> {
    const chosen = chooseSamples(samples, kinds);
    if (chosen.length === 0) return;
    const data = samples.subset(chosen);
    const labels = data.labels();
    const own = chosen.map((position) => kinds[position] as CalibratedRegime);
    const subsets = this.#subsets;
    const all = await predictSubsets(model, data, { ...options, path: "grouped", subsets });
    for (const regime of own) this.#samples.set(regime, (this.#samples.get(regime) ?? 0) + 1);
    for (const [subset, predictions] of all.entries()) {
      const sums = this.#sums[subset]!;
      for (const [row, regime] of own.entries()) {
        sums.set(regime, (sums.get(regime) ?? 0) + (labels[row]! - predictions[row]!) ** 2);
      }
    }
  }

  /** The mean errors; `undefined` if there are too few samples that have every mark. */
  finish(): MarkErrors | undefined {
    const regimes = CALIBRATED_REGIMES.filter((regime) =>
      (this.#samples.get(regime) ?? 0) >= FEWEST_SAMPLES
    );
    if (regimes.length === 0) return undefined;
    const pick = (valueOf: (regime: CalibratedRegime) => number): ByRegime =>
      Object.fromEntries(regimes.map((regime) => [regime, valueOf(regime)]));
    return {
      marks: this.#marks,
      samples: pick((regime) => this.#samples.get(regime)!),
      subsets: this.#subsets.map((missing, subset) => {
        const meanOf = (regime: CalibratedRegime) =>
          this.#sums[subset]!.get(regime)! / this.#samples.get(regime)!;
        return { missing, mse: pick((regime) => Number(meanOf(regime).toPrecision(6))) };
      }),
    };
  }
}

/** Positions of samples with every mark: of each regime all samples of some genes, which are evenly spaced. */
function chooseSamples(data: Dataset, kinds: HeldOutSamples["kinds"]): number[] {
  const lacking = data.missingMarks;
  const genes = geneGroupIndices(data);
  const chosen = CALIBRATED_REGIMES.flatMap((regime) => {
    const own = [...kinds.keys()].filter((position) =>
      kinds[position] === regime && !lacking.has(data.cellTypeOf(position))
    );
    const places = new Map([...new Set(own.map((row) => genes[row]!))].map((gene, i) => [gene, i]));
    const step = Math.max(1, own.length / MOST_SAMPLES);
    // Gene i is taken if a multiple of the step lies in (i − 1, i].
    return own.filter((row) => {
      const place = places.get(genes[row]!)!;
      return Math.floor(place / step) > Math.floor((place - 1) / step);
    });
  });
  return chosen.sort((a, b) => a - b);
}
