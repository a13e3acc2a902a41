import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { DivergedError, FormatError } from "../../src/errors.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { bestEpoch, hasStopped } from "../../src/training/early_stopping.ts";
import type { EpochRecord } from "../../src/training/epoch_record.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type { FitCheckpoint, FitManyResult, FitRun } from "../../src/training/fit_types.ts";
import { fitGeneEffects } from "../../src/training/gene_effects.ts";
import { lossOf } from "../../src/training/loss.ts";
import { predict } from "../../src/training/predict.ts";
import { resolveSettings } from "../../src/training/settings.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { packedSignal } from "../helpers/packed.ts";

const WASM = { engine: "wasm", threads: 2 } as const;
const QUICK = { ...WASM, batchSize: 8, learningRate: 0.01, transform: "log1p" } as const;
const { columns: simulated } = simulatedData().train;

/** Samples whose labels are far from what a new model predicts, so that it comes nearer for some epochs. */
const train = new Dataset({ ...simulated, labels: simulated.labels!.map(() => 5) });

/** The same samples with labels from which such a model moves away, so that its loss rises from the first epoch on. */
const contrary = new Dataset({ ...simulated, labels: simulated.labels!.map(() => -5) });

function historyOf(losses: readonly number[]): EpochRecord[] {
  return losses.map((validationLoss, i) => {
    return { epoch: i + 1, loss: 1, validationLoss, seconds: 1, samplesPerSecond: 1 };
  });
}

Deno.test("the best epoch is the first of those with the least loss", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 5 })),
      fc.integer({ min: 1, max: 4 }),
      (losses, patience) => {
        const history = historyOf(losses);
        const best = bestEpoch(history);
        strictEqual(
          best,
          losses.length === 0 ? undefined : 1 + losses.indexOf(Math.min(...losses)),
        );
        const stops = hasStopped(history, { patience });
        // By definition: none of the last `patience` epochs is below all that precede them.
        const before = losses.slice(0, -patience);
        const wanted = before.length > 0 &&
          losses.slice(-patience).every((loss) => loss >= Math.min(...before));
        strictEqual(stops, wanted);
      },
    ),
  );
  strictEqual(hasStopped(historyOf([1, 2, 3]), undefined), false);
});

Deno.test("training ends after the best epoch and the patience, with the best epoch's model", async () => {
  const options = { ...QUICK, epochs: 9, validation: contrary };
  const stopped = await fit("experiment1", train, {
    ...options,
    earlyStopping: { patience: 2 },
  });
  strictEqual(stopped.history.length, 3);
  strictEqual(stopped.interrupted, false);
  strictEqual(bestEpoch(stopped.history), 1);
  strictEqual(stopped.model.training.epochs, 1);
  deepStrictEqual(stopped.model.training.earlyStopping, { patience: 2, restoreBest: true });
  const short = await fit("experiment1", train, { ...options, epochs: 1 });
  deepStrictEqual(stopped.model.weights, short.model.weights);
  const last = await fit("experiment1", train, {
    ...options,
    earlyStopping: { patience: 2, restoreBest: false },
  });
  strictEqual(last.history.length, 3);
  strictEqual(last.model.training.epochs, 3);
  const three = await fit("experiment1", train, { ...options, epochs: 3 });
  deepStrictEqual(last.model.weights, three.model.weights);
});

Deno.test("a run that improves to its end is trained to its end, and one that does not still has its best epoch", async () => {
  const options = { ...QUICK, epochs: 3, validation: train };
  const patient = await fit("experiment1", train, { ...options, earlyStopping: { patience: 3 } });
  const plain = await fit("experiment1", train, options);
  strictEqual(bestEpoch(plain.history), 3);
  deepStrictEqual(patient.model.weights, plain.model.weights);
  const late = await fit("experiment1", train, {
    ...options,
    validation: contrary,
    earlyStopping: { patience: 9 },
  });
  strictEqual(late.history.length, 3);
  strictEqual(late.model.training.epochs, 1);
});

Deno.test("gene effects are fitted to what the kept weights leave", async () => {
  const { model } = await fit("experiment1", train, {
    ...QUICK,
    epochs: 5,
    validation: contrary,
    geneEffects: true,
    earlyStopping: { patience: 1 },
  });
  strictEqual(model.training.epochs, 1);
  const predicted = await predict(model, train, { ...WASM, geneEffects: false });
  deepStrictEqual(model.geneEffects, fitGeneEffects(train, predicted));
});

