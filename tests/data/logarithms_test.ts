/** A data set of logarithms that are kept as counts shows the values, and the counts. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { countLogarithms } from "../../src/io/signal_values.ts";
import { COMPETITION_RECORD, DEEPCHROME_RECORD } from "../../src/record.ts";
import { packedSignal } from "../helpers/packed.ts";

const COLUMNS: SampleColumns = {
  signal: Uint8Array.of(0, 1, 6, 2, 250, 3),
  signalValues: countLogarithms(255),
  labels: undefined,
  cellTypes: ["E003"],
  cellTypeIndex: Uint32Array.of(0, 0, 0),
  genes: ["1", "2", "3"],
  geneIndex: Uint32Array.of(0, 1, 2),
  bins: 2,
  record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
};

const log = (count: number) => Math.fround(Math.log1p(count));

Deno.test("signalOf has the values that the record describes, countsOf the counts, in every view", () => {
  const data = new Dataset(COLUMNS);
  deepStrictEqual(data.signalOf(1), Float32Array.of(log(6), log(2)));
  deepStrictEqual(data.countsOf(1), Uint8Array.of(6, 2));
  deepStrictEqual(data.subset([2]).signalOf(0), Float32Array.of(log(250), log(3)));
  deepStrictEqual([data.record.transform, data.storedRecord.transform], ["log1p", "none"]);
  strictEqual(data.hasCounts, true);
});

Deno.test("counts are their own values, and of other numbers the counts are not known", () => {
  const { signalValues: _, ...columns } = COLUMNS;
  const counts = new Dataset({ ...columns, ...oneMark() });
  deepStrictEqual(counts.countsOf(0), counts.signalOf(0));
  strictEqual(counts.storedRecord, counts.record);
  const values = new Dataset({ ...columns, signal: Float32Array.of(0, 1.1, 0.2, 0.3, 0.4, 0.5) });
  strictEqual(values.hasCounts, false);
  throws(() => values.countsOf(0), {
    name: "ContractError",
    message: /the data carry log1p, and their counts are not known/,
  });
});

function oneMark(): Pick<SampleColumns, "record"> {
  return { record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] } };
}

Deno.test("values that cannot be those of the stored counts are refused", () => {
  const values = countLogarithms(255);
  const cases: [Partial<SampleColumns>, RegExp][] = [
    [oneMark(), /its record says transform none, expected log1p/],
    [
      { signal: Float32Array.from(packedSignal(COLUMNS)) },
      /its signal is floats, expected unsigned/,
    ],
    [{ signalValues: values.with(6, 2) }, /the value of 6 is 2, expected 1\.9459/],
    [{ signalValues: values.with(3, NaN) }, /the value of 3 is NaN/],
    [{ signalValues: countLogarithms(200) }, /but 250 has no value: there are 201/],
  ];
  for (const [change, message] of cases) {
    throws(() => new Dataset({ ...COLUMNS, ...change }), { name: "ContractError", message });
  }
});

Deno.test("logarithms of counts whose record calls them counts are refused", () => {
  const { signalValues: _, ...columns } = COLUMNS;
  const signal = Float32Array.from(packedSignal(COLUMNS), Math.log1p);
  throws(() => new Dataset({ ...columns, signal, ...oneMark() }), {
    name: "ContractError",
    message: /transform "none"\), but every value is ln\(1 \+ count\) of an integer/,
  });
  // As soon as one value is anything else, they may be what the record says.
  strictEqual(new Dataset({ ...columns, signal: signal.with(0, 0.3), ...oneMark() }).length, 3);
});
