import { deepStrictEqual, ok, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { countLogarithms } from "../../../src/io/signal_values.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { makeNearestCellType } from "../../../src/validation/mod.ts";
import { packedSignal } from "../../helpers/packed.ts";

const GENES = 12;

/** Cell types of the same genes, each from the counts of one mark in one bin; labels are 100 · cell type + gene. */
function cellTypesWith(signal: Readonly<Record<string, readonly number[]>>): SampleColumns {
  const cellTypes = Object.keys(signal);
  const rows = cellTypes.length * GENES;
  return {
    signal: Uint16Array.from(Object.values(signal).flat()),
    labels: Float64Array.from({ length: rows }, (_, i) => 100 * Math.floor(i / GENES) + i % GENES),
    cellTypes,
    cellTypeIndex: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / GENES)),
    genes: Array.from({ length: GENES }, (_, gene) => String(gene + 1)),
    geneIndex: Uint32Array.from({ length: rows }, (_, row) => row % GENES),
    bins: 1,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
  };
}

const stream = new RandomStream(deriveKey(1, "nearest"));
const counts = () => Array.from({ length: GENES }, () => stream.below(1000));
const [a, b, c] = [counts(), counts(), counts()];
const columns = cellTypesWith({ A: a, B: b, C: c });
const data = new Dataset(columns);
/** A new cell type that is like B, but sequenced ten times as deep. */
const likeB = new Dataset({
  ...cellTypesWith({ N: b.map((count) => 10 * count) }),
  labels: undefined,
});

Deno.test("a gene has its expression in the cell type whose signal is most alike, whatever the depth", () => {
  const { values, fellBack } = makeNearestCellType().fit(data).predict(likeB);
  deepStrictEqual([...values], Array.from({ length: GENES }, (_, gene) => 100 + gene));
  ok(fellBack.every((flag) => flag === 0));
});

Deno.test("cell types are alike if they depart from the mean in the same way, not by what all have in common", () => {
  // Logarithms of two patterns: all cell types have the first, and the new one has a little of the second besides.
  const signalOf = (first: number, second: number) =>
    Array.from(
      { length: GENES },
      (_, gene) =>
        Math.round(Math.expm1(8 + 0.15 * (first * Math.sin(gene) + second * Math.cos(2 * gene)))),
    );
  // From their mean, (3, 0), A departs as the new one does, B by much more of both.
  const cellTypes = { A: signalOf(3, 0.3), B: signalOf(8, 5), C: signalOf(-2, -5.3) };
  const unseen = new Dataset({ ...cellTypesWith({ N: signalOf(3, 1) }), labels: undefined });
  const { values } = makeNearestCellType().fit(new Dataset(cellTypesWith(cellTypes)))
    .predict(unseen);
  deepStrictEqual([...values], Array.from({ length: GENES }, (_, gene) => gene));
});

Deno.test("if the nearest cell type lacks the gene, the next one is used", () => {
  const withoutB3 = data.filter((row) => row !== GENES + 3);
  const { values, fellBack } = makeNearestCellType().fit(withoutB3).predict(likeB);
  ok([3, 203].includes(values[3]!));
  deepStrictEqual(values[4], 104);
  deepStrictEqual(fellBack[3], 0);
});

Deno.test("a cell type is never its own neighbour", () => {
  const { values } = makeNearestCellType().fit(data).predict(data);
  values.forEach((value, row) => ok(Math.floor(value / 100) !== Math.floor(row / GENES)));
});

Deno.test("too few genes to compare: the gene's mean, and it says so", () => {
  const few = likeB.slice(0, 9);
  const { values, fellBack } = makeNearestCellType().fit(data).predict(few);
  deepStrictEqual([...values], Array.from({ length: 9 }, (_, gene) => 100 + gene));
  ok(fellBack.every((flag) => flag === 1));
});

Deno.test("signal of another kind is refused, but not for its transform", () => {
  const other = new Dataset({ ...columns, record: { ...columns.record, binSizeBp: 200 } });
  throws(() => makeNearestCellType().fit(data).predict(other), {
    name: "ContractError",
    message: /trained on binSizeBp 100, the data have 200/,
  });
  const record = { ...columns.record, transform: "log1p" as const };
  const signal = Float64Array.from(packedSignal(columns), Math.log1p);
  const logarithms = new Dataset({ ...columns, signal, record });
  const kept = new Dataset({ ...columns, signalValues: countLogarithms(65535), record });
  const expected = makeNearestCellType().fit(data).predict(likeB);
  deepStrictEqual(makeNearestCellType().fit(kept).predict(likeB), expected);
  deepStrictEqual(makeNearestCellType().fit(logarithms).predict(likeB), expected);
});
