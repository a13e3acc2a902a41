import type { SampleColumns } from "../io/columns.ts";
import type { SampleView } from "./sample_view.ts";

/**
 * Copies the samples of a view with some of their marks.
 *
 * @throws {RangeError} If a mark is not there or named twice, or there are 0 names.
 */
export function columnsOfMarks(view: SampleView, marks: readonly string[]): SampleColumns {
  const { columns, rows, bins } = view;
  const places = placesOf(marks, view.marks);
  const from = view.marks.length;
  const to = marks.length;
  const signal = new (columns.signal.constructor as Uint8ArrayConstructor)(rows.length * bins * to);
  for (const [position, row] of rows.entries()) {
    for (let bin = 0; bin < bins; bin++) {
      const source = (row * bins + bin) * from;
      const target = (position * bins + bin) * to;
      for (let mark = 0; mark < to; mark++) {
        signal[target + mark] = columns.signal[source + places[mark]!]!;
      }
    }
  }
  const { markMask, cellTypes } = columns;
  return {
    ...columns,
    signal,
    labels: view.hasLabels ? view.labels() : undefined,
    cellTypeIndex: view.cellTypeIndices(),
    geneIndex: view.geneIndices(),
    markMask: markMask && Uint8Array.from(
      { length: cellTypes.length * to },
      (_, i) => markMask[Math.floor(i / to) * from + places[i % to]!]!,
    ),
    record: { ...columns.record, marks: [...marks] },
  };
}

function placesOf(marks: readonly string[], known: readonly string[]): number[] {
  if (marks.length === 0) {
    throw new RangeError(
      `Cannot select marks: found 0 names, expected some of ${known.join(", ")}`,
    );
  }
  return marks.map((mark, i) => {
    const place = known.indexOf(mark);
    if (place < 0) {
      throw new RangeError(
        `Cannot select marks: found "${mark}", expected some of ${known.join(", ")}`,
      );
    }
    if (marks.indexOf(mark) === i) return place;
    throw new RangeError(`Cannot select marks: "${mark}" is named twice, expected each once`);
  });
}
