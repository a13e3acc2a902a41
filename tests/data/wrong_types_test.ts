/** What programs without types, and rows of JSON, can give in place of samples and columns. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import vm from "node:vm";
import { Dataset } from "../../src/data/dataset.ts";
import { evaluatePredictions, measureAgreement } from "../../src/data/evaluate.ts";
import { largestErrors } from "../../src/data/largest_errors.ts";
import { summariseDataset } from "../../src/data/summary/summarise.ts";
import { splitData } from "../../src/validation/split_data.ts";
import { splitRegimes } from "../../src/validation/split_regimes.ts";
import { type FoldOptions, kFold } from "../../src/data/kfold.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import type { Sample } from "../../src/data/sample.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import { loadStarter } from "../../src/starter/mod.ts";
import { tableDataset } from "../helpers/samples.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K27ac"] };
const GOOD: Sample = { gene: "ENSG00000115459", cellType: "liver", signal: [1, 2, 3, 4] };
const DATA = tableDataset(2, 3);

function refuse(make: () => unknown, message: string | RegExp): void {
  throws(make, { name: "TypeError", message });
}

/** An array whose memory went to another thread. */
function detached(): Float32Array {
  const values = Float32Array.of(1, 2, 3, 4);
  structuredClone(values, { transfer: [values.buffer] });
  return values;
}

/** An array whose buffer was shrunk to less than its first bytes. */
function shrunk(): Float32Array {
  const buffer = new ArrayBuffer(16, { maxByteLength: 32 });
  const values = new Float32Array(buffer, 0, 4);
  buffer.resize(4);
  return values;
}

Deno.test("samples whose gene or cell type is no text are refused with their number", () => {
  const cases: [Record<string, unknown> | null | undefined, string][] = [
    [{ ...GOOD, gene: undefined }, "gene of sample 1 is missing, expected a string"],
    [{ ...GOOD, gene: null }, "gene of sample 1 is null, expected a string"],
    [{ ...GOOD, gene: 5 }, "gene of sample 1 is 5, expected a string"],
    [{ ...GOOD, cellType: null }, "cell type of sample 1 is null, expected a string"],
    [{ ...GOOD, cellType: ["liver"] }, 'cell type of sample 1 is ["liver"], expected a string'],
    [{ ...GOOD, signal: null }, "signal of sample 1 is null, expected an array of numbers"],
    [{ ...GOOD, signal: "1234" }, 'signal of sample 1 is "1234", expected an array of numbers'],
    [{ ...GOOD, gene: "" }, "gene of sample 1 is empty, expected a name"],
    [{ ...GOOD, cellType: "" }, "cell type of sample 1 is empty, expected a name"],
    [{ ...GOOD, label: "x" }, 'label of sample 1 is "x", expected a number'],
    [{ ...GOOD, label: "1" }, 'label of sample 1 is "1", expected a number'],
    [{ ...GOOD, label: 1n }, "label of sample 1 is 1n, expected a number"],
    [
      { ...GOOD, signal: new BigInt64Array(4) },
      "signal of sample 1 is a BigInt64Array, expected an array of numbers",
    ],
    [
      { ...GOOD, signal: detached() },
      "signal of sample 1 is a Float32Array whose memory was transferred or freed, expected an array of numbers",
    ],
    [
      { ...GOOD, signal: shrunk() },
      "signal of sample 1 is a Float32Array past the end of its buffer, which was shrunk, expected an array of numbers",
    ],
    [
      { ...GOOD, signal: new Proxy(Float32Array.of(1, 2, 3, 4), {}) },
      "signal of sample 1 is a Float32Array in a Proxy, which cannot be read, expected an array of numbers",
    ],
    [null, "gene of sample 1 is missing, expected a string"],
    [undefined, "gene of sample 1 is missing, expected a string"],
  ];
  for (const [wrong, message] of cases) {
    const samples = [GOOD, wrong as unknown as Sample];
    refuse(
      () => Dataset.fromSamples(samples, { record: RECORD }),
      `Cannot make samples: ${message}`,
    );
  }
  refuse(
    () => Dataset.fromSamples([{ ...GOOD, signal: shrunk() }], { record: RECORD }),
    /signal of sample 0 is a Float32Array past the end of its buffer/,
  );
  const values = { length: 4, 0: "1", 1: "2", 2: "3", 3: "4" } as unknown as number[];
  throws(() => Dataset.fromSamples([{ ...GOOD, signal: values }], { record: RECORD }), {
    name: "ContractError",
    message: /value 0 of the signal of sample 0 .* is "1", expected a number$/,
  });
  const first = [{ cellType: "liver" } as Sample];
  refuse(() => Dataset.fromSamples(first, { record: RECORD }), /gene of sample 0 is missing/);
});

