/** Assigns units of equal size to parts. */

import { formatCountOf } from "../base/count.ts";
import { type RandomStream, shuffledIndices } from "../random.ts";

/** Units to be assigned to parts. */
export interface Units {
  /** The kind of unit, for messages. */
  readonly what: string;
  /** How many there are. */
  readonly count: number;
  /** What is done with the data, for messages, such as `data into 4 folds`. */
  readonly action: string;
  /** Relative sizes of the parts, `[part]`. */
  readonly weights: readonly number[];
}

/** Assigns the units to parts in their order: with k equal parts, part i has ⌊i·count/k⌋ to ⌊(i+1)·count/k⌋. */
export function assignInOrder(units: Units): Uint32Array<ArrayBuffer> {
  const parts = new Uint32Array(units.count);
  let start = 0;
  for (const [part, size] of sizesOf(units).entries()) {
    parts.fill(part, start, start + size);
    start += size;
  }
  return parts;
}

/**
 * The number of units of each part. Of parts that are not equal each but the first has its share, rounded, and at least one
 * unit; the first has the rest.
 */
function sizesOf(units: Units): number[] {
  const { what, count, action, weights } = units;
  refuseTooFew(units);
  const { length } = weights;
  if (weights.every((weight) => weight === weights[0])) {
    const startOf = (part: number) => Math.floor(part * count / length);
    return weights.map((_, part) => startOf(part + 1) - startOf(part));
  }
  const total = sum(weights);
  const sizes = weights.map((weight) => Math.max(1, Math.round(weight * count / total)));
  sizes[0] = count - sum(sizes.slice(1));
  if (sizes[0] >= 1) return sizes;
  throw new RangeError(
    `Cannot split ${action}: with at least one of ${
      formatCountOf(count, what)
    } in each part nothing is left to train on, expected smaller shares`,
  );
}

/** Assigns the units to parts at random. */
export function assignRandomly(units: Units, stream: RandomStream): Uint32Array<ArrayBuffer> {
  const inOrder = assignInOrder(units);
  const parts = new Uint32Array(units.count);
  shuffledIndices(units.count, stream).forEach((unit, place) => parts[unit] = inOrder[place]!);
  return parts;
}

/**
 * Assigns units to parts such that a value is distributed alike in all parts. Of the units in order of their values, each
 * few neighbours, as many as there are equal parts, are shared out among the parts at random.
 *
 * @param units The units.
 * @param options Their values, `[unit]`, and the random numbers.
 */
export function assignStratified(
  units: Units,
  { values, stream }: { readonly values: Float64Array; readonly stream: RandomStream },
): Uint32Array<ArrayBuffer> {
  const { count, weights } = units;
  const sizes = sizesOf(units);
  // Shuffled first, so that units of equal values are in random order.
  const order = shuffledIndices(count, stream).sort((a, b) => values[a]! - values[b]!);
  const neighbours = Math.round(sum(weights) / Math.min(...weights));
  const parts = new Uint32Array(count);
  const assigned = new Float64Array(sizes.length);
  for (let start = 0; start < count; start += neighbours) {
    const block = order.subarray(start, start + neighbours);
    for (const place of shuffledIndices(block.length, stream)) {
      const done = start + place + 1;
      const lacks = sizes.map((size, part) =>
        assigned[part] === size ? -Infinity : size * done / count - assigned[part]!
      );
      const part = neediest(lacks, stream);
      parts[block[place]!] = part;
      assigned[part]!++;
    }
  }
  return parts;
}

/** The part that lacks most; one of them at random if several do. */
function neediest(lacks: readonly number[], stream: RandomStream): number {
  const most = Math.max(...lacks);
  const parts = [...lacks.keys()].filter((part) => lacks[part]! > most - 1e-9);
  return parts.length === 1 ? parts[0]! : parts[stream.below(parts.length)]!;
}

/**
 * Throws unless there are at least as many units as parts.
 *
 * @throws {RangeError} With what to do instead.
 */
export function refuseTooFew({ what, count, action, weights: { length } }: Units): void {
  if (count >= length) return;
  const remedy = count > 1
    ? action.endsWith("folds") ? `. Take ${count} folds (--folds ${count})` : ""
    : what.startsWith("cell type")
    ? ". Split the data by gene (--scheme by-gene)"
    : "";
  throw new RangeError(
    `Cannot split ${action}: there ${count === 1 ? "is" : "are"} only ${
      formatCountOf(count, what)
    }, expected at least ${length}${remedy}`,
  );
}

/** The sum of some numbers. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
