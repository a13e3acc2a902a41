/** Models that keep statistics of labels in place of their panel. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { loadModel, saveModel } from "../../src/model/save_load.ts";
import { panelInputs } from "../../src/model/panel_inputs.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { growPanel } from "../../src/panel/extend_panel.ts";
import { keepStatistics } from "../../src/panel/keep_statistics.ts";
import type { ReferencePanel } from "../../src/panel/panel.ts";
import { describeReading } from "../../src/panel/reading.ts";
import { turnedInPanel } from "../../src/panel/turned_genes.ts";
import { withoutMarks } from "../../src/panel/without_marks.ts";
import { starterSpec } from "../../src/starter/spec.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { fitCalibrated } from "../../src/training/fit_calibrated.ts";
import { predictIntervals } from "../../src/training/intervals.ts";
import { PanelSource } from "../../src/training/panel_source.ts";
import { predict } from "../../src/training/predict.ts";
import { withDirectory } from "../helpers/command.ts";
import { inputsOfRow, MARKS, randomColumns } from "../helpers/panel_samples.ts";

const QUICK = { epochs: 2, batchSize: 64, engine: "wasm", threads: 1 } as const;
const STATISTICS = { ...QUICK, labelStatistics: true, referenceDropout: 0.3 } as const;
const GENES = 40;
const COLUMNS = randomColumns(5, GENES);
const ALL = new Dataset(COLUMNS);
/** Samples of the first four cell types; the fifth is new. */
const DATA = ALL.filter((row) => row < 4 * GENES);
const NEW = ALL.filter((row) => row >= 4 * GENES);
const SPEC = starterSpec({ bins: COLUMNS.bins, marks: MARKS });

/** What a network is shown of a row of all data. */
function shownOf(panel: ReferencePanel, row: number, columns: SampleColumns = COLUMNS) {
  const inputs = panelInputs({ bins: columns.bins, marks: MARKS, references: 5 });
  const turned = turnedInPanel(panel, columns);
  return inputsOfRow(new PanelSource(columns, panel, { inputs, turned }), row);
}

function isNear(found: readonly (number[] | null)[], wanted: readonly (number[] | null)[]): void {
  const [one, other] = [found.flat(), wanted.flat()];
  strictEqual(one.length, other.length);
  one.forEach((value, i) =>
    ok(Math.abs(value! - other[i]!) < 1e-5, `${one.join()} for ${other.join()}`)
  );
}

Deno.test("a sample of a new cell type is shown what a panel without marks shows of it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 4 * GENES, maxLength: 4 * GENES }),
      async (isKnown) => {
        const known = DATA.filter((row) => isKnown[row]!);
        if (known.length < 2) return;
        const panel = await withoutMarks(await buildPanel(known));
        // With a single cell type, panels show nothing.
        if (panel.cellTypes.length < 2) return;
        const statistics = await keepStatistics(panel);
        for (let row = 4 * GENES; row < 5 * GENES; row += 7) {
          const [found, wanted] = [shownOf(statistics, row), shownOf(panel, row)];
          isNear(found.context!, wanted.context!);
          deepStrictEqual(found.summary, wanted.summary);
          deepStrictEqual(found.references, wanted.references);
        }
      },
    ),
    { numRuns: 10 },
  );
});

Deno.test("labels join those that are summarised, for samples of other cell types", async () => {
  const first = DATA.filter((row) => row < 2 * GENES);
  const rest = DATA.filter((row) => row >= 2 * GENES);
  const whole = await withoutMarks(await buildPanel(DATA));
  const grown = await growPanel(await keepStatistics(await buildPanel(first)), rest);
  // On the scale of the first labels, which the network knows.
  const panel = { ...whole, labelMean: grown.labelMean, labelSd: grown.labelSd };
  const withoutFlag = (row: (number[] | null)[] | undefined) =>
    row!.map((all) => all!.slice(0, -1));
  const contextOf = (own: ReferencePanel, row: number) =>
    withoutFlag(shownOf(own, row).context as (number[] | null)[]);
  for (let gene = 0; gene < GENES; gene += 5) {
    isNear(contextOf(grown, 4 * GENES + gene), contextOf(panel, 4 * GENES + gene));
    // A cell type that is listed is left out by itself.
    isNear(contextOf(grown, 3 * GENES + gene), contextOf(panel, 3 * GENES + gene));
    // One that is summarised does not see the statistics, but the cell types that are listed.
    const listed = await withoutMarks({ ...await buildPanel(rest), ...scaleOf(grown) });
    isNear(contextOf(grown, gene), contextOf(listed, gene));
  }
});

function scaleOf({ labelMean, labelSd }: ReferencePanel) {
  return { labelMean, labelSd };
}

Deno.test("nothing that is known of labels is shown of a cell type that is summarised", async () => {
  const statistics = await keepStatistics(await buildPanel(DATA));
  const changed = await keepStatistics(
    await buildPanel(
      new Dataset({ ...COLUMNS, labels: COLUMNS.labels!.map((label) => label + 50) }, DATA.rows),
    ),
  );
  const moved = { ...changed, ...scaleOf(statistics) };
  for (let row = 0; row < 4 * GENES; row += 3) {
    const found = shownOf(moved, row);
    deepStrictEqual(found, shownOf(statistics, row));
    deepStrictEqual(found.context, [[0, 0, 0, 0, 0, 0]]);
  }
  // Replicates of it are the same cell type, whatever their names.
  const replicate = {
    ...COLUMNS,
    cellTypes: [...COLUMNS.cellTypes.slice(0, 4), "cell 0.b"],
    cellTypeGroups: [...COLUMNS.cellTypes.slice(0, 4), "cell 0"],
  };
  deepStrictEqual(shownOf(moved, 4 * GENES, replicate).context, [[0, 0, 0, 0, 0, 0]]);
  notDeepStrictEqual(shownOf(moved, 4 * GENES), shownOf(statistics, 4 * GENES));
});

