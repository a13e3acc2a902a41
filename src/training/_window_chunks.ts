import type { SampleColumns } from "../io/columns.ts";
import { isStored } from "../io/stored_signal.ts";

/** Bytes of a chunk of signal that is in memory: about those of the chunks in which it is stored. */
const CHUNK_BYTES = 2 ** 20;

/**
 * The chunks of which windows are made: those in which the signal is stored or, if it is in memory, spans of rows of about
 * the same size.
 *
 * @param columns The samples.
 * @returns The first row of each chunk, and after the last the number of rows, `[chunk + 1]`.
 */
export function chunksForWindows(
  { signal, bins, record: { marks }, geneIndex: { length: rows } }: SampleColumns,
): Uint32Array {
  if (isStored(signal)) return signal.chunkStarts;
  const rowBytes = bins * marks.length * signal.BYTES_PER_ELEMENT;
  const size = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  return Uint32Array.from(
    { length: Math.ceil(rows / size) + 1 },
    (_, chunk) => Math.min(rows, chunk * size),
  );
}
