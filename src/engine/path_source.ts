/** Points between samples and baselines, as an engine takes them. */

import { ContractError } from "../errors.ts";
import { branchInputShape } from "../model/inputs.ts";
import { sizeOf } from "../model/layer_shapes.ts";
import type { InputName, InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import { gatherBatch } from "./gather_batch.ts";
import {
  entrySize,
  type GatheredInput,
  NO_ENTRY,
  placesOf,
  SampleBatch,
  type SampleSource,
} from "./sample_source.ts";

/** Paths from baselines to samples, and the points on them at which gradients are taken. */
export interface PathRequest {
  /** The samples, at which paths end. */
  readonly source: SampleSource;
  /** `[path]`: the row of the source at which each path ends. */
  readonly rows: Uint32Array;
  /**
   * Where paths begin, for each input that moves along them: `[baseline, …shape of a sample]`, transformed, with a value for
   * each place of `references`. An input that is not named stays as it is in the sample, as a sequence always does. So do
   * references that a sample lacks.
   */
  readonly baselines: Readonly<Partial<Record<InputName, Float32Array>>>;
  /** `[path]`: the baseline at which each path begins. */
  readonly baselineOf: Uint32Array;
  /** `[step]`, or `[path, step]`: the points' places on a path, from 0 at the baseline to 1 at the sample. */
  readonly fractions: Float64Array;
  /** `[step]`: what the gradient at each point counts. */
  readonly weights: Float64Array;
}

/**
 * The points of all paths as samples: row `path · steps + step`. Where `steps` is the number of weights.
 */
export class PathSource implements SampleSource {
  readonly samples: number;
  readonly inputs: readonly InputSpec[];
  readonly labels = undefined;
  readonly #request: PathRequest;
  readonly #steps: number;
  readonly #isShared: boolean;
  /** Room for the ends of paths that no gathering uses. */
  readonly #idle: SampleBatch[] = [];

  /**
   * Checks a request.
   *
   * @throws {ContractError} If its parts do not fit each other.
   * @throws {RangeError} If a path begins at a baseline that is missing.
   */
  constructor(request: PathRequest) {
    checkPaths(request);
    this.#request = request;
    this.#steps = request.weights.length;
    this.#isShared = request.fractions.length === this.#steps;
    this.samples = request.rows.length * this.#steps;
    this.inputs = request.source.inputs;
  }

  async gather(points: Uint32Array, into: SampleBatch, options?: AbortOptions): Promise<void> {
    const { source, rows, baselines, baselineOf } = this.#request;
    const pathOf = points.map((point) => Math.floor(point / this.#steps));
    const distinct = [...new Set(pathOf)];
    const placeOf = new Map(distinct.map((path, place) => [path, place]));
    const ends = this.#takeRoom(distinct.length, into);
    const own = Uint32Array.from(distinct, (path) => rows[path]!);
    await gatherBatch(source, own, ends, options);
    const endOf = pathOf.map((path) => placeOf.get(path)!);
    for (const input of into.inputs) {
      const end = ends.input(input.spec.name);
      const values = baselines[input.spec.name];
      if (values === undefined) copyEnds(input, end, endOf);
      else {
        const baselineOfPoint = pathOf.map((path) => baselineOf[path]!);
        const fractions = Float64Array.from(points, (point) => this.#fractionOf(point));
        mix(input, end, { endOf, values, baselineOfPoint, fractions });
      }
    }
    into.samples = points.length;
    this.#idle.push(ends);
  }

  #fractionOf(point: number): number {
    return this.#request.fractions[this.#isShared ? point % this.#steps : point]!;
  }

  /** Room for some samples with the inputs of a batch. */
  #takeRoom(samples: number, { inputs }: SampleBatch): SampleBatch {
    const wanted = inputs.map(({ spec }) => spec.name).join();
    const fits = ({ capacity, inputs }: SampleBatch) =>
      capacity >= samples && inputs.map(({ spec }) => spec.name).join() === wanted;
    const found = this.#idle.findIndex(fits);
    if (found >= 0) return this.#idle.splice(found, 1)[0]!;
    return new SampleBatch(inputs.map(({ spec }) => spec), samples);
  }
}

/** Gives each point the entries of its path's end. */
function copyEnds(into: GatheredInput, end: GatheredInput, endOf: Uint32Array): void {
  const places = placesOf(into.spec);
  into.entries = end.entries;
  into.values.set(end.values.subarray(0, end.entries * entrySize(into.spec)));
  for (const [point, from] of endOf.entries()) {
    const first = from * places;
    into.entryOf.set(end.entryOf.subarray(first, first + places), point * places);
  }
}

/** Gives each point entries of its own, between those of its baseline and of its path's end. */
function mix(
  into: GatheredInput,
  end: GatheredInput,
  { endOf, values, baselineOfPoint, fractions }: {
    readonly endOf: Uint32Array;
    readonly values: Float32Array;
    readonly baselineOfPoint: Uint32Array;
    readonly fractions: Float64Array;
  },
): void {
  const places = placesOf(into.spec);
  const size = entrySize(into.spec);
  let entries = 0;
  for (const [point, from] of endOf.entries()) {
    const fraction = fractions[point]!;
    for (let place = 0; place < places; place++) {
      const entry = end.entryOf[from * places + place]!;
      into.entryOf[point * places + place] = entry === NO_ENTRY ? NO_ENTRY : entries;
      if (entry === NO_ENTRY) continue;
      const start = (baselineOfPoint[point]! * places + place) * size;
      const [at, to] = [entry * size, entries++ * size];
      for (let i = 0; i < size; i++) {
        const begin = values[start + i]!;
        into.values[to + i] = begin + fraction * (end.values[at + i]! - begin);
      }
    }
  }
  into.entries = entries;
}

/** Values of the gradient of one input of one sample. */
export function gradientSize(input: InputSpec): number {
  return placesOf(input) * sizeOf(branchInputShape(input));
}

/** Throws unless the parts of a request fit each other. */
function checkPaths(
  { source, rows, baselines, baselineOf, fractions, weights }: PathRequest,
): void {
  const fail = (what: string): never => {
    throw new ContractError(`Cannot follow paths: found ${what}`);
  };
  const paths = rows.length;
  if (baselineOf.length !== paths) {
    fail(`${baselineOf.length} numbers of baselines, expected ${paths}, one for each path`);
  }
  const steps = weights.length;
  if (fractions.length !== steps && fractions.length !== paths * steps) {
    fail(`${fractions.length} fractions, expected ${steps}, or these for each of ${paths} paths`);
  }
  for (const [name, values] of Object.entries(baselines)) {
    const input = source.inputs.find((input) => input.name === name);
    if (input === undefined || input.name === "sequence") {
      fail(`baselines of ${name}, expected those of numbers that the samples have`);
    }
    const size = gradientSize(input!);
    const count = values.length / size;
    if (!Number.isInteger(count)) {
      fail(`${values.length} values of baselines of ${name}, expected a multiple of ${size}`);
    }
    const beyond = baselineOf.find((baseline) => !(baseline < count));
    if (beyond === undefined) continue;
    throw new RangeError(
      `Cannot follow paths: baseline ${beyond} of ${name} was requested, there are ${count}`,
    );
  }
}
