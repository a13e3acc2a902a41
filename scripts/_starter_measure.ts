/** Measures the starter model on what was held out: each cell type in turn, and with it a share of the genes. */

import type { Dataset } from "../src/data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../src/data/sample_groups.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { LABEL_STATISTICS } from "../src/panel/panel.ts";
import { geneKey } from "../src/gene_id.ts";
import { predict } from "../src/training/predict.ts";
import { calibrateRegimes, type HeldOutErrors } from "../src/validation/conformal.ts";
import { makeIntervals } from "../src/validation/intervals.ts";
import { classifyRows, type Regime, REGIMES } from "../src/validation/regimes.ts";
import { roundModel } from "./_pack_starter.ts";
import type { JudgedModel, StarterRun } from "./_starter_training.ts";

/** Predictions of the samples that one model did not see, `[sample]`. */
export interface Judged {
  /** The cell type that was held out. */
  readonly fold: string;
  readonly seed: number;
  readonly test: Dataset;
  readonly kinds: readonly Regime[];
  readonly labels: Float64Array;
  readonly predictions: Float32Array;
  /** Predictions by the model with rounded weights and statistics. */
  readonly rounded: Float32Array;
  /** The mean label of the gene over the training cell types, else over all genes. */
  readonly geneMeans: Float64Array;
  /** Predictions of the same samples without some marks, by these; of the first seed alone. */
  readonly without: ReadonlyMap<string, Float32Array>;
}

/** Judges each model on what it has not seen. */
export async function judgeStarter(
  models: readonly JudgedModel[],
  { threads, signal, log }: StarterRun & { readonly log: (line: string) => void },
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const one of models) {
    const found = await judge(one, { engine: "wasm", threads, signal });
    judged.push(found);
    const figures = REGIMES.map((regime) => `${regime} ${errorOf([found], regime).toFixed(3)}`);
    log(`${found.fold} held out, seed ${one.seed}: ${figures.join(", ")}`);
  }
  return judged;
}

async function judge(
  { model, seed, fold: { training, heldOut: test } }: JudgedModel,
  options: Parameters<typeof predict>[2],
): Promise<Judged> {
  const kinds = classifyRows(training, test) as Regime[];
  const without = new Map<string, Float32Array>();
  const { missingMarks } = test;
  for (const dropMarks of seed === 0 ? droppedMarks(test.marks) : []) {
    // Cell types that lack marks have a price of their own already.
    const whole = test.filter((row) => !missingMarks.has(test.cellTypeOf(row)));
    const found = new Float32Array(test.length).fill(NaN);
    const positions = positionsIn(test, whole);
    (await predict(model, whole, { ...options, dropMarks }))
      .forEach((value, i) => found[positions[i]!] = value);
    without.set(dropMarks.join(" and "), found);
  }
  return {
    fold: test.cellTypeOf(kinds.indexOf("newCellType")),
    seed,
    test,
    kinds,
    labels: test.labels(),
    predictions: await predict(model, test, options),
    rounded: await predict(await roundModel(model), test, options),
    geneMeans: geneMeansOf(model, test),
    without,
  };
}

/** Each mark by itself, and all but H3K4me3. */
function droppedMarks(marks: readonly string[]): string[][] {
  return [...marks.map((mark) => [mark]), marks.filter((mark) => mark !== "H3K4me3")];
}

/** The positions of a view's samples in the data that it was taken from. */
function positionsIn(whole: Dataset, view: Dataset): number[] {
  const places = new Map(Array.from(whole.rows, (row, position) => [row, position]));
  return Array.from(view.rows, (row) => places.get(row)!);
}

function geneMeansOf({ panel }: TrainedModel, test: Dataset): Float64Array {
  const { genes, statistics, labelMean } = panel!;
  const means = new Map(
    genes.map((gene, place) => [gene, statistics!.values[place * LABEL_STATISTICS + 1]!]),
  );
  const keys = test.columns.genes.map(geneKey);
  return Float64Array.from(test.geneIndices(), (gene) => means.get(keys[gene]!) ?? labelMean);
}

