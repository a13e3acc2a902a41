import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { kFold } from "../../src/data/kfold.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 2, batchSize: 8, learningRate: 0.01, engine: "wasm", threads: 2 } as const;

Deno.test("every fold is trained on the others and measured on its own", async () => {
  const { train } = simulatedData();
  const sizes: number[][] = [];
  const results = await crossValidate("experiment1", train, {
    ...QUICK,
    scheme: "contiguous",
    folds: 4,
    onFold: (_, training, validation) => sizes.push([training.length, validation.length]),
  });
  // 30 rows: fold i of 4 is rows ⌊i·30/4⌋ to ⌊(i+1)·30/4⌋.
  deepStrictEqual(sizes, [[23, 7], [22, 8], [23, 7], [22, 8]]);
  deepStrictEqual(results.map(({ fold }) => fold), [0, 1, 2, 3]);
  for (const { result, evaluation } of results) {
    strictEqual(result.history.length, 2);
    // Losses are of predictions one by one, evaluations of predictions in groups of samples.
    const { validationLoss } = result.history[1]!;
    const apart = Math.abs(validationLoss! / evaluation!.overall.mse! - 1);
    ok(apart < 1e-5, `the loss is ${apart} away`);
  }
});

Deno.test("folds that train side by side end as each would alone", async () => {
  const { train } = simulatedData();
  const epochs: string[] = [];
  const together = new Set<string>();
  const options = { ...QUICK, folds: 3, scheme: "by-gene", seed: 5 } as const;
  const results = await crossValidate("experiment2", train, {
    ...options,
    onEpoch: (fold, { epoch }) => epochs.push(`${fold}:${epoch}`),
    onProgress: ({ runs }) => together.add(runs.join("–")),
  });
  deepStrictEqual([...together], ["0–2", "2–3"]);
  deepStrictEqual(epochs, ["0:1", "1:1", "0:2", "1:2", "2:1", "2:2"]);
  for (const [i, { training, validation }] of kFold(train, options).entries()) {
    const alone = await fit("experiment2", training, { ...options, validation });
    const { model, history } = results[i]!.result;
    deepStrictEqual(model.weights, alone.model.weights);
    deepStrictEqual(
      history.map(({ validationLoss }) => validationLoss),
      alone.history.map(({ validationLoss }) => validationLoss),
    );
  }
});

Deno.test("a stopped cross-validation keeps the folds it has finished", async () => {
  const { train } = simulatedData();
  const controller = new AbortController();
  const results = await crossValidate("experiment1", train, {
    ...QUICK,
    scheme: "contiguous",
    folds: 5,
    stop: controller.signal,
    onEpoch: (fold) => fold === 2 && controller.abort(),
  });
  // Two train at a time: folds 0 and 1 are whole, 2 and 3 have one epoch, 4 never began.
  deepStrictEqual(results.map(({ fold }) => fold), [0, 1, 2, 3]);
  deepStrictEqual(results.map(({ result }) => result.history.length), [2, 2, 1, 1]);
  deepStrictEqual(results.map(({ evaluation }) => evaluation !== undefined), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("a fold that diverges has no score and says why, the others have theirs", async () => {
  const { train } = simulatedData();
  const labels = train.columns.labels!.slice();
  labels[0] = 1e300; // the last fold trains on it, the first only validates on it
  const extreme = new Dataset({ ...train.columns, labels });
  const results = await crossValidate("experiment1", extreme, {
    ...QUICK,
    scheme: "contiguous",
    folds: 2,
  });
  const [first, last] = results;
  ok(first!.evaluation !== undefined && first!.result.diverged === undefined);
  strictEqual(last!.evaluation, undefined);
  match(last!.result.diverged!.message, /loss/);
});

Deno.test("by default folds share neither genes nor cell types, and all that was not trained on is judged by regime", async () => {
  const { train } = simulatedData();
  const sides: [Dataset, Dataset][] = [];
  const results = await crossValidate("experiment1", train, {
    ...QUICK,
    folds: 2,
    onFold: (_, training, validation) => sides.push([training, validation]),
  });
  const folds = kFold(train, { folds: 2, scheme: "by-both" });
  for (const [i, { training, validation, leftOut }] of folds.entries()) {
    deepStrictEqual(sides[i]!.map(({ rows }) => rows), [training.rows, validation.rows]);
    const { evaluation, regimes, repeat } = results[i]!;
    strictEqual(repeat, 0);
    deepStrictEqual(regimes.map(({ regime }) => regime), ["newGene", "newCellType", "bothNew"]);
    const both = regimes[2]!;
    strictEqual(both.samples, validation.length);
    strictEqual(both.mse, evaluation!.overall.mse);
    const [newGene, newCellType] = regimes;
    strictEqual(newGene!.samples + newCellType!.samples, leftOut.length);
    // The model's own predictions, and the mean of the training labels, by hand.
    const { model } = results[i]!.result;
    const isNewGene = (row: number) =>
      [...validation.geneIndices()].includes(leftOut.geneIndices()[row]!);
    const others = leftOut.filter(isNewGene);
    const predicted = await predict(model, others, { engine: "wasm", path: "grouped" });
    const labels = others.labels();
    const errors = labels.map((label, row) => (label - predicted[row]!) ** 2);
    strictEqual(newGene!.mse, errors.reduce((sum, error) => sum + error, 0) / errors.length);
    const mean = training.labels().reduce((sum, label) => sum + label, 0) / training.length;
    const spread = labels.map((label) => (label - mean) ** 2);
    const expected = spread.reduce((sum, error) => sum + error, 0) / spread.length;
    ok(Math.abs(newGene!.geneMeanMse! - expected) < 1e-12);
  }
});

Deno.test("repeats are further folds, of which the first are those without repeats", async () => {
  const { train } = simulatedData();
  const options = { ...QUICK, epochs: 1, folds: 2, scheme: "by-gene", stratified: true } as const;
  const once = await crossValidate("experiment1", train, options);
  const twice = await crossValidate("experiment1", train, { ...options, repeats: 2 });
  deepStrictEqual(twice.map(({ fold, repeat }) => [fold, repeat]), [[0, 0], [1, 0], [2, 1], [
    3,
    1,
  ]]);
  deepStrictEqual(
    twice.slice(0, 2).map(({ evaluation }) => evaluation),
    once.map(({ evaluation }) => evaluation),
  );
  ok(twice[2]!.evaluation!.overall.mse !== once[0]!.evaluation!.overall.mse);
});

Deno.test("groups divide a cross-validation", async () => {
  const { train } = simulatedData();
  const groups = Array.from(train.geneIndices(), (gene) => `family ${gene % 3}`);
  const folds = await crossValidate("experiment1", train, {
    ...QUICK,
    epochs: 1,
    folds: 3,
    scheme: "by-group",
    groups,
    onFold: (_, training, validation) => {
      const familiesOf = (side: Dataset) => new Set(side.geneIndices().map((gene) => gene % 3));
      strictEqual(familiesOf(validation).size, 1);
      ok(familiesOf(training).isDisjointFrom(familiesOf(validation)));
    },
  });
  deepStrictEqual(folds.flatMap(({ regimes }) => regimes.map(({ regime }) => regime)), [
    "newGene",
    "newGene",
    "newGene",
  ]);
});
