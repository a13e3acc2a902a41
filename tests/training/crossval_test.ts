import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { kFold } from "../../src/data/kfold.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 2, batchSize: 8, learningRate: 0.01, engine: "wasm", threads: 2 } as const;

Deno.test("every fold is trained on the others and measured on its own", async () => {
  const { train } = simulatedData();
  const sizes: number[][] = [];
  const results = await crossValidate("experiment1", train, {
    ...QUICK,
    folds: 4,
    onFold: (_, training, validation) => sizes.push([training.length, validation.length]),
  });
  // 30 rows: fold i of 4 is rows ⌊i·30/4⌋ to ⌊(i+1)·30/4⌋.
  deepStrictEqual(sizes, [[23, 7], [22, 8], [23, 7], [22, 8]]);
  deepStrictEqual(results.map(({ fold }) => fold), [1, 2, 3, 4]);
  for (const { result, evaluation } of results) {
    strictEqual(result.history.length, 2);
    strictEqual(result.history[1]!.validationLoss, evaluation!.overall.mse);
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
  deepStrictEqual(epochs, ["1:1", "2:1", "1:2", "2:2", "3:1", "3:2"]);
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
    folds: 5,
    signal: controller.signal,
    onEpoch: (fold) => fold === 3 && controller.abort(),
  });
  // Two train at a time: folds 1 and 2 are whole, 3 and 4 have one epoch, 5 never began.
  deepStrictEqual(results.map(({ fold }) => fold), [1, 2, 3, 4]);
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
  const results = await crossValidate("experiment1", extreme, { ...QUICK, folds: 2 });
  const [first, last] = results;
  ok(first!.evaluation !== undefined && first!.result.diverged === undefined);
  strictEqual(last!.evaluation, undefined);
  match(last!.result.diverged!.message, /loss/);
});
