/** What the parts that train, predict and explain do, on whichever run-time this runs. */

import { type Dataset, readDataset, summariseDataset } from "@waka/histone/data";
import { selectEngine } from "@waka/histone/engine";
import { modelToOnnx, modelToSafetensors, readModelFile } from "@waka/histone/exchange";
import { attribute, knockOuts, predictEdits } from "@waka/histone/explain";
import { openFile, packSequences } from "@waka/histone/io";
import { initialWeights, loadModel, presetSpec, saveModel } from "@waka/histone/model";
import { findMotifs, formatMeme } from "@waka/histone/motifs";
import { buildPanel } from "@waka/histone/panel";
import { renderDataPage, renderFigure, renderPage, reportFigures } from "@waka/histone/report";
import { inspectRun, loadModels, takeRun } from "@waka/histone/runs";
import { parseSpace, searchModels } from "@waka/histone/search";
import { loadStarter } from "@waka/histone/starter";
import {
  CheckpointFolder,
  crossValidate,
  fit,
  openPredictor,
  predict,
} from "@waka/histone/training";
import { evaluateRegimes, makeRidge, splitRegimes } from "@waka/histone/validation";
import { readFile, writeFile } from "node:fs/promises";
import type { Job, Places } from "./job.ts";

/** Two threads, whatever the machine has, so that threads are started everywhere. */
const WASM = { engine: "wasm", threads: 2 } as const;

/** Some genes in three cell types. */
async function smallData({ fixtures }: Places): Promise<Dataset> {
  const data = await readDataset(`${fixtures}/train.npz`);
  return data.filter((position) => position % 4 === 0 && position < 300);
}

async function trainOnWasm({ fixtures }: Places): Promise<unknown> {
  const data = await readDataset(`${fixtures}/train.npz`);
  const training = { ...WASM, epochs: 2, seed: 7, transform: "log1p" } as const;
  const { model, history } = await fit("wakawaka", data, training);
  const direct = await predict(model, data, WASM);
  const grouped = await predict(model, data, { ...WASM, path: "grouped" });
  return [model.weights, history.map(({ loss }) => loss), direct, grouped];
}

/** `tf.js` computes in JavaScript here, whose `Math.exp` and the like differ between engines of the language in last bits. */
async function trainOnTfjs(places: Places): Promise<unknown> {
  const data = await smallData(places);
  const { model } = await fit("experiment1", data, { engine: "tfjs-cpu", epochs: 2 });
  const predicted = await predict(model, data, { engine: "tfjs-cpu" });
  return Array.from(predicted, (value) => value.toPrecision(4));
}

async function serve(places: Places): Promise<unknown> {
  const { temporary } = places;
  const data = await smallData(places);
  const { model } = await fit("waka2", data, { ...WASM, epochs: 1 });
  await saveModel(model, `${temporary}/model`);
  const loaded = await loadModel(`${temporary}/model`);
  await using predictor = await openPredictor(loaded, WASM);
  const answers = await Promise.all([0, 5, 9].map((row) =>
    predictor.predict([{
      gene: data.geneOf(row),
      cellType: data.cellTypeOf(row),
      signal: data.countsOf(row),
    }])
  ));
  const bytes = new Uint8Array(await readFile(`${temporary}/model/weights.bin`));
  return [loaded.weights, bytes, answers, await predict(loaded, data, WASM)];
}

async function resume(places: Places): Promise<unknown> {
  const { temporary } = places;
  const data = await smallData(places);
  const folder = new CheckpointFolder(`${temporary}/checkpoints`);
  const whole = await fit("experiment2", data, { ...WASM, epochs: 3, checkpoint: folder });
  const { checkpoint } = (await folder.load())!;
  const resumed = await fit("experiment2", data, { ...WASM, epochs: 3, resume: checkpoint });
  const folds = await crossValidate("experiment2", data, { ...WASM, folds: 2, epochs: 1 });
  return [
    whole.model.weights,
    resumed.model.weights,
    folds.map(({ evaluation }) => evaluation?.overall),
  ];
}

/** A run's directory, which is locked while it is written. */
async function keepRun(places: Places): Promise<unknown> {
  const directory = `${places.temporary}/run`;
  const data = await smallData(places);
  {
    await using run = await takeRun(directory, { command: "jobs" });
    await run.begin();
    const { model } = await fit("experiment1", data, { ...WASM, epochs: 2, ...run.options });
    await saveModel(model, `${directory}/model`);
    await run.finish();
  }
  const [model] = await loadModels(directory);
  const { state } = await inspectRun(directory);
  return [model!.weights, state];
}

