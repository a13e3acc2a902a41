/** Samples one by one: data sets made of them, and data sets that give them. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { type Sample, SampleOfColumns } from "../../src/data/sample.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import { packedSignal } from "../helpers/packed.ts";

const SIZE = { cellTypes: 3, genes: 8, newCellTypes: 1, newGenes: 2, bins: 20 };
const DNA = { halfWidthBp: 300 };
const COLUMNS = simulateColumns({ ...SIZE, features: "log1p", sequences: DNA }).train;
const DATA = new Dataset(COLUMNS);
const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K27ac"] };
const ONE: Sample = { gene: "ENSG00000115459", cellType: "liver", signal: [1, 2, 3, 4], label: 2 };

/** What a data set says of each of its samples. */
function describe(data: Dataset): unknown[] {
  return Array.from({ length: data.length }, (_, i) => [
    data.geneOf(i),
    data.cellTypeOf(i),
    [...data.signalOf(i)],
    data.hasLabels ? data.labels()[i] : undefined,
    data.sequenceOf(i),
  ]);
}

Deno.test("a data set of the samples of another one is that one, of counts and of logarithms, with DNA", () => {
  const view = DATA.subset([5, 2, 11, 3]);
  ok(COLUMNS.signalValues !== undefined);
  for (const data of [DATA, view]) {
    const made = Dataset.fromSamples(data, { record: data.record });
    deepStrictEqual(describe(made), describe(data));
    deepStrictEqual(made.record, data.record);
  }
  const counts = new Dataset(simulateColumns(SIZE).train);
  const unlabelled = new Dataset({ ...counts.columns, labels: undefined });
  const made = Dataset.fromSamples(unlabelled, { record: counts.record });
  deepStrictEqual(describe(made), describe(unlabelled));
  strictEqual(made.hasLabels, false);
});

Deno.test("iteration gives every sample, each when it is asked for, and those that are kept stay as they were", () => {
  const view = DATA.slice(3, 9);
  const kept = [...view];
  strictEqual(kept.length, 6);
  for (const [i, { gene, cellType, signal, label, sequence }] of kept.entries()) {
    deepStrictEqual([gene, cellType, label], [
      view.geneOf(i),
      view.cellTypeOf(i),
      view.labels()[i],
    ]);
    deepStrictEqual([...Array.from(signal)], [...view.signalOf(i)]);
    strictEqual(sequence?.length, 600);
    ok(view.sampleAt(i) instanceof SampleOfColumns);
  }
  const [first] = view;
  strictEqual(first!.gene, view.geneOf(0));
  throws(() => view.sampleAt(6), { name: "RangeError", message: /Cannot take sample 6/ });
});

Deno.test("a model predicts samples of a data set one by one as it predicts them together", async () => {
  const options = { engine: "wasm", threads: 1, epochs: 1 } as const;
  const { model } = await fit("experiment1", DATA, options);
  const all = await predict(model, DATA, options);
  const own = DATA.sampleAt(7);
  const { sequence: _, ...plain } = { ...own, signal: DATA.countsOf(7) };
  deepStrictEqual([...await predict(model, samplesFor(model, [plain]), options)], [all[7]]);
  const { inputRecord: record } = model;
  const made = Dataset.fromSamples([plain], { record });
  deepStrictEqual([...await predict(model, made, options)], [all[7]]);
});

Deno.test("bins follow from the first signal, and can be said", () => {
  strictEqual(Dataset.fromSamples([ONE], { record: RECORD }).bins, 2);
  strictEqual(Dataset.fromSamples([ONE], { record: RECORD, marks: ["A", "B", "C", "D"] }).bins, 1);
  strictEqual(Dataset.fromSamples([], { record: RECORD, bins: 100 }).length, 0);
  const make = (samples: Sample[], bins?: number) => () =>
    Dataset.fromSamples(samples, { record: RECORD, bins });
  throws(make([]), { name: "TypeError", message: /found 0 samples, expected a number of bins/ });
  throws(make([{ ...ONE, signal: [1, 2, 3] }]), {
    name: "TypeError",
    message: /found a signal of 3 values, expected .* each of 2 marks: H3K4me3, H3K27ac$/,
  });
  throws(make([ONE, { ...ONE, gene: "b", signal: [1, 2] }]), {
    name: "TypeError",
    message: /signal of sample 1 \(b in liver\) has 2 values, expected 4: 2 bins × 2 marks$/,
  });
  throws(make([ONE], 3), { name: "TypeError", message: /has 4 values, expected 6/ });
});

Deno.test("samples without a record are refused, also where no compiler has seen it", () => {
  const make = Dataset.fromSamples as (samples: readonly Sample[], options?: unknown) => Dataset;
  for (const options of [undefined, {}]) {
    throws(() => make.call(Dataset, [ONE], options), {
      name: "TypeError",
      message: /no record of what/,
    });
  }
});

Deno.test("samples that contradict each other or the record are refused", () => {
  const refuse = (samples: Sample[], message: RegExp, record = RECORD) =>
    throws(() => Dataset.fromSamples(samples, { record }), { name: "ContractError", message });
  const { label: _, ...unlabelled } = ONE;
  refuse([ONE, { ...unlabelled, gene: "b" }], /1 of 2 have a label, expected all or none/);
  refuse([{ ...ONE, signal: [1, 2, -3, 4] }], /-3/);
  refuse([{ ...ONE, label: NaN }], /label of row 0 is NaN/);
  // JSON has null where a number is not one.
  for (
    const [value, shown] of [[null, "null"], ["3", '"3"'], [true, "true"], [undefined, "missing"]]
  ) {
    const signal = [0, value] as unknown as number[];
    refuse([{ ...ONE, signal }], new RegExp(`value 1 of the signal of sample 0 .* is ${shown}`));
  }
  refuse([{ ...ONE, sequence: "ACGT" }], /has a sequence, expected none/);
});

