/** Nothing that reads the signal takes data in which a mark was not measured. */

import { ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { searchModels } from "../../src/search/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fitEnsemble } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { fitGeneHistory, makeBaselines, makeGeneMean } from "../../src/validation/mod.ts";

const QUICK = { epochs: 1, engine: "wasm", threads: 1 } as const;
const { train: COLUMNS } = simulateColumns({ cellTypes: 4, genes: 12, newGenes: 1, bins: 20 });
const MARKS = COLUMNS.record.marks.length;
const WHOLE = new Dataset(COLUMNS);
/** The same data, but the second and the third cell type lack one mark, and the third another one too. */
const MASKED = mask([[1, 2], [2, 0], [2, 2]]);
const [, SECOND, THIRD] = COLUMNS.cellTypes;

function mask(missing: readonly (readonly [cellType: number, mark: number])[]): Dataset {
  const markMask = new Uint8Array(COLUMNS.cellTypes.length * MARKS).fill(1);
  const signal = COLUMNS.signal.slice();
  for (const [cellType, mark] of missing) {
    markMask[cellType * MARKS + mark] = 0;
    for (let at = mark; at < signal.length; at += MARKS) {
      const row = Math.floor(at / (COLUMNS.bins * MARKS));
      if (COLUMNS.cellTypeIndex[row] === cellType) signal[at] = 0;
    }
  }
  return new Dataset({ ...COLUMNS, signal, markMask });
}

function isRefusal(error: unknown): true {
  ok(error instanceof Error && error.name === "ContractError", String(error));
  const expected = new RegExp(
    `^Cannot [a-z ]+: H3K4me1 was not measured in ${SECOND} \\(and 2 more\\), ` +
      "expected every mark in every cell type\\. Leave those cell types out \\(.*--missing-marks leave-out\\), or train a model that takes data without some marks \\(--preset waka3\\)$",
  );
  ok(expected.test(error.message), error.message);
  return true;
}

Deno.test("training, cross-validation, ensembles and search refuse them", async () => {
  await rejects(fit("experiment1", MASKED, QUICK), isRefusal);
  await rejects(fit("experiment1", WHOLE, { ...QUICK, validation: MASKED }), isRefusal);
  // A fold knows the cell types of its own samples only.
  const crossed = crossValidate("experiment1", MASKED, { ...QUICK, folds: 2 });
  await rejects(
    crossed,
    /^ContractError: Cannot train: .* was not measured in .* expected every mark/,
  );
  await rejects(fitEnsemble("experiment1", MASKED, { ...QUICK, members: 2 }), isRefusal);
  const search = { ...QUICK, trials: 2, folds: 2, scheme: "by-gene" } as const;
  await rejects(searchModels(MASKED, search), isRefusal);
});

Deno.test("prediction refuses them", async () => {
  const { model } = await fit("experiment1", WHOLE, QUICK);
  await rejects(predict(model, MASKED, QUICK), isRefusal);
  const known = MASKED.filter((row) => ![SECOND, THIRD].includes(MASKED.cellTypeOf(row)));
  const same = WHOLE.subset(known.rows);
  const [found, wanted] = [await predict(model, known, QUICK), await predict(model, same, QUICK)];
  strictEqual(String(found), String(wanted));
});

Deno.test("baselines that read the signal refuse them, on either side; others do not", () => {
  const [first] = COLUMNS.cellTypes;
  const train = WHOLE.filter((row) => WHOLE.cellTypeOf(row) !== first);
  for (const baseline of makeBaselines()) {
    if (["overall mean", "gene mean"].includes(baseline.name)) {
      ok(baseline.fit(MASKED).predict(MASKED).values.every(Number.isFinite));
      continue;
    }
    throws(() => baseline.fit(MASKED), isRefusal, baseline.name);
    throws(() => baseline.fit(train).predict(MASKED), isRefusal, baseline.name);
  }
  throws(() => fitGeneHistory(MASKED), isRefusal);
  throws(() => fitGeneHistory(train).featuresOf(MASKED), isRefusal);
  ok(makeGeneMean().fit(MASKED).predict(WHOLE).values.every(Number.isFinite));
});

Deno.test("a view without the cell types that lack marks is trained on as if the others had not been there", async () => {
  const rows = [...WHOLE.rows.keys()].filter((row) =>
    ![SECOND, THIRD].includes(WHOLE.cellTypeOf(row))
  );
  const [found, wanted] = await Promise.all(
    [MASKED, WHOLE].map((data) => fit("experiment1", data.subset(rows), QUICK)),
  );
  strictEqual(String(found!.model.weights), String(wanted!.model.weights));
});

Deno.test("a mask of ones is no mask", async () => {
  const data = mask([]);
  ok(data.columns.markMask !== undefined);
  strictEqual(data.missingMarks.size, 0);
  const { model } = await fit("experiment1", data, QUICK);
  strictEqual((await predict(model, data, QUICK)).length, data.length);
});

Deno.test("a mark that no cell type has is named as what to leave out", async () => {
  const data = mask(COLUMNS.cellTypes.map((_, cellType) => [cellType, 2]));
  await rejects(fit("experiment1", data, QUICK), {
    message: /Leave H3K4me1 out of the data, which no cell type has, or train .* waka3/,
  });
});
