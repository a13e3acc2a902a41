import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError, DivergedError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { type PresetName, presetSpec } from "../../src/model/presets.ts";
import { fit } from "../../src/training/fit.ts";
import type { EpochRecord, FitCheckpoint, FitProgress } from "../../src/training/fit_types.ts";
import type { Transform } from "../../src/record.ts";
import { epochOrder } from "../../src/training/_group_samples.ts";
import { predict } from "../../src/training/predict.ts";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { packedSignal } from "../helpers/packed.ts";

const QUICK = { epochs: 3, batchSize: 8, learningRate: 0.01, engine: "tfjs-cpu", seed: 7 } as const;

Deno.test("training lowers the loss, and the history has every epoch", async () => {
  const { train } = simulatedData();
  const seen: number[] = [];
  const { history, interrupted, model } = await fit("experiment1", train, {
    ...QUICK,
    epochs: 12,
    transform: "log1p",
    onEpoch: ({ epoch }) => seen.push(epoch),
  });
  // A loop from 1 to below the number of epochs would train one too few.
  deepStrictEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  strictEqual(history.length, 12);
  strictEqual(model.training.epochs, 12);
  strictEqual(interrupted, false);
  ok(history[11]!.loss < 0.8 * history[0]!.loss, `${history[0]!.loss} to ${history[11]!.loss}`);
});

Deno.test("two runs with one seed give the same weights, and another seed gives others", async () => {
  const { train } = simulatedData();
  const first = await fit("experiment2", train, QUICK);
  const again = await fit("experiment2", train, QUICK);
  const other = await fit("experiment2", train, { ...QUICK, seed: 8 });
  deepStrictEqual(again.model.weights, first.model.weights);
  ok(other.model.weights[0]!.some((value, i) => value !== first.model.weights[0]![i]));
});

Deno.test("dropout is on in training and off in prediction", async () => {
  const { train } = simulatedData();
  // At a learning rate of next to nothing the epoch's loss is that of the initial weights.
  const still = { ...QUICK, epochs: 1, learningRate: 1e-30, batchSize: 1000 };
  const { history, model } = await fit("experiment1", train, still);
  const predicted = await predict(model, train, { engine: "tfjs-cpu" });
  deepStrictEqual(await predict(model, train, { engine: "tfjs-cpu" }), predicted);
  const { mse } = evaluatePredictions(train, predicted).overall;
  ok(Math.abs(mse! - history[0]!.loss) > 1e-3 * mse!, "the training loss shows no dropout");
});

Deno.test("an epoch's loss is the mean over its samples, however it is cut into steps and pieces", async () => {
  const { train } = simulatedData();
  const { bins, marks } = presetSpec("experiment1", { bins: 20 });
  const spec = parseSpec({
    name: "linear",
    bins,
    marks,
    loss: "meanSquaredError",
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
  });
  for (const batchSize of [1, 7, 1000]) {
    // Without dropout and at a learning rate of next to nothing it is the error of the prediction.
    const still = { ...QUICK, epochs: 1, learningRate: 1e-30, batchSize } as const;
    const save = () => Promise.resolve();
    for (const checkpoint of [undefined, { save, everyMinutes: 1e-9 }]) {
      const { history, model } = await fit(spec, train, { ...still, checkpoint });
      const { loss } = history[0]!;
      const predicted = await predict(model, train, { engine: "tfjs-cpu" });
      const { mse } = evaluatePredictions(train, predicted).overall;
      ok(Math.abs(loss - mse!) < 1e-5 * mse!, `loss ${loss}, error ${mse}`);
    }
  }
});

Deno.test("an epoch's order visits every row once, and differs between epochs and seeds", () => {
  const rows = Uint32Array.of(9, 4, 7, 1, 0, 3);
  const order = epochOrder(rows, 1, 0);
  deepStrictEqual([...order].sort(), [...rows].sort());
  deepStrictEqual(epochOrder(rows, 1, 0), order);
  ok([1, 2, 3].some((epoch) => epochOrder(rows, 1, epoch).join() !== order.join()));
});

Deno.test("the validation loss is that of the epoch's model", async () => {
  const { train, unseen } = simulatedData();
  const options = { ...QUICK, validation: unseen };
  const { history, model } = await fit("experiment1", train, options);
  const predicted = await predict(model, unseen, { engine: "tfjs-cpu" });
  strictEqual(history[2]!.validationLoss, evaluatePredictions(unseen, predicted).overall.mse);
});

Deno.test("a run whose validation predictions overflow has diverged, even if its own losses have not", async () => {
  const { train, unseen } = simulatedData();
  const signal = new Float32Array(unseen.columns.signal.length).fill(3e38);
  const validation = new Dataset({ ...unseen.columns, signal });
  // One large step makes the weights large.
  const wild = { ...QUICK, epochs: 1, batchSize: 1000, learningRate: 1000 };
  await rejects(fit("experiment1", train, { ...wild, validation }), {
    name: "DivergedError",
    message: /predictions are NaN or infinite.*epoch 1/,
  });
});

