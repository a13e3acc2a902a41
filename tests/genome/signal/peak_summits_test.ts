import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import type { RowSink } from "../../../src/genome/signal/_interval_rows.ts";
import { PeakSummits } from "../../../src/genome/signal/_peak_summits.ts";
import { NO_SUMMIT } from "../../../src/genome/signal/_row_kinds.ts";

interface Row {
  readonly contig: string;
  readonly start: number;
  readonly end: number;
  readonly value: number;
  readonly summit: number;
}

/** Passes rows through, and returns the peaks that come out, as `contig:start-end=value`. */
function join(rows: readonly Row[]): { readonly peaks: string[]; readonly summits: PeakSummits } {
  const peaks: string[] = [];
  let contig = "";
  const sink: RowSink = {
    startContig: (name) => contig = name,
    add(start, end, value) {
      peaks.push(`${contig}:${start}-${end}=${value}`);
      return -1;
    },
  };
  const summits = new PeakSummits(sink);
  let last = "";
  for (const { contig, start, end, value, summit } of rows) {
    if (contig !== last) summits.startContig(contig);
    last = contig;
    summits.add(start, end, value, summit);
  }
  summits.finish();
  return { peaks, summits };
}

/**
 * The peaks by the definition: of rows with the same bases, the first row of each summit belongs to the first peak, the
 * second to the second, and so on; rows without a summit are peaks of their own.
 */
function joinByDefinition(rows: readonly Row[]): string[] {
  const peaks = new Map<string, { readonly place: string; value: number }>();
  for (const [i, row] of rows.entries()) {
    const { contig, start, end, value, summit } = row;
    const place = `${contig}:${start}-${end}`;
    const isEqual = (other: Row) =>
      other.contig === contig && other.start === start && other.end === end &&
      other.summit === summit;
    const key = summit === NO_SUMMIT
      ? `${i}`
      : `${place} ${rows.slice(0, i).filter(isEqual).length}`;
    const peak = peaks.get(key) ?? { place, value: 0 };
    peak.value = Math.max(peak.value, value);
    peaks.set(key, peak);
  }
  return Array.from(peaks.values(), ({ place, value }) => `${place}=${value}`);
}

const anyRow = fc.record({
  contig: fc.constantFrom("chr1", "chr2"),
  start: fc.integer({ min: 0, max: 2 }),
  end: fc.integer({ min: 3, max: 5 }),
  value: fc.integer({ min: 1, max: 99 }),
  summit: fc.constantFrom(NO_SUMMIT, 0, 1, 2),
});

Deno.test("rows of peaks, equal or not and in any order, are joined as the definition says", () => {
  fc.assert(fc.property(fc.array(anyRow, { maxLength: 40 }), (rows) => {
    deepStrictEqual(join(rows).peaks.toSorted(), joinByDefinition(rows).toSorted());
  }));
});

Deno.test("equal rows are as many peaks, each with its own value, however many there are", () => {
  const values = Array.from({ length: 100_000 }, (_, i) => 1 + i % 7);
  const rows = values.map((value) => ({ contig: "chr1", start: 5, end: 9, value, summit: 2 }));
  const { peaks, summits } = join(rows);
  deepStrictEqual(peaks, values.map((value) => `chr1:5-9=${value}`));
  deepStrictEqual(summits.several, undefined);
});

Deno.test("two files of one peak that were joined are two peaks, each with the largest value of its summits", () => {
  const row = (summit: number, value: number) => ({
    contig: "c",
    start: 5,
    end: 99,
    value,
    summit,
  });
  const { peaks, summits } = join([row(2, 1), row(8, 3), row(2, 7), row(8, 4), row(30, 5)]);
  deepStrictEqual(peaks, ["c:5-99=5", "c:5-99=7"]);
  deepStrictEqual(summits.several, { peaks: 2, rows: 5, first: "c:5-99" });
});

Deno.test("peaks with a start that others have, too, stay apart, and come in the order of their first rows", () => {
  const row = (end: number, value: number, summit: number) => (
    { contig: "c", start: 5, end, value, summit }
  );
  const rows = [row(99, 1, 2), row(50, 2, 2), row(20, 3, NO_SUMMIT), row(50, 4, 9), row(99, 5, 9)];
  deepStrictEqual(join(rows).peaks, ["c:5-99=5", "c:5-50=4", "c:5-20=3"]);
});
