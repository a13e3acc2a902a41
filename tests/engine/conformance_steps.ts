/** What a step does besides the gradients, against float64 written out here: Adam, dropout masks, batch statistics. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { fillDropoutMask } from "../../src/engine/dropout.ts";
import type { SessionState } from "../../src/engine/engine.ts";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import type { Subject } from "../helpers/one_model.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";
import type { Test } from "./conformance.ts";

/** Registers these tests for one engine; `everyLayer` has a layer of every kind that has weights. */
export function testSteps(subject: Subject, everyLayer: ModelSpec, test: Test): void {
  test(`${subject.name} takes Adam's steps as the paper has them`, () => checkLinearAdam(subject));
  test(`${subject.name} moves the weights of every kind of layer by Adam`, () =>
    checkAdamOf(subject, everyLayer));
  test(`${subject.name} draws other dropout masks in each epoch and each layer`, () =>
    checkMasks(subject));
  test(`${subject.name} normalises by the whole batch, however unlike its parts are`, () =>
    checkBatchStatistics(subject));
}

/** Adam's state in float64. */
export interface Reference {
  readonly weights: readonly Float64Array[];
  readonly first: readonly Float64Array[];
  readonly second: readonly Float64Array[];
}

/**
 * Kingma and Ba 2015, algorithm 1, as it stands there, with the decay of Loshchilov and Hutter 2019, algorithm 2: no
 * constant and no function of the engines is used.
 */
export function stepAdam(
  { weights, first, second }: Reference,
  gradients: readonly Float64Array[],
  { t, alpha, decays = [] }: {
    readonly t: number;
    readonly alpha: number;
    /** Decay of each weight, 0 if absent. */
    readonly decays?: readonly number[];
  },
): Reference {
  const m = first.map((values, i) => values.map((v, k) => 0.9 * v + 0.1 * gradients[i]![k]!));
  const v = second.map((values, i) =>
    values.map((v, k) => 0.999 * v + 0.001 * gradients[i]![k]! ** 2)
  );
  const moved = weights.map((values, i) =>
    values.map((w, k) => {
      const [mHat, vHat] = [m[i]![k]! / (1 - 0.9 ** t), v[i]![k]! / (1 - 0.999 ** t)];
      return w - alpha * (mHat / (Math.sqrt(vHat) + 1e-7) + (decays[i] ?? 0) * w);
    })
  );
  return { weights: moved, first: m, second: v };
}

/** One dense unit on the flattened input. */
export const LINEAR = parseSpec({
  name: "linear",
  bins: 3,
  marks: 2,
  layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
  loss: "meanSquaredError",
});

async function checkLinearAdam(subject: Subject): Promise<void> {
  const data = randomData(LINEAR, 4);
  const weights = initialWeights(LINEAR, 2);
  const alpha = 0.05;
  const options = { weights, seed: 0, batchSize: 4, learningRate: alpha };
  await using session = await subject.open(LINEAR, options);
  const toFloat64 = (arrays: SessionState["weights"]) => arrays.map((a) => Float64Array.from(a));
  const zeros = () => weights.map(({ length }) => new Float64Array(length));
  let wanted: Reference = { weights: toFloat64(weights), first: zeros(), second: zeros() };
  for (let t = 1; t <= 5; t++) {
    wanted = stepAdam(wanted, linearGradients(data, wanted.weights), { t, alpha });
    await session.runEpoch({ data, order: allRows(4), epoch: t - 1 });
    const found = await session.state();
    strictEqual(found.step, t);
    checkClose(found.weights, wanted.weights, { of: `weights after ${t} steps`, relative: 1e-5 });
    checkClose(found.firstMoments, wanted.first, { of: `first moments ${t}`, relative: 1e-4 });
    checkClose(found.secondMoments, wanted.second, { of: `second moments ${t}`, relative: 1e-4 });
  }
}

/** Gradients of the mean squared error of w · x + b. */
export function linearGradients(
  data: SignalColumns,
  weights: readonly Float64Array[],
): Float64Array[] {
  const samples = data.labels!.length;
  const outputs = linearOutputs(data, weights);
  return backLinear(
    data,
    outputs.map((output, row) => 2 * (output - data.labels![row]!) / samples),
  );
}

/** Outputs w · x + b of {@linkcode LINEAR}. */
export function linearOutputs(
  { signal, labels }: SignalColumns,
  weights: readonly ArrayLike<number>[],
): Float64Array {
  const [kernel, bias] = [Array.from(weights[0]!), weights[1]![0]!];
  return Float64Array.from(
    labels!,
    (_, row) => kernel.reduce((sum, w, k) => sum + w * signal[row * kernel.length + k]!, bias),
  );
}

