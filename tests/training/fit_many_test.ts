import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { kFold } from "../../src/data/kfold.ts";
import { ContractError, DivergedError } from "../../src/errors.ts";
import type { FitCheckpoint, FitRun } from "../../src/training/fit_types.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 3, batchSize: 8, engine: "wasm", transform: "log1p" } as const;

Deno.test("runs that train together end as each would alone, bit for bit on the wasm engine", async () => {
  const { train } = simulatedData();
  const runs = kFold(train, { folds: 3, scheme: "by-gene" }).map((fold, i) => (
    { data: fold.training, validation: fold.validation, seed: i, learningRate: 0.01 / (i + 1) }
  ));
  const together = await fitMany("experiment1", runs, { ...QUICK, threads: 2 });
  strictEqual(together.length, 3);
  for (const [i, { data, ...run }] of runs.entries()) {
    const alone = await fit("experiment1", data, { ...QUICK, ...run });
    deepStrictEqual(together[i]!.model.weights, alone.model.weights);
    deepStrictEqual(together[i]!.model.training, alone.model.training);
    const losses = (history: typeof alone.history) =>
      history.map(({ loss, validationLoss }) => [loss, validationLoss]);
    deepStrictEqual(losses(together[i]!.history), losses(alone.history));
  }
});

Deno.test("epochs and progress name their runs", async () => {
  const { train } = simulatedData();
  const seen: string[] = [];
  const groups = new Set<string>();
  await fitMany("experiment1", [{ data: train, seed: 1 }, { data: train }, { data: train }], {
    ...QUICK,
    epochs: 2,
    threads: 2,
    onEpoch: (run, { epoch }) => seen.push(`${run}/${epoch}`),
    onProgress: ({ runs }) => groups.add(runs.join("-")),
  });
  deepStrictEqual(seen, ["0/1", "1/1", "0/2", "1/2", "2/1", "2/2"]);
  deepStrictEqual([...groups], ["0-2", "2-3"]);
});

Deno.test("a run that diverges keeps its last good model, and the others continue", async () => {
  const { train } = simulatedData();
  const runs = [{ data: train, learningRate: 0.001 }, { data: train, learningRate: 1e30 }];
  const [calm, wild] = await fitMany("experiment1", runs, QUICK);
  strictEqual(calm!.diverged, undefined);
  strictEqual(calm!.history.length, 3);
  ok(wild!.diverged instanceof DivergedError);
  match(wild!.diverged.message, /epoch \d/);
  ok(wild!.history.length < 3);
  ok(wild!.model.weights.every((weight) => weight.every(Number.isFinite)));
});

Deno.test("checkpoints keep the last good state of a run that diverged, and resume to it", async () => {
  const { train } = simulatedData();
  const runs = [{ data: train, learningRate: 0.001 }, { data: train, learningRate: 1e30 }];
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const options = { ...QUICK, batchSize: 1, threads: 2 };
  const checkpoint = { save, everyMinutes: 1e-9 };
  const whole = await fitMany("experiment1", runs, { ...options, checkpoint });
  ok(checkpoints.some(({ epoch, position }) => epoch > 0 && position > 0));
  for (const resume of checkpoints) {
    ok(resume.runs[1]!.state.weights.every((weight) => weight.every(Number.isFinite)));
    const resumed = await fitMany("experiment1", runs, { ...options, resume });
    for (const [i, { model, diverged }] of resumed.entries()) {
      deepStrictEqual(model.weights, whole[i]!.model.weights);
      strictEqual(diverged?.message, whole[i]!.diverged?.message);
    }
  }
});

Deno.test("a last step after which weights are not finite ends the run with the model of the previous epoch", async () => {
  const { train } = simulatedData();
  // One step an epoch: the loss of the second is still finite, the weights that it leads to are not.
  const options = { ...QUICK, batchSize: 100, epochs: 9 };
  const runs = [{ data: train, learningRate: 1e12 }];
  const [result] = await fitMany("experiment1", runs, options);
  const { diverged, history, model } = result!;
  match(diverged!.message, /weights are NaN or infinite in epoch 2/);
  strictEqual(history.length, 1);
  ok(model.weights.every((weight) => weight.every(Number.isFinite)));
});

Deno.test("an interruption ends all runs after their last finished epoch", async () => {
  const { train } = simulatedData();
  const controller = new AbortController();
  const results = await fitMany("experiment1", [{ data: train }, { data: train, seed: 1 }], {
    ...QUICK,
    epochs: 50,
    threads: 2,
    stop: controller.signal,
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

Deno.test("a run with an option of its own that all runs share is refused, and what is no list of runs", async () => {
  const { train: data } = simulatedData();
  const cases: [unknown, string][] = [
    [[{ data }, { data, epochs: 9 }], "run 1 has epochs of its own, which all runs share"],
    [[{ data, batchSize: 3 }], "run 0 has batchSize of its own, which all runs share"],
    [null, "runs are null, expected an array of runs"],
  ];
  for (const [runs, message] of cases) {
    await rejects(fitMany("experiment1", runs as FitRun[], QUICK), {
      name: "TypeError",
      message: new RegExp(`^Cannot train: ${message}`),
    });
  }
  // A record of a program's own may repeat what is shared, and have what is no option.
  const own = { title: "first", epochs: null, path: "runs/1", scheme: "by-gene", folds: 5 };
  const run = { data, ...QUICK, ...own } as unknown as FitRun;
  strictEqual((await fitMany("experiment1", [run], QUICK)).length, 1);
});