/** Mean squared error over the samples of a regime, the mean over models. */
export function errorOf(
  judged: readonly Judged[],
  regime: Regime,
  predictionsOf: (one: Judged) => ArrayLike<number> | undefined = ({ predictions }) => predictions,
  among: (one: Judged, row: number) => boolean = () => true,
): number {
  const errors = judged.flatMap((one) => {
    const predicted = predictionsOf(one);
    let [sum, count] = [0, 0];
    one.kinds.forEach((kind, row) => {
      if (kind !== regime || predicted === undefined || !among(one, row)) return;
      sum += (predicted[row]! - one.labels[row]!) ** 2;
      count++;
    });
    return count === 0 ? [] : [sum / count];
  });
  return errors.reduce((sum, error) => sum + error / errors.length, 0);
}

/** How often intervals held the labels, by the cell type that was held out, and in all. */
export interface MeasuredCoverage {
  readonly regime: Regime;
  readonly confidence: number;
  readonly covered: number;
  readonly meanWidth: number;
  /** Share by the cell type that was held out. */
  readonly byFold: ReadonlyMap<string, number>;
}

/**
 * Measures the intervals of each fold, calibrated on the errors of the other folds, which held out other cell types and other
 * genes.
 */
export function measureIntervals(
  judged: readonly Judged[],
  confidence: number,
): MeasuredCoverage[] {
  const sums = new Map(REGIMES.map((regime) => [regime, new CoverageSums()]));
  for (const one of judged) {
    const others = judged.filter(({ fold, seed }) => fold !== one.fold && seed === one.seed);
    const regimes = calibrateRegimes(others.map(errorsOf));
    const calibration = { folds: others.length, ...rangeOf(others), cellTypes: [], regimes };
    for (const [regime, found] of sums) {
      const rows = [...one.kinds.keys()].filter((row) => one.kinds[row] === regime);
      const predictions = rows.map((row) => one.predictions[row]!);
      const names = rows.map(() => regime);
      const { low, high } = makeIntervals(calibration, { predictions, regimes: names }, confidence);
      const labels = rows.map((row) => one.labels[row]!);
      found.add(one.fold, { low, high, labels });
    }
  }
  return Array.from(sums, ([regime, found]) => ({ regime, confidence, ...found.coverage() }));
}

/** Adds up how often intervals held. */
class CoverageSums {
  readonly #byFold = new Map<string, { held: number; count: number }>();
  #width = 0;

  add(fold: string, { low, high, labels }: {
    readonly low: Float32Array;
    readonly high: Float32Array;
    readonly labels: readonly number[];
  }): void {
    const sums = this.#byFold.get(fold) ?? { held: 0, count: 0 };
    this.#byFold.set(fold, sums);
    sums.count += labels.length;
    for (const [i, label] of labels.entries()) {
      if (low[i]! <= label && label <= high[i]!) sums.held++;
      this.#width += high[i]! - low[i]!;
    }
  }

  coverage(): Omit<MeasuredCoverage, "regime" | "confidence"> {
    let [held, count] = [0, 0];
    for (const sums of this.#byFold.values()) {
      held += sums.held;
      count += sums.count;
    }
    return {
      covered: held / count,
      meanWidth: this.#width / count,
      byFold: new Map([...this.#byFold].map(([fold, sums]) => [fold, sums.held / sums.count])),
    };
  }
}

function errorsOf({ test, kinds, labels, predictions }: Judged): HeldOutErrors {
  return {
    predictions,
    labels,
    kinds,
    cellTypes: cellTypeGroupIndices(test),
    genes: geneGroupIndices(test),
  };
}

/** The least and the greatest label. */
function rangeOf(judged: readonly Judged[]): { readonly least: number; readonly greatest: number } {
  let [least, greatest] = [Infinity, -Infinity];
  for (const label of judged.flatMap(({ labels }) => [...labels])) {
    least = Math.min(least, label);
    greatest = Math.max(greatest, label);
  }
  return { least, greatest };
}
