/** Attributions of summaries as those of bins. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { attribute } from "../../src/explain/attribute.ts";
import { spreadOverBins } from "../../src/explain/spread_over_bins.ts";
import type { Attributions } from "../../src/explain/types.ts";
import { summaryShape } from "../../src/panel/summary.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { fit } from "../../src/training/fit.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { packedSignal } from "../helpers/packed.ts";

const WASM = { engine: "wasm", threads: 1 } as const;
const COLUMNS = randomColumns(2, 12);
const BINS = 50;
const stream = new RandomStream(deriveKey(1, "counts"));
/** More bins than windows; some genes on the minus strand, whose bins a summary reads backwards. */
const DATA = new Dataset({
  ...COLUMNS,
  bins: BINS,
  signal: Uint8Array.from({ length: 24 * BINS * MARKS }, () => Math.max(0, stream.below(12) - 5)),
  geneDetails: COLUMNS.genes.map((gene, i) => ({ gene, strand: i % 2 === 0 ? "+" : "-" })),
  record: { ...COLUMNS.record, orientation: "genomic" },
});
const SHAPE = summaryShape({ bins: BINS, marks: MARKS });
const { model: MODEL } = await fit("waka3", DATA, { epochs: 1, batchSize: 16, ...WASM });

/** Attributions of a summary that is 0 but for some values. */
function madeOf(position: number, given: Readonly<Record<number, number>>): Attributions {
  const values = new Float32Array(SHAPE.values);
  for (const [value, attribution] of Object.entries(given)) values[Number(value)] = attribution;
  return {
    method: "integrated-gradients",
    baseline: "zero",
    rows: Uint32Array.of(position),
    models: 1,
    predictions: new Float32Array(1),
    inputs: { summary: { shape: [SHAPE.values], values } },
  };
}

/** The shares of one mark's bins. */
function sharesOf(found: Attributions, mark: number, data = DATA): number[] {
  const { signal } = spreadOverBins(found, MODEL, data).inputs;
  deepStrictEqual(signal!.shape, [BINS, data.marks.length]);
  return Array.from({ length: BINS }, (_, bin) => signal!.values[bin * data.marks.length + mark]!);
}

function near(found: readonly number[], wanted: readonly number[]): void {
  ok(found.every((value, i) => Math.abs(value - wanted[i]!) < 1e-6), `${found}, not ${wanted}`);
}

Deno.test("each mark's sum stays what it is", async () => {
  for (
    const method of ["integrated-gradients", "input-x-gradient", "expected-gradients"] as const
  ) {
    const rows = [3, 8, 20];
    const found = await attribute([MODEL], DATA, { ...WASM, rows, method, steps: 5 });
    const spread = spreadOverBins(found, MODEL, DATA);
    strictEqual(spread.inputs.summary, undefined);
    deepStrictEqual(spread.inputs.references, found.inputs.references);
    for (const sample of rows.keys()) {
      for (let mark = 0; mark < MARKS; mark++) {
        const first = sample * SHAPE.values + mark * SHAPE.valuesOfMark;
        const own = found.inputs.summary!.values.subarray(first, first + SHAPE.valuesOfMark);
        const bins = spread.inputs.signal!.values.subarray(
          sample * BINS * MARKS,
          (sample + 1) * BINS * MARKS,
        ).filter((_, i) => i % MARKS === mark);
        const sums = [own, bins].map((values) => values.reduce((sum, value) => sum + value, 0));
        ok(Math.abs(sums[0]! - sums[1]!) < 1e-5, `${method}: ${sums}`);
      }
    }
  }
});

Deno.test("a window's attribution goes to its own bins, also of a gene on the minus strand", () => {
  for (const position of [2, 3]) {
    const window = 7;
    // Windows of 50 bins have 2 or 3 of them.
    const [start, end] = [Math.floor(window * BINS / 20), Math.floor((window + 1) * BINS / 20)];
    const inside = Array.from({ length: end - start }, (_, i) => start + i)
      .map((bin) => position % 2 === 0 ? bin : BINS - 1 - bin);
    const mark = 1;
    const counts = DATA.countsOf(position);
    const logarithm = (bin: number) => Math.log1p(counts[bin * MARKS + mark]!);
    const total = inside.reduce((sum, bin) => sum + logarithm(bin), 0);
    const shares = sharesOf(madeOf(position, { [mark * SHAPE.valuesOfMark + window]: 6 }), mark);
    near(
      shares,
      Array.from(
        { length: BINS },
        (_, bin) =>
          !inside.includes(bin) ? 0 : total === 0 ? 6 / inside.length : 6 * logarithm(bin) / total,
      ),
    );
  }
});

