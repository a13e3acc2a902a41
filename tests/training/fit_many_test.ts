import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { kFold } from "../../src/data/kfold.ts";
import { ContractError, DivergedError } from "../../src/errors.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 3, batchSize: 8, engine: "wasm", transform: "log1p" } as const;

Deno.test("runs side by side end as each would alone, bit for bit on the wasm engine", async () => {
  const { train } = simulatedData();
  const runs = kFold(train, { folds: 3, scheme: "by-gene" }).map((fold, i) => (
    { data: fold.training, validation: fold.validation, seed: i, learningRate: 0.01 / (i + 1) }
  ));
  const together = await fitMany("experiment1", runs, { ...QUICK, threads: 2 });
  strictEqual(together.length, 3);
  for (const [i, { data, ...run }] of runs.entries()) {
    const alone = await fit("experiment1", data, { ...QUICK, ...run });
    deepStrictEqual(together[i].model.weights, alone.model.weights);
    deepStrictEqual(together[i].model.training, alone.model.training);
    const losses = (history: typeof alone.history) =>
      history.map(({ loss, validationLoss }) => [loss, validationLoss]);
    deepStrictEqual(losses(together[i].history), losses(alone.history));
  }
});

Deno.test("epochs and progress say whose they are", async () => {
  const { train } = simulatedData();
  const seen: string[] = [];
  const groups = new Set<string>();
  await fitMany("experiment1", [{ data: train, seed: 1 }, { data: train }, { data: train }], {
    ...{ ...QUICK, epochs: 2, threads: 2 },
    onEpoch: (run, { epoch }) => seen.push(`${run}/${epoch}`),
    onProgress: ({ runs }) => groups.add(runs.join("-")),
  });
  deepStrictEqual(seen, ["0/1", "1/1", "0/2", "1/2", "2/1", "2/2"]);
  deepStrictEqual([...groups], ["0-2", "2-3"]);
});

Deno.test("a run that diverges keeps its last good model, and the others go on", async () => {
  const { train } = simulatedData();
  const runs = [{ data: train, learningRate: 0.001 }, { data: train, learningRate: 1e30 }];
  const [calm, wild] = await fitMany("experiment1", runs, QUICK);
  strictEqual(calm.diverged, undefined);
  strictEqual(calm.history.length, 3);
  ok(wild.diverged instanceof DivergedError);
  match(wild.diverged.message, /epoch \d/);
  ok(wild.history.length < 3);
  ok(wild.model.weights.every((weight) => weight.every(Number.isFinite)));
});

Deno.test("an interruption ends all runs after their last finished epoch", async () => {
  const { train } = simulatedData();
  const controller = new AbortController();
  const results = await fitMany("experiment1", [{ data: train }, { data: train, seed: 1 }], {
    ...{ ...QUICK, epochs: 50, threads: 2, signal: controller.signal },
    onEpoch: (run, { epoch }) => {
      if (run === 1 && epoch === 2) controller.abort();
    },
  });
  ok(results.every(({ interrupted, history }) => interrupted && history.length === 2));
});

Deno.test("runs on data of different files are refused", async () => {
  const [{ train }, { train: other }] = [simulatedData(), simulatedData()];
  const runs = [{ data: train }, { data: other }];
  await rejects(fitMany("experiment1", runs, QUICK), ContractError);
  deepStrictEqual(await fitMany("experiment1", [], QUICK), []);
});