Deno.test("a model keeps statistics, is the same after saving and loading, and says what it did not show", async () => {
  for (const spec of ["waka3", SPEC] as const) {
    const { model } = await fit(spec, DATA, STATISTICS);
    deepStrictEqual(model.panel, await keepStatistics(await buildPanel(DATA)));
    strictEqual(model.training.labelStatistics, true);
    const notes: string[] = [];
    const predicted = await predict(model, ALL, { ...QUICK, onNote: (note) => notes.push(note) });
    deepStrictEqual(notes, [
      "label statistics of 40 genes over 4 cell types were in the panel, and no marks",
      "the label statistics include labels of cell 0, cell 1, cell 2 and 1 more, which cannot be taken out, so genes " +
      "were predicted there as new ones are",
    ]);
    await withDirectory(async (directory) => {
      await saveModel(model, directory);
      const loaded = await loadModel(directory);
      deepStrictEqual(loaded, model);
      deepStrictEqual(await predict(loaded, ALL, QUICK), predicted);
    });
    await rejects(predict(model, ALL, { ...QUICK, unlabelled: [ALL] }), {
      name: "ContractError",
      message: /it holds label statistics alone/,
    });
  }
});

Deno.test("training is the same whatever is kept of the panel", async () => {
  const { labelStatistics: _, ...whole } = STATISTICS;
  const [kept, other] = [await fit("waka3", DATA, STATISTICS), await fit("waka3", DATA, whole)];
  deepStrictEqual(kept.model.weights, other.model.weights);
  deepStrictEqual(kept.history.map(({ loss }) => loss), other.history.map(({ loss }) => loss));
  // What a new cell type is shown is then what a panel without marks shows.
  const small = { ...other.model, panel: await withoutMarks(other.model.panel!) };
  const [found, wanted] = [
    await predict(kept.model, NEW, QUICK),
    await predict(small, NEW, QUICK),
  ];
  found.forEach((value, i) => ok(Math.abs(value - wanted[i]!) < 1e-4));
});

Deno.test("genes of trained cell types are predicted, and have intervals, as new ones do", async () => {
  const options = { ...STATISTICS, folds: 4 };
  const { members: [first] } = await fitCalibrated(SPEC, DATA, options);
  const { model } = first!;
  deepStrictEqual(Object.keys(model.calibration!.regimes), ["newGene", "newCellType", "bothNew"]);
  const predictions = await predict(model, ALL, QUICK);
  const { low, high, regimes } = predictIntervals(model, ALL, { predictions });
  deepStrictEqual([regimes[0], regimes.at(-1)], ["seen", "newCellType"]);
  const renamed = new Dataset({ ...COLUMNS, genes: COLUMNS.genes.map((gene) => `new ${gene}`) });
  const fresh = await predict(model, renamed, QUICK);
  const wanted = predictIntervals(model, renamed, { predictions: fresh });
  strictEqual(wanted.regimes[0], "newGene");
  const end = 4 * GENES;
  deepStrictEqual(predictions.subarray(0, end), fresh.subarray(0, end));
  deepStrictEqual(low.subarray(0, end), wanted.low.subarray(0, end));
  deepStrictEqual(high.subarray(0, end), wanted.high.subarray(0, end));
  notDeepStrictEqual(predictions.subarray(end), fresh.subarray(end));
});

Deno.test("cross-validation judges models as they are kept", async () => {
  const options = { ...STATISTICS, folds: 2, scheme: "by-both" } as const;
  const [first] = await crossValidate(SPEC, DATA, options);
  ok(first!.evaluation!.overall.samples > 0);
  strictEqual(
    describeReading(first!.reading!),
    "label statistics of 0 genes over 2 cell types were in the panel, and no marks; 20 genes were new",
  );
});

Deno.test("a model of statistics learns further, and keeps statistics of all labels", async () => {
  const { model } = await fit(SPEC, DATA, STATISTICS);
  const further = await fit(model.spec, NEW, { ...QUICK, initial: model });
  deepStrictEqual(further.model.panel!.cellTypes, []);
  deepStrictEqual(
    further.model.panel!.statistics!.cellTypes.map(({ name }) => name),
    COLUMNS.cellTypes,
  );
  strictEqual(further.model.panel!.statistics!.values[0], 5);
  const whole = await fit(model.spec, NEW, { ...QUICK, initial: model, labelStatistics: false });
  deepStrictEqual(whole.model.panel!.cellTypes.map(({ name }) => name), ["cell 4"]);
  deepStrictEqual(whole.model.weights, further.model.weights);
});

Deno.test("a model that reads no panel cannot keep statistics of it", async () => {
  await rejects(fit("experiment1", DATA, { ...QUICK, labelStatistics: true }), {
    name: "RangeError",
    message: /Cannot train "experiment1" with labelStatistics: it reads no panel/,
  });
});
