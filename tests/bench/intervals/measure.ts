/** Measures whether intervals hold what they promise: each cell type in turn is new, with a fifth of the genes. */

import type { Dataset } from "../../../src/data/dataset.ts";
import type { PresetName } from "../../../src/model/presets.ts";
import type { TrainedModel } from "../../../src/model/trained_model.ts";
import { fitCalibrated, predict, predictIntervals } from "../../../src/training/mod.ts";
import { measureCoverage, type RegimeCoverage, splitRegimes } from "../../../src/validation/mod.ts";
import { formatMarkdown } from "../report.ts";

/** What is measured. */
export interface MeasureOptions {
  readonly preset: PresetName;
  /** Passes over the data; the preset's by default. */
  readonly epochs?: number | undefined;
  readonly folds: number;
  readonly confidences: readonly number[];
  /** How many splits are made: cell types that are new, one after the other. */
  readonly splits: number;
  /** How many cell types are new in a split. */
  readonly newCellTypes: number;
  readonly seed: number;
  readonly onSplit?: (split: number, cellTypes: readonly string[], seconds: number) => void;
}

/** Coverage in one split at one confidence. */
export interface SplitCoverage {
  readonly split: number;
  readonly confidence: number;
  readonly regimes: readonly RegimeCoverage[];
}

/** Trains and calibrates on each split's training samples, and measures on its test samples. */
export async function measureSplits(
  data: Dataset,
  options: MeasureOptions,
): Promise<SplitCoverage[]> {
  const { preset, epochs, folds, confidences, splits, newCellTypes, seed, onSplit } = options;
  const names = [...new Set(Array.from(data.rows, (_, position) => data.groupOf(position)))];
  const genes = new Set(data.geneIndices()).size;
  const measured: SplitCoverage[] = [];
  for (let split = 0; split < splits; split++) {
    const started = performance.now();
    const held = names.slice(split * newCellTypes, (split + 1) * newCellTypes);
    // The genes by the package's own split, the cell types in turn.
    const { newGenes } = splitRegimes(data, {
      newGenes: Math.round(genes / 5),
      newCellTypes: 0,
      seed: seed + split,
    });
    const isNewGene = new Set(newGenes);
    const isTest = (position: number) =>
      held.includes(data.groupOf(position)) || isNewGene.has(data.geneOf(position));
    const train = data.filter((position) => !isTest(position));
    const test = data.filter(isTest);
    const { members: [first] } = await fitCalibrated(preset, train, {
      epochs,
      folds,
      engine: "wasm",
    });
    const { model } = first!;
    for (const [samples, unlabelled] of readings(model, { test, train })) {
      const predictions = await predict(model, samples, { engine: "wasm", unlabelled });
      for (const confidence of confidences) {
        const intervals = predictIntervals(model, samples, { predictions, confidence, unlabelled });
        measured.push({
          split,
          confidence,
          regimes: measureCoverage({
            ...intervals,
            labels: samples.labels(),
            cellTypes: Array.from(samples.rows, (_, position) => samples.cellTypeOf(position)),
          }),
        });
      }
    }
    onSplit?.(split, held, (performance.now() - started) / 1000);
  }
  return measured;
}

/** The test samples and, for a model with a panel, those of new genes with their marks in the training cell types. */
function readings(
  { panel }: TrainedModel,
  { test, train }: { readonly test: Dataset; readonly train: Dataset },
): [Dataset, readonly Dataset[]][] {
  if (panel === undefined) return [[test, []]];
  const trainGenes = new Set(train.geneIndices());
  const trainCellTypes = new Set(train.cellTypeIndices());
  const [genes, cellTypes] = [test.geneIndices(), test.cellTypeIndices()];
  const isNew = (position: number) => !trainGenes.has(genes[position]!);
  const marks = test.filter((position) =>
    isNew(position) && trainCellTypes.has(cellTypes[position]!)
  );
  return [[test, []], [test.filter(isNew), [marks]]];
}

/** Formats coverage as a Markdown table: means over splits, and the range over cell types. */
export function formatSplits(
  measured: readonly SplitCoverage[],
  confidences: readonly number[],
): string {
  const regimes = [...new Set(measured.flatMap((one) => one.regimes.map(({ regime }) => regime)))];
  const rows = regimes.map((regime) => [
    regime,
    ...confidences.map((confidence) => {
      const found = measured.filter((one) => one.confidence === confidence)
        .flatMap((one) => one.regimes.filter((own) => own.regime === regime));
      const mean = (values: readonly number[]) =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      const byCellType = found.flatMap((own) => own.byCellType.map(({ covered }) => covered));
      const width = mean(found.map(({ meanWidth }) => meanWidth));
      return `${percent(mean(found.map(({ covered }) => covered)))} (${
        percent(Math.min(...byCellType))
      } to ${percent(Math.max(...byCellType))}), ${width.toFixed(2)}`;
    }),
  ]);
  return formatMarkdown(["regime", ...confidences.map(percent)], rows);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
