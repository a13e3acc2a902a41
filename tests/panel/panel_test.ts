import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { describePanel } from "../../src/panel/describe_panel.ts";
import { extendPanel } from "../../src/panel/extend_panel.ts";
import { panelBytes, type ReferencePanel } from "../../src/panel/panel.ts";
import { summaryShape } from "../../src/panel/summary.ts";
import { duplicateCellTypes } from "../helpers/grouped.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { packedSignal } from "../helpers/packed.ts";

const COLUMNS = randomColumns(3, 4);
const DATA = new Dataset(COLUMNS);
const SIZE = summaryShape({ bins: 20, marks: MARKS }).values;

/** A panel's summary of a gene in a cell type, as numbers. */
function summaryOf(panel: ReferencePanel, gene: number, cellType: number): number[] {
  const start = (gene * panel.cellTypes.length + cellType) * SIZE;
  return Array.from(panel.scales, (scale, value) => panel.values[start + value]! * scale);
}

/** The summary as its definition says, the slow way. */
function slowSummary(data: Dataset, position: number): number[] {
  const counts = data.countsOf(position);
  return data.marks.flatMap((_, mark) => {
    // 20 bins, so each window is a bin.
    const own = Array.from({ length: 20 }, (_, bin) => counts[bin * MARKS + mark]!);
    const windows = own.map(Math.log1p);
    const mean = own.reduce((sum, count) => sum + count, 0) / 20;
    return [
      ...windows,
      Math.max(...windows),
      Math.log1p(mean),
      own.filter((count) => count > 0).length / 20,
      Math.max(...windows.slice(8, 12)),
      1,
    ];
  });
}

Deno.test("a panel has the summary and the label of each training sample", async () => {
  const panel = await buildPanel(DATA);
  const labels = DATA.labels();
  for (let position = 0; position < DATA.length; position++) {
    const [cellType, gene] = [Math.floor(position / 4), position % 4];
    const [found, wanted] = [summaryOf(panel, gene, cellType), slowSummary(DATA, position)];
    for (const [i, value] of wanted.entries()) {
      // Half a step of the byte.
      const error = Math.abs(found[i]! - value);
      ok(error <= panel.scales[i]! * 0.5001, `value ${i}: ${found[i]} for ${value}`);
    }
    strictEqual(panel.labels[gene * 3 + cellType], Math.fround(labels[position]!));
  }
  strictEqual(describePanel(panel), "4 genes in 3 cell types, 4 with labels");
  strictEqual(panelBytes(panel), 12 * (SIZE + 5) + 4 + 4 * SIZE);
});

Deno.test("windows have nearly equal widths, and a signal of few bins has a window for each", () => {
  strictEqual(summaryShape({ bins: 200, marks: 1 }).windows, 20);
  strictEqual(summaryShape({ bins: 7, marks: 1 }).windows, 7);
  deepStrictEqual(summaryShape({ bins: 1, marks: 2 }), {
    windows: 1,
    valuesOfMark: 6,
    values: 12,
  });
});

Deno.test("only the samples of the view are in a panel, whatever else the columns have", async () => {
  const view = DATA.filter((row) => DATA.cellTypeOf(row) !== "cell 1" && row % 4 < 3);
  const panel = await buildPanel(view);
  deepStrictEqual(panel.genes, ["gene 0", "gene 1", "gene 2"]);
  const others = COLUMNS.labels!.map((label, row) => view.rows.includes(row) ? label : 1e6);
  const signal = packedSignal(COLUMNS).map((value, i) =>
    view.rows.includes(Math.floor(i / (20 * MARKS))) ? value : 255
  );
  const changed = new Dataset({ ...COLUMNS, labels: others, signal }, view.rows);
  strictEqual((await buildPanel(changed)).digest, panel.digest);
  notStrictEqual((await buildPanel(DATA)).digest, panel.digest);
});

Deno.test("counts and their logarithms give the same panel", async () => {
  const logarithms = new Dataset({
    ...COLUMNS,
    signal: Float64Array.from(packedSignal(COLUMNS), Math.log1p),
    record: { ...COLUMNS.record, transform: "log1p" },
  });
  const [plain, log] = [await buildPanel(DATA), await buildPanel(logarithms)];
  // Logarithms of the mean are of counts that went to logarithms and back.
  deepStrictEqual(log.values, plain.values);
  strictEqual(log.record.transform, "none");
});

Deno.test("replicates are one reference with the mean of their marks and labels", async () => {
  const twice = duplicateCellTypes(COLUMNS);
  const { cellTypes, values, scales, labels } = await buildPanel(DATA);
  const joined = await buildPanel(new Dataset(twice));
  deepStrictEqual(joined.cellTypes.map(({ name }) => name), cellTypes.map(({ name }) => name));
  deepStrictEqual([joined.values, joined.scales, joined.labels], [values, scales, labels]);
  const shifted = twice.labels!.map((label, row) => row < 12 ? label - 1 : label + 1);
  const mean = await buildPanel(new Dataset({ ...twice, labels: shifted }));
  ok(mean.labels.every((label, i) => Math.abs(label - labels[i]!) < 1e-6));
});

