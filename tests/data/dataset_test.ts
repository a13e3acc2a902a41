import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { NO_SEQUENCE } from "../../src/base/sequences.ts";
import { Dataset } from "../../src/data/mod.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import type { Transform } from "../../src/record.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";
import { withSequences } from "../helpers/sequences.ts";
import { packedSignal } from "../helpers/packed.ts";

Deno.test("a data set names the cell type, gene, label and signal of each position", () => {
  const data = tableDataset(2, 3);
  strictEqual(data.length, 6);
  strictEqual(data.bins, 1);
  deepStrictEqual(data.marks, ["H3K4me3", "H3K9me3"]);
  strictEqual(data.record, data.columns.record);
  strictEqual(data.cellTypeOf(3), "E002");
  strictEqual(data.geneOf(5), "ENSG00000000003");
  strictEqual(data.describeGene(5), "ENSG00000000003");
  deepStrictEqual([...data.signalOf(4)], [8, 9]);
  deepStrictEqual([...data.labels()], [0, 1, 2, 3, 4, 5]);
  deepStrictEqual(data.submissionIds(), [
    "E001_1",
    "E001_2",
    "E001_3",
    "E002_1",
    "E002_2",
    "E002_3",
  ]);
});

Deno.test("a subset of a subset sees the rows that it names, and shares the signal", () => {
  const data = tableDataset(3, 4);
  const positions = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(positions, fc.nat(), (first, seed) => {
    const outer = data.subset(first);
    const second = first.map((_, i) => (i * 7 + seed) % first.length);
    const inner = outer.subset(second);
    deepStrictEqual([...inner.labels()], second.map((position) => first[position]));
    for (let i = 0; i < inner.length; i++) {
      strictEqual(inner.signalOf(i).buffer, packedSignal(data.columns).buffer);
      deepStrictEqual([...inner.signalOf(i)], [...data.signalOf(first[second[i]!]!)]);
      strictEqual(inner.cellTypeOf(i), data.cellTypeOf(first[second[i]!]!));
      strictEqual(inner.geneOf(i), data.geneOf(first[second[i]!]!));
    }
    deepStrictEqual([...inner.geneIndices()], second.map((position) => first[position]! % 4));
  }));
});

Deno.test("a filter keeps the samples that meet its condition, in order", () => {
  const data = tableDataset(2, 3).subset([5, 4, 3, 2, 1, 0]);
  const second = data.filter((position) => data.cellTypeOf(position) === "E002");
  deepStrictEqual([...second.labels()], [5, 4, 3]);
  deepStrictEqual([...second.cellTypeIndices()], [1, 1, 1]);
  strictEqual(data.filter(() => false).length, 0);
});

Deno.test("a slice is a view of consecutive samples", () => {
  const data = tableDataset(2, 3).subset([5, 4, 3, 2]);
  const slice = data.slice(1, 3);
  deepStrictEqual([...slice.labels()], [4, 3]);
  strictEqual(slice.rows.buffer, data.rows.buffer);
  for (const [start, end] of [[-1, 2], [2, 1], [0, 5], [0, NaN]] as const) {
    throws(() => data.slice(start, end), RangeError);
  }
});

Deno.test("positions and rows outside the data are refused", () => {
  const data = tableDataset(1, 3).subset([0, 2]);
  for (const position of [2, -1, 0.5, NaN]) {
    throws(() => data.subset([0, position]), { name: "RangeError", message: /which have 2$/ });
    throws(() => data.signalOf(position), RangeError);
    throws(() => data.cellTypeOf(position), RangeError);
    throws(() => data.geneOf(position), RangeError);
  }
  throws(() => new Dataset(data.columns, Uint32Array.of(3)), {
    name: "RangeError",
    message: /row 3 is outside the data, which have 3/,
  });
});

Deno.test("data without labels say so", () => {
  const data = new Dataset({ ...tableColumns(1, 2), labels: undefined });
  strictEqual(data.hasLabels, false);
  strictEqual(tableDataset(1, 2).hasLabels, true);
  throws(() => data.labels(), { name: "ContractError", message: /the data have no labels/ });
});