Deno.test("selected marks have the signal of these marks, in the order that is asked for", () => {
  const marks = [...DATA.marks];
  const wanted = [marks[3]!, marks[0]!];
  for (const data of [DATA, DATA.subset([9, 1, 1])]) {
    const some = data.selectMarks(wanted);
    deepStrictEqual([some.marks, some.length, some.bins], [wanted, data.length, data.bins]);
    for (let i = 0; i < data.length; i++) {
      // The slow way: value by value.
      const own = [...data.signalOf(i)];
      const expected = Array.from({ length: data.bins }, (_, bin) => [
        own[bin * marks.length + 3],
        own[bin * marks.length],
      ]).flat();
      deepStrictEqual([...some.signalOf(i)], expected);
      deepStrictEqual([some.geneOf(i), some.cellTypeOf(i)], [data.geneOf(i), data.cellTypeOf(i)]);
    }
    deepStrictEqual(some.labels(), data.labels());
    deepStrictEqual(some.sequenceOf(0), data.sequenceOf(0));
  }
  deepStrictEqual(describe(DATA.selectMarks(marks)), describe(DATA));
});

Deno.test("the mask of marks goes with the selected ones, and a cell type must keep a mark", () => {
  const { marks } = DATA;
  const lacking = DATA.columns.cellTypes[1]!;
  const markMask = Uint8Array.from(
    { length: DATA.columns.cellTypes.length * marks.length },
    (_, i) => i === marks.length + 2 ? 0 : 1,
  );
  const signal = packedSignal(DATA.columns).map((value, i) => {
    const row = Math.floor(i / (DATA.bins * marks.length));
    return DATA.columns.cellTypeIndex[row] === 1 && i % marks.length === 2 ? 0 : value;
  }) as Uint8Array;
  const masked = new Dataset({ ...DATA.columns, signal, markMask });
  deepStrictEqual(
    masked.selectMarks([marks[2]!, marks[1]!]).missingMarks,
    new Map([[lacking, [marks[2]!]]]),
  );
  strictEqual(masked.selectMarks([marks[0]!]).missingMarks.size, 0);
  throws(() => masked.selectMarks([marks[2]!]), {
    name: "ContractError",
    message: /no mark was measured/,
  });
  const refuse = (names: string[], message: RegExp) =>
    throws(() => DATA.selectMarks(names), { name: "RangeError", message });
  refuse(["H3K99me9"], /found "H3K99me9", expected some of /);
  refuse([], /found 0 names/);
  refuse([marks[0]!, marks[0]!], /is named twice/);
});

Deno.test("two labels of a gene in a cell type are refused, and one label of two samples is not", () => {
  const make = (...samples: Sample[]) => Dataset.fromSamples(samples, { record: RECORD });
  const refuse = (other: Sample, message: RegExp) =>
    throws(() => make(ONE, other), { name: "ContractError", message });
  refuse(
    { ...ONE, label: 3 },
    /^Cannot make samples: samples 0 and 1 are both ENSG00000115459 in liver, with the labels 2 and 3, expected one label\./,
  );
  refuse({ ...ONE, gene: "ENSG00000115459.7", label: 3 }, /both ENSG00000115459 in liver/);
  strictEqual(make(ONE, { ...ONE, signal: [0, 0, 0, 1] }).length, 2);
  strictEqual(make(ONE, { ...ONE, cellType: "lung", label: 3 }).length, 2);
  const { label: _, ...unlabelled } = ONE;
  strictEqual(make(unlabelled, { ...unlabelled, signal: [0, 0, 0, 1] }).length, 2);
});

Deno.test("misspelt fields and options of samples are refused, others are not", () => {
  const { label: _, ...plain } = ONE;
  const make = (sample: object, options: object = {}) =>
    Dataset.fromSamples([sample as Sample], { record: RECORD, ...options });
  const refuse = (sample: object, message: RegExp, options: object = {}) =>
    throws(() => make(sample, options), { name: "TypeError", message });
  refuse({ ...plain, lable: 1 }, /found field of sample 0 "lable", did you mean label\?$/);
  refuse({ ...plain, Label: 1 }, /"Label", did you mean label\?$/);
  refuse({ ...plain, sequnce: "ACGT" }, /"sequnce", did you mean sequence\?$/);
  refuse(plain, /found option "mark", did you mean marks\?$/, { mark: ["A", "B"] });
  // Rows have more columns than a sample needs, and one list of options may be for several functions.
  const row = { ...plain, labels: ["a tag"], level: 3, symbol: "CXCR4", lable: null };
  strictEqual(make(row, { epochs: 3 }).hasLabels, false);
  const ids = { sequenceId: "NM_1", sequence_id: 7, label2: 3, label_1: 2 };
  strictEqual(make({ ...plain, ...ids, Label: "control", labels: "train" }).hasLabels, false);
  strictEqual(make({ ...ONE, lable: 1 }).labels()[0], 2);
});
