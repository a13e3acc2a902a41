/** Edits of DNA against a model whose effects are known by hand. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { checkEdits, type Edit, type EditStep } from "../../../src/explain/mod.ts";
import type { BranchedSpec } from "../../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../../src/model/trained_model.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import type { SequenceRecord } from "../../../src/record.ts";
import { predict } from "../../../src/training/mod.ts";
import { withSequences } from "../../helpers/sequences.ts";
import { BINS, effectsOf, linearColumns, MARKS } from "./_linear.ts";

const BASES = 12;
/** Sequences of genes 0 to 4; gene 5 has none. */
const ROWS = ["ACGTACGTACGT", "GGGGCCCCAAAA", "acgtNNNNACGT", "TTTTTTTTTTTT", "CATGCATGCATG"];

/** Small integers for each base and letter, `[base, letter]`. */
const LETTER_WEIGHTS = (() => {
  const stream = new RandomStream(deriveKey(9, "letters"));
  return Array.from({ length: BASES * 4 }, () => stream.below(17) - 8);
})();

function dnaData(record: Partial<SequenceRecord> = {}): Dataset {
  const columns = withSequences(linearColumns(2, 6), [...ROWS, "NNNNNNNNNNNN"]);
  const { sequences } = columns;
  const entryOf = sequences!.entryOf.with(5, 0xffffffff);
  return new Dataset({
    ...columns,
    sequences: { ...sequences!, entryOf },
    record: { ...columns.record, sequence: { ...columns.record.sequence!, ...record } },
  });
}