Deno.test("a mark that was measured in one replicate is that replicate's", async () => {
  const twice = duplicateCellTypes(COLUMNS);
  const signal = Float64Array.from(packedSignal(twice));
  const markMask = new Uint8Array(twice.cellTypes.length * MARKS).fill(1);
  markMask[1] = 0;
  for (let at = 1; at < 4 * 20 * MARKS; at += MARKS) signal[at] = 0;
  const panel = await buildPanel(new Dataset({ ...twice, signal, markMask }));
  deepStrictEqual(panel.values, (await buildPanel(DATA)).values);
});

Deno.test("unlabelled samples add the marks of new genes, and change nothing else", async () => {
  const view = DATA.filter((row) => row % 4 < 2);
  const panel = await buildPanel(view);
  const known = structuredClone(panel);
  const extended = await extendPanel(panel, [DATA]);
  deepStrictEqual(panel, known);
  deepStrictEqual(extended.genes, ["gene 0", "gene 1", "gene 2", "gene 3"]);
  deepStrictEqual(extended.values.subarray(0, panel.values.length), panel.values);
  deepStrictEqual([...extended.labels.subarray(6)], Array(6).fill(NaN));
  deepStrictEqual([...extended.present], Array(12).fill(1));
  deepStrictEqual([extended.labelMean, extended.labelSd], [panel.labelMean, panel.labelSd]);
  notStrictEqual(extended.digest, panel.digest);
  strictEqual(await extendPanel(extended, [DATA]), extended);
  // Labels of unlabelled samples are not read, even if they are of another kind.
  const other = new Dataset({
    ...COLUMNS,
    labels: COLUMNS.labels!.map((label) => -9 * label),
    record: { ...COLUMNS.record, expressionTransform: "log2p1" },
  });
  strictEqual((await extendPanel(panel, [other])).digest, extended.digest);
});

Deno.test("samples of other cell types, or with other bins or marks, do not extend a panel", async () => {
  const panel = await buildPanel(DATA);
  const stranger = new Dataset({ ...randomColumns(1, 9), cellTypes: ["lung"] });
  strictEqual(await extendPanel(panel, [stranger]), panel);
  const wrong = {
    ...COLUMNS,
    record: { ...COLUMNS.record, marks: ["H3K4me3", "H3K27me3", "H2A.Z"] },
  };
  await rejects(
    extendPanel(panel, [new Dataset(wrong)]),
    /they have H3K4me3, .*expected marks among/,
  );
  const built = { ...COLUMNS, record: { ...COLUMNS.record, assembly: "hg38" } };
  await rejects(extendPanel(panel, [new Dataset(built)]), /hg19.*hg38/);
});

Deno.test("data without labels make a panel of marks", async () => {
  const panel = await buildPanel(new Dataset({ ...COLUMNS, labels: undefined }));
  ok(panel.labels.every(Number.isNaN));
  deepStrictEqual([panel.labelMean, panel.labelSd], [0, 1]);
});

Deno.test("windows on the minus strand are turned round, where bins are in genomic direction", async () => {
  const strands = ["-", "+", undefined, "-"] as const;
  const geneDetails = strands.map((strand) => ({ strand }));
  const panel = await buildPanel(new Dataset({ ...COLUMNS, geneDetails }));
  deepStrictEqual([...panel.turned], [1, 0, 0, 1]);
  const plain = await buildPanel(DATA);
  const [turned, as] = [summaryOf(panel, 0, 1), summaryOf(plain, 0, 1)];
  for (let mark = 0; mark < MARKS; mark++) {
    const windows = (values: number[]) => values.slice(mark * 25, mark * 25 + 20);
    deepStrictEqual(windows(turned), windows(as).reverse());
    deepStrictEqual(
      turned.slice(mark * 25 + 20, mark * 25 + 25),
      as.slice(mark * 25 + 20, mark * 25 + 25),
    );
  }
  deepStrictEqual(summaryOf(panel, 1, 1), summaryOf(plain, 1, 1));
  const record = { ...COLUMNS.record, orientation: "transcript" } as const;
  strictEqual(
    (await buildPanel(new Dataset({ ...COLUMNS, record, geneDetails }))).turned.includes(1),
    false,
  );
});

Deno.test("the strand of a human gene need not be said, and other data are turned as the panel was", async () => {
  // BRCA1 lies on the minus strand, TSPAN6 too, the second gene of the table on the plus strand.
  const genes = ["ENSG00000012048", "ENSG00000000005", "ENSG00000000003.15", "gene 3"];
  const data = new Dataset({ ...COLUMNS, genes });
  const panel = await buildPanel(data.filter((row) => row % 4 < 2));
  deepStrictEqual([...panel.turned], [1, 0]);
  const other = new Dataset({ ...COLUMNS, genes, geneDetails: genes.map(() => ({ strand: "+" })) });
  // The genes that the panel has are turned as there, others as the data say.
  deepStrictEqual([...(await extendPanel(panel, [other])).turned], [1, 0, 0, 0]);
  deepStrictEqual([...(await extendPanel(panel, [data])).turned], [1, 0, 1, 0]);
});
