/**
 * Trains on arrays of your own, saves the model, loads it again and predicts one new sample.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read --allow-write docs/examples/own_samples.ts
 */

import {
  Dataset,
  DEEPCHROME_RECORD,
  fit,
  loadModel,
  predict,
  samplesFor,
  saveModel,
} from "@waka/histone";

const bins = 20;
const marks = ["H3K4me3", "H3K27ac"];
const genes = ["ENSG00000115459", "ENSG00000141510", "ENSG00000012048"];
const cellTypes = ["liver", "lung"];

// Three genes in two cell types; counts here are made up.
const samples = cellTypes.length * genes.length;
const data = new Dataset({
  signal: Uint16Array.from({ length: samples * bins * marks.length }, (_, i) => i % 9), // [sample, bin, mark]
  labels: Float64Array.of(1.5, 0.2, 0.9, 1.1, 0.4, 0.7), // [sample]
  cellTypes,
  cellTypeIndex: Uint32Array.of(0, 0, 0, 1, 1, 1),
  genes,
  geneIndex: Uint32Array.of(0, 1, 2, 0, 1, 2),
  bins,
  // What the numbers are. A model refuses data that contradict the record it was trained with.
  record: { ...DEEPCHROME_RECORD, assembly: "hg38", binSizeBp: 200, marks },
});

// A preset takes the shape of the data.
const { model } = await fit("experiment1", data, { epochs: 5, batchSize: 3 });

const directory = await Deno.makeTempDir();
await saveModel(model, directory);
const loaded = await loadModel(directory);
await Deno.remove(directory, { recursive: true });

// Plain counts, [bin, mark], marks in the order of the model; the model applies its transform itself.
const signal = new Float64Array(bins * loaded.inputRecord.marks.length).fill(3);
const unseen = samplesFor(loaded, [{ gene: "ENSG00000139618", cellType: "liver", signal }]);
const [expression] = await predict(loaded, unseen);
console.log(`ENSG00000139618 in liver: ${expression?.toFixed(4)}`);
