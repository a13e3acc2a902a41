/** The shipped model: its size, and that it is what its card says. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readStarterData } from "../../scripts/_starter_data.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { keepStatistics } from "../../src/panel/keep_statistics.ts";
import { loadStarter, starterSpec } from "../../src/starter/mod.ts";
import { predict } from "../../src/training/predict.ts";
import { typicalSignal } from "../../src/validation/unlike.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { packedSignal } from "../helpers/packed.ts";

const PATHS = ["peaks_log2.npz", "peaks_four_marks_log2.npz"]
  .map((name) => sharedFile(`data/real/${name}`).pathname);

Deno.test("the starter model is under 2 MB, and has what it needs", async () => {
  const { size } = await Deno.stat(new URL("../../src/starter/_starter_model.ts", import.meta.url));
  ok(size < 2e6, `${size} bytes`);
  const { spec, record, panel, calibration, typicalSignal: typical, labelScale } =
    await loadStarter();
  deepStrictEqual(spec, starterSpec({ bins: 100, marks: 5 }));
  deepStrictEqual([record.assembly, record.countingRule, record.transform, record.binSizeBp], [
    "hg19",
    "enrichment",
    "log1p",
    100,
  ]);
  strictEqual(record.expressionTransform, "log2p1");
  deepStrictEqual([panel!.cellTypes, panel!.values.length, panel!.labels.length], [[], 0, 0]);
  const names = panel!.statistics!.cellTypes.map(({ name }) => name);
  deepStrictEqual(calibration!.cellTypes, names.toSorted());
  deepStrictEqual(Object.keys(calibration!.regimes), ["newGene", "newCellType", "bothNew"]);
  strictEqual(typical!.cellTypes, 8);
  ok(labelScale!.sd > 1);
});

/** Some samples with columns of their own, so that these can be changed without a check of all. */
function copyOf(data: Dataset, rename: (cellType: string) => string): Dataset {
  const { columns, rows } = data;
  const size = columns.bins * columns.record.marks.length;
  const signal = new Float32Array(rows.length * size);
  rows.forEach((row, i) =>
    signal.set(
      packedSignal(columns).subarray(row * size, (row + 1) * size) as Float32Array,
      i * size,
    )
  );
  return new Dataset({
    ...columns,
    signal,
    labels: data.labels(),
    cellTypes: columns.cellTypes.map(rename),
    cellTypeIndex: data.cellTypeIndices(),
    geneIndex: data.geneIndices(),
  });
}

testWith("shared", "what is shipped of the data is what they say, and predicts them", async () => {
  const data = await readStarterData(PATHS);
  const model = await loadStarter();
  const { panel, typicalSignal: typical, training } = model;
  strictEqual(training.samples, data.length);
  deepStrictEqual(typical, typicalSignal(data));
  const wanted = await keepStatistics(await buildPanel(data));
  strictEqual(String(panel!.genes), String(wanted.genes));
  deepStrictEqual(panel!.scales, wanted.scales);
  deepStrictEqual(panel!.turned, wanted.turned);
  const [found, all] = [panel!.statistics!.values, wanted.statistics!.values];
  const isFar = (value: number, i: number) =>
    Math.abs(value - all[i]!) > 2e-3 * (1 + Math.abs(all[i]!));
  strictEqual(found.findIndex(isFar), -1);

  // Trained on, so better than the card's figures for new cell types; worse would be another model.
  const position = data.columns.cellTypes.indexOf("E123");
  const cellTypes = data.cellTypeIndices();
  const own = data.filter((row) => row % 8 === 0 && cellTypes[row] === position);
  ok(own.length > 1000);
  const errorOf = async (samples: Dataset) => {
    const predicted = await predict(model, samples, { engine: "wasm", threads: 1 });
    const labels = samples.labels();
    return labels.reduce((sum, label, i) => sum + (label - predicted[i]!) ** 2 / own.length, 0);
  };
  const [shown, hidden] = [
    await errorOf(copyOf(own, (name) => `my ${name}`)),
    await errorOf(copyOf(own, (name) => name)),
  ];
  ok(shown < 0.85, `${shown} with label statistics`);
  ok(hidden < 2 && hidden > shown, `${hidden} without`);
});
