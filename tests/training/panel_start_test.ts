/** Training that starts from a model with a panel. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { withoutMarks } from "../../src/panel/without_marks.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions } from "../../src/training/fit_types.ts";
import { findFrozen } from "../../src/training/frozen.ts";
import { predict } from "../../src/training/predict.ts";
import { packedSignal } from "../helpers/packed.ts";

const WASM = { engine: "wasm", threads: 2 } as const;
const { train, eval: others } = simulateColumns({
  cellTypes: 4,
  genes: 60,
  newCellTypes: 2,
  newGenes: 10,
  bins: 20,
});
const data = new Dataset(train);
/** A cell type that the model has not seen, of which some genes are labelled. */
const unseen = new Dataset({
  ...others,
  labels: others.labels ?? new Float64Array(others.geneIndex.length),
});
const first = await fit("waka3", data, { ...WASM, epochs: 3, batchSize: 60 });

/** Samples of a new cell type. */
function own(count: number): Dataset {
  const name = [...new Set(others.cellTypes)].find((cellType) =>
    !train.cellTypes.includes(cellType)
  );
  const positions = [...unseen.rows.keys()].filter((row) => unseen.cellTypeOf(row) === name);
  return unseen.subset(positions.slice(0, count));
}

Deno.test("a model with a panel learns further from a few samples of a new cell type, which join its panel", async () => {
  const labels = unseen.columns.labels!.map((_, row) => row % 2 === 0 ? 3 : -1);
  const few = new Dataset({ ...unseen.columns, labels }, own(30).rows);
  const before = evaluatePredictions(few, await predict(first.model, few, WASM)).overall.mse!;
  const options = {
    ...WASM,
    initial: first.model,
    frozen: ["encoder"],
    epochs: 20,
    learningRate: 0.003,
  } as const;
  const { model } = await fit(first.model.spec, few, options);
  const after = evaluatePredictions(few, await predict(model, few, WASM)).overall.mse!;
  ok(after < 0.9 * before, `MSE ${before}, then ${after}`);
  strictEqual(model.panel!.cellTypes.length, first.model.panel!.cellTypes.length + 1);
  deepStrictEqual(model.labelScale, first.model.labelScale);
  deepStrictEqual(model.record, first.model.record);
  const { weights } = findFrozen(model.spec, ["encoder"]);
  ok(weights.length > 0 && weights.length < weightShapes(model.spec).length);
  for (const index of weights) deepStrictEqual(model.weights[index], first.model.weights[index]);
  const { schedule, weightDecay, labelDropout, markDropout } = model.training;
  const { training } = first.model;
  deepStrictEqual(
    { schedule, weightDecay, labelDropout, markDropout },
    {
      schedule: training.schedule,
      weightDecay: training.weightDecay,
      labelDropout: training.labelDropout,
      markDropout: training.markDropout,
    },
  );
  ok(markDropout! > 0);
});

Deno.test("samples that lack a mark are learnt from, as they are predicted", async () => {
  const { columns } = own(30);
  const marks = columns.record.marks.length;
  const lacking = new Dataset({
    ...columns,
    signal: Float64Array.from(packedSignal(columns)).filter((_, i) => i % marks !== 2),
    record: { ...columns.record, marks: columns.record.marks.filter((_, mark) => mark !== 2) },
  }, own(30).rows);
  const { model } = await fit(first.model.spec, lacking, {
    ...WASM,
    initial: first.model,
    epochs: 1,
  });
  deepStrictEqual(model.record.marks, columns.record.marks);
  strictEqual((await predict(model, lacking, WASM)).length, 30);
});

Deno.test("with its own panel a model forgets the other one, and few cell types are enough for the name of a preset", async () => {
  const initial = first.model;
  const options = { ...WASM, initial, epochs: 1 };
  const fresh = await fit("waka3", data, { ...options, ownPanel: true });
  ok(fresh.model.panel!.genes.length === 60);
  const kept = await fit("waka3", own(30), options);
  strictEqual(kept.model.panel!.cellTypes.length, initial.panel!.cellTypes.length + 1);
  strictEqual(kept.model.training.startedFrom, fresh.model.training.startedFrom);
  // The weights alone bring no panel.
  const alone = await fit(initial.spec, data, { ...WASM, initial: initial.weights, epochs: 1 });
  strictEqual(alone.model.panel!.digest, fresh.model.panel!.digest);
  await rejects(
    fit("experiment1", data, { ...WASM, ownPanel: true, epochs: 1 }),
    /training starts from no model that has a panel/,
  );
});

Deno.test("a starter without signal is trained further, and unlabelled samples join its panel", async () => {
  const starter = { ...first.model, panel: await withoutMarks(first.model.panel!) };
  const { model } = await fit(starter.spec, own(30), { ...WASM, initial: starter, epochs: 1 });
  strictEqual(model.panel!.cellTypes.length, starter.panel.cellTypes.length + 1);
  const more = await fit(first.model.spec, own(30), {
    ...WASM,
    initial: first.model,
    unlabelled: [new Dataset(others)],
    epochs: 1,
  });
  strictEqual(more.model.panel!.genes.length, 70);
});

Deno.test("a start with another panel is another run", async () => {
  const kept: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    kept.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const options = { ...WASM, initial: first.model, epochs: 2 } satisfies FitOptions;
  const whole = await fit(first.model.spec, own(30), { ...options, checkpoint: { save } });
  const resumed = await fit(first.model.spec, own(30), { ...options, resume: kept[0]! });
  deepStrictEqual(resumed.model, whole.model);
  const other = { ...first.model, panel: await withoutMarks(first.model.panel!) };
  await rejects(
    fit(other.spec, own(30), { ...options, initial: other, resume: kept[0]! }),
    /the checkpoint is of other settings/,
  );
});

Deno.test("labels on another scale than the panel's are refused", async () => {
  const { columns } = data;
  const as = (expressionTransform: "log2p1" | "asinh") =>
    new Dataset({ ...columns, record: { ...columns.record, expressionTransform } });
  const { model } = await fit("waka3", as("log2p1"), { ...WASM, epochs: 1 });
  const further = (samples: Dataset) =>
    fit(model.spec, samples, { ...WASM, initial: model, epochs: 1 });
  await rejects(further(as("asinh")), ContractError);
  strictEqual((await further(as("log2p1"))).history.length, 1);
});