/** Gradients of {@linkcode LINEAR}, given the derivatives with respect to its outputs. */
export function backLinear({ signal, bins, marks }: SignalColumns, slopes: Float64Array) {
  const size = bins * marks;
  const gradients = [new Float64Array(size), new Float64Array(1)];
  for (const [row, slope] of slopes.entries()) {
    for (let k = 0; k < size; k++) gradients[0]![k]! += slope * signal[row * size + k]!;
    gradients[1]![0]! += slope;
  }
  return gradients;
}

/** Throws unless arrays agree, relative to the largest value of each. */
export function checkClose(
  found: readonly Float32Array[],
  wanted: readonly Float64Array[],
  { of, relative }: { readonly of: string; readonly relative: number },
): void {
  strictEqual(found.length, wanted.length);
  wanted.forEach((values, i) => {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    values.forEach((value, k) => {
      const apart = Math.abs(found[i]![k]! - value) / scale;
      ok(apart <= relative, `${of}: ${found[i]![k]} in array ${i}, expected ${value}`);
    });
  });
}

/** The gradient of each step is what the first moments say; the second ones and the weights must follow from it. */
async function checkAdamOf(subject: Subject, spec: ModelSpec): Promise<void> {
  const samples = 12;
  const data = randomData(spec, samples);
  const alpha = 0.01;
  const options = { weights: initialWeights(spec, 3), seed: 2, batchSize: 6, learningRate: alpha };
  await using session = await subject.open(spec, options);
  let before: SessionState = structuredClone(await session.state());
  for (let t = 1; t <= 4; t++) {
    const piece = { start: t % 2 === 1 ? 0 : 6, end: t % 2 === 1 ? 6 : 12 };
    await session.runEpoch({ data, order: allRows(samples), epoch: (t - 1) >> 1, ...piece });
    const after = structuredClone(await session.state());
    checkStep(spec, { before, after, t, alpha });
    before = after;
  }
}

function checkStep(
  spec: ModelSpec,
  { before, after, t, alpha }: {
    readonly before: SessionState;
    readonly after: SessionState;
    readonly t: number;
    readonly alpha: number;
  },
): void {
  const trained = weightShapes(spec).flatMap(({ trainable }, i) => trainable ? [i] : []);
  trained.forEach((place, i) => {
    after.firstMoments[i]!.forEach((m, k) => {
      const gradient = (m - 0.9 * before.firstMoments[i]![k]!) / 0.1;
      const v = after.secondMoments[i]![k]!;
      const wantedV = 0.999 * before.secondMoments[i]![k]! + 0.001 * gradient ** 2;
      // The gradient is computed from the moment, and so has its rounding error.
      const rounding = 1e-4 * wantedV + 1e-5 * m ** 2 + 1e-20;
      ok(Math.abs(v - wantedV) <= rounding, `second moment ${v}, expected ${wantedV}`);
      const [mHat, vHat] = [m / (1 - 0.9 ** t), v / (1 - 0.999 ** t)];
      const w = before.weights[place]![k]!;
      const wanted = w - alpha * mHat / (Math.sqrt(vHat) + 1e-7);
      const apart = Math.abs(after.weights[place]![k]! - wanted);
      ok(apart <= 1e-3 * alpha + 1e-6 * Math.abs(w), `weight ${place} moved to ${apart} from it`);
    });
  });
}

const UNITS = 64;
const RATE = 0.5;

