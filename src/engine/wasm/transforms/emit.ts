/**
 * Assembles the transforms of inputs and outputs over vectors, four samples or channels in the lanes. Two points ±a
 * share their work: with the even and the odd part of a polynomial, p(±a) is the one plus or minus the other.
 *
 * @module
 */

import type { Local } from "../assembler/assembler.ts";
import { type Combiner, countInstructions, type Term } from "./combiner.ts";
import { inputMatrix, monicProduct, outputMatrix } from "./matrices.ts";
import { finitePoints, firstPair, type Transform } from "./points.ts";

/** What a transform of inputs reads and writes. */
export interface InputTransformCode {
  /** `[input]`: a tile's inputs; absent where they are known to be zero. */
  readonly inputs: readonly (Local | undefined)[];
  /** Called for each frequency in order; `push` pushes the transformed value. */
  readonly store: (frequency: number, push: () => void) => void;
}

/** Assembles B · d. */
export function emitInputTransform(
  combiner: Combiner,
  transform: Transform,
  { inputs, store }: InputTransformCode,
): void {
  const { code } = combiner;
  const { pairs, singles } = transform.points;
  const points = finitePoints(transform);
  const pushRow = (row: readonly number[], first = 0) =>
    combiner.pushSum(termsOf(row, inputs, first));
  const pushWithout = (point: number) => pushRow(monicProduct(points, [point]));
  const paired = firstPair(transform);
  if (paired > 0) store(0, () => pushWithout(0));
  for (const [pair, point] of pairs.entries()) {
    // (x + a) · R(x) and (x − a) · R(x), where R leaves out both points.
    const [high, low] = [combiner.local("high"), combiner.local("low")];
    const rest = monicProduct(points, [point, -point]);
    pushRow(rest, 1);
    code.set(high);
    pushRow(rest);
    code.set(low);
    const pushEnd = (factor: number) => {
      code.get(high);
      if (Math.abs(factor) !== 1) combiner.multiplyAdd([factor, low]);
      else code.get(low).op(factor === 1 ? "f32x4.add" : "f32x4.sub");
    };
    store(paired + 2 * pair, () => pushEnd(point));
    store(paired + 1 + 2 * pair, () => pushEnd(-point));
  }
  for (const [index, point] of singles.entries()) {
    store(paired + 2 * pairs.length + index, () => pushWithout(point));
  }
  store(transform.frequencies - 1, () => pushRow(monicProduct(points, [])));
}

/** What a transform of outputs reads and writes. */
export interface OutputTransformCode {
  /** Pushes a product. */
  readonly load: (frequency: number) => void;
  /** Called for each output in order; `push` pushes it. */
  readonly store: (output: number, push: () => void) => void;
  /**
   * How many of the outputs are wanted, the first ones.
   *
   * @default all
   */
  readonly wanted?: number | undefined;
}

/** Assembles A · m. */
export function emitOutputTransform(
  combiner: Combiner,
  transform: Transform,
  { load, store, wanted = transform.outputs }: OutputTransformCode,
): void {
  const { code } = combiner;
  const { points: { pairs, singles }, frequencies, outputs } = transform;
  if (frequencies === 1) {
    store(0, () => load(0));
    return;
  }
  const named = (name: string, index: number) => combiner.local(`${name}${index}`);
  const loadInto = (local: Local, frequency: number) => {
    load(frequency);
    code.set(local);
    return local;
  };
  const paired = firstPair(transform);
  const both = pairs.map((_, pair) => {
    const plus = loadInto(combiner.local("plus"), paired + 2 * pair);
    const minus = loadInto(combiner.local("minus"), paired + 1 + 2 * pair);
    const [even, odd] = [named("even", pair), named("odd", pair)];
    code.get(plus).get(minus).op("f32x4.add").set(even);
    code.get(plus).get(minus).op("f32x4.sub").set(odd);
    return { even, odd };
  });
  const alone = singles.map((_, index) => {
    return loadInto(named("single", index), paired + 2 * pairs.length + index);
  });
  const zero = paired > 0 ? loadInto(combiner.local("zero"), 0) : undefined;
  const infinity = wanted < outputs
    ? undefined
    : loadInto(combiner.local("infinity"), frequencies - 1);
  for (let output = 0; output < wanted; output++) {
    const terms: Term[] = [];
    if (output === 0 && zero !== undefined) terms.push([1, zero]);
    if (output === outputs - 1) terms.push([1, infinity!]);
    for (const [pair, point] of pairs.entries()) {
      terms.push([point ** output, output % 2 === 0 ? both[pair]!.even : both[pair]!.odd]);
    }
    for (const [index, point] of singles.entries()) terms.push([point ** output, alone[index]!]);
    store(output, () => combiner.pushSum(terms));
  }
}

function termsOf(
  row: readonly number[],
  inputs: readonly (Local | undefined)[],
  first: number,
): Term[] {
  return row.flatMap((coefficient, index) => {
    const input = inputs[first + index];
    return input === undefined ? [] : [[coefficient, input] as const];
  });
}

/** Instructions that transform the inputs of a tile, without loads and stores. */
export function countInputInstructions(transform: Transform): number {
  const points = finitePoints(transform);
  const ofPairs = transform.points.pairs.map((point) => {
    const rest = countInstructions(monicProduct(points, [point, -point]));
    return 2 * rest + (point === 1 ? 2 : 4);
  });
  const rows = inputMatrix(transform);
  const first = firstPair(transform);
  const last = first + 2 * transform.points.pairs.length;
  const others = rows.filter((_, frequency) => frequency < first || frequency >= last);
  return [...ofPairs, ...others.map(countInstructions)].reduce((sum, count) => sum + count, 0);
}

/** Instructions that transform the products of a tile into its outputs, without loads and stores. */
export function countOutputInstructions(transform: Transform): number {
  const { points: { pairs }, frequencies } = transform;
  const first = firstPair(transform);
  // Both points of a pair share a term.
  const second = (frequency: number) =>
    frequency >= first && frequency < first + 2 * pairs.length && (frequency - first) % 2 === 1;
  if (frequencies === 1) return 0;
  const rows = outputMatrix(transform).map((row) => {
    return countInstructions(row.filter((_, frequency) => !second(frequency)));
  });
  return 2 * pairs.length + rows.reduce((sum, count) => sum + count, 0);
}
