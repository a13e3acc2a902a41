/** Bins in the direction of transcription: which lie in a range of base pairs, and how far a shift moves them. */

import type { Direction } from "../strands.ts";
import type { EditSelection } from "./edits.ts";

/** The window of samples. */
export interface BinShape {
  readonly bins: number;
  readonly binSizeBp: number;
}

/** Bins by direction; `undefined` where they depend on a strand that is not known. */
export interface SelectedBins {
  readonly forward: Uint32Array;
  readonly backward: Uint32Array;
  readonly unknown: Uint32Array | undefined;
}

/**
 * The bins of a range, ascending. A bin is in a range of base pairs if its middle is, so a base more or less at the ends
 * of windows on the minus strand does not matter.
 */
export function selectBins(
  { startBp, endBp, startBin = 0, endBin }: EditSelection,
  { bins, binSizeBp }: BinShape,
): SelectedBins {
  const select = (isIn: (bin: number) => boolean) =>
    Uint32Array.from({ length: bins }, (_, bin) => bin).filter(isIn);
  if (startBp === undefined && endBp === undefined) {
    const all = select((bin) => bin >= startBin && bin < (endBin ?? bins));
    return { forward: all, backward: all, unknown: all };
  }
  const within = (direction: 1 | -1) =>
    select((bin) => {
      const middle = direction * (bin + 0.5 - bins / 2) * binSizeBp;
      return middle >= (startBp ?? -Infinity) && middle < (endBp ?? Infinity);
    });
  const [forward, backward] = [within(1), within(-1)];
  const isSame = forward.length === backward.length &&
    forward.every((bin, place) => bin === backward[place]);
  return { forward, backward, unknown: isSame ? forward : undefined };
}

/** The bins for a direction. */
export function binsFor(
  { forward, backward, unknown }: SelectedBins,
  direction: Direction,
): Uint32Array | undefined {
  return direction === 0 ? unknown : direction === 1 ? forward : backward;
}