/** A dropout before and after a layer that changes nothing. */
const DROPPED_TWICE = parseSpec({
  name: "dropped twice",
  bins: UNITS,
  marks: 1,
  layers: [
    { type: "flatten" },
    { type: "dropout", rate: RATE },
    { type: "dense", units: UNITS },
    { type: "dropout", rate: RATE },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

/**
 * With ones as input, the identity as first kernel and a prediction that is wrong, the gradient of the last kernel is
 * the product of both masks, but for a factor.
 */
async function checkMasks(subject: Subject): Promise<void> {
  const identity = new Float32Array(UNITS * UNITS);
  for (let unit = 0; unit < UNITS; unit++) identity[unit * (UNITS + 1)] = 1;
  const last = new Float32Array(UNITS).fill(1 / UNITS);
  const weights = [identity, new Float32Array(UNITS), last, new Float32Array(1)];
  const seed = 23;
  const options = { weights, seed, batchSize: 1, learningRate: 1e-30 };
  const data: SignalColumns = {
    signal: new Uint8Array(UNITS).fill(1),
    labels: Float64Array.of(-3),
    bins: UNITS,
    marks: 1,
    transform: "none",
  };
  const keptIn = async (epoch: number) => {
    await using session = await subject.open(DROPPED_TWICE, options);
    await session.runEpoch({ data, order: allRows(1), epoch });
    return Array.from((await session.state()).firstMoments[2]!, (moment) => moment !== 0);
  };
  const maskOf = (layer: number, epoch: number) => {
    const factors = new Float32Array(UNITS);
    const key = deriveKey(seed, "dropout", layer, epoch);
    fillDropoutMask(factors, { key, rate: RATE, firstPosition: 0, units: UNITS });
    return Array.from(factors, (factor) => factor !== 0);
  };
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 4; epoch++) {
    const kept = await keptIn(epoch);
    const [inner, outer] = [maskOf(1, epoch), maskOf(3, epoch)];
    deepStrictEqual(kept, inner.map((isKept, unit) => isKept && outer[unit]));
    // One mask for both layers would keep the units that one of them keeps: a half, not a quarter.
    const share = kept.filter(Boolean).length / UNITS;
    ok(share > 0.08 && share < 0.42, `kept ${share}`);
    seen.add(String(kept));
  }
  strictEqual(seen.size, 4, "two epochs have the same masks");
}

const NORMALISED = parseSpec({
  name: "normalised",
  bins: 5,
  marks: 2,
  layers: [
    { type: "conv1d", filters: 3, width: 1, dilation: 1, padding: "same" },
    // About the size of the variance, to tell whether it is added once.
    { type: "batchNorm", momentum: 0.5, epsilon: 0.5 },
    { type: "flatten" },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

/** Samples in ascending order of size, so that any part of the batch has a mean of its own. */
async function checkBatchStatistics(subject: Subject): Promise<void> {
  const samples = 60;
  const { bins, marks } = NORMALISED;
  const stream = new RandomStream(deriveKey(5, "normalised"));
  const size = bins * marks;
  const signal = Uint8Array.from(
    { length: samples * size },
    (_, i) => 4 * Math.floor(i / size) + stream.below(4),
  );
  const labels = new Float64Array(samples);
  const data: SignalColumns = { signal, labels, bins, marks, transform: "none" };
  const weights = initialWeights(NORMALISED, 4).map((values, i) =>
    i === 0 ? values.map((value) => value / 100) : values
  );
  const options = { weights, seed: 0, batchSize: samples, learningRate: 1e-30 };
  await using session = await subject.open(NORMALISED, options);
  await session.runEpoch({ data, order: allRows(samples), epoch: 0 });
  const names: string[] = weightShapes(NORMALISED).map(({ name }) => name);
  const found = await session.weights();
  const [kernel, bias] = [weights[0]!, weights[1]!];
  const count = samples * bins;
  for (let filter = 0; filter < 3; filter++) {
    const values = Float64Array.from({ length: count }, (_, row) => {
      const [first, second] = [signal[2 * row]!, signal[2 * row + 1]!];
      return first * kernel[filter]! + second * kernel[3 + filter]! + bias[filter]!;
    });
    const mean = values.reduce((sum, value) => sum + value / count, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
    const moved = { moving_mean: 0.5 * mean, moving_variance: 0.5 + 0.5 * variance };
    for (const [name, wanted] of Object.entries(moved)) {
      const value = found[names.indexOf(name)]![filter]!;
      ok(Math.abs(value - wanted) <= 1e-4 * Math.abs(wanted), `${name} ${value}, not ${wanted}`);
    }
  }
  const predicted = await session.predict(data, allRows(samples));
  const expected = predictNormalised(data, found);
  const apart = largestDifference(predicted, expected) / magnitude(expected);
  ok(apart < 1e-4, `predictions differ by ${apart}`);
}

/** Predictions of {@linkcode NORMALISED}, from the moving averages. */
function predictNormalised(
  { signal, labels }: SignalColumns,
  weights: readonly Float32Array[],
): Float64Array {
  const of = (place: number, value: number) => weights[place]![value]!;
  const { bins } = NORMALISED;
  return Float64Array.from(labels!, (_, sample) => {
    let sum = of(7, 0);
    for (let bin = 0; bin < bins; bin++) {
      const [first = NaN, second = NaN] = signal.subarray(2 * (sample * bins + bin));
      for (let filter = 0; filter < 3; filter++) {
        // Kernel and bias, then γ, β, mean and variance, then the dense layer's.
        const value = first * of(0, filter) + second * of(0, 3 + filter) + of(1, filter);
        const scale = Math.sqrt(of(5, filter) + 0.5);
        sum += (of(2, filter) * (value - of(4, filter)) / scale + of(3, filter)) *
          of(6, 3 * bin + filter);
      }
    }
    return sum;
  });
}
