/** What every engine makes of losses, of weights of samples, and of variants of samples. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { lossAndSlope } from "../../src/engine/loss.ts";
import { memorySource, type SignalColumns } from "../../src/engine/memory_source.ts";
import { rankLossAndSlope } from "../../src/engine/rank_loss.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { ContractError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import type { Loss, SequentialSpec } from "../../src/model/spec.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { ODD, withoutBatchNorm } from "../helpers/odd_specs.ts";
import type { Subject } from "../helpers/one_model.ts";
import { largestDifference } from "../helpers/tolerances.ts";
import { backLinear, checkClose, LINEAR, linearOutputs } from "./conformance_steps.ts";
import type { Test } from "./conformance.ts";

const BINARY: SequentialSpec = parseSpec({
  ...LINEAR,
  layers: [...LINEAR.layers, { type: "activation", kind: "sigmoid" }],
  loss: "binaryCrossentropy",
});
const SPECS: readonly SequentialSpec[] = [
  LINEAR,
  BINARY,
  parseSpec({ ...LINEAR, loss: { type: "huber", delta: 1.5 } }),
  parseSpec({ ...LINEAR, loss: "rank" }),
];
/** More than one part of a batch has, and more than one workgroup of a GPU. */
const SAMPLES = 70;

/** Registers these tests for one engine. */
export function testLosses(subject: Subject, test: Test): void {
  for (const spec of SPECS) {
    const name = JSON.stringify(spec.loss);
    test(`${subject.name} weighs samples in ${name} as float64 does`, () =>
      checkWeighted(subject, spec));
  }
  test(`${subject.name} trains on variants of samples as on samples of their own`, () =>
    checkVariants(subject));
  // Members differ in nothing of what follows.
  if (subject.members > 1) return;
  test(`${subject.name} takes a weight of 1 as none, bit for bit`, () => checkOnes(subject));
  test(`${subject.name} leaves out a sample whose weight is 0`, () => checkZero(subject));
  test(`${subject.name} refuses weights that are no weights`, () => checkRefusals(subject));
  test(`${subject.name} has loss 0 and no gradient where a batch has no pair`, () =>
    checkNoPair(subject));
}

/** Small counts, and labels of which some tie. */
function exampleOf(spec: SequentialSpec): SignalColumns {
  const { labels, ...data } = randomData(spec, SAMPLES);
  const weights = Float64Array.from({ length: SAMPLES }, (_, i) => (i % 5) / 2);
  return { ...data, labels: labels!.map((label) => Math.round(label)), weights };
}

/** Loss and gradients of a linear model, from the losses' float64 formulas. */
function wantedOf(
  loss: Loss,
  data: SignalColumns,
  weights: readonly Float32Array[],
): { readonly loss: number; readonly gradients: Float64Array[] } {
  const outputs = linearOutputs(data, weights);
  const labels = data.labels!;
  const weightAt = (sample: number) => data.weights?.[sample] ?? 1;
  const ranked = rankLossAndSlope({
    samples: labels.length,
    outputAt: (sample) => outputs[sample]!,
    labelAt: (sample) => labels[sample]!,
    weightAt,
  });
  const found = Array.from(labels, (label, sample) => {
    if (loss === "rank") return ranked(sample);
    const [value, slope] = lossAndSlope(loss)(outputs[sample]!, label);
    return [weightAt(sample) * value, weightAt(sample) * slope] as const;
  });
  const slopes = Float64Array.from(found, ([, slope]) => slope / labels.length);
  return {
    loss: found.reduce((sum, [value]) => sum + value, 0) / labels.length,
    gradients: backLinear(data, slopes),
  };
}

async function checkWeighted(subject: Subject, spec: SequentialSpec): Promise<void> {
  const data = exampleOf(spec);
  const weights = initialWeights(spec, 2);
  const options = { weights, seed: 0, batchSize: SAMPLES, learningRate: 1e-30 };
  await using session = await subject.open(spec, options);
  const loss = await session.runEpoch({ data, order: allRows(SAMPLES), epoch: 0 });
  const wanted = wantedOf(spec.loss, data, weights);
  ok(Math.abs(loss - wanted.loss) <= 1e-5 * wanted.loss, `loss ${loss}, expected ${wanted.loss}`);
  const moments = wanted.gradients.map((gradient) => gradient.map((value) => 0.1 * value));
  const { firstMoments } = await session.state();
  if (spec.loss === "rank") {
    // The output's zero does not matter, so the bias has no gradient but for rounding.
    ok(Math.abs(firstMoments[1]![0]!) < 1e-6 * Math.hypot(...moments[0]!));
    moments[1]![0] = firstMoments[1]![0]!;
  }
  checkClose(firstMoments, moments, { of: "first moments", relative: 2e-5 });
}

async function checkOnes(subject: Subject): Promise<void> {
  const spec = withoutBatchNorm(ODD);
  const data = randomData(spec, 23);
  const run = async (weights: Float64Array | undefined) => {
    const options = { seed: 4, batchSize: 8, learningRate: 0.01 };
    await using session = await subject.open(spec, {
      ...options,
      weights: initialWeights(spec, 3),
    });
    await session.runEpoch({ data: { ...data, weights }, order: allRows(23), epoch: 0 });
    return await session.state();
  };
  deepStrictEqual(await run(new Float64Array(23).fill(1)), await run(undefined));
}

