/** Many curves as bands of quantiles, since more than a few lines cannot be told from each other. */

import { quantile } from "../metrics/quantile.ts";
import { BLUE } from "./_theme.ts";

/** More curves than this are shown as bands. */
export const MOST_LINES = 6;

/** Quantiles of curves at one place. */
export interface BandPoint {
  readonly position: number;
  readonly least: number;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
  readonly largest: number;
}

/** The quantiles of curves at each place; `curves` are `[curve][place]`. */
export function bandPoints(
  curves: readonly ArrayLike<number>[],
  positions: readonly number[],
): BandPoint[] {
  return positions.map((position, place) => {
    const sorted = Float64Array.from(curves, (curve) => curve[place]!).sort();
    const [least, low, middle, high, largest] = [0, 0.25, 0.5, 0.75, 1]
      .map((share) => quantile(sorted, share));
    return {
      position,
      least: least!,
      low: low!,
      middle: middle!,
      high: high!,
      largest: largest!,
    };
  });
}

/** What the bands are, for captions. */
export const BANDS =
  "The line is the median of the cell types, the dark band holds the middle half of them, the " +
  "light band all.";

/** The layers of bands, with `x` the axis of positions. */
export function bandLayers(
  points: readonly BandPoint[],
  { x, y }: { readonly x: object; readonly y: object },
) {
  const area = (from: keyof BandPoint, to: keyof BandPoint, opacity: number) => ({
    mark: { type: "area" as const, color: BLUE, opacity },
    encoding: { x, y: { ...y, field: from }, y2: { field: to } },
  });
  return {
    data: { values: [...points] },
    layer: [
      area("least", "largest", 0.18),
      area("low", "high", 0.35),
      {
        mark: { type: "line" as const, color: BLUE, strokeWidth: 1.75 },
        encoding: { x, y: { ...y, field: "middle" } },
      },
    ],
  };
}