Deno.test("what is no list of samples is refused with what it is", () => {
  async function* later(): AsyncGenerator<Sample> {
    yield await Promise.resolve(GOOD);
  }
  const cases: [unknown, RegExp][] = [
    [later(), /found an object, expected an array of samples; collect them first, with for await$/],
    [GOOD, /^Cannot make samples: found an object, expected an array of samples$/],
    [undefined, /^Cannot make samples: found undefined, expected an array of samples$/],
    ["ab", /^Cannot make samples: found a string, expected an array of samples$/],
  ];
  for (const [samples, message] of cases) {
    refuse(() => Dataset.fromSamples(samples as Sample[], { record: RECORD }), message);
  }
});

Deno.test("samples for a model, and for a predictor, are refused in the same way", async () => {
  const model = await loadStarter();
  const sample = { cellType: "liver", signal: [] } as unknown as Sample;
  const message = "Cannot make samples: gene of sample 0 is missing, expected a string";
  refuse(() => samplesFor(model, [sample]), message);
  await using predictor = await openPredictor(model, { engine: "wasm", threads: 1 });
  const error = await predictor.predict([sample]).catch((error: unknown) => error);
  strictEqual(String(error), `TypeError: ${message}`);
});

Deno.test("columns of a wrong type are refused with what was found", () => {
  const types =
    "a Uint8Array, Uint16Array, Uint32Array, Float32Array or Float64Array, or a StoredSignal";
  const cases: [Record<string, unknown>, string][] = [
    [{ signal: [1, 2] }, `signal is an Array, expected ${types}`],
    [{ signal: Int16Array.of(1) }, `signal is an Int16Array, expected ${types}`],
    [{ signal: undefined }, `signal is undefined, expected ${types}`],
    [{ labels: [0, 1, 2, 3, 4, 5] }, "labels is an Array, expected a Float64Array"],
    [{ labels: new BigInt64Array(6) }, "labels is a BigInt64Array, expected a Float64Array"],
    [{ labels: null }, "labels is null, expected a Float64Array"],
    [{ geneIndex: [0, 1, 2, 0, 1, 2] }, "geneIndex is an Array, expected a Uint32Array"],
    [{ cellTypeIndex: undefined }, "cellTypeIndex is undefined, expected a Uint32Array"],
    [{ cellTypes: "E001" }, "cellTypes is a string, expected an array of strings"],
    [{ genes: [undefined, "b", "c"] }, "gene 0 is missing, expected a string"],
    [{ genes: ["a", "b", 5] }, "gene 2 is 5, expected a string"],
    [{ cellTypes: ["E001", null] }, "cell type 1 is null, expected a string"],
    [{ record: undefined }, "record is undefined, expected a record with marks"],
  ];
  for (const [wrong, message] of cases) {
    const columns = { ...DATA.columns, ...wrong } as unknown as SampleColumns;
    refuse(() => new Dataset(columns), `Cannot build data set: ${message}`);
  }
  refuse(
    () => new Dataset(null as never),
    /^Cannot build data set: found null, expected columns, /,
  );
  const rows = [0, 1] as unknown as Uint32Array;
  refuse(() => new Dataset(DATA.columns, rows), /rows is an Array, expected a Uint32Array/);
});

