/** What a network is shown of samples and their references. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { NO_ENTRY, SampleBatch } from "../../src/engine/sample_source.ts";
import { gatherBatch } from "../../src/engine/gather_batch.ts";
import { stackSources } from "../../src/engine/stacked_source.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { extendPanel } from "../../src/panel/extend_panel.ts";
import { turnedInPanel } from "../../src/panel/turned_genes.ts";
import { withoutMarks } from "../../src/panel/without_marks.ts";
import type { ReferencePanel } from "../../src/panel/panel.ts";
import { PanelSource, type PanelSourceOptions } from "../../src/training/panel_source.ts";
import { PanelVariants } from "../../src/training/panel_variants.ts";
import { inputsOf, inputsOfRow, MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { packedSignal } from "../helpers/packed.ts";

const [CELL_TYPES, GENES] = [4, 5];
const COLUMNS = randomColumns(CELL_TYPES, GENES);
const DATA = new Dataset(COLUMNS);
const PANEL = await buildPanel(DATA);
const SIZE = PANEL.scales.length;
const DROPOUT = { labels: 0.2, genes: 0.2, references: 0.2, marks: 0.3 };

function sourceOf(
  columns: SampleColumns,
  panel: ReferencePanel,
  options: Partial<PanelSourceOptions> = {},
): PanelSource {
  const turned = turnedInPanel(panel, columns);
  return new PanelSource(columns, panel, { inputs: inputsOf(panel), turned, ...options });
}

/** A reference's summary in the panel. */
function summaryIn(panel: ReferencePanel, gene: number, cellType: number): number[] {
  const start = (gene * panel.cellTypes.length + cellType) * SIZE;
  return Array.from(panel.scales, (scale, i) => Math.fround(panel.values[start + i]! * scale));
}

/** The label statistics of the other cell types, the slow way. */
function statistics(labels: readonly number[]): number[] {
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const squares = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / labels.length), Math.min(...labels), Math.max(...labels), 1, 1];
}

function isNear(found: readonly number[], wanted: readonly number[]): void {
  strictEqual(found.length, wanted.length);
  found.forEach((value, i) => ok(Math.abs(value - wanted[i]!) < 1e-5, `${found} for ${wanted}`));
}

Deno.test("a sample has its own summary, those of the other cell types, their labels and statistics", () => {
  const source = sourceOf(COLUMNS, PANEL);
  const { labelMean, labelSd } = PANEL;
  for (let row = 0; row < source.samples; row++) {
    const [cellType, gene] = [Math.floor(row / GENES), row % GENES];
    const { summary, references, referenceLabels, context } = inputsOfRow(source, row);
    // All samples were trained on, so a sample's own summary is the panel's.
    deepStrictEqual(summary![0], summaryIn(PANEL, gene, cellType));
    const others = [0, 1, 2, 3].filter((place) => place !== cellType);
    deepStrictEqual(references!.slice(0, 3), others.map((place) => summaryIn(PANEL, gene, place)));
    deepStrictEqual(references!.slice(3), [null]);
    const labels = others.map((place) =>
      (DATA.labels()[place * GENES + gene]! - labelMean) / labelSd
    );
    isNear(referenceLabels!.slice(0, 3).map((label) => label![0]!), labels);
    isNear(context![0]!, statistics(labels));
  }
});

Deno.test("a new gene has marks of references if the panel has them, and no labels", async () => {
  const half = await buildPanel(DATA.filter((row) => row % GENES < 3));
  const nothing = inputsOfRow(sourceOf(COLUMNS, half), 4);
  deepStrictEqual(nothing.references, [null, null, null, null]);
  deepStrictEqual(nothing.referenceLabels, [null, null, null, null]);
  deepStrictEqual(nothing.context, [[0, 0, 0, 0, 0, 0]]);
  const extended = await extendPanel(half, [DATA]);
  const marks = inputsOfRow(sourceOf(COLUMNS, extended), 4);
  deepStrictEqual(marks.references![0], summaryIn(extended, 4, 1));
  deepStrictEqual(marks.referenceLabels, [[0], [0], [0], null]);
  deepStrictEqual(marks.context, [[0, 0, 0, 0, 0, 1]]);
});

