/** What the axes of a value in an ONNX graph stand for. */

/**
 * What an axis is: samples, positions, channels, one of unit length, the directions and units of a recurrent layer, or the
 * values of a flat row.
 */
export type AxisKind =
  | "samples"
  | "positions"
  | "channels"
  | "unit"
  | "directions"
  | "units"
  | "row";

/** An axis of a value. */
export interface Axis {
  /** What it is. */
  readonly kind: AxisKind;
  /** Its extent; NaN for that of samples, which is not fixed. */
  readonly extent: number;
}

/** The order of a row's values, where it is not that of this package: positions fastest, as PyTorch flattens. */
export interface RowOrder {
  /** Number of positions. */
  readonly positions: number;
  /** Number of channels. */
  readonly channels: number;
}

/** Consecutive axes that become one. */
export interface Merged {
  /** What they become. */
  readonly axis: Axis;
  /** Whether positions and channels become a row, which is a layer. */
  readonly isFlatten: boolean;
  /** The row's order, if it is not that of this package. */
  readonly order?: RowOrder | undefined;
}

/** The axis of samples. */
export const SAMPLES: Axis = { kind: "samples", extent: NaN };
/** An axis of length 1. */
export const UNIT: Axis = { kind: "unit", extent: 1 };

/** Joins consecutive axes; `undefined` if no layer does that. */
export function mergeAxes(axes: readonly Axis[], hasPositions: boolean): Merged | undefined {
  const own = axes.filter(({ kind }) => kind !== "unit");
  const extent = own.reduce((product, axis) => product * axis.extent, 1);
  const kinds = own.map(({ kind }) => kind).join(" ");
  switch (kinds) {
    case "":
      return { axis: UNIT, isFlatten: false };
    case "samples":
    case "positions":
    case "channels":
    case "row":
      return { axis: own[0]!, isFlatten: false };
    case "directions units":
      return { axis: { kind: hasPositions ? "channels" : "row", extent }, isFlatten: false };
    case "positions channels":
    case "positions directions units":
      return { axis: { kind: "row", extent }, isFlatten: true };
    case "channels positions": {
      const order = { positions: own[1]!.extent, channels: own[0]!.extent };
      return { axis: { kind: "row", extent }, isFlatten: true, order };
    }
    default:
      return undefined;
  }
}

/**
 * Finds which axes become which of a new shape.
 *
 * @param axes The axes.
 * @param target The new extents; NaN for that of samples.
 * @returns For each new axis those that it is made of; `undefined` if the shapes do not fit.
 */
export function splitAxes(axes: readonly Axis[], target: readonly number[]): Axis[][] | undefined {
  const groups: Axis[][] = [];
  let next = 0;
  for (const extent of target) {
    const group: Axis[] = [];
    if (Number.isNaN(extent)) {
      while (axes[next]?.kind === "unit") group.push(axes[next++]!);
      if (axes[next]?.kind !== "samples") return undefined;
      group.push(axes[next++]!);
    } else {
      let product = 1;
      const fits = () => product === extent;
      while (next < axes.length && !(fits() && extent > 1)) {
        const axis = axes[next]!;
        if (axis.kind === "samples" || product * axis.extent > extent) break;
        product *= axis.extent;
        group.push(axis);
        next++;
        if (extent === 1) break;
      }
      if (!fits()) return undefined;
    }
    groups.push(group);
  }
  const rest = axes.slice(next);
  if (rest.some((axis) => axis.extent !== 1)) return undefined;
  // What is left has unit length, such as the only position: it belongs to the last group.
  groups.at(-1)?.push(...rest);
  return groups;
}

/**
 * Resolves the extents that a Reshape names: 0 keeps one, -1 is what is left.
 *
 * @returns The extents, NaN for that of samples; `undefined` if they cannot be known.
 */
export function resolveShape(
  axes: readonly Axis[],
  given: readonly number[],
): number[] | undefined {
  const kept = given.map((extent, i) => extent === 0 ? axes[i]?.extent ?? 0 : extent);
  const open = kept.indexOf(-1);
  if (open < 0) {
    // A graph that was exported for one sample.
    return kept.some(Number.isNaN) ? kept : undefined;
  }
  if (!kept.some(Number.isNaN)) return kept.with(open, NaN);
  const product = (values: readonly number[]) =>
    values.filter((value) => !Number.isNaN(value)).reduce((a, b) => a * b, 1);
  const whole = product(axes.map(({ extent }) => extent));
  const left = whole / product(kept.filter((_, i) => i !== open));
  return Number.isInteger(left) ? kept.with(open, left) : undefined;
}
