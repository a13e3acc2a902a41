/** Models that read DNA, from a data set to predictions. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { NO_SEQUENCE, sequenceLetters } from "../../src/base/sequences.ts";
import { attachSequences } from "../../src/data/attach_sequences.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { modelInputs } from "../../src/model/inputs.ts";
import type { PresetName } from "../../src/model/presets.ts";
import type { SequenceControl } from "../../src/record.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
import { planExperiments } from "../../src/training/experiments.ts";
import { fit } from "../../src/training/fit.ts";
import { withModelLetters } from "../../src/training/model_bases.ts";
import { predict } from "../../src/training/predict.ts";
import { type Sample, samplesFor } from "../../src/training/samples_for.ts";
import { dnaColumns, randomRows, withSequences } from "../helpers/sequences.ts";
import { tableColumns } from "../helpers/samples.ts";

const BASES = 24;
const DNA: BranchedSpec = {
  name: "dna",
  inputs: [{ name: "signal", bins: 1, marks: 2 }, { name: "sequence", bases: BASES }],
  branches: [
    { name: "marks", input: "signal", layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
    {
      name: "letters",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
        { type: "activation", kind: "leakyRelu", alpha: 0.05 },
        { type: "maxPool1d", size: 8 },
        { type: "flatten" },
        { type: "dense", units: 3 },
      ],
    },
  ],
  head: {
    join: [{ type: "output", branch: "marks" }, { type: "output", branch: "letters" }],
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
};
/** The letters alone. */
const LETTERS: BranchedSpec = {
  ...DNA,
  name: "letters",
  inputs: DNA.inputs.slice(1),
  branches: DNA.branches.slice(1),
  head: { ...DNA.head, join: DNA.head.join.slice(1) },
};
const OPTIONS = { engine: "wasm", epochs: 1, batchSize: 4, threads: 1 } as const;
const DATA = new Dataset(dnaColumns(3, 4, BASES));

Deno.test("a model that reads DNA trains, and predicts by gene and cell type", async () => {
  const { model } = await fit(DNA, DATA, OPTIONS);
  deepStrictEqual(model.record.sequence, DATA.record.sequence);
  const values = await predict(model, DATA, OPTIONS);
  strictEqual(values.length, 12);
  ok(values.every(Number.isFinite));
  // The same samples by themselves, in another order, have the same bits.
  const some = await predict(model, DATA.subset([7, 2]), OPTIONS);
  deepStrictEqual([...some], [values[7], values[2]]);
  // Other letters of one gene change that gene's predictions alone.
  const rows = randomRows(4, BASES).with(2, "T".repeat(BASES));
  const others = await predict(
    model,
    new Dataset(withSequences(tableColumns(3, 4), rows)),
    OPTIONS,
  );
  for (const [sample, value] of others.entries()) {
    strictEqual(value === values[sample], sample % 4 !== 2, `sample ${sample}`);
  }
});

Deno.test("a model of the letters alone predicts one value for all cell types of a gene", async () => {
  const { model } = await fit(LETTERS, DATA, OPTIONS);
  const values = await predict(model, DATA, OPTIONS);
  deepStrictEqual([...values.subarray(0, 4)], [...values.subarray(8)]);
  notDeepStrictEqual(values[0], values[1]);
});

Deno.test("a gene without a sequence is seen as one whose bases are not known", async () => {
  const { model } = await fit(DNA, DATA, OPTIONS);
  const { sequences } = DATA.columns;
  const without = new Dataset({
    ...DATA.columns,
    sequences: { ...sequences!, entryOf: sequences!.entryOf.with(1, NO_SEQUENCE) },
  });
  const rows = randomRows(4, BASES).with(1, "N".repeat(BASES));
  const unknown = new Dataset(withSequences(tableColumns(3, 4), rows));
  const values = await predict(model, without, OPTIONS);
  deepStrictEqual([...values], [...await predict(model, unknown, OPTIONS)]);
  notDeepStrictEqual(values[1], (await predict(model, DATA, OPTIONS))[1]);
});

