/** The doctor judges counts, whether the data hold these or their logarithms. */

import { deepStrictEqual, match, ok } from "node:assert";
import { examineSamples } from "../../../src/genome/doctor/examine.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { countLogarithms } from "../../../src/io/signal_values.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";

const SIZE = { cellTypes: 5, genes: 300, newCellTypes: 1, newGenes: 30, depthSpread: 0.1 };
const { train: CLEAN } = simulateColumns(SIZE);
const [MARKS, VALUES] = [5, CLEAN.bins * 5];

/** Changes counts of one mark in the first cell type. */
function plant(
  mark: number,
  change: (count: number, place: number) => number,
): Uint16Array<ArrayBuffer> {
  const rows = CLEAN.cellTypeIndex.findIndex((cellType) => cellType > 0);
  return Uint16Array.from(
    CLEAN.signal,
    (count, place) =>
      place < rows * VALUES && place % MARKS === mark ? change(count, place) : count,
  );
}

const FAULTS: readonly (readonly [string, Uint16Array<ArrayBuffer>])[] = [
  ["nothing", Uint16Array.from(CLEAN.signal)],
  ["doubled-counts", plant(3, (count) => 2 * count)],
  ["depth-outliers", plant(2, (count) => 8 * count + 1 - count % 2)],
  ["swapped-marks", plant(3, (_, place) => CLEAN.signal[place - 3]!)],
];

for (const [fault, signal] of FAULTS) {
  Deno.test(`${fault} is found among logarithms as among counts`, () => {
    const record = COMPETITION_RECORD;
    const expected = examineSamples({ ...CLEAN, signal });
    ok(fault === "nothing" || expected.some(({ check }) => check === fault));
    const kept: SampleColumns = {
      ...CLEAN,
      signal,
      signalValues: countLogarithms(65_535),
      record,
    };
    deepStrictEqual(examineSamples(kept), expected);
    // Logarithms of scaled counts, such as of reads per million, are not those of integers.
    const floats = Float64Array.from(signal, (count) => Math.log1p(1.5 * count));
    const found = examineSamples({ ...CLEAN, signal: floats, record });
    const apart = ({ check }: { readonly check: string }) => check !== "doubled-counts";
    deepStrictEqual(
      found.map(({ check, where }) => `${check} ${where}`),
      expected.filter(apart).map(({ check, where }) => `${check} ${where}`),
    );
    if (fault === "depth-outliers") match(found[0]!.message, /the mean is \d+\.\d times above/);
  });
}
