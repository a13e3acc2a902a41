import { copyTransformed } from "../../copy_transformed.ts";
import type { SignalColumns } from "../../memory_source.ts";
import { addressOf, type Tensor } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

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
  for (let sample = start; sample < start + count; sample++) {
    const from = rows[sample]! * size;
    for (let piece = 0; piece < pieces; piece++) {
      const at = (addressOf(input, sample) + piece * input.stride) / 4;
      const first = from + piece * length;
      copyTransformed(signal.subarray(first, first + length), { target: floats, at, transform });
    }
  }
}