/** The sum of the first mark's counts and of the letters' weights. */
function dnaModel(data: Dataset): TrainedModel {
  const spec: BranchedSpec = {
    name: "linear-dna",
    inputs: [
      { name: "signal", bins: BINS, marks: MARKS.length },
      { name: "sequence", bases: BASES },
    ],
    branches: [
      {
        name: "marks",
        input: "signal",
        layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
      },
      {
        name: "dna",
        input: "sequence",
        layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
      },
    ],
    head: {
      join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
      layers: [{ type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  };
  return withInputRecord({
    spec,
    weights: [
      Float32Array.from({ length: BINS * MARKS.length }, (_, i) => Number(i % MARKS.length === 0)),
      Float32Array.of(0),
      Float32Array.from(LETTER_WEIGHTS),
      Float32Array.of(0),
      Float32Array.of(1, 1),
      Float32Array.of(0),
    ],
    record: data.record,
    training: {
      engine: "none",
      seed: 1,
      epochs: 1,
      batchSize: 8,
      learningRate: 0.1,
      samples: 8,
    },
  });
}

function scoreOf(letters: string): number {
  return Array.from(letters.toUpperCase(), (letter, base) => {
    const code = "ACGT".indexOf(letter);
    return code < 0 ? 0 : LETTER_WEIGHTS[base * 4 + code]!;
  }).reduce((sum, value) => sum + value, 0);
}

const edit = (step: EditStep, more: Partial<Edit> = {}): Edit => ({
  id: "e",
  steps: [step],
  ...more,
});

Deno.test("letters are substituted in each gene, as the data have them or along transcription", async () => {
  const data = dnaData();
  const model = dnaModel(data);
  const cases: readonly (readonly [EditStep, number])[] = [
    [{ kind: "substitute", letters: "ttn", startBase: 3 }, 3],
    [{ kind: "substitute", letters: "TTN", startBp: -3 }, 3], // the TSS is base 6
    [{ kind: "substitute", letters: "GATTACAGATTA", startBp: -6 }, 0],
    [{ kind: "substitute", letters: "G", startBp: 5 }, 11],
  ];
  const predicted = await predict(model, data, { engine: "wasm", threads: 1, path: "grouped" });
  for (const [step, start] of cases) {
    const effects = await effectsOf([model], data, { edits: [edit(step)] });
    deepStrictEqual(effects.map(({ position }) => position), [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
    for (const { position, before, effect, typicality } of effects) {
      const letters = ROWS[position % 6]!;
      const { letters: written } = step as { readonly letters: string };
      const edited = letters.slice(0, start) + written + letters.slice(start + written.length);
      strictEqual(before, predicted[position]);
      strictEqual(effect, scoreOf(edited) - scoreOf(letters));
      strictEqual(typicality, undefined);
    }
  }
});

Deno.test("in genomic orientation letters of minus-strand genes are the other strand's", async () => {
  const data = dnaData({ orientation: "genomic" });
  const model = dnaModel(data);
  const step: EditStep = { kind: "substitute", letters: "AAC", startBp: -2 };
  const effects = await effectsOf([model], data, { edits: [edit(step)] });
  // Strands are + − unknown in turn: genes 2 and 5 are left out.
  deepStrictEqual(effects.map(({ position }) => position), [0, 1, 3, 4, 6, 7, 9, 10]);
  for (const { position, effect } of effects) {
    const letters = ROWS[position % 6]!;
    // Two bases upstream of base 6 are base 4 on the plus strand and base 8 on the minus strand, where AAC is GTT at 6 to 8.
    const edited = position % 3 === 0
      ? `${letters.slice(0, 4)}AAC${letters.slice(7)}`
      : `${letters.slice(0, 6)}GTT${letters.slice(9)}`;
    strictEqual(effect, scoreOf(edited) - scoreOf(letters));
  }
});

Deno.test("many edits of one gene's DNA, and of marks beside them, do not mix", async () => {
  const data = dnaData();
  const model = dnaModel(data);
  const edits: Edit[] = [];
  for (let base = 0; base < BASES; base++) {
    for (const letters of "ACGT") {
      edits.push({
        id: `${base}${letters}`,
        gene: "gene0",
        cellType: base % 2 === 0 ? "cell0" : "cell1",
        steps: [
          { kind: "substitute", letters, startBase: base },
          ...(letters === "A" ? [{ kind: "remove" as const, marks: ["H3K4me3"] }] : []),
        ],
      });
    }
  }
  const effects = await effectsOf([model], data, { edits });
  strictEqual(effects.length, 48);
  for (const [i, { position, effect }] of effects.entries()) {
    const [base, letter] = [Math.floor(i / 4), "ACGT"[i % 4]!];
    const letters = ROWS[0]!;
    const edited = letters.slice(0, base) + letter + letters.slice(base + 1);
    const marks = letter === "A"
      ? Float64Array.from(data.countsOf(position)).reduce(
        (sum, count, at) => sum + (at % 3 === 0 ? count : 0),
        0,
      )
      : 0;
    strictEqual(effect, scoreOf(edited) - scoreOf(letters) - marks);
  }
});

Deno.test("what cannot be substituted is refused", () => {
  const data = dnaData();
  const model = dnaModel(data);
  const check = (step: EditStep, samples = data, models = [model]) => () =>
    checkEdits(models, samples, { edits: [edit(step)] });
  throws(
    check({ kind: "substitute", letters: "A", startBase: 12 }),
    /its letters would be bases 12 to 13 of the sequence, expected bases from 0 to 12; the gene has no sequence$/,
  );
  throws(
    check({ kind: "substitute", letters: "A", startBp: -7 }),
    /its letters would be bases -1 to 0/,
  );
  throws(
    check({ kind: "substitute", letters: "", startBp: 0 }),
    /its letters are not A, C, G, T and N/,
  );
  throws(check({ kind: "substitute", letters: "A", startBp: 0.5 }), /its letters start at 0.5/);
  throws(
    check({ kind: "substitute", letters: "A" }),
    /it has both start_bp and start_base, or neither/,
  );
  const unknown = dnaData({ orientation: "unknown" });
  throws(
    check({ kind: "substitute", letters: "A", startBp: 0 }, unknown),
    /do not say where the TSS lies/,
  );
  const { sequences: _, record: { sequence: __, ...record }, ...columns } = data.columns;
  const without = new Dataset({ ...columns, record });
  throws(
    check({ kind: "substitute", letters: "A", startBp: 0 }, without),
    /the data have no sequences/,
  );
  const control = { kind: "random-code", seed: 1 } as const;
  const controlled = {
    ...model,
    record: { ...model.record, sequence: { ...model.record.sequence!, control } },
  };
  throws(
    check({ kind: "substitute", letters: "A", startBp: 0 }, data, [controlled]),
    /the model reads no DNA of the genes' own/,
  );
});

Deno.test("a control model is shown the same letters before and after edits of marks", async () => {
  const data = dnaData();
  const model = dnaModel(data);
  const genes = data.columns.genes.slice(0, 5);
  const control = { kind: "shuffled", seed: 1, genes: genes.toSorted() } as const;
  const controlled = withInputRecord({
    ...model,
    record: { ...model.record, sequence: { ...model.record.sequence!, control } },
  });
  const predicted = await predict(controlled, data.slice(0, 5), {
    engine: "wasm",
    threads: 1,
    path: "grouped",
  });
  const remove: EditStep = { kind: "remove", marks: ["H3K4me3"] };
  for (const gene of genes) {
    const [effect] = await effectsOf([controlled], data, {
      edits: [edit(remove, { gene, cellType: "cell0" })],
    });
    strictEqual(effect!.before, predicted[effect!.position]);
    ok(effect!.effect < 0);
  }
});
