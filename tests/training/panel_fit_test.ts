/** Training and predicting with models that read a reference panel. */

import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { panelInputs } from "../../src/model/panel_inputs.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadModel, saveModel } from "../../src/model/save_load.ts";
import { loadModels, saveMembers } from "../../src/runs/models.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fitEnsemble, predictEnsemble } from "../../src/training/ensemble.ts";
import { planExperiments, runExperiment } from "../../src/training/experiments.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";
import { predict } from "../../src/training/predict.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import { withDirectory } from "../helpers/command.ts";
import { packedSignal } from "../helpers/packed.ts";

const QUICK = { epochs: 2, batchSize: 16, engine: "wasm", threads: 1 } as const;
const SIZE = { cellTypes: 4, genes: 12, newCellTypes: 1, newGenes: 5, bins: 20 };
const { train: COLUMNS, eval: OTHERS } = simulateColumns(SIZE);
const [DATA, TEST] = [new Dataset(COLUMNS), new Dataset(OTHERS)];
const MARKS = COLUMNS.record.marks.length;

/** The same data without one mark in one cell type. */
function mask(columns: SampleColumns, cellType: number, mark: number): Dataset {
  const markMask = new Uint8Array(columns.cellTypes.length * MARKS).fill(1);
  markMask[cellType * MARKS + mark] = 0;
  const size = columns.bins * MARKS;
  const signal = Float64Array.from(
    packedSignal(columns),
    (value, i) =>
      columns.cellTypeIndex[Math.floor(i / size)] === cellType && i % MARKS === mark ? 0 : value,
  );
  return new Dataset({ ...columns, signal, markMask });
}

Deno.test("a model is the same after saving and loading, and predicts the same", async () => {
  const { model } = await fit("waka3", DATA, QUICK);
  strictEqual(model.panel!.genes.length, 12);
  const wanted = await predict(model, TEST, QUICK);
  await withDirectory(async (directory) => {
    await saveModel(model, directory);
    const loaded = await loadModel(directory);
    deepStrictEqual(loaded, model);
    deepStrictEqual(await predict(loaded, TEST, QUICK), wanted);
    const other = await fit("waka3", DATA.filter((row) => row % 12 > 0), QUICK);
    await saveModel(other.model, `${directory}/other`);
    await Deno.copyFile(`${directory}/other/panel.npz`, `${directory}/panel.npz`);
    await rejects(loadModel(directory), {
      name: "FormatError",
      message: /the panel is not the one that its model.json was saved with/,
    });
    await Deno.remove(`${directory}/panel.npz`);
    await rejects(loadModel(directory), { name: "FormatError", message: /found no panel.npz/ });
  });
});

Deno.test("the members of an ensemble share a panel, in memory and on disk", async () => {
  const results = await fitEnsemble("waka3", DATA, { ...QUICK, members: 2 });
  const models = results.map(({ model }) => model);
  strictEqual(models[0]!.panel, models[1]!.panel);
  await withDirectory(async (directory) => {
    await saveMembers(directory, new Map(models.map((model, i) => [i + 1, model])));
    ok(await Deno.stat(`${directory}/models/panel.npz`));
    await rejects(Deno.stat(`${directory}/models/1/panel.npz`), Deno.errors.NotFound);
    const loaded = await loadModels(directory);
    deepStrictEqual(loaded, models);
    strictEqual(loaded[0]!.panel, loaded[1]!.panel);
    const unlabelled = [TEST];
    deepStrictEqual(
      (await predictEnsemble(loaded, TEST, { ...QUICK, unlabelled })).mean,
      (await predictEnsemble(models, TEST, { ...QUICK, unlabelled })).mean,
    );
  });
});

Deno.test("another engine predicts the same", async () => {
  const { model } = await fit("waka3", DATA, QUICK);
  const [wanted, found] = [
    await predict(model, TEST, QUICK),
    await predict(model, TEST, { engine: "tfjs-cpu" }),
  ];
  for (let row = 0; row < wanted.length; row++) {
    ok(Math.abs(found[row]! - wanted[row]!) < 1e-4, `${found[row]} for ${wanted[row]}`);
  }
});

Deno.test("folds side by side end as each would alone", async () => {
  const folds = await crossValidate("waka3", DATA, {
    ...QUICK,
    folds: 2,
    scheme: "by-gene",
    seed: 3,
  });
  for (const { result: { model } } of folds) {
    const genes = new Set(model.panel!.genes);
    const own = DATA.filter((row) => genes.has(DATA.geneOf(row)));
    strictEqual(own.length, 24);
    const alone = await fit("waka3", own, { ...QUICK, seed: 3 });
    deepStrictEqual(alone.model.panel, model.panel);
    deepStrictEqual(alone.model.weights, model.weights);
  }
});

