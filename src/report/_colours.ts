/** Colours of heat maps. */

import type { IndexedPicture } from "./_png.ts";

/** Viridis (van der Walt and Smith 2015), which is even to the eye and safe for the colour-blind, at equal steps. */
export const RAMP = [
  "#440154",
  "#482475",
  "#414487",
  "#355f8d",
  "#2a788e",
  "#21918c",
  "#22a884",
  "#44bf70",
  "#7ad151",
  "#bddf26",
  "#fde725",
] as const;

/** The last place of a picture's colours, for cells without a value. */
const NO_VALUE = 255;

/** Makes a picture of values; a value that is not a number is transparent. */
export function colourCells(
  values: Float64Array,
  { width, shareOf }: {
    readonly width: number;
    /** The place of a value on the ramp, from 0 to 1; what is outside is cut off. */
    readonly shareOf: (value: number) => number;
  },
): IndexedPicture {
  const pixels = Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return NO_VALUE;
    return Math.round(Math.min(1, Math.max(0, shareOf(value))) * (NO_VALUE - 1));
  });
  const colours = Array.from(
    { length: NO_VALUE },
    (_, place) => [...rampColour(place / (NO_VALUE - 1)), 255] as const,
  );
  return { width, pixels, colours: [...colours, [128, 128, 128, 0]] };
}

/** The colour at a place of the ramp, from 0 to 1. */
function rampColour(share: number): readonly [number, number, number] {
  const place = share * (RAMP.length - 1);
  const below = Math.min(RAMP.length - 2, Math.floor(place));
  const [one, other] = [RAMP[below]!, RAMP[below + 1]!].map((text) =>
    [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
  );
  const mix = (at: number) => Math.round(one![at]! + (other![at]! - one![at]!) * (place - below));
  return [mix(0), mix(1), mix(2)];
}