Deno.test("a label that is not known is the mean of those that are", async () => {
  // The first gene has labels in two of the three other cell types.
  const panel = await extendPanel(await buildPanel(DATA.filter((row) => row !== GENES)), [DATA]);
  const { referenceLabels, context } = inputsOfRow(sourceOf(COLUMNS, panel), 0);
  const known = [2, 3].map((place) =>
    (DATA.labels()[place * GENES]! - panel.labelMean) / panel.labelSd
  );
  const mean = (known[0]! + known[1]!) / 2;
  isNear(referenceLabels!.slice(0, 3).map((label) => label![0]!), [mean, ...known]);
  isNear(context![0]!, statistics(known));
});

Deno.test("a panel without marks tells label statistics alone", async () => {
  const { references, context } = inputsOfRow(sourceOf(COLUMNS, await withoutMarks(PANEL)), 0);
  deepStrictEqual(references, [null, null, null, null]);
  const whole = inputsOfRow(sourceOf(COLUMNS, PANEL), 0).context![0]!;
  deepStrictEqual(context, [[...whole.slice(0, 5), 0]]);
});

Deno.test("variants show all, marks, labels or nothing of references, with every set of marks", () => {
  const variants = new PanelVariants(MARKS, COLUMNS.geneIndex.length, DROPOUT);
  // Four things to show, and 7 subsets of three marks that leave one.
  strictEqual(variants.count, 4 * 7);
  const source = sourceOf(COLUMNS, PANEL, { variants });
  const seen = new Set<string>();
  for (let variant = 0; variant < variants.count; variant++) {
    const { summary, references, context } = inputsOfRow(source, variant * source.samples);
    const flags = [24, 49, 74].map((place) => summary![0]![place]!);
    const [known, marks] = [context![0]![4]!, context![0]![5]!];
    strictEqual(references![0] === null, marks === 0);
    if (references![0] != null) {
      deepStrictEqual([24, 49, 74].map((place) => references![0]![place]!), flags);
    }
    flags.forEach((flag, mark) => {
      const own = summary![0]!.slice(mark * 25, mark * 25 + 25);
      if (flag === 0) ok(own.every((value) => value === 0));
    });
    seen.add(String([...flags, known, marks]));
  }
  strictEqual(seen.size, 28);
  // The first is the sample as it is.
  deepStrictEqual(inputsOfRow(source, 0), inputsOfRow(sourceOf(COLUMNS, PANEL), 0));
});

Deno.test("variants are drawn as often as the shares say, the same marks for all samples of a gene", () => {
  const variants = new PanelVariants(5, 100_000, {
    labels: 0.2,
    genes: 0.15,
    references: 0.1,
    marks: 0.2,
  });
  const draw = variants.drawer(7, 3);
  const counts = [0, 0, 0, 0];
  const hidden = [0, 0, 0, 0, 0];
  const count = 20_000;
  for (let row = 0; row < count; row++) {
    const variant = draw({ row, gene: row });
    counts[variants.shownIn(variant)]!++;
    variants.hiddenBy(variants.maskOf(variant)).forEach((flag, mark) => hidden[mark]! += flag);
  }
  const shares = counts.map((sum) => sum / count);
  [0.55, 0.2, 0.15, 0.1].forEach((share, i) =>
    ok(Math.abs(shares[i]! - share) < 0.01, `${shares}`)
  );
  for (const sum of hidden) ok(Math.abs(sum / count - 0.2) < 0.01, `${hidden}`);
  const masks = Array.from({ length: 50 }, (_, row) => variants.maskOf(draw({ row, gene: 11 })));
  strictEqual(new Set(masks).size, 1);
  const others = variants.drawer(7, 4);
  ok(
    Array.from({ length: 50 }).some((_, gene) =>
      variants.maskOf(draw({ row: 0, gene })) !== variants.maskOf(others({ row: 0, gene }))
    ),
  );
});