Deno.test("a run whose gradients have infinite squares has diverged: Adam would never change its weights again", async () => {
  const { train } = simulatedData();
  for (const engine of ["tfjs-cpu", "wasm"] as const) {
    for (const factor of [1e12, 1e30]) {
      const signal = Float32Array.from(packedSignal(train.columns), (count) => count * factor);
      const huge = new Dataset({ ...train.columns, signal });
      const options = { ...QUICK, engine, epochs: 1, batchSize: 1000, transform: "none" } as const;
      await rejects(fit("experiment1", huge, options), {
        name: "DivergedError",
        message: factor === 1e12
          ? /gradients are too large for float32 in epoch 1/
          : /weights are NaN or infinite|the loss is (NaN|Infinity)|gradients are too large/,
      });
    }
  }
});

Deno.test("the transform is sealed into the model and applied by it", async () => {
  const { train, unseen } = simulatedData();
  const { model } = await fit("experiment1", train, { ...QUICK, transform: "log1p" });
  strictEqual(model.record.transform, "log1p");
  const logged = new Dataset({
    ...unseen.columns,
    signal: Float64Array.from(packedSignal(unseen.columns), Math.log1p),
    record: { ...unseen.record, transform: "log1p" },
  });
  const fromCounts = await predict(model, unseen, { engine: "tfjs-cpu" });
  const fromLogged = await predict(model, logged, { engine: "tfjs-cpu" });
  ok(fromCounts.every((value, i) => Math.abs(value - fromLogged[i]!) < 1e-5));
});

Deno.test("transformed data are trained on unchanged, and the model then accepts plain counts too", async () => {
  const { train, unseen } = simulatedData();
  const logged = new Dataset({
    ...train.columns,
    signal: Float64Array.from(packedSignal(train.columns), Math.log1p),
    record: { ...train.record, transform: "log1p" },
  });
  const { model } = await fit("experiment1", logged, QUICK);
  const { model: wanted } = await fit("experiment1", train, { ...QUICK, transform: "log1p" });
  deepStrictEqual([model.record, model.inputRecord], [wanted.record, wanted.inputRecord]);
  const [found, expected] = await Promise.all(
    [model, wanted].map((model) => predict(model, unseen, { engine: "tfjs-cpu" })),
  );
  ok(found!.every((value, i) => Math.abs(value - expected![i]!) < 1e-4));
  const twice = fit("experiment1", logged, { ...QUICK, transform: "asinh" });
  await rejects(twice, { name: "ContractError", message: /the data already carry log1p/ });
});

Deno.test("data that contradict the model's record or shape are refused", async () => {
  const { train } = simulatedData();
  const { model } = await fit("experiment1", train, { ...QUICK, epochs: 1 });
  const withRecord = (change: Partial<Dataset["record"]>) =>
    new Dataset({ ...train.columns, record: { ...train.record, ...change } });
  await rejects(predict(model, withRecord({ assembly: "hg38" })), /hg19.*hg38/);
  const marks = ["H3K4me3", "H3K36me3", "H3K4me1", "H3K27me3", "H3K9me3"];
  await rejects(predict(model, withRecord({ marks })), /marks H3K27me3,.*H3K4me3,H3K36me3/);
  const shorter = { ...model, spec: presetSpec("experiment1", { bins: 30 }) };
  await rejects(
    predict(shorter, train),
    /20 bins × 5 marks, the model takes 30 × 5\. .* windows of 30 bins \(.* --half-width 1500\)$/,
  );
});

Deno.test("a prediction that is not finite is refused, with the gene, the cell type and the value", async () => {
  const { train, unseen } = simulatedData();
  const { model } = await fit("experiment1", train, { ...QUICK, epochs: 1 });
  const unlike = { "NaN": NaN, "Infinity": Infinity, "-Infinity": -Infinity };
  for (const [text, bias] of Object.entries(unlike)) {
    const weights = [...model.weights.slice(0, -1), Float32Array.of(bias)];
    await rejects(predict({ ...model, weights }, unseen, { engine: "tfjs-cpu" }), (error) => {
      ok(error instanceof DivergedError, `${error}`);
      const [gene, cellType] = [unseen.geneOf(0), unseen.cellTypeOf(0)];
      ok(error.message.includes(`it is ${text} for gene ${gene} in ${cellType}`), error.message);
      return true;
    });
  }
});

