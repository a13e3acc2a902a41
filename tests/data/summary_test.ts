import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset, summariseDataset, SummaryCollector } from "../../src/data/mod.ts";
import { recoverCounts } from "../../src/io/mod.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["A", "B"] };

/** Random samples of two marks: genes × cell types in a full grid. */
const samples = fc.record({
  bins: fc.integer({ min: 1, max: 130 }),
  cellTypes: fc.integer({ min: 1, max: 4 }),
  genes: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer(),
}).map(({ bins, cellTypes, genes, seed }) => {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  const rows = cellTypes * genes;
  const signal = Uint8Array.from(
    { length: rows * bins * 2 },
    () => next() % 4 === 0 ? next() % 9 : 0,
  );
  return {
    signal,
    labels: Float64Array.from({ length: rows }, () => next() % 100 / 10),
    cellTypes: Array.from({ length: cellTypes }, (_, i) => `C${i}`),
    cellTypeIndex: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / genes)),
    genes: Array.from({ length: genes }, (_, i) => `G${i}`),
    geneIndex: Uint32Array.from({ length: rows }, (_, row) => row % genes),
    bins,
    record: RECORD,
  };
});

Deno.test("profiles, totals and shares are those of a slow count", () => {
  fc.assert(fc.property(samples, (columns) => {
    const { signal, bins, cellTypeIndex } = columns;
    const { tracks } = summariseDataset(new Dataset(columns));
    strictEqual(tracks.length, columns.cellTypes.length * 2);
    for (const track of tracks) {
      const cellType = columns.cellTypes.indexOf(track.cellType);
      const mark = RECORD.marks.indexOf(track.mark);
      const rows = [...cellTypeIndex.keys()].filter((row) => cellTypeIndex[row] === cellType);
      const valueAt = (row: number, bin: number) => signal[(row * bins + bin) * 2 + mark]!;
      const windows = rows.map((row) =>
        Array.from({ length: bins }, (_, bin) => valueAt(row, bin))
      );
      const total = windows.flat().reduce((sum, value) => sum + value, 0);
      ok(Math.abs(track.total - total) < 1e-6);
      strictEqual(track.largest, Math.max(...windows.flat()));
      strictEqual(
        track.emptyShare,
        windows.filter((row) => row.every((v) => v === 0)).length / rows.length,
      );
      const zeros = windows.flat().filter((value) => value === 0).length;
      ok(Math.abs(track.zeroShare - zeros / (rows.length * bins)) < 1e-12);
      for (const [bin, value] of track.profile.entries()) {
        const mean = windows.reduce((sum, row) => sum + row[bin]!, 0) / rows.length;
        ok(Math.abs(value - mean) < 1e-9);
      }
    }
  }));
});

Deno.test("logarithms of counts, kept as counts or not, are described as the counts", () => {
  fc.assert(fc.property(samples, (columns) => {
    const logarithms = Float32Array.from(columns.signal, Math.log1p);
    const record = { ...RECORD, transform: "log1p" as const };
    const plain = summariseDataset(new Dataset(columns));
    const views = [{ signal: logarithms }, recoverCounts(logarithms) ?? { signal: logarithms }];
    for (const view of views) {
      const { tracks } = summariseDataset(new Dataset({ ...columns, ...view, record }));
      for (const [i, track] of tracks.entries()) {
        ok(Math.abs(track.mean - plain.tracks[i]!.mean) < 1e-5);
        strictEqual(track.emptyShare, plain.tracks[i]!.emptyShare);
      }
    }
  }));
});

Deno.test("blocks give what the whole data set gives", () => {
  fc.assert(fc.property(samples, (columns) => {
    const { bins, cellTypes, genes, signal, labels } = columns;
    const collector = new SummaryCollector({ record: RECORD, bins, cellTypes, genes });
    const size = genes.length * bins * 2;
    for (const [place, cellType] of cellTypes.entries()) {
      collector.addBlock({
        cellType,
        genes,
        signal: signal.subarray(place * size, (place + 1) * size),
        labels: labels.subarray(place * genes.length, (place + 1) * genes.length),
      });
    }
    deepStrictEqual(collector.finish(), summariseDataset(new Dataset(columns)));
  }));
});

