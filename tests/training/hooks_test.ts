/** Functions of a caller that training waits for, and that never end or end late. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { searchModels } from "../../src/search/search_models.ts";
import { parseSpace } from "../../src/search/parse_space.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";

const QUICK = { epochs: 3, batchSize: 8, engine: "tfjs-cpu" } as const;
const DATA = new Dataset(
  simulateColumns({ cellTypes: 4, genes: 10, newGenes: 1, bins: 20 }).train,
);

/** A hook that waits for something, by default without an end, and a signal that aborts when it has been called. */
function waitingHook<Result = never>(end: Promise<Result> = new Promise<Result>(() => {})) {
  const controller = new AbortController();
  const reason = new Error("enough");
  return {
    signal: controller.signal,
    isReason: (error: unknown) => error === reason,
    hook: () => {
      setTimeout(() => controller.abort(reason));
      return end;
    },
  };
}

Deno.test("training, searches and predictions end with their signal while a hook never ends", async () => {
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const space = parseSpace({ filters: [4], width: [3], blocks: [{ pool: [2] }], dense: [[]] });
  const search = { space, method: "grid", folds: 2, epochs: 1, engine: "tfjs-cpu" } as const;
  const checkpoint = { save: async () => {} };
  const calls = [
    (signal: AbortSignal, hook: () => Promise<never>) =>
      fit("experiment1", DATA, { ...QUICK, signal, onEpoch: hook }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      fit("experiment1", DATA, { ...QUICK, signal, checkpoint: { save: hook } }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      fit("experiment1", DATA, { ...QUICK, signal, checkpoint: { ...checkpoint, take: hook } }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      fit("experiment1", DATA, { ...QUICK, signal, checkpoint: { ...checkpoint, survey: hook } }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      crossValidate("experiment1", DATA, { ...QUICK, folds: 2, signal, onEpoch: hook }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      searchModels(DATA, { ...search, signal, openCheckpoints: hook }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      searchModels(DATA, {
        ...search,
        signal,
        openCheckpoints: () => Promise.resolve({ finish: hook }),
      }),
    (signal: AbortSignal, hook: () => Promise<never>) =>
      predict(model, DATA, { engine: "tfjs-cpu", signal, takeOutputs: hook }),
  ];
  for (const [index, call] of calls.entries()) {
    const { signal, hook, isReason } = waitingHook();
    await rejects(call(signal, hook), isReason, `call ${index}`);
  }
});

Deno.test("what was taken is given back when a hook that was given up has ended, even badly", async () => {
  const events: string[] = [];
  const saving = Promise.withResolvers<void>();
  const { signal, hook, isReason } = waitingHook(saving.promise);
  const folder = {
    [Symbol.asyncDispose]: () => {
      events.push("given back");
      return Promise.resolve();
    },
  };
  const training = fit("experiment1", DATA, {
    ...QUICK,
    signal,
    checkpoint: { save: hook, take: () => Promise.resolve(folder) },
  });
  await rejects(training, isReason);
  deepStrictEqual(events, []);
  saving.reject(new Error("the disk is full"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  deepStrictEqual(events, ["given back"]);

  const late = Promise.withResolvers<AsyncDisposable>();
  const second = waitingHook(late.promise);
  const waiting = fit("experiment1", DATA, {
    ...QUICK,
    signal: second.signal,
    checkpoint: { save: async () => {}, take: second.hook },
  });
  await rejects(waiting, second.isReason);
  late.resolve(folder);
  await new Promise((resolve) => setTimeout(resolve, 10));
  deepStrictEqual(events, ["given back", "given back"]);
});

Deno.test("stop waits for a hook, and keeps what it keeps", async () => {
  const stop = new AbortController();
  let saved = 0;
  const { history } = await fit("experiment1", DATA, {
    ...QUICK,
    stop: stop.signal,
    checkpoint: {
      save: async () => {
        stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 400));
        saved++;
      },
    },
  });
  strictEqual(history.length, 1);
  strictEqual(saved, 1);
});

for (const engine of ["tfjs-cpu", "wasm"] as const) {
  for (const validation of [undefined, DATA]) {
    const what = validation === undefined ? "" : ", which is validated";
    Deno.test(`an epoch whose steps are all done counts when stop comes, on ${engine}${what}`, async () => {
      const plain = await fit("experiment1", DATA, { ...QUICK, engine, validation });
      for (const last of [2, 3]) {
        const stop = new AbortController();
        const { history, interrupted, model } = await fit("experiment1", DATA, {
          ...QUICK,
          engine,
          validation,
          stop: stop.signal,
          onProgress: ({ epoch, samples, samplesPerEpoch }) => {
            if (epoch === last && samples === samplesPerEpoch) stop.abort();
          },
        });
        const losses = (records: typeof history) =>
          records.map(({ loss, validationLoss }) => [loss, validationLoss]);
        deepStrictEqual(losses(history), losses(plain.history.slice(0, last)));
        strictEqual(interrupted, last < 3);
        if (last === 3) deepStrictEqual(model.weights, plain.model.weights);
      }
    });
  }
}

Deno.test("a run of which only gene effects are missing is interrupted", async () => {
  const stop = new AbortController();
  const { history, interrupted, model } = await fit("experiment1", DATA, {
    ...QUICK,
    geneEffects: true,
    stop: stop.signal,
    onEpoch: ({ epoch }) => epoch === 3 && stop.abort(),
  });
  strictEqual(history.length, 3);
  strictEqual(model.geneEffects, undefined);
  strictEqual(interrupted, true);
});

Deno.test("signal in the last progress gives the run up, and no epoch is told of", async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const training = fit("experiment1", DATA, {
    ...QUICK,
    signal: controller.signal,
    onEpoch: ({ epoch }) => told.push(epoch),
    onProgress: ({ done, total }) => done === total && controller.abort(new Error("gone")),
  });
  await rejects(training, /gone/);
  deepStrictEqual(told, [1, 2]);
});