async function checkZero(subject: Subject): Promise<void> {
  const weights = new Float64Array(12).fill(1);
  weights[7] = 0;
  for (const spec of SPECS) {
    const run = async (label: number) => {
      const data = exampleOf(spec);
      const labels = data.labels!.slice(0, 12);
      labels[7] = label;
      const options = { weights: initialWeights(spec, 2), seed: 0, batchSize: 6 };
      await using session = await subject.open(spec, { ...options, learningRate: 0.01 });
      const few = { ...data, signal: data.signal.slice(0, 72), labels, weights };
      const loss = await session.runEpoch({ data: few, order: allRows(12), epoch: 0 });
      return { loss, weights: await session.weights() };
    };
    const [first, second] = [await run(0), await run(1)];
    strictEqual(first.loss, second.loss);
    deepStrictEqual(first.weights, second.weights);
  }
}

async function checkRefusals(subject: Subject): Promise<void> {
  const data = exampleOf(LINEAR);
  const options = { weights: initialWeights(LINEAR, 2), seed: 0, batchSize: 9, learningRate: 0.01 };
  await using session = await subject.open(LINEAR, options);
  const before = await session.state();
  const run = (weights: Float64Array) =>
    session.runEpoch({ data: { ...data, weights }, order: allRows(SAMPLES), epoch: 0 });
  for (const wrong of [-1, NaN, Infinity]) {
    const weights = data.weights!.slice();
    weights[11] = wrong;
    await rejects(run(weights), (error) => {
      ok(error instanceof RangeError);
      ok(error.message.includes(`the weight of sample 11 is ${wrong}, expected`), error.message);
      return true;
    });
  }
  await rejects(run(new Float64Array(3)), /3 weights of samples were given, expected 70/);
  deepStrictEqual(await session.state(), before);
}

async function checkNoPair(subject: Subject): Promise<void> {
  const spec = SPECS.at(-1)!;
  const data = exampleOf(spec);
  const weights = initialWeights(spec, 2);
  const options = { weights, seed: 0, batchSize: 1, learningRate: 0.01 };
  await using session = await subject.open(spec, options);
  strictEqual(await session.runEpoch({ data, order: allRows(3), epoch: 0 }), 0);
  const state = await session.state();
  strictEqual(state.step, 3);
  ok(largestDifference(state.weights[0]!, weights[0]!) === 0, "a weight moved without a gradient");
}

/** Each sample as it is, and with its signal doubled. */
function withVariants(data: SignalColumns): { variants: SampleSource; whole: SampleSource } {
  const { signal, labels, weights, bins, marks, transform } = data;
  const samples = labels!.length;
  const twice = <Values extends Float64Array | undefined>(values: Values) =>
    values && Float64Array.from([...values, ...values]);
  const whole = memorySource({
    signal: Uint8Array.from([...signal, ...Array.from(signal, (value) => 2 * value)]),
    labels: twice(labels),
    weights: twice(weights),
    bins,
    marks,
    transform,
  });
  const { inputs } = whole;
  const gather: SampleSource["gather"] = (rows, into) => whole.gather(rows, into);
  return { whole, variants: { samples, variants: 2, inputs, labels, weights, gather } };
}

async function checkVariants(subject: Subject): Promise<void> {
  const spec = withoutBatchNorm(ODD);
  const data = randomData(spec, 9);
  const weights = Float64Array.from({ length: 9 }, (_, i) => 1 + i / 4);
  const { variants, whole } = withVariants({ ...data, weights });
  // Some rows of each variant, one sample in both.
  const order = Uint32Array.of(4, 13, 0, 17, 9, 8, 2);
  const options = { seed: 4, batchSize: 3, learningRate: 0.01 };
  await using model = await subject.open(spec, { ...options, weights: initialWeights(spec, 3) });
  const start = structuredClone(await model.state());
  const run = async (source: SampleSource) => {
    await model.restore(start);
    const loss = await model.runEpoch({ data: source, order, epoch: 0 });
    return { loss, predicted: await model.predict(source, order), state: await model.state() };
  };
  // Without the signal in memory, so that both take the same way.
  const { samples, inputs, labels } = whole;
  const gather: SampleSource["gather"] = (rows, into) => whole.gather(rows, into);
  const own = { samples, inputs, labels, weights: whole.weights, gather };
  deepStrictEqual(await run(variants), await run(own));
  await rejects(
    model.predict(variants, Uint32Array.of(18)),
    /row 18 was requested, the data have 18 rows/,
  );
  for (const [rows, named] of [[Int16Array.of(-1), "-1"], [Float64Array.of(0.5), "0.5"]] as const) {
    const wrong = rows as unknown as Uint32Array<ArrayBuffer>;
    await rejects(model.predict(variants, wrong), new RegExp(`row ${named} was requested`));
  }
  for (const wrong of [0, 1.5, -1, NaN, 2 ** 31]) {
    await rejects(model.predict({ ...variants, variants: wrong }, order), ContractError);
  }
  const { resident } = whole;
  await rejects(
    model.predict({ ...own, resident, variants: 2 }, order),
    /a resident signal and 2 variants, expected 1/,
  );
}
