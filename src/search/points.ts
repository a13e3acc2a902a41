import { deriveKey, RandomStream } from "../random.ts";
import type {
  ConvolutionAxes,
  ConvolutionPoint,
  NumberRange,
  SearchPoint,
  SearchSpace,
} from "./space.ts";

/** Picks one of the candidates of the axis whose turn it is. */
type Choose = <Value>(candidates: readonly Value[]) => Value;
type ChooseNumber = (candidates: readonly number[] | NumberRange) => number;

/**
 * Makes a point by asking for one choice after another. The number of convolutions comes first, and blocks that a
 * model does not have are not asked for; so different choices always make different points.
 */
function makePoint(space: SearchSpace, choose: Choose, chooseNumber: ChooseNumber): SearchPoint {
  const count = choose(space.convolutions);
  const shared = chooseAxes(space, choose);
  return {
    convolutions: space.blocks.slice(0, count).map((block) => {
      const chosen = { ...shared, ...chooseAxes(block, choose) };
      // `parseSpace` ensures that each axis is in the block or at the top.
      const { filters, width, dilation, pool } = chosen as ConvolutionPoint;
      return { filters, width, dilation, pool };
    }),
    padding: choose(space.padding),
    activation: choose(space.activation),
    batchNorm: choose(space.batchNorm),
    dropout: chooseNumber(space.dropout),
    dense: choose(space.dense),
    learningRate: chooseNumber(space.learningRate),
    batchSize: choose(space.batchSize),
    // Asked for last, and only where the space has them: the points of other spaces stay the same.
    ...(space.linear && { linear: choose(space.linear) }),
    ...(space.signal && { signal: choose(space.signal) }),
    ...(space.branches && {
      branches: space.branches.map(({ input, convolution, units = [[]] }) => ({
        input,
        ...(convolution && { convolution: chooseConvolution(convolution, choose) }),
        units: choose(units),
      })),
    }),
  };
}

/** `parseSpace` ensures that each axis of a branch's convolution is there. */
function chooseConvolution(axes: ConvolutionAxes, choose: Choose): ConvolutionPoint {
  return chooseAxes(axes, choose) as ConvolutionPoint;
}

function chooseAxes(axes: ConvolutionAxes, choose: Choose): Partial<ConvolutionPoint> {
  const { filters, width, dilation, pool } = axes;
  return {
    ...(filters && { filters: choose(filters) }),
    ...(width && { width: choose(width) }),
    ...(dilation && { dilation: choose(dilation) }),
    ...(pool && { pool: choose(pool) }),
  };
}

/**
 * Counts the distinct points of a space.
 *
 * @param space The space.
 * @returns Their number; infinite if one of its axes is a range.
 *
 * @example Two widths, three numbers of filters
 * ```ts
 * import { countPoints, parseSpace } from "@waka/histone/search";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(countPoints(parseSpace({ filters: [8, 16, 32], blocks: [{ width: [3, 5] }] })), 6);
 * ```
 */
export function countPoints(space: SearchSpace): number {
  let total = 0;
  for (const count of space.convolutions) {
    let points = 1;
    const choose: Choose = (candidates) => {
      points *= candidates.length;
      return candidates[0]!;
    };
    const chooseNumber: ChooseNumber = (candidates) => {
      if (!isRange(candidates)) return choose(candidates);
      points = Infinity;
      return candidates.from;
    };
    makePoint({ ...space, convolutions: [count] }, choose, chooseNumber);
    total += points;
  }
  return total;
}

/**
 * Enumerates the points of a space, the last axis changing fastest.
 *
 * @param space The space.
 * @returns Every point once.
 * @throws {RangeError} If an axis is a range.
 *
 * @example The widths of a small grid
 * ```ts
 * import { gridPoints, parseSpace } from "@waka/histone/search";
 * import { deepStrictEqual } from "node:assert";
 *
 * const space = parseSpace({ filters: [8], blocks: [{ width: [3, 5] }] });
 * deepStrictEqual([...gridPoints(space)].map(({ convolutions: [first] }) => first?.width), [3, 5]);
 * ```
 */
export function* gridPoints(space: SearchSpace): Generator<SearchPoint> {
  // Place of the candidate that each choice takes; choices beyond the end take the first.
  let places: number[] = [];
  do {
    const sizes: number[] = [];
    const choose: Choose = (candidates) => {
      sizes.push(candidates.length);
      return candidates[places[sizes.length - 1] ?? 0]!;
    };
    const chooseNumber: ChooseNumber = (candidates) => {
      if (!isRange(candidates)) return choose(candidates);
      throw new RangeError(
        `Cannot search a grid: an axis is the range from ${candidates.from} to ${candidates.to}, ` +
          "expected an array of candidates",
      );
    };
    yield makePoint(space, choose, chooseNumber);
    places = nextPlaces(sizes.map((_, axis) => places[axis] ?? 0), sizes);
  } while (places.length > 0);
}

/** Moves the last choice that has a candidate left and forgets those after it; empty after the last point. */
function nextPlaces(places: readonly number[], sizes: readonly number[]): number[] {
  const axis = places.findLastIndex((place, axis) => place + 1 < sizes[axis]!);
  return axis < 0 ? [] : [...places.slice(0, axis), places[axis]! + 1];
}

/**
 * Draws points at random (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization", JMLR 13:281).
 * Draw i has its own random stream, named by the seed and i, so the first n points do not depend on how many are taken.
 *
 * @param space The space. A number of convolutions is drawn first, every one equally likely, then the other axes.
 * @param seed An integer from 0 to 2^53 − 1.
 * @returns Distinct points, until a finite space has no more.
 *
 * @example All points of a small space, in a random order
 * ```ts
 * import { parseSpace, randomPoints } from "@waka/histone/search";
 * import { deepStrictEqual } from "node:assert";
 *
 * const space = parseSpace({ filters: [8], width: [3], blocks: [{}], batchSize: [50, 100] });
 * const drawn = [...randomPoints(space, 1)].map(({ batchSize }) => batchSize);
 * deepStrictEqual(drawn.toSorted((a, b) => a - b), [50, 100]);
 * ```
 */
export function* randomPoints(space: SearchSpace, seed: number): Generator<SearchPoint> {
  const all = countPoints(space);
  const seen = new Set<string>();
  for (let draw = 0; seen.size < all; draw++) {
    const stream = new RandomStream(deriveKey(seed, "search", draw));
    const choose: Choose = (candidates) => candidates[stream.below(candidates.length)]!;
    const point = makePoint(
      space,
      choose,
      (candidates) => isRange(candidates) ? drawNumber(candidates, stream) : choose(candidates),
    );
    const key = JSON.stringify(point);
    if (seen.has(key)) continue;
    seen.add(key);
    yield point;
  }
}

function drawNumber({ from, to, scale }: NumberRange, stream: RandomStream): number {
  const share = stream.uniform();
  return scale === "linear" ? from + share * (to - from) : from * (to / from) ** share;
}

function isRange(candidates: readonly number[] | NumberRange): candidates is NumberRange {
  return "scale" in candidates;
}