Deno.test("a model of marks is the same with sequences in the data and without", async () => {
  const plain = new Dataset(tableColumns(3, 4));
  const spec = {
    name: "marks",
    bins: 1,
    marks: 2,
    layers: [{ type: "flatten" as const }, { type: "dense" as const, units: 1 }],
    loss: "meanSquaredError" as const,
  };
  const [one, other] = [await fit(spec, plain, OPTIONS), await fit(spec, DATA, OPTIONS)];
  deepStrictEqual(other.model.record, one.model.record);
  deepStrictEqual(other.model.weights, one.model.weights);
  const values = await predict(one.model, plain, OPTIONS);
  deepStrictEqual([...await predict(one.model, DATA, OPTIONS)], [...values]);
});

Deno.test("data without sequences, or with others, are refused with what to do", async () => {
  const plain = new Dataset(tableColumns(3, 4));
  const wanted =
    /"dna": the model reads sequence, the data have none. .*--genome GENOME --sequence-half-width 12\), or add sequences of 24 bases \(--sequences/;
  await rejects(fit(DNA, plain, OPTIONS), { name: "ContractError", message: wanted });
  const { model } = await fit(DNA, DATA, OPTIONS);
  await rejects(predict(model, plain, OPTIONS), { name: "ContractError", message: wanted });
  const short = new Dataset(dnaColumns(3, 4, 8));
  await rejects(fit(DNA, short, OPTIONS), /sequences of 8 bases, the model takes 24/);
  await rejects(predict(model, short, OPTIONS), /sequence.bases 24, the data have 8/);
  const named = { genes: DATA.columns.genes, sequences: packSequences(randomRows(4, BASES)) };
  const attach = (orientation: "genomic" | "unknown", unknownAs: "none" | "A" = "none") =>
    attachSequences(plain, named, { orientation, unknownAs });
  await rejects(
    predict(model, attach("genomic"), OPTIONS),
    /sequence.orientation transcript, the data have genomic.*--genome GENOME --sequence-half-width 12/,
  );
  await rejects(predict(model, attach("unknown", "A"), OPTIONS), /unknownAs none, the data have A/);
  // A file that does not say how its letters run is believed.
  deepStrictEqual(
    [...await predict(model, attach("unknown"), OPTIONS)],
    [...await predict(model, DATA, OPTIONS)],
  );
  const masked: BranchedSpec = {
    ...DNA,
    inputs: [{ name: "markMask", marks: 2 }, DNA.inputs[1]!],
    branches: [{ name: "marks", input: "markMask", layers: [] }, DNA.branches[1]!],
  };
  await rejects(
    fit(masked, DATA, OPTIONS),
    /the model reads markMask, the data have signal and sequence only/,
  );
});

Deno.test("a model that reads fewer bases than the data have sees those around the TSS", async () => {
  const rows = randomRows(4, 40);
  const from = (start: number, tssBase?: number) => {
    const columns = withSequences(
      tableColumns(3, 4),
      rows.map((letters) => letters.slice(start, start + BASES)),
    );
    const { sequence, ...record } = columns.record;
    const { tssBase: _, ...others } = sequence!;
    const own = tssBase === undefined ? others : { ...others, tssBase };
    return new Dataset({ ...columns, record: { ...record, sequence: own } });
  };
  const withTss = (tssBase: number | undefined) => {
    const columns = withSequences(tableColumns(3, 4), rows);
    const { tssBase: _, ...others } = columns.record.sequence!;
    const sequence = tssBase === undefined ? others : { ...others, tssBase };
    return new Dataset({ ...columns, record: { ...columns.record, sequence } });
  };
  // The TSS in the middle, nearer to one end, and wherever a file does not say: then the middle is taken.
  for (const tssBase of [20, 14, undefined]) {
    const start = (tssBase ?? 20) - BASES / 2;
    const [long, cut] = [withTss(tssBase), from(start, tssBase && BASES / 2)];
    const { model } = await fit(DNA, long, OPTIONS);
    const wanted = await fit(DNA, cut, OPTIONS);
    deepStrictEqual(model.record, wanted.model.record);
    deepStrictEqual(model.weights, wanted.model.weights);
    const values = await predict(model, cut, OPTIONS);
    deepStrictEqual([...await predict(model, long, OPTIONS)], [...values]);
    // As do further training and validation.
    const more = { ...OPTIONS, initial: model, validation: long };
    const further = await fit(DNA, long, more);
    const other = await fit(DNA, cut, { ...more, validation: cut });
    deepStrictEqual(further.model.weights, other.model.weights);
    strictEqual(further.history[0]!.validationLoss, other.history[0]!.validationLoss);
  }
  await rejects(fit(DNA, withTss(11), OPTIONS), /sequences of 40 bases, the model takes 24/);
  await rejects(fit(DNA, withTss(29), OPTIONS), /sequences of 40 bases, the model takes 24/);
});

