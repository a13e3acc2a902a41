/**
 * A sample's own label is in the panel of the model that was trained on it. It must stay invisible: random labels cannot
 * be predicted, unless a reference gives them away.
 */

import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import type { FoldScheme } from "../../src/data/fold_scheme.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { pearson } from "../../src/metrics/mod.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import type { ReferencePanel } from "../../src/panel/panel.ts";
import { turnedInPanel } from "../../src/panel/turned_genes.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { PanelSource } from "../../src/training/panel_source.ts";
import { PanelVariants } from "../../src/training/panel_variants.ts";
import { predict } from "../../src/training/predict.ts";
import { inputsOf, inputsOfRow, MARKS, randomColumns } from "../helpers/panel_samples.ts";

const GENES = 300;
const QUICK = { epochs: 6, batchSize: 64, engine: "wasm", threads: 1 } as const;
const COLUMNS = randomColumns(4, GENES);

/** The same samples twice, as cell types of the names `cell 0` and `twin 0`, in one group or as strangers. */
function withTwins(columns: SampleColumns, areReplicates: boolean): SampleColumns {
  const twice = <Values extends Uint8Array | Uint32Array | Float64Array>(values: Values) => {
    const both = new (values.constructor as { new (length: number): Values })(2 * values.length);
    both.set(values as never);
    both.set(values as never, values.length);
    return both;
  };
  const { cellTypes, cellTypeIndex } = columns;
  const cellTypeOfTwins = twice(cellTypeIndex as Uint32Array);
  for (let row = cellTypeIndex.length; row < cellTypeOfTwins.length; row++) {
    cellTypeOfTwins[row]! += cellTypes.length;
  }
  return {
    ...columns,
    signal: twice(columns.signal as Uint8Array),
    labels: twice(columns.labels as Float64Array),
    geneIndex: twice(columns.geneIndex as Uint32Array),
    cellTypeIndex: cellTypeOfTwins,
    cellTypes: [...cellTypes, ...cellTypes.map((name) => name.replace("cell", "twin"))],
    ...(areReplicates && { cellTypeGroups: [...cellTypes, ...cellTypes] }),
  };
}

const STRANGERS = new Dataset(withTwins(COLUMNS, false));
const REPLICATES = new Dataset(withTwins(COLUMNS, true));

/** A correlation that random labels do not reach by chance, with a thousand samples. */
const CHANCE = 0.25;
/** One that they do not reach by being learned by heart. */
const LEARNED = 0.45;
/** What a label that is seen reaches, though the network is small and was trained briefly. */
const SEEN = 0.6;

Deno.test("a label that a twin has is found, which shows that the following tests can fail", async () => {
  const { model } = await fit("waka3", STRANGERS, QUICK);
  const r = pearson(STRANGERS.labels(), await predict(model, STRANGERS, QUICK));
  ok(r > SEEN, `r ${r}`);
});

Deno.test("a sample's own label is not found in training, nor that of its replicates", async () => {
  for (const data of [new Dataset(COLUMNS), REPLICATES]) {
    const { model, history } = await fit("waka3", data, { ...QUICK, validation: data });
    const r = pearson(data.labels(), await predict(model, data, QUICK));
    ok(Math.abs(r) < LEARNED, `r ${r}`);
    // The labels have variance 1.
    ok(history.at(-1)!.validationLoss! > 0.8, `validation ${history.at(-1)!.validationLoss}`);
  }
});

Deno.test("a prediction does not find the label that the panel has of the sample itself", async () => {
  const { model } = await fit("waka3", STRANGERS, QUICK);
  const all = new Dataset(COLUMNS);
  const twins = STRANGERS.filter((row) => STRANGERS.cellTypeOf(row).startsWith("twin"));
  // A model that was trained on the twins alone knows the labels of their names, and of no other.
  const { model: ofTwins } = await fit("waka3", twins, QUICK);
  const forgetful = { ...ofTwins, spec: model.spec, weights: model.weights };
  const seen = pearson(all.labels(), await predict(forgetful, all, QUICK));
  ok(seen > SEEN, `r ${seen}`);
  const unseen = pearson(twins.labels(), await predict(forgetful, twins, QUICK));
  ok(Math.abs(unseen) < CHANCE, `r ${unseen}`);
});

for (
  const scheme of ["shuffled", "contiguous", "by-gene", "by-cell-type", "by-both"] as FoldScheme[]
) {
  Deno.test(`cross-validation ${scheme} does not find a label in replicates`, async () => {
    const folds = await crossValidate("waka3", REPLICATES, { ...QUICK, folds: 2, scheme });
    for (const { evaluation } of folds) {
      const r = evaluation!.overall.pearson!;
      ok(Math.abs(r) < CHANCE, `r ${r}`);
    }
  });
}

/** A panel with other labels and marks in one cell type. */
function changeCellType(panel: ReferencePanel, cellType: number): ReferencePanel {
  const { cellTypes: { length }, scales: { length: size } } = panel;
  const isOwn = (pair: number) => pair % length === cellType;
  return {
    ...panel,
    labels: panel.labels.map((label, pair) => isOwn(pair) ? label + 50 : label),
    present: panel.present.map((flag, pair) => isOwn(pair) ? (pair * 7) % 2 : flag),
    values: panel.values.map((byte, i) => isOwn(Math.floor(i / size)) ? 255 - byte : byte),
  };
}

Deno.test("nothing that the panel has of a sample's cell type changes an input of it, in any variant", async () => {
  const columns = randomColumns(4, 6);
  const panel = await buildPanel(new Dataset(columns));
  const dropout = { labels: 0.2, genes: 0.2, references: 0.1, marks: 0.2 };
  const variants = new PanelVariants(MARKS, columns.geneIndex.length, dropout);
  const sourceOf = (own: ReferencePanel) =>
    new PanelSource(columns, own, {
      inputs: inputsOf(panel),
      turned: turnedInPanel(own, columns),
      variants,
    });
  const source = sourceOf(panel);
  for (let cellType = 0; cellType < 4; cellType++) {
    const changed = sourceOf(changeCellType(panel, cellType));
    for (let row = 0; row < source.samples * source.variants; row++) {
      const [found, wanted] = [inputsOfRow(changed, row), inputsOfRow(source, row)];
      const isOwn = columns.cellTypeIndex[row % source.samples] === cellType;
      if (isOwn) deepStrictEqual(found, wanted);
      // Others see the change, unless their references are hidden.
      else if (row < source.samples) notDeepStrictEqual(found, wanted);
    }
  }
});
