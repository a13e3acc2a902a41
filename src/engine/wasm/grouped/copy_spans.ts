import { paddedIndex, type Tensor } from "../layout.ts";
import { laneIndex, type LaneTensor } from "./layout.ts";

/** Values that lie side by side both where they are copied from and where to, in float32. */
export interface Span {
  readonly tensor: number;
  readonly raw: number;
  length: number;
}

/** Where the values of a sample are in a tensor, and without gaps. */
export function inputSpans(tensor: Tensor): Span[] {
  return joinSpans(tensor, (value) => value);
}

/** Where the values of a sample are in a tensor, and in rows of a group's output, which may have gaps. */
export function outputSpans(tensor: Tensor, output: LaneTensor): Span[] {
  const { rows, channels, stride } = output;
  return joinSpans(tensor, (value) => {
    if (rows === 1) return laneIndex(output, value);
    return Math.floor(value / channels) * stride + value % channels;
  });
}

function joinSpans(tensor: Tensor, rawIndex: (value: number) => number): Span[] {
  const { rows, channels, stride } = tensor;
  const spans: Span[] = [];
  for (let value = 0; value < rows * channels; value++) {
    const inRow = paddedIndex(tensor, value % channels);
    const place = Math.floor(value / channels) * stride / 4 + inRow;
    const raw = rawIndex(value);
    const last = spans.at(-1);
    const follows = last !== undefined && last.tensor + last.length === place &&
      last.raw + last.length === raw;
    if (follows) last.length++;
    else spans.push({ tensor: place, raw, length: 1 });
  }
  return spans;
}
