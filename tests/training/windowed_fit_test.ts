/** Training and prediction of samples that are not in memory, against the same samples in memory. */

import { deepStrictEqual, match, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { kFold } from "../../src/data/kfold.ts";
import { ContractError } from "../../src/errors.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { chunksForWindows } from "../../src/training/_window_chunks.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { chooseWindow } from "../../src/training/choose_window.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type {
  FitCheckpoint,
  FitManyOptions,
  FitManyResult,
  FitRun,
} from "../../src/training/fit_types.ts";
import { predict } from "../../src/training/predict.ts";
import { storedDataset } from "../helpers/stored.ts";

/** 800 samples of 2,000 values: four chunks. */
function largeSamples(): Dataset {
  return new Dataset(
    simulateColumns({ cellTypes: 8, genes: 100, newGenes: 1, bins: 400 }).train,
  );
}

const DATA = largeSamples();
const STORED = storedDataset(DATA, { chunkRows: 262 });
const PRESET = "experiment2";
const QUICK = {
  engine: "wasm",
  threads: 2,
  epochs: 2,
  batchSize: 25,
  transform: "log1p",
  window: 150,
} as const satisfies FitManyOptions;

function foldsOf(data: Dataset, seeds: readonly number[]): FitRun[] {
  return kFold(data, { folds: seeds.length, scheme: "by-gene", seed: 1 })
    .map(({ training, validation }, i) => ({ data: training, validation, seed: seeds[i]! }));
}

function outcome(results: readonly FitManyResult[]) {
  return results.map(({ model: { weights, training }, history }) => {
    return { weights, window: training.window, losses: history.map(withoutTime) };
  });
}

function withoutTime({ loss, validationLoss }: FitManyResult["history"][number]) {
  return [loss, validationLoss];
}

Deno.test("the chunks of the test data are the same in memory as they are stored", () => {
  deepStrictEqual([...chunksForWindows(DATA.columns)], [0, 262, 524, 786, 800]);
  deepStrictEqual(chunksForWindows(STORED.columns), chunksForWindows(DATA.columns));
});

Deno.test("samples that are not in memory train to the same bits as in memory in the same order", async () => {
  const wanted = await fitMany(PRESET, foldsOf(DATA, [1, 2, 3]), QUICK);
  strictEqual(wanted[0]!.model.training.window, 150);
  for (const threads of [1, 2]) {
    const found = await fitMany(PRESET, foldsOf(STORED, [1, 2, 3]), { ...QUICK, threads });
    deepStrictEqual(outcome(found), outcome(wanted));
  }
});

Deno.test("a window of all samples, and one of a batch, train to the same bits as in memory", async () => {
  for (const window of [1, 10_000]) {
    const options = { ...QUICK, epochs: 1, window };
    const wanted = await fit(PRESET, DATA, options);
    strictEqual(wanted.model.training.window, 25 * Math.ceil(window / 25));
    const found = await fit(PRESET, STORED, options);
    deepStrictEqual(found.model.weights, wanted.model.weights);
  }
});

Deno.test("samples in memory are shuffled as a whole unless a window is given", async () => {
  const { window: _, ...whole } = QUICK;
  const plain = await fit(PRESET, DATA, whole);
  strictEqual("window" in plain.model.training, false);
  const windowed = await fit(PRESET, DATA, QUICK);
  notDeepStrictEqual(windowed.model.weights, plain.model.weights);
  // A window of all is another order too, since it begins with that of the chunks.
  const stored = await fit(PRESET, STORED, whole);
  strictEqual(stored.model.training.window, chooseWindow(STORED, whole));
});

Deno.test("sample weights and gene effects are those in memory", async () => {
  const sampleWeights = Float64Array.from({ length: DATA.length }, (_, i) => i % 7);
  const options = { ...QUICK, sampleWeights, geneEffects: true };
  const [wanted, found] = [
    await fit(PRESET, DATA, options),
    await fit(PRESET, STORED, options),
  ];
  deepStrictEqual(found.model.weights, wanted.model.weights);
  deepStrictEqual(found.model.geneEffects, wanted.model.geneEffects);
});