Deno.test("settings out of range are refused before any work", async () => {
  const { train } = simulatedData();
  const wrong = [{ epochs: 0 }, { batchSize: 0.5 }, { learningRate: -1 }, { seed: -1 }];
  for (const setting of wrong) {
    const [name] = Object.keys(setting);
    await rejects(fit("experiment1", train, setting), (error) => {
      ok(error instanceof RangeError);
      match(error.message, new RegExp(`${name} is`));
      return true;
    });
  }
  // Values that a program without types may give.
  await rejects(fit("experiment9" as PresetName, train), /did you mean experiment1/);
  const learningRate = "0.1" as unknown as number;
  await rejects(fit("experiment1", train, { learningRate }), RangeError);
  const transform = "log2" as unknown as Transform;
  await rejects(fit("experiment1", train, { transform }), /no transform "log2", expected one of/);
});

Deno.test("labels that a model cannot learn are refused", async () => {
  const { train } = simulatedData();
  await rejects(fit("deepchrome", train, QUICK), /expected 0 or 1 for binaryCrossentropy/);
  const unlabelled = new Dataset({ ...train.columns, labels: undefined });
  await rejects(fit("experiment1", unlabelled, QUICK), ContractError);
  await rejects(fit("experiment1", train.subset([]), QUICK), /no samples/);
  for (const validation of [train.subset([]), unlabelled]) {
    const refused = fit("experiment1", train, { ...QUICK, validation });
    await rejects(refused, /Cannot validate: the data have no (samples|labels)/);
  }
  const classes = new Dataset({
    ...train.columns,
    labels: train.columns.labels!.map((label) => label > 0 ? 1 : 0),
  });
  const refused = fit("deepchrome", classes, { ...QUICK, validation: train });
  await rejects(refused, /Cannot validate "deepchrome": .* expected 0 or 1/);
});

Deno.test("training waits for the hook after an epoch, and ends with its error", async () => {
  const { train } = simulatedData();
  const events: string[] = [];
  const onEpoch = async ({ epoch }: EpochRecord) => {
    events.push(`begin ${epoch}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    events.push(`end ${epoch}`);
    if (epoch === 2) throw new Error("enough");
  };
  await rejects(fit("experiment1", train, { ...QUICK, onEpoch }), /^Error: enough$/);
  deepStrictEqual(events, ["begin 1", "end 1", "begin 2", "end 2"]);
});

Deno.test("a stopped run keeps the model of its last finished epoch", async () => {
  const { train } = simulatedData();
  const controller = new AbortController();
  const stopped = await fit("experiment1", train, {
    ...QUICK,
    stop: controller.signal,
    onProgress: ({ epoch, samples }: FitProgress) => {
      if (epoch === 3 && samples > 8) controller.abort();
    },
  });
  strictEqual(stopped.interrupted, true);
  strictEqual(stopped.history.length, 2);
  const whole = await fit("experiment1", train, { ...QUICK, epochs: 2 });
  deepStrictEqual(stopped.model.weights, whole.model.weights);

  const immediate = await fit("experiment1", train, { ...QUICK, stop: AbortSignal.abort() });
  strictEqual(immediate.history.length, 0);
  deepStrictEqual(immediate.model.weights, initialWeights(immediate.model.spec, 7));
});

Deno.test("a stopped run keeps a checkpoint of its last finished epoch, even if none was due", async () => {
  const { train } = simulatedData();
  const kept: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    kept.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const controller = new AbortController();
  const stopped = await fit("experiment1", train, {
    ...QUICK,
    epochs: 5,
    stop: controller.signal,
    checkpoint: { save, atEpochs: false },
    onProgress: ({ epoch, samples }) => {
      if (epoch === 4 && samples > 8) controller.abort();
    },
  });
  deepStrictEqual(kept.map(({ epoch, position }) => [epoch, position]), [[3, 0]]);
  deepStrictEqual(kept[0]!.runs[0]!.state.weights, stopped.model.weights);
  const resumed = await fit("experiment1", train, { ...QUICK, epochs: 5, resume: kept[0] });
  const whole = await fit("experiment1", train, { ...QUICK, epochs: 5 });
  deepStrictEqual(resumed.model.weights, whole.model.weights);
});

Deno.test("binary labels train with cross-entropy and give probabilities", async () => {
  const { train } = simulatedData();
  const median = train.labels().toSorted()[train.length >> 1];
  const labels = train.columns.labels!.map((label) => label > median! ? 1 : 0);
  const binary = new Dataset({ ...train.columns, labels });
  const { history, model } = await fit("deepchrome", binary, {
    ...QUICK,
    validation: binary,
    transform: "log1p",
    learningRate: 0.001,
  });
  const predicted = await predict(model, binary, { engine: "tfjs-cpu" });
  ok(predicted.every((value) => value >= 0 && value <= 1));
  ok(history[2]!.loss < history[0]!.loss);
  const byHand = labels.reduce((sum, label, i) => {
    return sum - Math.log(label === 1 ? predicted[i]! : 1 - predicted[i]!);
  }, 0) / labels.length;
  ok(Math.abs(history[2]!.validationLoss! - byHand) < 1e-4);
});