Deno.test("an index is a number of a name, whatever array has it", () => {
  for (const geneIndex of [Int32Array.of(0, 1, 2, 0, 1, -1), Float32Array.of(0, 1, 2, 0, 1, 0.5)]) {
    const columns = { ...DATA.columns, geneIndex } as unknown as SampleColumns;
    throws(() => new Dataset(columns), {
      name: "ContractError",
      message: `Cannot build data set: gene of row 5 is number ${geneIndex[5]}, ` +
        "expected an integer from 0 to less than 3",
    });
  }
});

Deno.test("a slice begins and ends at whole numbers", () => {
  const cases = [[1.5, 3], [0, 2.5], [NaN, 3], ["1", 3]];
  for (const [start, end] of cases as [number, number][]) {
    throws(() => DATA.slice(start, end), {
      name: "RangeError",
      message: /^Cannot take samples .*: found .*, expected integers from 0 to 6$/,
    });
  }
  strictEqual(DATA.slice(1, 3).length, 2);
});

Deno.test("columns of another context of JavaScript are those of this one", () => {
  const { train } = simulateColumns({
    cellTypes: 2,
    genes: 8,
    newGenes: 1,
    bins: 4,
    features: "log1p",
  });
  const context = vm.createContext();
  const other = (values: object): object =>
    vm.runInContext(values.constructor.name, context).from(values);
  const columns = Object.fromEntries(
    Object.entries(train).map(([name, values]) => [
      name,
      ArrayBuffer.isView(values) || Array.isArray(values) ? other(values) : values,
    ]),
  ) as unknown as SampleColumns;
  const [own, foreign] = [new Dataset(train), new Dataset(columns)];
  strictEqual(foreign.columns.signalValues instanceof Float32Array, false);
  deepStrictEqual(foreign.labels(), own.labels());
  deepStrictEqual([...foreign.countsOf(3)], [...own.countsOf(3)]);
  deepStrictEqual(foreign.signalOf(3), own.signalOf(3));
  const view = vm.runInContext("new DataView(new ArrayBuffer(48))", context);
  const wrong = { ...DATA.columns, labels: view as Float64Array };
  refuse(() => new Dataset(wrong), /labels is a DataView, expected a Float64Array$/);
});

Deno.test("predictions that are no numbers are not judged", () => {
  for (const [value, shown] of [["1", '"1"'], [null, "null"]]) {
    const predictions = Array.from({ length: 6 }, (_, i) => i === 4 ? value : i) as number[];
    const labelled = new Dataset({ ...DATA.columns, labels: Float64Array.of(0, 1, 2, 3, 4, 5) });
    refuse(
      () => evaluatePredictions(labelled, predictions),
      `Cannot evaluate: the prediction of sample 4 is ${shown}, expected a number`,
    );
  }
});

Deno.test("a record without marks, and misspelt options of reading, are refused", async () => {
  const read = (options: object) => readDataset("fixtures/train.npz", options);
  await rejects(read({ record: "x" }), /^TypeError: .* record is a string, expected a record with/);
  await rejects(read({ recrod: RECORD }), /^TypeError: .*"recrod", did you mean record\?$/);
});

Deno.test("nulls of JSON are options that are not given, in samples, folds and readers", async () => {
  const none = { seed: null, repeats: null, stratified: null, groups: null } as object;
  const folds = { folds: 2, scheme: "by-gene" } as const;
  const genesOf = (options: FoldOptions) =>
    kFold(DATA, options).map(({ validation }) => validation.geneIndices());
  deepStrictEqual(genesOf({ ...folds, ...none }), genesOf(folds));
  const other = { marks: null, bins: null } as object;
  const sample = { ...GOOD, label: null, sequence: null } as unknown as Sample;
  const made = Dataset.fromSamples([sample], { record: RECORD, ...other });
  deepStrictEqual([made.bins, made.hasLabels, made.marks], [2, false, RECORD.marks]);
  const nulls = { threads: null, mostBytes: null, onNote: null, onProgress: null, signal: null };
  const read = await readDataset("fixtures/train.npz", nulls as object);
  deepStrictEqual(read.columns, (await readDataset("fixtures/train.npz", null as never)).columns);
});

