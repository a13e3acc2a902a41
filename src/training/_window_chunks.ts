import type { SampleColumns } from "../io/columns.ts";
import { chunkRowsOf, isStored } from "../io/stored_signal.ts";

/**
 * The chunks of which windows are made: those in which the signal is stored or, if it is in memory, would usually be.
 *
 * @param columns The samples.
 * @returns The first row of each chunk, and after the last the number of rows, `[chunk + 1]`.
 */
export function chunksForWindows(
  { signal, bins, record: { marks }, geneIndex: { length: rows } }: SampleColumns,
): Uint32Array {
  if (isStored(signal)) return signal.chunkStarts;
  const size = chunkRowsOf(bins * marks.length);
  return Uint32Array.from(
    { length: Math.ceil(rows / size) + 1 },
    (_, chunk) => Math.min(rows, chunk * size),
  );
}
