/** Models on logarithms of counts: the logarithm is taken exactly once, and counts and their logarithms give the same bits. */

import { deepStrictEqual, notDeepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { decodeValues } from "../../src/io/signal_values.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { type DataRecord, DEEPCHROME_RECORD, type Transform } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { fingerprintDataset } from "../../src/training/fingerprint.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { packedSignal } from "../helpers/packed.ts";

const SIZES = { cellTypes: 3, genes: 12, newCellTypes: 1, newGenes: 2, bins: 20 };
const WASM = { engine: "wasm", threads: 1 } as const;
const QUICK = { ...WASM, epochs: 2, batchSize: 8 } as const;

const counts = new Dataset(simulateColumns(SIZES).train);
/** The same samples as a file has them. */
const logarithms = withLabels(simulateColumns({ ...SIZES, features: "log1p" }).train, counts);
/** The same values as floats, of which the counts are not known. */
const floats = new Dataset({
  ...logarithms.columns,
  signal: decodeValues(packedSignal(logarithms.columns), logarithms.columns.signalValues),
  signalValues: undefined,
});

/** Files round labels to float32; here only the signal is compared. */
function withLabels(columns: Dataset["columns"], { columns: { labels } }: Dataset): Dataset {
  return new Dataset({ ...columns, labels });
}

const train = async (data: Dataset, transform?: Transform) =>
  (await fit("experiment1", data, { ...QUICK, transform })).model;

Deno.test("logarithms train to the same model with transform none and log1p as counts do with log1p", async () => {
  const expected = await train(counts, "log1p");
  strictEqual(expected.record.transform, "log1p");
  for (const data of [logarithms, floats]) {
    for (const transform of ["none", "log1p", undefined] as const) {
      const { weights, record, inputRecord } = await train(data, transform);
      deepStrictEqual(weights, expected.weights);
      deepStrictEqual(record, expected.record);
      deepStrictEqual(inputRecord, DEEPCHROME_RECORD);
    }
  }
});

Deno.test("a model predicts the same from counts and from their logarithms, whatever transform it has", async () => {
  for (const transform of ["none", "log1p", "asinh"] as const) {
    const model = await train(counts, transform);
    deepStrictEqual(await predict(model, logarithms, WASM), await predict(model, counts, WASM));
  }
  const logged = await train(logarithms);
  deepStrictEqual(await predict(logged, counts, WASM), await predict(logged, floats, WASM));
});

Deno.test("asinh is computed from the counts where they are known, and refused where they are not", async () => {
  const { weights, record } = await train(logarithms, "asinh");
  deepStrictEqual(weights, (await train(counts, "asinh")).weights);
  strictEqual(record.transform, "asinh");
  await rejects(train(floats, "asinh"), {
    name: "ContractError",
    message:
      /with transform asinh: the data already carry log1p, and their counts are not known.*Expected transform log1p/,
  });
  for (const transform of ["none", "asinh"] as const) {
    await rejects(predict(await train(counts, transform), floats, WASM), {
      name: "ContractError",
      message: new RegExp(`trained on transform ${transform}, the data already carry log1p`),
    });
  }
});

Deno.test("validation data may be counts or logarithms, whatever was trained on", async () => {
  const losses = async (data: Dataset, validation: Dataset) => {
    const { history } = await fit("experiment1", data, {
      ...QUICK,
      validation,
      transform: "log1p",
    });
    return history.map(({ loss, validationLoss }) => [loss, validationLoss]);
  };
  const expected = await losses(counts, counts);
  deepStrictEqual(await losses(counts, logarithms), expected);
  deepStrictEqual(await losses(logarithms, counts), expected);
});

Deno.test("samplesFor takes counts, or logarithms that are called so, and refuses those that are not", async () => {
  const model: TrainedModel = await train(logarithms);
  const expected = await predict(model, logarithms.slice(0, 2), WASM);
  const samples = (signalOf: (position: number) => ArrayLike<number>) =>
    [0, 1].map((i) => ({ gene: counts.geneOf(i), cellType: "E065", signal: signalOf(i) }));
  const fromCounts = samplesFor(model, samples((i) => logarithms.countsOf(i)));
  const values = samples((i) => logarithms.signalOf(i));
  const fromValues = samplesFor(model, values, { transform: "log1p" });
  for (const data of [fromCounts, fromValues]) {
    deepStrictEqual(await predict(model, data, WASM), expected);
  }
  throws(() => samplesFor(model, values), {
    name: "ContractError",
    message: /record says that no transform was applied.*every value is ln\(1 \+ count\)/,
  });
  throws(() => samplesFor(model, samples((i) => counts.signalOf(i)), { transform: "log1p" }), {
    name: "ContractError",
    message: /record says that log1p was applied/,
  });
});

Deno.test("logarithms have the same fingerprint however they are kept, and another than their counts", async () => {
  const print = await fingerprintDataset(logarithms);
  strictEqual(await fingerprintDataset(floats), print);
  const { columns } = counts;
  const record: DataRecord = { ...columns.record, transform: "log1p" };
  notDeepStrictEqual(await fingerprintDataset(counts), print);
  const zeros = { ...columns, signal: new Uint8Array(columns.signal.length), record };
  const table = logarithms.columns.signalValues;
  strictEqual(
    await fingerprintDataset(new Dataset({ ...zeros, signalValues: table })),
    await fingerprintDataset(new Dataset(zeros)),
  );
});

testWith(
  "shared",
  "real counts and their published logarithms give one model and one prediction, bit for bit",
  async () => {
    const read = async (name: string) => await readCompetition(sharedFile(`data/real/${name}.npz`));
    const known = new Dataset(await read("counts_log2"));
    const logs = withLabels(await read("counts_competition"), known);
    const [fromCounts, fromLogs] = [await train(known, "log1p"), await train(logs)];
    deepStrictEqual(fromLogs.weights, fromCounts.weights);
    deepStrictEqual(await predict(fromLogs, known, WASM), await predict(fromCounts, logs, WASM));
  },
);