Deno.test("the mean count goes to all counts, the share of bins with signal to those that have it", () => {
  const [position, mark] = [4, 2];
  const counts = Array.from(
    { length: BINS },
    (_, bin) => DATA.countsOf(position)[bin * MARKS + mark]!,
  );
  const first = mark * SHAPE.valuesOfMark + SHAPE.windows;
  const total = counts.reduce((sum, count) => sum + count, 0);
  near(
    sharesOf(madeOf(position, { [first + 1]: 3 }), mark),
    counts.map((count) => 3 * count / total),
  );
  const present = counts.filter((count) => count > 0).length;
  near(
    sharesOf(madeOf(position, { [first + 2]: 3 }), mark),
    counts.map((count) => count > 0 ? 3 / present : 0),
  );
});

Deno.test("the largest window, and that of the middle, go to the bins of that window", () => {
  for (const [value, least, most] of [[0, 0, 20], [3, 8, 12]] as const) {
    const [position, mark] = [6, 0];
    const counts = DATA.countsOf(position);
    const means = Array.from({ length: 20 }, (_, window) => {
      const [start, end] = [Math.floor(window * 2.5), Math.floor((window + 1) * 2.5)];
      let sum = 0;
      for (let bin = start; bin < end; bin++) sum += Math.log1p(counts[bin * MARKS + mark]!);
      return sum / (end - start);
    });
    const largest = Math.max(...means.slice(least, most));
    const shares = sharesOf(madeOf(position, { [SHAPE.windows + value]: 1 }), mark);
    const window = means.indexOf(largest, least);
    shares.forEach((share, bin) =>
      ok(share === 0 || Math.floor((bin + 0.5) / 2.5) === window, `bin ${bin}`)
    );
    ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
  }
});

Deno.test("a mark without signal shares equally; one that the data lack has no bins", () => {
  const signal = packedSignal(DATA.columns).map((count, i) => i % MARKS === 1 ? 0 : count);
  const silent = new Dataset({ ...DATA.columns, signal });
  const shares = sharesOf(madeOf(0, { [SHAPE.valuesOfMark + SHAPE.windows + 1]: 5 }), 1, silent);
  near(shares, shares.map(() => 5 / BINS));
  const { record } = DATA.columns;
  const lacking = new Dataset({
    ...DATA.columns,
    signal: packedSignal(DATA.columns).filter((_, i) => i % MARKS !== 1),
    record: { ...record, marks: record.marks.filter((_, mark) => mark !== 1) },
  });
  const { values, shape } = spreadOverBins(madeOf(0, { 3: 2 }), MODEL, lacking).inputs.signal!;
  deepStrictEqual(shape, [BINS, 2]);
  ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - 2) < 1e-6);
});

Deno.test("data of logarithms share as the same data of counts do", () => {
  const logarithms = new Dataset({
    ...DATA.columns,
    signal: Float64Array.from(packedSignal(DATA.columns), Math.log1p),
    record: { ...DATA.columns.record, transform: "log1p" },
  });
  const found = madeOf(5, { 3: 1, [SHAPE.windows + 1]: 2, [SHAPE.windows + 2]: -1 });
  near(sharesOf(found, 0, logarithms), sharesOf(found, 0));
});

Deno.test("what has signal stays; gradients and other inputs are refused", () => {
  const found = madeOf(0, { 1: 1 });
  const signal = { shape: [1, 1], values: Float32Array.of(1) };
  const has: Attributions = { ...found, inputs: { signal } };
  strictEqual(spreadOverBins(has, MODEL, DATA), has);
  throws(
    () => spreadOverBins({ ...found, method: "gradient" }, MODEL, DATA),
    /a derivative by a summary is no contribution/,
  );
  throws(() => spreadOverBins({ ...found, inputs: {} }, MODEL, DATA), /found those of 0 inputs/);
  const { panel: _, ...plain } = MODEL;
  throws(() => spreadOverBins(found, plain, DATA), /expected summary, of a model with a panel/);
});