const good = tableColumns(2, 2);
const UNSOUND: readonly (readonly [
  what: string,
  change: Partial<SampleColumns>,
  name: string,
  message: RegExp,
])[] = [
  ["too little signal", { signal: new Uint8Array(7) }, "TypeError", /signal has 7 .* expected 8/],
  ["too few labels", { labels: new Float64Array(3) }, "TypeError", /labels has 3/],
  ["other lengths", { cellTypeIndex: new Uint32Array(5) }, "TypeError", /cellTypeIndex has 5/],
  ["no bins", { bins: 0 }, "TypeError", /0 bins/],
  ["no marks", { record: { ...DEEPCHROME_RECORD, marks: [] } }, "TypeError", /0 marks/],
  [
    "a signal that is infinite",
    { signal: Float32Array.of(1, 2, 3, 4, 5, Infinity, 7, 8) },
    "ContractError",
    /signal of row 2 is Infinity in bin 0 of H3K9me3/,
  ],
  [
    "a negative signal",
    { signal: Float64Array.of(1, 2, 3, 4, 5, 6, -0.5, 8) },
    "ContractError",
    /signal of row 3 is -0.5 in bin 0 of H3K4me3, expected a finite number >= 0$/,
  ],
  [
    "negative integers, which only a program without types gives",
    { signal: Int16Array.of(1, 2, 3, -4, 5, 6, 7, 8) as unknown as Uint16Array<ArrayBuffer> },
    "TypeError",
    /signal is an Int16Array, expected a Uint8Array, Uint16Array/,
  ],
  ...([["log1p", packedSignal(good)], ["asinh", Float32Array.from(packedSignal(good))]] as const)
    .map(
      ([transform, signal]) =>
        [
          `counts and a record that says ${transform}`,
          { signal, record: { ...good.record, transform } },
          "ContractError",
          /says that (log1p|asinh) was applied, but all values are integers.* transform "none"/,
        ] as const,
    ),
  [
    "rates and a record that says log1p",
    {
      signal: Float32Array.of(0.5, 2, 40.5, 4, 5, 6, 7, 8),
      record: { ...good.record, transform: "log1p" },
    },
    "ContractError",
    /says that log1p was applied, but the signal of row 1 is 40.5 in bin 0 of H3K4me3, which is more than/,
  ],
  ["a NaN label", { labels: Float64Array.of(0, NaN, 0, 0) }, "ContractError", /row 1 is NaN/],
  [
    "a cell type without a name",
    { cellTypes: ["E001"] },
    "ContractError",
    /cell type of row 2 is number 1/,
  ],
  ["a gene without a name", { genes: ["a"] }, "ContractError", /gene of row 1 is number 1/],
  ["a gene listed twice", { genes: ["a", "a"] }, "ContractError", /gene "a" is listed twice/],
];

for (const [what, change, name, message] of UNSOUND) {
  Deno.test(`columns with ${what} are refused`, () => {
    throws(() => new Dataset({ ...good, ...change }), { name, message });
  });
}

Deno.test("a signal to which the record's transform was applied is accepted, and so is one of zeros only", () => {
  const counts = Float64Array.of(0, 0, 1, 5, 0, 1e6, 2, 2 ** 52);
  for (const [transform, apply] of Object.entries({ log1p: Math.log1p, asinh: Math.asinh })) {
    const record = { ...good.record, transform: transform as Transform };
    for (const signal of [counts.map(apply), Float32Array.from(counts, apply), new Uint8Array(8)]) {
      strictEqual(new Dataset({ ...good, signal, record }).length, 4);
    }
  }
});

Deno.test("a data set has the sequence of each position's gene, as codes", () => {
  const rows = ["ACGTN", "ttnca"];
  const columns = withSequences(tableColumns(2, 2), rows);
  const data = new Dataset({
    ...columns,
    sequences: { ...columns.sequences!, entryOf: Uint32Array.of(1, NO_SEQUENCE) },
  });
  strictEqual(data.hasSequences, true);
  deepStrictEqual([...data.sequenceOf(0)!], [3, 3, 4, 1, 0]);
  strictEqual(data.sequenceOf(1), undefined);
  deepStrictEqual([...data.subset([3, 2]).sequenceOf(1)!], [3, 3, 4, 1, 0]);
  throws(() => data.sequenceOf(4), RangeError);
  strictEqual(tableDataset(1, 1).hasSequences, false);
  strictEqual(tableDataset(1, 1).sequenceOf(0), undefined);
});

Deno.test("sequences that contradict the record or the genes are refused", () => {
  const columns = withSequences(tableColumns(2, 2), ["ACGTN", "ttnca"]);
  const build = (change: Partial<SampleColumns>) => () => new Dataset({ ...columns, ...change });
  const { sequence, ...record } = columns.record;
  const sequences = columns.sequences!;
  throws(build({ record }), /sequences of 5 bases, its record says none/);
  throws(build({ sequences: undefined }), /sequences of none, its record says 5 bases/);
  throws(build({ record: { ...record, sequence: { ...sequence!, bases: 6 } } }), /says 6 bases/);
  throws(
    build({ sequences: { ...sequences, entryOf: Uint32Array.of(0) } }),
    /of its sequences, it has entries of 1 genes, expected 2/,
  );
  throws(
    build({ sequences: { ...sequences, packed: sequences.packed.subarray(1) } }),
    /of its sequences, it has 3 packed bytes, expected 4/,
  );
});