Deno.test("of many marks some sets are drawn, and rows never outgrow 32 bits", () => {
  const many = new PanelVariants(12, 1000, DROPOUT);
  strictEqual(many.masks, 128);
  strictEqual(many.hiddenBy(0).includes(1), false);
  ok(
    Array.from({ length: 127 }, (_, i) => many.hiddenBy(i + 1)).every((mask) =>
      mask.includes(0) && mask.includes(1)
    ),
  );
  const draw = many.drawer(1, 0);
  const plain = Array.from({ length: 5000 }, (_, gene) => many.maskOf(draw({ row: 0, gene })))
    .filter((mask) => mask === 0).length / 5000;
  ok(Math.abs(plain - 0.7 ** 12) < 0.01, `${plain}`);
  for (const samples of [1, 10 ** 6, 2 ** 28, 2 ** 30]) {
    ok(new PanelVariants(7, samples, DROPOUT).count * samples <= 2 ** 32, String(samples));
  }
});

Deno.test("a batch has each reference once, and the same samples one by one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: CELL_TYPES * GENES * 28 - 1 }), { minLength: 1, maxLength: 40 }),
      async (rows) => {
        const variants = new PanelVariants(MARKS, COLUMNS.geneIndex.length, DROPOUT);
        const source = sourceOf(COLUMNS, PANEL, { variants });
        const batch = new SampleBatch(source.inputs, rows.length);
        await gatherBatch(source, Uint32Array.from(rows), batch);
        const { values, entryOf } = batch.input("references");
        for (const [place, row] of rows.entries()) {
          const alone = inputsOfRow(source, row).references!;
          for (let i = 0; i < CELL_TYPES; i++) {
            const entry = entryOf[place * CELL_TYPES + i]!;
            const found = entry === NO_ENTRY
              ? null
              : [...values.subarray(entry * SIZE, (entry + 1) * SIZE)];
            deepStrictEqual(found, alone[i]);
          }
        }
      },
    ),
    { numRuns: 30 },
  );
  const source = sourceOf(COLUMNS, PANEL);
  const batch = new SampleBatch(source.inputs, CELL_TYPES);
  await gatherBatch(source, Uint32Array.of(0, 5, 10, 15), batch);
  // The gene's marks in four cell types, of which each sample lacks its own.
  strictEqual(batch.input("references").entries, 4);
});

Deno.test("marks that the data lack, or that are dropped, are flagged", () => {
  const [first, second, third] = COLUMNS.record.marks as [string, string, string];
  const dropped = inputsOfRow(sourceOf(COLUMNS, PANEL, { dropMarks: [second] }), 0);
  // Data without that column, and with the others the other way round.
  const signal = Uint8Array.from(
    { length: COLUMNS.signal.length / MARKS * 2 },
    (_, i) => packedSignal(COLUMNS)[Math.floor(i / 2) * MARKS + (i % 2 === 0 ? 2 : 0)]!,
  );
  const two = { ...COLUMNS, signal, record: { ...COLUMNS.record, marks: [third, first] } };
  deepStrictEqual(inputsOfRow(sourceOf(two, PANEL), 0), dropped);
  // Data in which it was not measured in the first cell type.
  const markMask = new Uint8Array(CELL_TYPES * MARKS).fill(1);
  markMask[1] = 0;
  const zeros = packedSignal(COLUMNS).map((value, i) =>
    i < GENES * 20 * MARKS && i % MARKS === 1 ? 0 : value
  );
  const masked = { ...COLUMNS, signal: zeros, markMask };
  deepStrictEqual(inputsOfRow(sourceOf(masked, PANEL), 0), dropped);
  deepStrictEqual(
    inputsOfRow(sourceOf(masked, PANEL), 5),
    inputsOfRow(sourceOf(COLUMNS, PANEL), 5),
  );
  throws(
    () => sourceOf(COLUMNS, PANEL, { dropMarks: ["H2A.Z"] }),
    /"H2A.Z": it is not one of the model's/,
  );
  throws(
    () => sourceOf(COLUMNS, PANEL, { dropMarks: [first, second, third] }),
    /Cannot drop all marks/,
  );
  const left = sourceOf(masked, PANEL, { dropMarks: [first, third] });
  throws(() => inputsOfRow(left, 0), /cell 0 has none of the marks that are to be read/);
  ok(inputsOfRow(left, 5).summary![0]!.includes(1));
});

