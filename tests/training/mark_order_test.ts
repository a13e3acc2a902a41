/** A model's marks are matched by name wherever it meets data: no prediction is made of columns in another order. */

import { deepStrictEqual, rejects } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { attribute } from "../../src/explain/attribute.ts";
import { knockOuts } from "../../src/explain/edits/edits.ts";
import { predictEdits } from "../../src/explain/edits/predict_edits.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";

const WASM = { engine: "wasm", threads: 1 } as const;
const QUICK = { epochs: 1, batchSize: 16, ...WASM } as const;
const DATA = new Dataset(
  simulateColumns({ cellTypes: 3, genes: 12, newGenes: 2, bins: 40 }).train,
);
const { marks } = DATA;
const TURNED = DATA.selectMarks(marks.toReversed());
const OTHERS = renamed(["H2AZ", ...marks.slice(1)]);

/** The same numbers under other names. */
function renamed(names: readonly string[]): Dataset {
  const { columns, rows } = DATA;
  return new Dataset({ ...columns, record: { ...columns.record, marks: names } }, rows);
}

/** Everything that gives data to a model, by what a user calls. */
const MEETINGS: Readonly<Record<string, (model: TrainedModel, data: Dataset) => Promise<unknown>>> =
  {
    predict: (model, data) => predict(model, data, WASM),
    openPredictor: async (model, data) => {
      await using predictor = await openPredictor(model, WASM);
      return await predictor.predict(data);
    },
    attribute: (model, data) => attribute([model], data, WASM),
    predictEdits: (model, data) =>
      Array.fromAsync(predictEdits([model], data, { edits: knockOuts(data.marks), ...WASM })),
    "fit from a model": (model, data) => fit(model.spec, data, { ...QUICK, initial: model }),
    "fit with validation data": (model, data) =>
      fit(model.spec, DATA, { ...QUICK, validation: data }),
  };

Deno.test("data whose record has the model's marks in another order, or other marks, are refused by name", async () => {
  const { model } = await fit("experiment1", DATA, QUICK);
  for (const [name, meet] of Object.entries(MEETINGS)) {
    for (const data of [TURNED, OTHERS]) {
      const isNamed = (error: Error) =>
        error instanceof ContractError &&
        error.message.includes(`${marks}, the data have ${data.marks}`);
      await rejects(meet(model, data), isNamed, name);
    }
  }
  deepStrictEqual(
    await predict(model, TURNED.selectMarks(model.record.marks), WASM),
    await predict(model, DATA, WASM),
  );
});

Deno.test("a model that reads a panel takes its marks by name from data in any order", async () => {
  const { model } = await fit("waka3", DATA, QUICK);
  deepStrictEqual(await predict(model, TURNED, WASM), await predict(model, DATA, WASM));
  await rejects(
    predict(model, OTHERS, WASM),
    /they have H2AZ, .*, expected marks among the model's/,
  );
});