Deno.test("heat maps have few rows and columns, and the genes with high labels come first", () => {
  const genes = 3000;
  const bins = 130;
  const signal = new Uint8Array(genes * bins);
  const labels = Float64Array.from({ length: genes }, (_, gene) => gene);
  // The signal of a gene is high where its label is.
  for (let i = 0; i < signal.length; i++) signal[i] = Math.floor(i / bins) * 200 / genes;
  const record = { ...RECORD, marks: ["A"] };
  const collector = new SummaryCollector({
    record,
    bins,
    cellTypes: ["C"],
    genes: Array.from(labels, (gene) => `G${gene}`),
  });
  collector.addBlock({
    cellType: "C",
    genes: Array.from(labels, (gene) => `G${gene}`),
    signal,
    labels,
  });
  const { heatMaps } = collector.finish();
  strictEqual(heatMaps.genes, 2000);
  strictEqual(heatMaps.order, "label");
  strictEqual(heatMaps.rows, 150);
  strictEqual(heatMaps.columns.count, 100);
  const [values] = heatMaps.marks;
  strictEqual(values!.length, 150 * 100);
  for (let row = 1; row < 150; row++) ok(values![row * 100]! <= values![(row - 1) * 100]!);
  ok(values![0]! > 190 && values!.at(-1)! < 10);
});

Deno.test("a mark that was not measured has no track and no part in heat maps", () => {
  const collector = new SummaryCollector({
    record: RECORD,
    bins: 1,
    cellTypes: ["one", "other"],
    genes: ["G"],
    missingMarks: new Map([["other", ["B"]]]),
  });
  collector.addBlock({ cellType: "one", genes: ["G"], signal: [2, 6] });
  collector.addBlock({ cellType: "other", genes: ["G"], signal: [4, 0] });
  const { tracks, heatMaps } = collector.finish();
  deepStrictEqual(tracks.map(({ cellType, mark }) => `${cellType} ${mark}`), [
    "one A",
    "one B",
    "other A",
  ]);
  deepStrictEqual(heatMaps.marks.map((values) => [...values]), [[3], [6]]);
});

Deno.test("labels tell their scale", () => {
  const scaleOf = (labels: readonly number[]) => {
    const collector = new SummaryCollector({
      record: { ...RECORD, marks: ["A"] },
      bins: 1,
      cellTypes: ["C"],
      genes: labels.map((_, i) => `G${i}`),
    });
    const genes = labels.map((_, i) => `G${i}`);
    collector.addBlock({ cellType: "C", genes, signal: labels.map(() => 1), labels });
    return collector.finish().labels[0]?.scale;
  };
  const many = Array.from({ length: 300 }, (_, i) => i / 300);
  strictEqual(scaleOf(many.map((share) => Math.log2(1 + 5000 * share ** 8))), "logarithms");
  strictEqual(scaleOf(many.map((share) => 5000 * share ** 20)), "plain values");
  strictEqual(scaleOf(many.map((share) => Math.round(5000 * share ** 8))), "counts");
  strictEqual(scaleOf(many.map((share) => 6 * share - 3)), "signed logarithms");
  strictEqual(scaleOf(many.map((share) => 600 * share - 300)), "differences");
  strictEqual(scaleOf(many.map((share) => 100 * share)), "other");
  strictEqual(scaleOf(many.map((share) => Number(share > 0.5))), "classes");
  strictEqual(scaleOf(many.map(() => 2.5)), "constant");
});

Deno.test("correlations between cell types are over the genes that both have", () => {
  const train = {
    signal: new Uint8Array(12).fill(1),
    labels: Float64Array.of(1, 2, 4, 3, 5, 5, 6, 2, 9, 1, 2, 3),
    cellTypes: ["a", "b", "c"],
    cellTypeIndex: Uint32Array.from({ length: 12 }, (_, row) => Math.floor(row / 4)),
    genes: ["1", "2", "3", "4"],
    geneIndex: Uint32Array.from({ length: 12 }, (_, row) => row % 4),
    bins: 1,
    record: { ...RECORD, marks: ["A"] },
  };
  const { correlations } = summariseDataset(new Dataset(train));
  strictEqual(correlations?.values.length, 9);
  for (const place of [0, 4, 8]) strictEqual(correlations?.values[place], 1);
  strictEqual(correlations?.values[1], correlations?.values[3]);
  const alone = new Dataset(train).filter((position) =>
    new Dataset(train).cellTypeOf(position) === train.cellTypes[0]
  );
  strictEqual(summariseDataset(alone).correlations, undefined);
});

Deno.test("a block of an unknown cell type or gene is refused", () => {
  const collector = new SummaryCollector({
    record: RECORD,
    bins: 1,
    cellTypes: ["C"],
    genes: ["G"],
  });
  throws(() => collector.addBlock({ cellType: "X", genes: ["G"], signal: [0, 0] }), {
    name: "RangeError",
    message: 'Cannot summarise cell type "X": expected one of the 1 that were named',
  });
  throws(() => collector.addBlock({ cellType: "C", genes: ["H"], signal: [0, 0] }), /gene "H"/);
});
