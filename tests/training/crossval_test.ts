import { deepStrictEqual, strictEqual } from "node:assert";
import { crossValidate } from "../../src/training/crossval.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 2, batchSize: 8, learningRate: 0.01, engine: "tfjs-cpu" } as const;

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
    strictEqual(result.history[1].validationLoss, evaluation!.overall.mse);
  }
});

Deno.test("a stopped cross-validation keeps the folds it has finished", async () => {
  const { train } = simulatedData();
  const controller = new AbortController();
  const results = await crossValidate("experiment1", train, {
    ...QUICK,
    folds: 3,
    signal: controller.signal,
    onFoldEnd: ({ fold }) => fold === 2 && controller.abort(),
  });
  deepStrictEqual(results.map(({ fold }) => fold), [1, 2]);
});