Deno.test("a run that is resumed from any checkpoint ends with the same bits", async () => {
  const runs = [{ data: DATA.filter((row) => row % 12 > 2), seed: 1 }, { data: DATA, seed: 2 }];
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const quick = { ...QUICK, batchSize: 2 };
  const options = { ...quick, unlabelled: [TEST] };
  const whole = await fitMany("waka3", runs, {
    ...options,
    checkpoint: { save, everyMinutes: 1e-9 },
  });
  ok(checkpoints.some(({ position }) => position > 0));
  for (const resume of checkpoints.filter((_, i) => i % 3 === 0)) {
    const resumed = await fitMany("waka3", runs, { ...options, resume, threads: 2 });
    deepStrictEqual(resumed.map(({ model }) => model), whole.map(({ model }) => model));
  }
  const [resume] = checkpoints;
  await rejects(fitMany("waka3", runs, { ...quick, resume }), /checkpoint is of other samples/);
  await rejects(
    fitMany("waka3", runs, { ...options, markDropout: 0.5, resume }),
    /checkpoint is of other settings/,
  );
});

Deno.test("marks of new genes are used if they are added, in training or later", async () => {
  const plain = await fit("waka3", DATA, QUICK);
  const with_ = await fit("waka3", DATA, { ...QUICK, unlabelled: [TEST] });
  // Unlabelled samples change what is known, not what is learned.
  deepStrictEqual(with_.model.weights, plain.model.weights);
  notStrictEqual(with_.model.panel!.digest, plain.model.panel!.digest);
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const wanted = await predict(with_.model, TEST, { ...QUICK, onNote });
  const unlabelled = [TEST];
  deepStrictEqual(await predict(plain.model, TEST, { ...QUICK, onNote, unlabelled }), wanted);
  const without = await predict(plain.model, TEST, { ...QUICK, onNote });
  const genes = new Set(plain.model.panel!.genes);
  for (let row = 0; row < TEST.length; row++) {
    strictEqual(without[row] === wanted[row], genes.has(TEST.geneOf(row)));
  }
  deepStrictEqual(notes, [
    "marks of 5 new genes in 4 reference cell types were in the panel",
    "marks of 5 new genes in 4 reference cell types were in the panel",
    "marks of 5 new genes in 4 reference cell types were not in the panel",
  ]);
});

Deno.test("data that lack marks are trained on and predicted", async () => {
  const { model } = await fit("waka3", mask(COLUMNS, 1, 3), QUICK);
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const masked = mask(OTHERS, 0, 2);
  ok((await predict(model, masked, { ...QUICK, onNote })).every(Number.isFinite));
  const [mark, cellType] = [COLUMNS.record.marks[2]!, OTHERS.cellTypes[0]!];
  strictEqual(notes[1], `marks were not measured: ${mark} in ${cellType}`);
  // Data without the column of a mark are the same as data in which it is dropped.
  const places = [0, 1, 3, 4];
  const signal = Float64Array.from(
    { length: OTHERS.signal.length / MARKS * 4 },
    (_, i) => OTHERS.signal[Math.floor(i / 4) * MARKS + places[i % 4]!]!,
  );
  const marks = places.map((place) => COLUMNS.record.marks[place]!);
  const four = new Dataset({ ...OTHERS, signal, record: { ...OTHERS.record, marks } });
  const found = await predict(model, four, { ...QUICK, onNote });
  deepStrictEqual(found, await predict(model, TEST, { ...QUICK, dropMarks: [mark] }));
  strictEqual(notes.at(-1), `the data lack ${mark}`);
  const { model: other } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  await rejects(predict(other, four, QUICK), /trained on marks/);
  await rejects(predict(other, TEST, { ...QUICK, dropMarks: [mark] }), /no use for marks to drop/);
});

Deno.test("a single cell type is trained on without references", async () => {
  const one = DATA.filter((row) => DATA.cellTypeOf(row) === COLUMNS.cellTypes[0]);
  const { model } = await fit("waka3", one, QUICK);
  const predicted = await predict(model, DATA, QUICK);
  const { model: bare } = await fit("waka3", one, { ...QUICK, unlabelled: [TEST] });
  // Nothing is known of any gene but its own marks.
  deepStrictEqual(await predict({ ...model, panel: bare.panel! }, DATA, QUICK), predicted);
});

