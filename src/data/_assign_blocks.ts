/** Assigns units of different sizes, such as chromosomes, to parts. */

import type { RandomStream } from "../random.ts";
import { quantile } from "../metrics/quantile.ts";
import { refuseTooFew, sum, type Units } from "./_assign_units.ts";
import type { FoldAxis } from "./fold_axes.ts";

/** How often the units are assigned in another order; the most even assignment is taken. */
const TRIES = 32;
/** In how many bands of labels, of which each has as many, parts are made even. */
const BANDS = 5;

/** What {@linkcode assignBlocks} needs besides the units. */
export interface BlockOptions {
  /** The units and their sizes. */
  readonly axis: FoldAxis & { readonly sizedBy: Uint32Array };
  /** The labels, `[position]`, if they are to be distributed alike. */
  readonly labels: Float64Array | undefined;
  readonly stream: RandomStream;
}

/**
 * Assigns units to parts such that the parts' sizes are as even, relative to their weights, as a few random tries find.
 * In each try the units are taken in order of size, roughly, and each is put where it makes the sum of the squares of the
 * parts' sizes grow least (Graham 1969, SIAM Journal on Applied Mathematics 17:416, with squares). With labels, a unit's size is a count for
 * each band of labels.
 *
 * @throws {RangeError} If there are fewer units than parts.
 */
export function assignBlocks(units: Units, options: BlockOptions): Uint32Array<ArrayBuffer> {
  refuseTooFew(units);
  const sizes = measureBlocks(units, options);
  const totals = sizes[0]!.map((_, band) => sum(sizes.map((size) => size[band]!)));
  const whole = sizes.map(sum);
  let best: Assignment | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const keys = whole.map((size) => size * (0.5 + 0.5 * options.stream.uniform()));
    const order = [...keys.keys()].sort((a, b) => keys[b]! - keys[a]!);
    const found = assignGreedily(order, { sizes, totals, weights: units.weights });
    if (best === undefined || found.cost < best.cost) best = found;
  }
  return best!.parts;
}

/** The size of each unit in each band of labels, `[unit][band]`. */
function measureBlocks({ count }: Units, { axis, labels }: BlockOptions): number[][] {
  const { unitOfRow, sizedBy } = axis;
  const means = new Map<number, { unit: number; label: number; rows: number }>();
  for (const [row, item] of sizedBy.entries()) {
    const mean = means.get(item) ?? { unit: unitOfRow[row]!, label: 0, rows: 0 };
    means.set(item, mean);
    mean.label += ((labels?.[row] ?? 0) - mean.label) / ++mean.rows;
  }
  const items = [...means.values()];
  const limits = labels === undefined
    ? []
    : bandLimits(Float64Array.from(items, ({ label }) => label));
  const sizes = Array.from({ length: count }, () => Array<number>(limits.length + 1).fill(0));
  for (const { unit, label } of items) {
    sizes[unit]![limits.filter((limit) => label > limit).length]!++;
  }
  return sizes;
}

/** The limits between bands; fewer where many labels are equal. */
function bandLimits(labels: Float64Array): number[] {
  const sorted = labels.toSorted();
  const limits = Array.from({ length: BANDS - 1 }, (_, i) => quantile(sorted, (i + 1) / BANDS));
  const [last] = sorted.subarray(-1);
  return [...new Set(limits)].filter((limit) => limit < last!);
}

interface Assignment {
  /** The part of each unit. */
  readonly parts: Uint32Array<ArrayBuffer>;
  /** How uneven the parts are. */
  readonly cost: number;
}

function assignGreedily(
  order: readonly number[],
  { sizes, totals, weights }: {
    readonly sizes: readonly (readonly number[])[];
    readonly totals: readonly number[];
    readonly weights: readonly number[];
  },
): Assignment {
  const parts = new Uint32Array(order.length);
  const loads = weights.map(() => totals.map(() => 0));
  const filled = new Set<number>();
  let cost = 0;
  for (const [place, unit] of order.entries()) {
    // The last units fill the parts that have none.
    const mustFill = order.length - place <= weights.length - filled.size;
    let [part, least] = [-1, Infinity];
    for (const [candidate, weight] of weights.entries()) {
      if (mustFill && filled.has(candidate)) continue;
      const growth = growthOf(loads[candidate]!, sizes[unit]!, totals) / weight;
      if (growth < least) [part, least] = [candidate, growth];
    }
    parts[unit] = part;
    filled.add(part);
    cost += least;
    for (const [band, size] of sizes[unit]!.entries()) loads[part]![band]! += size;
  }
  return { parts, cost };
}

/** By how much the sum of squares of a part's loads grows, each relative to the whole of its band. */
function growthOf(
  load: readonly number[],
  size: readonly number[],
  totals: readonly number[],
): number {
  let growth = 0;
  for (const [band, total] of totals.entries()) {
    growth += (2 * load[band]! * size[band]! + size[band]! ** 2) / total ** 2;
  }
  return growth;
}