Deno.test("predictions of samples that are not in memory have the same bits, in their order", async () => {
  const { model } = await fit(PRESET, DATA, { ...QUICK, epochs: 1 });
  const positions = Uint32Array.from({ length: 900 }, (_, i) => (37 * i) % DATA.length);
  for (const path of ["direct", "grouped"] as const) {
    const options = { engine: "wasm", threads: 2, path } as const;
    const wanted = await predict(model, DATA.subset(positions), options);
    let last = 0;
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      ok(done >= last && done <= total && total === 900);
      last = done;
    };
    const found = await predict(model, STORED.subset(positions), { ...options, onProgress });
    deepStrictEqual(found, wanted);
    strictEqual(last, 900);
  }
});

Deno.test("a run past memory that is resumed from any checkpoint ends with the same bits", async () => {
  const few = Uint32Array.from({ length: 250 }, (_, i) => (3 * i) % 800);
  const runs = [1, 2].map((seed) => ({ data: STORED.subset(few), seed }));
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  // Batches of one sample: there are pieces in a window, and windows in which none ends.
  const options = { ...QUICK, batchSize: 1, window: 70 };
  const whole = await fitMany(PRESET, runs, options);
  const checkpoint = { save, everyMinutes: 1e-9 };
  deepStrictEqual(outcome(await fitMany(PRESET, runs, { ...options, checkpoint })), outcome(whole));
  const places = checkpoints.map(({ position }) => position % 70);
  ok(places.some((place) => place > 0) && checkpoints.some(({ position }) => position > 70));
  for (const [i, checkpoint] of checkpoints.entries()) {
    if (i % 9 !== 4) continue;
    const resume = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
    const resumed = await fitMany(PRESET, runs, { ...options, resume });
    deepStrictEqual(outcome(resumed), outcome(whole));
  }
  const resume = checkpoints[3]!;
  // Another window, or other chunks, are another order.
  await rejects(
    fitMany(PRESET, runs, { ...options, window: 71, resume }),
    /the checkpoint is of other settings \(window was 70, is now 71\)$/,
  );
  const data = storedDataset(DATA, { chunkRows: 50 }).subset(few);
  const others = runs.map(({ seed }) => ({ data, seed }));
  await rejects(
    fitMany(PRESET, others, { ...options, resume }),
    /the checkpoint is of other settings$/,
  );
});

Deno.test("a run past memory that is stopped keeps its finished epochs and resumes", async () => {
  const controller = new AbortController();
  let saved: FitCheckpoint | undefined;
  const stopped = await fit(PRESET, STORED, {
    ...QUICK,
    epochs: 3,
    stop: controller.signal,
    onProgress: ({ epoch, samples, samplesPerEpoch, done, total }) => {
      strictEqual(done, (epoch - 1) * samplesPerEpoch + samples);
      strictEqual(total, 3 * samplesPerEpoch);
      if (epoch === 2 && samples > 300) controller.abort();
    },
    checkpoint: {
      save: (checkpoint) => {
        saved = structuredClone(checkpoint);
        return Promise.resolve();
      },
    },
  });
  ok(stopped.interrupted);
  strictEqual(stopped.history.length, 1);
  const resumed = await fit(PRESET, STORED, { ...QUICK, epochs: 3, resume: saved });
  const whole = await fit(PRESET, DATA, { ...QUICK, epochs: 3 });
  deepStrictEqual(resumed.model.weights, whole.model.weights);
});

Deno.test("windows are refused where the order is another, in words", async () => {
  await rejects(
    fit(PRESET, DATA, { ...QUICK, batchBy: "gene" }),
    (error) => {
      ok(error instanceof RangeError);
      match(error.message, /batchBy gene in windows of 150 samples/);
      return true;
    },
  );
  await rejects(
    fit(PRESET, DATA, { ...QUICK, window: 0 }),
    /window is 0, expected an integer >= 1/,
  );
  await rejects(fit("waka3", DATA, { ...QUICK, window: 25 }), /with a window of 25 samples/);
  await rejects(fit("waka3", STORED, { engine: "wasm" }), (error) => {
    ok(error instanceof ContractError);
    match(error.message, /Cannot train "waka3"/);
    match(error.message, /--memory/);
    return true;
  });
});