async function explain(places: Places): Promise<unknown> {
  const data = await smallData(places);
  const { model } = await fit("experiment1", data, { ...WASM, epochs: 1, transform: "log1p" });
  const found = await attribute([model], data, { ...WASM, rows: [3, 8] });
  const effects = [];
  const options = { ...WASM, edits: knockOuts(["H3K4me3"]) };
  for await (const block of predictEdits([model], data, options)) effects.push(block);
  const panel = await buildPanel(data);
  return [found.inputs.signal?.values, found.predictions, effects, panel.labels, panel.genes];
}

function motifs(): Promise<unknown> {
  const weights = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0); // [filter, base, letter]
  const filters = { count: 1, width: 2, weights, bias: new Float32Array(1) };
  const { motifs } = findMotifs(filters, packSequences(["CCGACC", "TGATTT"]), { threshold: 1 });
  return Promise.resolve(formatMeme(motifs));
}

async function search(places: Places): Promise<unknown> {
  const space = parseSpace({ filters: [4], width: [3], blocks: [{ pool: [2, 5] }], dense: [[]] });
  const { train, test } = splitRegimes(await smallData(places), { newCellTypes: 0 });
  const options = { ...WASM, space, method: "grid", folds: 2, epochs: 1 } as const;
  const { ranking } = await searchModels(train, options);
  const trial = { train, test, predictions: { itself: test.labels() } };
  const { mix } = evaluateRegimes(trial, { baselines: [makeRidge()] });
  return [
    ranking.map((trial) => trial.status === "scored" ? trial.score : trial.status),
    mix.models[0]?.mse,
    mix.baselines[0]?.mse,
  ];
}

async function report(places: Places): Promise<unknown> {
  const history = [{ epoch: 1, loss: 3.26 }, { epoch: 2, loss: 3.18 }];
  const input = { run: "first", configuration: { seed: 7 }, history };
  const [figure] = reportFigures(input);
  const { svg, png } = await renderFigure(figure!.spec);
  const page = await renderDataPage({
    name: "simulated",
    data: summariseDataset(await smallData(places)),
  });
  // Places on a logarithmic scale differ between run-times in their last bits.
  const rounded = page.replace(/\d+\.\d{9,}/g, (number) => Number(number).toPrecision(9));
  return [await renderPage(input), svg, png, rounded];
}

async function start(): Promise<unknown> {
  const { spec, weights, record } = await loadStarter();
  return [spec, weights, record.marks];
}

async function exchange({ temporary }: Places): Promise<unknown> {
  const starter = await loadStarter();
  const [onnx, tensors] = [await modelToOnnx(starter), await modelToSafetensors(starter)];
  await writeFile(`${temporary}/starter.safetensors`, tensors);
  const file = await openFile(`${temporary}/starter.safetensors`);
  const { model } = await readModelFile(file);
  file.close();
  return [onnx, tensors, model?.weights];
}

/** What only some run-times have is refused by an error that names it, or works. */
async function lacks(): Promise<unknown> {
  const spec = presetSpec("wakawaka");
  const { engine, reason } = await selectEngine("auto", spec);
  const webgpu = await selectEngine("webgpu", spec).then(
    () => "there",
    ({ name, code }) => `${name} ${code}`,
  );
  const isKnown = webgpu === "there" ||
    webgpu === "EngineUnavailableError HISTONE_ENGINE_UNAVAILABLE";
  return [
    isKnown ? "webgpu: there or refused" : webgpu,
    reason.length > 0,
    engine.name !== undefined,
    initialWeights(spec, 3),
  ];
}

/** The jobs, by subpath and what is done. */
export const MODEL_JOBS: readonly Job[] = [
  ["training: fit and predict on wasm, both paths", trainOnWasm],
  ["training: fit and predict on tfjs-cpu", trainOnTfjs],
  ["model: saved, loaded and served", serve],
  ["training: checkpoints, and cross-validation", resume],
  ["runs: a run's directory", keepRun],
  ["explain, panel: attributions, edits and a panel", explain],
  ["motifs: of filters, as MEME", motifs],
  ["search, validation: a grid, and regimes", search],
  ["report: pages, SVG and PNG", report],
  ["starter: the model", start],
  ["exchange: ONNX and safetensors, written and read", exchange],
  ["engine: what the run-time has", lacks],
];
