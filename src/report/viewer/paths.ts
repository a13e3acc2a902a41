/**
 * Shapes of tracks, as the `d` of SVG paths. One unit to the right is a bin, and 100 units are the height of a lane, so
 * that zooming is a change of the view box. Functions of this file run in pages, too.
 */

/** The values at the lower and the upper edge of a lane. */
export interface LaneRange {
  /** At the lower edge. */
  readonly low: number;
  /** At the upper edge. */
  readonly high: number;
}

/** The range of values and 0; missing and infinite values are left out. */
export function rangeWithZero(values: ArrayLike<number>): LaneRange {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** The range that holds two others. */
export function joinRanges(one: LaneRange, other: LaneRange): LaneRange {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

/** The place of a value from the lane's upper edge, 0, to its lower one, 100. */
export function placeInLane(value: number, { low, high }: LaneRange): number {
  // A lane of zeros has its zero at the lower edge.
  const share = high > low ? (high - value) / (high - low) : 1;
  return Number.isNaN(share) ? 100 : Math.round(1000 * Math.min(1, Math.max(0, share))) / 10;
}

/** Bars from 0, of the bins that are kept. */
export function barsPath(
  values: ArrayLike<number>,
  { range, keep }: { readonly range: LaneRange; readonly keep: (bin: number) => boolean },
): string {
  const zero = placeInLane(0, range);
  let path = "";
  for (let bin = 0; bin < values.length; bin++) {
    if (Number.isNaN(values[bin]!) || values[bin] === 0 || !keep(bin)) continue;
    path += "M" + bin + ".08 " + zero + "V" + placeInLane(values[bin]!, range) + "h.84V" + zero +
      "z";
  }
  return path;
}

/** The area between 0 and the values of bins, in steps; missing values leave a gap. */
export function areaPath(values: ArrayLike<number>, range: LaneRange): string {
  const zero = placeInLane(0, range);
  let path = "";
  for (let bin = 0; bin < values.length; bin++) {
    if (Number.isNaN(values[bin]!)) continue;
    const follows = bin > 0 && !Number.isNaN(values[bin - 1]!);
    path += (follows ? "" : "M" + bin + " " + zero) + "V" + placeInLane(values[bin]!, range) + "h1";
    const ends = bin === values.length - 1 || Number.isNaN(values[bin + 1]!);
    if (ends) path += "V" + zero + "z";
  }
  return path;
}

/** A line through the middles of bins; missing values leave a gap. */
export function linePath(values: ArrayLike<number>, range: LaneRange): string {
  let path = "";
  let isOn = false;
  for (let bin = 0; bin < values.length; bin++) {
    const isValue = !Number.isNaN(values[bin]!);
    if (isValue) path += (isOn ? "L" : "M") + bin + ".5 " + placeInLane(values[bin]!, range);
    isOn = isValue;
  }
  return path;
}

/** The band between two lines through the middles of bins; there must be no missing values. */
export function bandPath(
  lows: ArrayLike<number>,
  { highs, range }: { readonly highs: ArrayLike<number>; readonly range: LaneRange },
): string {
  const there = linePath(highs, range);
  let back = "";
  for (let bin = lows.length - 1; bin >= 0; bin--) {
    if (Number.isNaN(lows[bin]!)) return "";
    back += "L" + bin + ".5 " + placeInLane(lows[bin]!, range);
  }
  return there === "" ? "" : there + back + "z";
}

/** Upright lines in the middle of bins, from a value less its deviation to the value and its deviation. */
export function whiskersPath(
  values: ArrayLike<number>,
  { deviations, range }: { readonly deviations: ArrayLike<number>; readonly range: LaneRange },
): string {
  let path = "";
  for (let bin = 0; bin < values.length; bin++) {
    const [value, deviation] = [values[bin]!, deviations[bin]!];
    if (!(deviation > 0)) continue;
    path += "M" + bin + ".5 " + placeInLane(value - deviation, range) + "V" +
      placeInLane(value + deviation, range);
  }
  return path;
}

/** A dash at the upper edge over each bin that is kept. */
export function dashesPath(bins: number, keep: (bin: number) => boolean): string {
  let path = "";
  for (let bin = 0; bin < bins; bin++) if (keep(bin)) path += "M" + bin + ".15 0h.7";
  return path;
}
