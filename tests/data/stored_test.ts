/** Data sets whose signal stays where it is stored. */

import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset, summariseDataset } from "../../src/data/mod.ts";
import { findSilentMarks } from "../../src/data/silent_marks.ts";
import { countLogarithms } from "../../src/io/mod.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { checkWhenRead } from "../../src/data/_checked_signal.ts";
import { packedSignal } from "../helpers/packed.ts";
import { storedColumns, storedDataset } from "../helpers/stored.ts";

const SIZE = { cellTypes: 3, genes: 30, newGenes: 1, bins: 10 };
const COLUMNS = simulateColumns(SIZE).train;
const DATA = new Dataset(COLUMNS);

Deno.test("each sample of stored data is the same as in memory", () => {
  for (const features of ["counts", "log1p"] as const) {
    const data = new Dataset(simulateColumns({ ...SIZE, features }).train);
    const stored = storedDataset(data).subset([80, 3, 3, 41, 0]);
    const packed = data.subset([80, 3, 3, 41, 0]);
    deepStrictEqual([stored.isInMemory, packed.isInMemory], [false, true]);
    for (let i = 0; i < packed.length; i++) {
      deepStrictEqual(stored.signalOf(i), packed.signalOf(i).slice());
      deepStrictEqual(stored.countsOf(i), packed.countsOf(i).slice());
      deepStrictEqual(plain(stored, i), plain(packed, i));
    }
  }
});

function plain(data: Dataset, position: number): unknown {
  const { gene, cellType, signal, label } = data.sampleAt(position);
  return { gene, cellType, signal: Array.from(signal), label };
}

Deno.test("data of counts are opened without reading a chunk", () => {
  const columns = storedColumns(COLUMNS);
  new Dataset(columns);
  ok(columns.signal.reads.every((reads) => reads === 0));
});

Deno.test("some marks of stored data are the same as in memory, and another signal", () => {
  const stored = storedDataset(DATA);
  const marks = [DATA.marks[3]!, DATA.marks[0]!];
  const [packed, chosen] = [DATA, stored].map((data) => data.subset([70, 5]).selectMarks(marks));
  ok(!chosen!.isInMemory);
  deepStrictEqual(chosen!.marks, marks);
  for (const i of [0, 1]) {
    deepStrictEqual(chosen!.signalOf(i).slice(), packed!.signalOf(i).slice());
    strictEqual(chosen!.geneOf(i), packed!.geneOf(i));
  }
  const digests = [stored, chosen!, stored.selectMarks(marks.toReversed())].map(({ columns }) =>
    "digest" in columns.signal ? columns.signal.digest : undefined
  );
  strictEqual(new Set(digests).size, 3);
});

Deno.test("summaries and silent marks of stored data are those in memory, each chunk read once", () => {
  const silenced = packedSignal(COLUMNS).map((value, i) => i % 5 === 2 ? 0 : value);
  const data = new Dataset({ ...COLUMNS, signal: silenced });
  const columns = storedColumns(data.columns);
  const stored = new Dataset(columns);
  deepStrictEqual(summariseDataset(stored), summariseDataset(data));
  ok(columns.signal.reads.every((reads) => reads === 1));
  deepStrictEqual(findSilentMarks(stored), findSilentMarks(data));
  strictEqual(findSilentMarks(stored).size, 3);
});

const FLOATS = { ...COLUMNS, signal: Float64Array.from(packedSignal(COLUMNS), (v) => v * 1.25) };

/** Columns with one value changed. */
function withValue(columns: SampleColumns, index: number, value: number): SampleColumns {
  const signal = packedSignal(columns).slice();
  signal[index] = value;
  return { ...columns, signal };
}

for (
  const [name, columns, message] of [
    ["a negative value", withValue(FLOATS, 3000, -1), /the signal of row 60 is -1 in bin 0/],
    ["a missing number", withValue(FLOATS, 4499, NaN), /the signal of row 89 is NaN in bin 9/],
    [
      "signal of a mark that was not measured",
      {
        ...withValue(
          { ...FLOATS, signal: Float64Array.of(1.3, ...new Float64Array(4499)) },
          4499,
          1.5,
        ),
        markMask: Uint8Array.from({ length: 15 }, (_, i) => i === 14 ? 0 : 1),
      },
      /was not measured in \w+, but its signal in row 89 is 1.5/,
    ],
    [
      "a count without a value",
      {
        ...withValue({ ...COLUMNS, signal: new Uint8Array(4500) }, 4000, 9),
        signalValues: countLogarithms(8),
        record: { ...COLUMNS.record, transform: "log1p" },
      },
      /9 has no value: there are 9/,
    ],
    [
      "a value larger than logarithms are",
      {
        ...withValue({ ...FLOATS, signal: new Float64Array(4500).fill(0.5) }, 4000, 99),
        record: { ...COLUMNS.record, transform: "log1p" },
      },
      /the signal of row 80 is 99 in bin 0 of .*, which is more than log1p/,
    ],
  ] as const satisfies readonly (readonly [string, SampleColumns, RegExp])[]
) {
  Deno.test(`${name} in stored data is refused, with its row, by the constructor or when its chunk is read`, () => {
    throws(() => new Dataset(columns), message);
    throws(() => new Dataset(storedColumns(columns)), message);
    const checked = checkWhenRead(storedColumns(columns));
    const data = new Dataset(checked);
    data.signalOf(0);
    throws(() => {
      for (let i = 0; i < data.length; i++) data.signalOf(i);
    }, message);
  });
}

Deno.test("what is checked when it is read is checked by the constructor once the record says otherwise", () => {
  const stored = storedColumns(withValue(FLOATS, 4000, 99));
  const checked = checkWhenRead(stored);
  notStrictEqual(checked.signal, stored.signal);
  new Dataset(checked);
  const record = { ...FLOATS.record, transform: "log1p" as const };
  throws(() => new Dataset({ ...checked, record }), /which is more than log1p makes of any count/);
});

Deno.test("whole signals that contradict their record are refused", () => {
  const record = { ...COLUMNS.record, transform: "log1p" as const };
  const few = packedSignal(COLUMNS).map((count) => count % 4);
  throws(
    () => new Dataset(storedColumns({ ...COLUMNS, signal: few, record })),
    /all values are integers/,
  );
  const logarithms = Float64Array.from(packedSignal(COLUMNS), Math.log1p);
  throws(
    () => new Dataset(storedColumns({ ...COLUMNS, signal: logarithms })),
    /every value is ln\(1 \+ count\)/,
  );
});