/** Three runs whose models fit their validation data ever worse, then worse, and ever better. */
const RUNS: readonly FitRun[] = makeRuns([-2, 0.1, 1]);

/** Runs whose validation labels are the right ones times a factor; all are views of the same columns. */
function makeRuns(factors: readonly number[]): FitRun[] {
  const { columns } = train;
  const rows = columns.geneIndex.length;
  const repeat = (values: Uint32Array, step: number) =>
    Uint32Array.from(factors.flatMap((_, i) => [...values].map((value) => value + i * step)));
  const all: SampleColumns = {
    ...columns,
    signal: Float64Array.from(factors.flatMap(() => [...packedSignal(columns)])),
    labels: Float64Array.from(
      factors.flatMap((factor) => [...columns.labels!].map((label) => factor * label)),
    ),
    cellTypes: factors.flatMap((_, i) => columns.cellTypes.map((name) => `${name}-${i}`)),
    cellTypeIndex: repeat(columns.cellTypeIndex, columns.cellTypes.length),
    geneIndex: repeat(columns.geneIndex, 0),
  };
  return factors.map((_, seed) => {
    const validation = new Dataset(all).slice(seed * rows, (seed + 1) * rows);
    return { data: train, seed, validation };
  });
}

function outcome(results: readonly FitManyResult[]) {
  return results.map(({ model, history }) => ({
    weights: model.weights,
    training: model.training,
    effects: model.geneEffects,
    losses: history.map(({ loss, validationLoss }) => [loss, validationLoss]),
  }));
}

const STOPPING = {
  ...QUICK,
  epochs: 6,
  geneEffects: true,
  schedule: { type: "linear", warmUp: 0.2 },
  weightDecay: 0.01,
  earlyStopping: { patience: 1 },
} as const;

Deno.test("runs side by side each end when they would alone", async () => {
  const together = await fitMany("experiment1", RUNS, STOPPING);
  const ends = together.map(({ history }) => history.length);
  ok(new Set(ends).size > 1, `all ended after ${ends}`);
  for (const [i, run] of RUNS.entries()) {
    const alone = await fitMany("experiment1", [run], STOPPING);
    deepStrictEqual(outcome(alone)[0], outcome(together)[i]);
  }
});

Deno.test("a run that is resumed from any checkpoint stops at the same epoch with the same bits", async () => {
  const whole = outcome(await fitMany("experiment1", RUNS, STOPPING));
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    let taken = 0;
    let kept = 0;
    const save = async (checkpoint: FitCheckpoint) => {
      taken++;
      await folder.save(checkpoint);
      const { checkpoint: loaded } = (await new CheckpointFolder(directory).load())!;
      const decoded = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
      for (const resume of [decoded, loaded]) {
        kept += resume.runs.filter(({ bestWeights }) => bestWeights !== undefined).length;
        deepStrictEqual(
          outcome(await fitMany("experiment1", RUNS, { ...STOPPING, resume })),
          whole,
        );
      }
    };
    const checkpoint = { save, everyMinutes: 1e-9 };
    deepStrictEqual(
      outcome(await fitMany("experiment1", RUNS, { ...STOPPING, checkpoint })),
      whole,
    );
    ok(taken > 4 && kept > 2, `${taken} checkpoints, ${kept} with weights of a best epoch`);
  });
});

Deno.test("an interrupted run has its best epoch's model, and resumes as if it had not been", async () => {
  const options = { ...QUICK, epochs: 6, validation: contrary, earlyStopping: { patience: 4 } };
  const whole = await fit("experiment1", train, options);
  const aborting = new AbortController();
  const checkpoints: Uint8Array<ArrayBuffer>[] = [];
  const stopped = await fit("experiment1", train, {
    ...options,
    stop: aborting.signal,
    onEpoch: ({ epoch }) => epoch === 3 && aborting.abort(),
    checkpoint: { save: async (found) => void checkpoints.push(await encodeCheckpoint(found)) },
  });
  deepStrictEqual([stopped.interrupted, stopped.history.length], [true, 3]);
  strictEqual(stopped.model.training.epochs, 1);
  deepStrictEqual(stopped.model.weights, whole.model.weights);
  const resume = await decodeCheckpoint(checkpoints.at(-1)!);
  const resumed = await fit("experiment1", train, { ...options, resume });
  strictEqual(resumed.history.length, whole.history.length);
  deepStrictEqual(resumed.model, whole.model);
});

