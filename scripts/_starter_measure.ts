/** Measures the starter model on what was held out: each cell type in turn, and with it a share of the genes. */

import type { Dataset } from "../src/data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../src/data/sample_groups.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { LABEL_STATISTICS } from "../src/panel/panel.ts";
import { geneKey } from "../src/gene_id.ts";
import { predict } from "../src/training/predict.ts";
import { calibrateRegimes, type HeldOutErrors } from "../src/validation/conformal.ts";
import { measureCoverage, type RegimeCoverage } from "../src/validation/coverage.ts";
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

/**
 * Measures the intervals of each fold, calibrated on the errors of the other folds, which held out other cell types and other
 * genes.
 *
 * @returns Coverage of each regime, in the order of `REGIMES`; in place of cell types, by the one that was held out.
 */
export function measureIntervals(
  judged: readonly Judged[],
  confidence: number,
): RegimeCoverage[] {
  const parts = judged.map((one) => {
    const others = judged.filter(({ fold, seed }) => fold !== one.fold && seed === one.seed);
    const regimes = calibrateRegimes(others.map(errorsOf));
    const calibration = { folds: others.length, ...rangeOf(others), cellTypes: [], regimes };
    const { predictions, kinds } = one;
    return makeIntervals(calibration, { predictions, regimes: kinds }, confidence);
  });
  const join = (values: readonly Float32Array[]) =>
    Float32Array.from(values.flatMap((of) => [...of]));
  const coverage = measureCoverage({
    low: join(parts.map(({ low }) => low)),
    high: join(parts.map(({ high }) => high)),
    labels: judged.flatMap(({ labels }) => [...labels]),
    regimes: judged.flatMap(({ kinds }) => kinds),
    cellTypes: judged.flatMap(({ fold, kinds }) => kinds.map(() => fold)),
  });
  return REGIMES.flatMap((regime) => coverage.find((found) => found.regime === regime) ?? []);
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