Deno.test("what is no option of samples, folds and readers is refused with what it is", async () => {
  const by = (options: object) => () => kFold(DATA, { folds: 2, scheme: "by-group", ...options });
  refuse(() => kFold(null as never, { folds: 2, scheme: "shuffled" }), /found null as data/);
  const groups = Array.from({ length: DATA.length }, (_, i) => i === 3 ? null : "a");
  refuse(by({ groups }), "Cannot split by group: the group of sample 3 is null, expected a name");
  refuse(by({ stratified: "false" }), /stratified is "false", expected true or false$/);
  const make = (options: object) => () => Dataset.fromSamples([GOOD], options as never);
  refuse(make({ record: null }), /found no record/);
  refuse(make({ record: RECORD, marks: 2 }), /marks are 2, expected an array of names$/);
  refuse(make({ record: RECORD, marks: [null, "x"] }), /mark 0 is null, expected a string$/);
  throws(make({ record: RECORD, bins: "2" }), { name: "RangeError", message: /bins is "2"/ });
  const lettered = { ...GOOD, sequence: 5 } as unknown as Sample;
  throws(() => Dataset.fromSamples([lettered], { record: RECORD }), /has 5 as its sequence/);
  const cases: [object, RegExp][] = [
    [{ onProgress: "x" }, /onProgress is "x", expected a function$/],
    [{ onWarning: 1 }, /onWarning is 1, expected a function$/],
    [{ signal: {} }, /signal is an object, expected an AbortSignal$/],
    [{ mostBytes: NaN }, /mostBytes is NaN, expected a number of at least 0$/],
  ];
  for (const [options, message] of cases) {
    await rejects(readDataset("fixtures/train.npz", options), { message });
  }
});

Deno.test("what an asynchronous function of readDataset is rejected with is the call's error", async () => {
  const reason = new Error("the database is away");
  const onProgress = () => Promise.reject(reason);
  await rejects(readDataset("fixtures/train.npz", { onProgress }), reason);
  const file = new File([await Deno.readFile("fixtures/train.npz")], "train.npz");
  const onWarning = () => Promise.reject(reason);
  const { record } = await readDataset(file);
  // The file's own record is not used, which is worth a warning.
  const options = { record: { ...record, assembly: "hg38" }, onWarning };
  await rejects(readDataset(file, options), reason);
});

Deno.test("predictions that are not one number for each sample are not compared with labels", () => {
  const good = new Float64Array(DATA.length);
  const cases: [unknown, RegExp][] = [
    [null, /found null as predictions, expected an array$/],
    [good.subarray(1), /5 predictions for 6 samples, expected one for each$/],
    [Array.from(good, () => "1"), /the prediction of sample 0 is "1", expected a number$/],
  ];
  const all: ((data: Dataset, predictions: never) => unknown)[] = [
    evaluatePredictions,
    measureAgreement,
    largestErrors,
  ];
  for (const compare of all) {
    for (const [predictions, message] of cases) {
      refuse(() => compare(DATA, predictions as never), message);
    }
    refuse(() => compare(null as never, good as never), /found null as data, expected a Dataset$/);
  }
  refuse(() => summariseDataset(null as never), /found null as data, expected a Dataset$/);
  throws(() => largestErrors(DATA, good, { count: "2" as never }), /^RangeError: .*count is "2"/);
});

Deno.test("splits refuse what is no data set, and options that nothing reads", () => {
  const regimes = (options: object) => splitRegimes(DATA, options);
  refuse(() => regimes({ newGene: 1 }), /found option "newGene", did you mean newGenes\?$/);
  refuse(() => splitRegimes(null as never), /found null as data/);
  deepStrictEqual(regimes({ newGenes: 1, seed: null }), regimes({ newGenes: 1 }));
  const split = (options: object) => splitData(DATA, { scheme: "by-gene", ...options });
  refuse(() => split({ testShar: 0.2 }), /did you mean testShare\?$/);
  refuse(() => split({ keepCrossing: "no" }), /keepCrossing is "no", expected true or false$/);
});