Deno.test("a run that diverges has the weights of its best epoch", async () => {
  const options = { ...WASM, batchSize: 100, epochs: 9 };
  const runs = [{ data: train, learningRate: 1e12, validation: train }];
  // One step an epoch: the weights that the second leads to are not finite.
  const plain = (await fitMany("experiment1", runs, options))[0]!;
  const kept =
    (await fitMany("experiment1", runs, { ...options, earlyStopping: { patience: 9 } }))[0]!;
  ok(plain.diverged instanceof DivergedError && kept.diverged instanceof DivergedError);
  strictEqual(kept.history.length, 1);
  strictEqual(kept.model.training.epochs, 1);
  deepStrictEqual(kept.model.weights, plain.model.weights);
});

Deno.test("folds stop early, each by its own validation data", async () => {
  const folds = await crossValidate("experiment1", train, {
    ...QUICK,
    folds: 2,
    scheme: "by-gene",
    epochs: 8,
    earlyStopping: { patience: 1 },
  });
  for (const { result: { model, history }, evaluation } of folds) {
    const best = bestEpoch(history)!;
    strictEqual(model.training.epochs, best);
    const { validationLoss } = history[best - 1]!;
    ok(Math.abs(evaluation!.overall.mse! - validationLoss!) < 1e-6 * validationLoss!);
  }
});

Deno.test("without validation data there is no best epoch, and impossible settings are refused", async () => {
  const earlyStopping = { patience: 1 };
  await rejects(
    fit("experiment1", train, { ...QUICK, epochs: 2, earlyStopping }),
    /Cannot stop early: found no validation data/,
  );
  const resolve = (stopping: unknown) =>
    resolveSettings({ epochs: 1, batchSize: 1, learningRate: 1, earlyStopping: stopping as never });
  throws(() => resolve({ patience: 0 }), /earlyStopping\.patience is 0, expected an integer >= 1/);
  throws(() => resolve({ patience: 1.5 }), RangeError);
  throws(() => resolve({}), /patience is missing/);
  throws(() => resolve({ patience: 1, restoreBest: "no" }), /restoreBest is "no", expected true/);
});

Deno.test("a checkpoint of other patience is rejected, and damaged best weights are noticed", async () => {
  const checkpoints: Uint8Array<ArrayBuffer>[] = [];
  const options = { ...QUICK, epochs: 3, validation: contrary, earlyStopping: { patience: 2 } };
  await fit("experiment1", train, {
    ...options,
    checkpoint: { save: async (found) => void checkpoints.push(await encodeCheckpoint(found)) },
  });
  const resume = await decodeCheckpoint(checkpoints[1]!);
  ok(resume.runs[0]!.bestWeights !== undefined);
  await rejects(
    fit("experiment1", train, { ...options, resume, earlyStopping: { patience: 1 } }),
    /the checkpoint is of other settings/,
  );
  await rejects(
    fit("experiment1", train, { ...options, resume, earlyStopping: undefined }),
    /the checkpoint is of other settings/,
  );
  // The digest is right, but there are fewer values than the header names.
  const [run] = resume.runs;
  const short = { ...run!, bestWeights: run!.bestWeights!.slice(1) };
  await rejects(
    fit("experiment1", train, { ...options, resume: { ...resume, runs: [short] } }),
    (error: Error) => /expected/.test(error.message) && !(error instanceof FormatError),
  );
});

Deno.test("the validation loss is measured on the labels that are given", async () => {
  const { model, history } = await fit("experiment1", train, {
    ...QUICK,
    epochs: 2,
    validation: contrary,
    earlyStopping: { patience: 1 },
  });
  const predicted = await predict(model, train, WASM);
  const found = lossOf("meanSquaredError", contrary.labels(), predicted);
  ok(Math.abs(found - history[0]!.validationLoss!) < 1e-6 * found);
});
