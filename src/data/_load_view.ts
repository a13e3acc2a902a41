import type { SampleColumns } from "../io/columns.ts";
import { makePacked } from "../io/packing.ts";
import { visitRows } from "../io/stored_rows.ts";
import type { StoredSignal } from "../io/stored_signal.ts";
import type { AbortOptions } from "../progress.ts";
import type { SampleView } from "./sample_view.ts";

/** Reads the samples of a view into columns of their own, in the order of the view. */
export async function loadView(
  view: SampleView,
  signal: StoredSignal,
  options: AbortOptions,
): Promise<SampleColumns> {
  const { columns, rows } = view;
  const { rowSize } = signal;
  const values = makePacked(signal.type, rows.length * rowSize);
  await visitRows(signal, rows, {
    signal: options.signal,
    visit: (own, place) => values.set(own, place * rowSize),
  });
  return {
    ...columns,
    signal: values,
    labels: view.hasLabels ? view.labels() : undefined,
    cellTypeIndex: view.cellTypeIndices(),
    geneIndex: view.geneIndices(),
  };
}