Deno.test("losses are in the unit of the labels, whatever their scale", async () => {
  const scaled = new Dataset({
    ...COLUMNS,
    labels: COLUMNS.labels!.map((label) => 64 * label + 5),
  });
  const [one, other] = await Promise.all(
    [DATA, scaled].map((data) => fit("waka3", data, { ...QUICK, validation: data })),
  );
  for (const [epoch, { loss, validationLoss }] of one!.history.entries()) {
    const found = other!.history[epoch]!;
    ok(Math.abs(found.loss / loss / 4096 - 1) < 1e-3, `${found.loss} ${loss}`);
    ok(Math.abs(found.validationLoss! / validationLoss! / 4096 - 1) < 1e-3);
  }
  const [a, b] = await Promise.all([
    predict(one!.model, TEST, QUICK),
    predict(other!.model, TEST, QUICK),
  ]);
  for (let row = 0; row < a.length; row++) ok(Math.abs(64 * a[row]! + 5 - b[row]!) < 0.1);
});

Deno.test("classes are learned as they are", async () => {
  const median = COLUMNS.labels!.toSorted()[24]!;
  const data = new Dataset({
    ...COLUMNS,
    labels: COLUMNS.labels!.map((label) => label > median ? 1 : 0),
  });
  const { head, ...spec } = presetSpec("waka3", { bins: 20, references: 4 });
  const layers = [...head.layers, { type: "activation", kind: "sigmoid" } as const];
  const classifier = { ...spec, head: { ...head, layers }, loss: "binaryCrossentropy" as const };
  const { model } = await fit(classifier, data, QUICK);
  strictEqual(model.labelScale, undefined);
  ok((await predict(model, TEST, QUICK)).every((value) => value > 0 && value < 1));
});

Deno.test("experiments, ensembles of samples and training further work", async () => {
  const data = { train: DATA, test: TEST };
  const [plan] = await planExperiments(["waka3"], data, { epochs: 1 });
  const result = await runExperiment(plan!, data, { engine: "wasm", threads: 1 });
  ok(result!.test!.mse! > 0);
  const { model } = await fit("waka3", DATA, QUICK);
  const [gene, cellType, signal] = [DATA.geneOf(3), DATA.cellTypeOf(3), DATA.countsOf(3)];
  const one = samplesFor(model, [{ gene, cellType, signal }]);
  deepStrictEqual([...await predict(model, one, QUICK)], [(await predict(model, DATA, QUICK))[3]]);
  const newCellType = TEST.filter((row) => !COLUMNS.cellTypes.includes(TEST.cellTypeOf(row)));
  const further = await fit(model.spec, newCellType, { ...QUICK, initial: model, epochs: 1 });
  strictEqual(further.model.panel!.cellTypes.length, 5);
  strictEqual(further.model.panel!.genes.length, 17);
  deepStrictEqual(further.model.labelScale, model.labelScale);
  ok((await predict(further.model, TEST, QUICK)).every(Number.isFinite));
});

Deno.test("what cannot be is refused by a sentence", async () => {
  const refuse = async (attempt: Promise<unknown>, message: RegExp) =>
    await rejects(attempt, { message });
  await refuse(
    fit("waka3", DATA, { ...QUICK, transform: "asinh" }),
    /transform asinh: .*expected log1p/,
  );
  await refuse(
    fit("experiment1", DATA, { ...QUICK, labelDropout: 0.1 }),
    /labelDropout 0.1: it reads no panel/,
  );
  await refuse(
    fit("experiment1", DATA, { ...QUICK, unlabelled: [TEST] }),
    /unlabelled samples .* such as waka3/,
  );
  const { model } = await fit("waka3", DATA, { ...QUICK, epochs: 1 });
  const { panel: _, ...bare } = model;
  await refuse(predict(bare, TEST, QUICK), /it reads a panel and has none/);
  await refuse(
    predict(model, TEST, { ...QUICK, dropMarks: ["H2A.Z"] }),
    /"H2A.Z": it is not one of/,
  );
  const wide = new Dataset(simulateColumns({ ...SIZE, bins: 40 }).train);
  await refuse(predict(model, wide, QUICK), /have 40 bins, the model's panel has 20/);
  const spec = presetSpec("waka3", { bins: 20 });
  const inputs = panelInputs({ bins: 10, marks: 5, references: 4 });
  await refuse(
    fit({ ...spec, inputs }, DATA, QUICK),
    /give a summary of 125 values, the model takes a summary of 75/,
  );
});
