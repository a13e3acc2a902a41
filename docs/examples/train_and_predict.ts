/**
 * Trains on some genes, predicts others, and says how well.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read docs/examples/train_and_predict.ts fixtures/train.npz
 */

import { evaluatePredictions, fit, kFold, predict, readDataset } from "@waka/histone";

const [path = "fixtures/train.npz"] = Deno.args;
const data = await readDataset(path);

// One split of several: no gene of `validation` is in `training`.
const { training, validation } = kFold(data, { folds: 4, scheme: "by-gene" })[0]!;

const { model, history, engine, reason } = await fit("wakawaka", training, {
  epochs: 5,
  transform: "log1p", // of the counts; the model carries it
  seed: 7,
  validation,
});
console.log(`Engine: ${engine}, because ${reason}`);
for (const { epoch, loss, validationLoss } of history) {
  console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, held out ${validationLoss?.toFixed(4)}`);
}

const predicted = await predict(model, validation); // [sample]
const { overall, byCellType } = evaluatePredictions(validation, predicted);
console.log(`MSE ${overall.mse?.toFixed(3)} on ${overall.samples} samples of new genes`);
for (const { cellType, mse } of byCellType) console.log(`  ${cellType}  ${mse?.toFixed(3)}`);
