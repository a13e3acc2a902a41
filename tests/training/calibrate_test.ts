/** Calibrations: what they hold out is not seen, a run is resumed as a whole, and intervals hold what they promise. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { withCalibration } from "../../src/model/known_genes.ts";
import { presetSpec } from "../../src/model/presets.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { calibrate } from "../../src/training/calibrate.ts";
import { fit } from "../../src/training/fit.ts";
import { fitCalibrated } from "../../src/training/fit_calibrated.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";
import { predictIntervals } from "../../src/training/intervals.ts";
import { predict } from "../../src/training/predict.ts";
import { measureCoverage, type RegimeCoverage } from "../../src/validation/coverage.ts";
import { meanHalfWidth } from "../../src/validation/intervals.ts";
import { splitRegimes } from "../../src/validation/split_regimes.ts";

const QUICK = { epochs: 1, engine: "wasm" } as const;

function simulate(cellTypes: number, genes: number): Dataset {
  return new Dataset(simulateColumns({ cellTypes, genes, bins: 20 }).train);
}

const cellTypesOf = (data: Dataset) =>
  Array.from(data.rows, (_, position) => data.cellTypeOf(position));

Deno.test("intervals hold new genes, new cell types and both, with gene effects and without", async () => {
  const { train, test } = splitRegimes(simulate(14, 600), { newGenes: 150, newCellTypes: 5 });
  for (const geneEffects of [false, true]) {
    const options = { ...QUICK, epochs: 2, geneEffects };
    const { members: [first] } = await fitCalibrated("experiment1", train, options);
    const { model } = first!;
    const predictions = await predict(model, test, QUICK);
    const intervals = predictIntervals(model, test, { predictions, confidence: 0.8 });
    const coverage = measureCoverage({
      ...intervals,
      labels: test.labels(),
      cellTypes: cellTypesOf(test),
    });
    strictEqual(coverage.length, 3);
    for (const { regime, covered } of coverage) {
      // Five new cell types and 150 new genes: their own chance is about three points.
      ok(Math.abs(covered - 0.8) < 0.07, `${regime} with effects ${geneEffects}: ${covered}`);
    }
  }
});

Deno.test("labels that are noise are not seen by the models of folds, however well a gene is known", async () => {
  const { columns } = simulate(6, 200);
  const noise = new RandomStream(deriveKey(1, "calibrate test"));
  // Each gene has a level of its own: gene effects know it of trained genes alone.
  const levels = columns.genes.map(() => 3 * noise.normal());
  const labels = Float64Array.from(
    columns.geneIndex,
    (gene) => levels[gene]! + 0.5 * noise.normal(),
  );
  const data = new Dataset({ ...columns, labels });
  const { regimes } = await calibrate("experiment1", data, {
    ...QUICK,
    transform: "log1p",
    geneEffects: true,
    epochs: 4,
  });
  const [newCellType, newGene, bothNew] = [regimes.newCellType, regimes.newGene, regimes.bothNew]
    .map((regime) => meanHalfWidth(regime!, 0.8)!);
  // 1.28 · 3 where the level is not known; 1.28 · 0.5 and the network's noise where it is.
  ok(newGene! > 3 && bothNew! > 2.5, `${newGene} ${bothNew}`);
  ok(newCellType! < 0.5 * newGene!, `${newCellType} ${newGene}`);
});

Deno.test("the calibrated model is the model that fit trains, and calibrate finds the same errors", async () => {
  const data = simulate(4, 40);
  const { members, calibration, folds } = await fitCalibrated("experiment1", data, {
    ...QUICK,
    seed: 5,
    members: 2,
    folds: 3,
  });
  strictEqual(folds, 3);
  for (const [member, { model }] of members.entries()) {
    const alone = await fit("experiment1", data, { ...QUICK, seed: 5 + member });
    const { calibration: own, typicalSignal, ...rest } = model;
    deepStrictEqual(rest, alone.model);
    deepStrictEqual(own, calibration);
    strictEqual(typicalSignal!.cellTypes, 4);
  }
  const apart = await calibrate("experiment1", data, { ...QUICK, seed: 5, folds: 3 });
  deepStrictEqual(apart, calibration);
});

Deno.test("a run that stops in a fold keeps the model, and resumes to the same calibration", async () => {
  const data = simulate(4, 40);
  const options = { ...QUICK, epochs: 2, threads: 1 };
  const whole = await fitCalibrated("experiment1", data, options);
  let kept: FitCheckpoint | undefined;
  const stop = new AbortController();
  const stopped = await fitCalibrated("experiment1", data, {
    ...options,
    stop: stop.signal,
    checkpoint: { save: (state) => Promise.resolve(void (kept = structuredClone(state))) },
    onEpoch: (run, { epoch }) => {
      if (run === 2 && epoch === 1) stop.abort();
    },
  });
  strictEqual(stopped.calibration, undefined);
  deepStrictEqual([stopped.folds, stopped.finishedFolds], [4, 1]);
  strictEqual(stopped.members[0]!.interrupted, false);
  strictEqual(stopped.members[0]!.model.calibration, undefined);
  const resumed = await fitCalibrated("experiment1", data, { ...options, resume: kept });
  deepStrictEqual(resumed.calibration, whole.calibration);
  deepStrictEqual(resumed.members[0]!.model, whole.members[0]!.model);
});

Deno.test("a fold that diverges leaves the model without a calibration, and says why", async () => {
  const data = simulate(4, 40);
  const options = { ...QUICK, learningRate: 1e30, epochs: 3 };
  const { calibration, diverged } = await fitCalibrated("experiment1", data, options);
  strictEqual(calibration, undefined);
  ok(diverged);
  await rejects(calibrate("experiment1", data, options), /DivergedError/);
});

Deno.test("models that predict classes or an order are refused before they are trained", async () => {
  const data = simulate(4, 40);
  const onStart = () => {
    throw new Error("it was trained");
  };
  const shape = { bins: 20, marks: 5 };
  const order: ModelSpec = { ...presetSpec("experiment1", shape), loss: "rank" };
  for (const spec of [order, presetSpec("deepchrome", shape)]) {
    for (const train of [calibrate, fitCalibrated]) {
      await rejects(
        train(spec, data, { ...QUICK, onStart }),
        /Cannot calibrate "(experiment1|deepchrome)"/,
      );
    }
  }
});

Deno.test("a model that starts from another is refused, since that may have seen what folds hold out", async () => {
  const data = simulate(4, 40);
  const { model: initial } = await fit("experiment1", data, QUICK);
  for (const train of [calibrate, fitCalibrated]) {
    await rejects(
      train("experiment1", data, { ...QUICK, initial }),
      /Cannot calibrate a model that starts from another/,
    );
  }
});

Deno.test("a model that reads a panel is calibrated for new genes with and without their marks in it", async () => {
  const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 60, bins: 100 }).train);
  const { members: [first] } = await fitCalibrated("waka3", data, QUICK);
  const { model } = first!;
  const { regimes, genes } = model.calibration!;
  deepStrictEqual(Object.keys(regimes).sort(), [
    "bothNew",
    "bothNewInPanel",
    "newCellType",
    "newGene",
    "newGeneInPanel",
  ]);
  strictEqual(genes, undefined, "the panel lists them");
  strictEqual(regimes.newGeneInPanel!.samples, regimes.newGene!.samples);
  const predictions = new Float32Array(data.length);
  const { regimes: found } = predictIntervals(model, data, { predictions });
  deepStrictEqual(new Set(found), new Set(["seen"]));
  // New genes, of which the second half of the samples of a trained cell type is added to the panel.
  const { columns } = data;
  const renamed = columns.genes.map((_, i) => `ENSG${String(900_000 + i).padStart(11, "0")}`);
  const newGenes = new Dataset({ ...columns, genes: renamed });
  const [one] = columns.cellTypes;
  const marks = newGenes.filter((row) =>
    newGenes.cellTypeOf(row) === one && columns.geneIndex[row]! >= 30
  );
  const { regimes: parts } = predictIntervals(model, newGenes, {
    predictions,
    unlabelled: [marks],
  });
  for (const [row, regime] of parts.entries()) {
    strictEqual(regime, columns.geneIndex[row]! >= 30 ? "newGeneInPanel" : "newGene");
  }
});

Deno.test("intervals are refused for models without a calibration and for other numbers of predictions", async () => {
  const data = simulate(2, 40);
  const { model } = await fit("experiment1", data, QUICK);
  const predictions = new Float32Array(data.length);
  throws(() => predictIntervals(model, data, { predictions }), ContractError);
  const calibrated = withCalibration(model, await calibrate("experiment1", data, QUICK));
  ok(predictIntervals(calibrated, data, { predictions }));
  throws(() => predictIntervals(calibrated, data, { predictions: [1] }), TypeError);
  throws(() => predictIntervals(calibrated, data, { predictions, confidence: 2 }), RangeError);
});

Deno.test("with three training cell types, intervals of a fourth hold what they promise and little more", async () => {
  const { columns } = simulate(7, 800);
  const noise = new RandomStream(deriveKey(2, "calibrate test"));
  const levels = columns.genes.map(() => 3 * noise.normal());
  const labels = Float64Array.from(columns.geneIndex, (gene) => levels[gene]! + noise.normal());
  const data = new Dataset({ ...columns, labels });
  const isTrained = (position: number) => data.columns.cellTypeIndex[data.rows[position]!]! < 3;
  const options = { ...QUICK, transform: "log1p", geneEffects: true, epochs: 4 } as const;
  const { members: [first] } = await fitCalibrated("experiment1", data.filter(isTrained), options);
  const test = data.filter((position) => !isTrained(position));
  const predictions = await predict(first!.model, test, QUICK);
  const intervals = predictIntervals(first!.model, test, { predictions, confidence: 0.8 });
  const [{ covered, samples }] = measureCoverage({
    ...intervals,
    labels: test.labels(),
    cellTypes: cellTypesOf(test),
  }) as [RegimeCoverage];
  strictEqual(samples, 4 * 800);
  // From two cell types a gene's level is √(1.5 / 1.33) = 1.06 times as far off as from three: 83% without the correction.
  ok(Math.abs(covered - 0.8) < 0.025, `${covered}`);
});