Deno.test("sources one after another give what each gives", async () => {
  const panels = await Promise.all(
    [0, 1].map((part) => buildPanel(DATA.filter((row) => row % 2 === part))),
  );
  const sources = panels.map((panel) =>
    new PanelSource(COLUMNS, panel, {
      inputs: inputsOf(PANEL),
      turned: turnedInPanel(panel, COLUMNS),
      variants: new PanelVariants(MARKS, 40, DROPOUT),
    })
  );
  const { source, firsts } = stackSources(sources);
  deepStrictEqual(firsts, [0, 20]);
  strictEqual(source.samples, 40);
  for (const variant of [0, 1, 9, 27]) {
    for (const [place, own] of sources.entries()) {
      for (const row of [0, 7, 19]) {
        const batch = new SampleBatch(source.inputs, 1);
        await source.gather(Uint32Array.of(variant * 40 + firsts[place]! + row), batch);
        const wanted = new SampleBatch(own.inputs, 1);
        own.gather(Uint32Array.of(variant * 20 + row), wanted);
        deepStrictEqual(batch, wanted);
      }
    }
  }
});

Deno.test("a model that takes other inputs than the panel gives is refused", () => {
  const [summary, references, labels, context] = inputsOf(PANEL);
  const wrong: PanelSourceOptions["inputs"][] = [
    [{ ...summary!, values: 7 } as never],
    [{ ...references!, references: 3 } as never],
    [{ ...labels!, values: 2 } as never],
    [{ ...context!, values: 5 } as never],
    [{ name: "signal", bins: 20, marks: MARKS }],
  ];
  for (const inputs of wrong) {
    throws(
      () => sourceOf(COLUMNS, PANEL, { inputs }),
      /Cannot use the panel: it gives a summary of 75 values/,
    );
  }
  // There may be room for more references than the panel has.
  const wide = [{ ...references!, references: 9 } as never];
  strictEqual(inputsOfRow(sourceOf(COLUMNS, PANEL, { inputs: wide }), 0).references!.length, 9);
});

Deno.test("what a sample is shown is the same the second time, whether the panel holds its summary or not", () => {
  // The same genes and cell types with other counts: the panel holds none of these summaries, and all of its own.
  const others = randomColumns(CELL_TYPES, GENES, 6);
  const variants = new PanelVariants(MARKS, CELL_TYPES * GENES, DROPOUT);
  for (const columns of [COLUMNS, others]) {
    const source = sourceOf(columns, PANEL, { variants });
    const rows = Array.from({ length: source.samples * source.variants }, (_, row) => row);
    const first = rows.map((row) => inputsOfRow(source, row));
    deepStrictEqual(rows.map((row) => inputsOfRow(source, row)), first);
    const another = sourceOf(columns, PANEL, { variants });
    deepStrictEqual(rows.toReversed().map((row) => inputsOfRow(another, row)), first.toReversed());
  }
  const summaries = [COLUMNS, others].map((columns) => inputsOfRow(sourceOf(columns, PANEL), 7));
  ok(String(summaries[0]!.summary) !== String(summaries[1]!.summary));
});

Deno.test("known labels have the entries of the references' marks, the others follow", async () => {
  const pair = CELL_TYPES + 1;
  const labels = PANEL.labels.map((label, i) => i === pair ? NaN : label);
  const source = sourceOf(COLUMNS, { ...PANEL, labels });
  const batch = new SampleBatch(source.inputs, CELL_TYPES * GENES);
  await gatherBatch(source, Uint32Array.from({ length: CELL_TYPES * GENES }, (_, i) => i), batch);
  const references = batch.input("references");
  const known = batch.input("referenceLabels");
  // Gene 1's label in cell type 1 is unknown: its samples in the other cell types have a mean of their own in its place.
  strictEqual(known.entries, references.entries + CELL_TYPES - 1);
  for (const [place, entry] of known.entryOf.entries()) {
    const ofMarks = references.entryOf[place]!;
    ok(entry === ofMarks || (ofMarks !== NO_ENTRY && entry >= references.entries));
  }
});