Deno.test("the letters of a control are those that it was trained on, where its motifs are sought", () => {
  const long = new Dataset(dnaColumns(3, 4, 40));
  const lettersOf = (control?: SequenceControl) => {
    const record = { ...DATA.record, sequence: { ...DATA.record.sequence!, control } };
    const { columns, rows } = withModelLetters({ spec: DNA, record }, long.subset([2, 0, 5]));
    deepStrictEqual([...rows], [2, 0, 5]);
    const { sequences, record: { sequence } } = columns;
    strictEqual(sequence?.tssBase, BASES / 2);
    return columns.genes.map((_, gene) => sequenceLetters(sequences!, sequences!.entryOf[gene]!));
  };
  const own = randomRows(4, 40).map((letters) => letters.slice(8, 8 + BASES));
  deepStrictEqual(lettersOf(), own);
  deepStrictEqual(lettersOf({ kind: "shuffled", seed: 1, genes: [] }), own);
  const code = lettersOf({ kind: "random-code", seed: 1 });
  ok(code.every((letters, gene) => letters.length === BASES && letters !== own[gene]));
});

Deno.test("a preset takes the bases of the data, and no more than it reads", async () => {
  const data = new Dataset(dnaColumns(2, 3, 4100));
  const inputOf = async (preset: PresetName) => {
    const [plan] = await planExperiments([preset], { train: data, test: data });
    return modelInputs(plan!.spec).at(-1);
  };
  deepStrictEqual(await inputOf("waka-dna"), { name: "sequence", bases: 4100 });
  deepStrictEqual(await inputOf("waka-dna-experiment3"), { name: "sequence", bases: 4000 });
});

Deno.test("samples of a program's own carry their letters", async () => {
  const { model } = await fit(DNA, DATA, OPTIONS);
  const { sequences } = DATA.columns;
  const toSample = (position: number, sequence: string | undefined): Sample => ({
    gene: DATA.geneOf(position),
    cellType: DATA.cellTypeOf(position),
    signal: [...DATA.signalOf(position)],
    sequence,
  });
  const letters = (position: number) => sequenceLetters(sequences!, position % 4);
  const wanted = await predict(model, DATA, OPTIONS);
  const own = samplesFor(model, [7, 3, 0].map((i) => toSample(i, letters(i))));
  deepStrictEqual([...await predict(model, own, OPTIONS)], [7, 3, 0].map((i) => wanted[i]));
  const bare = samplesFor(model, [toSample(0, undefined)]);
  const unknown = samplesFor(model, [toSample(0, "N".repeat(BASES))]);
  const values = await predict(model, bare, OPTIONS);
  deepStrictEqual(await predict(model, unknown, OPTIONS), values);
  notDeepStrictEqual(values[0], wanted[0]);
  const make = (...samples: Sample[]) => () => samplesFor(model, samples);
  throws(make(toSample(0, "ACGT")), /sequence of 4 letters, expected 24/);
  throws(make(toSample(0, letters(0)), toSample(4, letters(1))), /another sequence than its gene/);
  throws(make(toSample(0, letters(0).slice(1) + "!")), /letter 24 is "!"/);
  const marks = { ...model, record: new Dataset(tableColumns(3, 4)).record };
  throws(
    () => samplesFor(marks, [toSample(0, letters(0))]),
    /sample 0 .* has a sequence, expected none: the record, or the model, speaks of none/,
  );
});
