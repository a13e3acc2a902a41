import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { loadModel, saveModel } from "../../src/model/save_load.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { type Sample, samplesFor } from "../../src/training/samples_for.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { packedSignal } from "../helpers/packed.ts";

const { train, unseen } = simulatedData();
const QUICK = { epochs: 2, batchSize: 8, engine: "wasm", threads: 1 } as const;
/** The transform that `waka2` has. */
const LOGGED = { ...QUICK, epochs: 1, transform: "log1p", geneEffects: true } as const;
const WASM = { engine: "wasm", threads: 1 } as const;

/** Samples of a data set as a program that has read them elsewhere holds them. */
function toSamples(data: Dataset, labels?: ArrayLike<number>): Sample[] {
  return Array.from({ length: data.length }, (_, i) => ({
    gene: data.geneOf(i),
    cellType: data.cellTypeOf(i),
    signal: [...data.signalOf(i)],
    ...(labels && { label: labels[i] }),
  }));
}

Deno.test("samples from samplesFor are predicted like those that were read, with transform and gene effects", async () => {
  for (const transform of ["none", "log1p", "asinh"] as const) {
    const { model } = await fit("experiment1", train, { ...QUICK, transform, geneEffects: true });
    const wanted = await predict(model, unseen, WASM);
    const made = samplesFor(model, toSamples(unseen, unseen.labels()));
    deepStrictEqual(await predict(model, made, WASM), wanted);
    deepStrictEqual(made.labels(), unseen.labels());
    strictEqual(samplesFor(model, toSamples(unseen)).hasLabels, false);
    strictEqual(samplesFor(model, []).length, 0);
  }
});

Deno.test("a trained model and a loaded one have the record of their input", async () => {
  const { model } = await fit("experiment1", train, LOGGED);
  strictEqual(model.record.transform, "log1p");
  deepStrictEqual(model.inputRecord, train.record);
  await withDirectory(async (directory) => {
    await saveModel(model, directory);
    const loaded = await loadModel(directory);
    deepStrictEqual(loaded.inputRecord, train.record);
    const data = new Dataset({ ...unseen.columns, record: loaded.inputRecord });
    deepStrictEqual(await predict(loaded, data, WASM), await predict(model, unseen, WASM));
  });
});

Deno.test("plain counts with the record of the network's input are refused, and the error names the right record", async () => {
  const { model } = await fit("experiment1", train, LOGGED);
  const signal = packedSignal(unseen.columns);
  for (
    const counts of [
      signal,
      Float32Array.from(signal),
      Float64Array.from(signal, (n) => 30.5 * n),
    ]
  ) {
    throws(() => new Dataset({ ...unseen.columns, signal: counts, record: model.record }), {
      name: "ContractError",
      message: /its record says that log1p was applied, but .*transform "none".*inputRecord/,
    });
  }
});

Deno.test("samples that do not fit the model, or are not counts, are refused", async () => {
  const { model } = await fit("experiment1", train, QUICK);
  const [sample, ...others] = toSamples(unseen);
  const make = (change: Partial<Sample>) =>
    samplesFor(model, [...others, { ...sample!, ...change }]);
  throws(() => make({ signal: sample!.signal && [1, 2, 3] }), {
    name: "TypeError",
    message: /signal of sample \d+ \(\S+ in \S+\) has 3 values, expected 100: 20 bins × 5 marks$/,
  });
  throws(() => make({ label: 1 }), { name: "ContractError", message: /1 of \d+ have a label/ });
  const signal = [...Array.from(sample!.signal).slice(1), -1];
  throws(() => make({ signal }), { name: "ContractError", message: /is -1 in bin 19 of/ });
  ok(make({}).length === unseen.length);
  // Data whose record differs are refused here too.
  const other = new Dataset({ ...unseen.columns, record: { ...model.inputRecord, binSizeBp: 50 } });
  await rejects(predict(model, other, WASM), /trained on binSizeBp 100, the data have 50/);
});

Deno.test("two spellings of a gene in a call are one gene", async () => {
  const { model } = await fit("experiment1", train, QUICK);
  const samples = toSamples(unseen.subset([0, 1]));
  const [first, second] = samples;
  const spelled = { ...second!, gene: `${first!.gene}.4`, cellType: "other" };
  deepStrictEqual(samplesFor(model, [first!, spelled]).columns.genes, [first!.gene]);
});
