import { copyTransformed } from "../../copy_transformed.ts";
import type { SignalColumns } from "../../memory_source.ts";
import { addressOf, type Tensor } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

const CACHE_LINE = 64;

/** What was read ahead, kept so that no compiler leaves the reading out. */
let _readAhead = 0;

/** Copies a part's samples out of their columns, transformed. `rows` says which samples the batch has. */
export function gatherSamples(
  { floats }: ExecutionContext,
  { data: { signal, bins, marks, transform }, input, rows }: {
    readonly data: SignalColumns;
    readonly input: Tensor;
    readonly rows: Uint32Array;
  },
  { start, count }: Part,
): void {
  const size = bins * marks;
  // Where rows have no gaps between them a sample is copied in one piece.
  const [pieces, length] = input.stride === 4 * marks ? [1, size] : [bins, marks];
  _readAhead = readLines(signal, rows.subarray(start, start + count), size);
  for (let sample = start; sample < start + count; sample++) {
    const from = rows[sample]! * size;
    for (let piece = 0; piece < pieces; piece++) {
      const at = (addressOf(input, sample) + piece * input.stride) / 4;
      const first = from + piece * length;
      copyTransformed(signal.subarray(first, first + length), { target: floats, at, transform });
    }
  }
}

/**
 * Reads a value of each cache line of samples. They lie anywhere in memory, so the processor fetches some tens of lines
 * together in the time that it would take for the first one while it copied.
 */
function readLines(signal: SignalColumns["signal"], rows: Uint32Array, size: number): number {
  const step = CACHE_LINE / signal.BYTES_PER_ELEMENT;
  let sum = 0;
  for (const row of rows) {
    const end = (row + 1) * size;
    for (let value = row * size; value < end; value += step) sum += signal[value]!;
  }
  return sum;
}
