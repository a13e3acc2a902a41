/** How weights move: decay, schedules of the learning rate, frozen weights. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { MemberOptions, SessionState } from "../../src/engine/engine.ts";
import { learningRateAt } from "../../src/engine/schedule.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { ModelSpec, SequentialSpec } from "../../src/model/spec.ts";
import { BRANCHED, BRANCHED_PLAIN, branchedSource, optionsFor } from "../helpers/branched.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { ODD, ODD_RECURRENT, ODD_SEQUENCES } from "../helpers/odd_specs.ts";
import type { OneModel, OneModelOptions, Subject, TestData } from "../helpers/one_model.ts";
import { largestDifference } from "../helpers/tolerances.ts";
import {
  checkClose,
  LINEAR,
  linearGradients,
  type Reference,
  stepAdam,
} from "./conformance_steps.ts";
import type { Test } from "./conformance.ts";

const SAMPLES = 14;

/** Registers these tests for one engine. */
export function testUpdates(subject: Subject, test: Test): void {
  const supported = (spec: ModelSpec) => subject.engine.supports(spec).supported;
  test(`${subject.name} takes AdamW's steps along a schedule as the papers have them`, () =>
    checkLinear(subject));
  const recurrent = [ODD_SEQUENCES, ODD_RECURRENT, ODD].find(supported)!;
  const specs = [recurrent, BRANCHED].filter(supported);
  for (const spec of [...specs, BRANCHED_PLAIN].filter(supported)) {
    test(`${subject.name} leaves frozen weights of "${spec.name}" as they are`, () =>
      checkFrozen(subject, spec));
  }
  // Members differ in nothing of what follows.
  if (subject.members > 1) return;
  for (const spec of specs) {
    test(`${subject.name} decays the kernels of "${spec.name}" and nothing else`, () =>
      checkDecay(subject, spec));
    test(`${subject.name} resumes "${spec.name}" in the middle of a schedule`, () =>
      checkResume(subject, spec));
  }
  test(`${subject.name} refuses settings of updates that are out of range`, () =>
    checkRefusals(subject));
}

async function checkLinear(subject: Subject): Promise<void> {
  const data = randomData(LINEAR, 4);
  const weights = initialWeights(LINEAR, 2).map((values) => values.map((value) => value + 0.5));
  const [learningRate, weightDecay, totalSteps] = [0.05, 0.3, 6];
  const schedule = { type: "oneCycle", warmUp: 0.4 } as const;
  const update = { learningRate, weightDecay, totalSteps, schedule };
  await using session = await subject.open(LINEAR, { ...update, weights, seed: 0, batchSize: 4 });
  const zeros = () => weights.map(({ length }) => new Float64Array(length));
  let wanted: Reference = {
    weights: weights.map((values) => Float64Array.from(values)),
    first: zeros(),
    second: zeros(),
  };
  // One step more than the schedule has.
  for (let t = 1; t <= totalSteps + 1; t++) {
    const alpha = learningRateAt(schedule, { step: t, totalSteps, learningRate });
    const gradients = linearGradients(data, wanted.weights);
    wanted = stepAdam(wanted, gradients, { t, alpha, decays: [weightDecay, 0] });
    await session.runEpoch({ data, order: allRows(4), epoch: t - 1 });
    const found = await session.state();
    checkClose(found.weights, wanted.weights, { of: `weights after ${t} steps`, relative: 1e-5 });
    checkClose(found.firstMoments, wanted.first, { of: `first moments ${t}`, relative: 1e-4 });
    checkClose(found.secondMoments, wanted.second, { of: `second moments ${t}`, relative: 1e-4 });
  }
}

function dataFor(spec: ModelSpec): TestData {
  return "branches" in spec
    ? branchedSource(spec, SAMPLES)
    : randomData(spec as SequentialSpec, SAMPLES);
}

/** State before and after some steps. */
async function trainSome(
  subject: Subject,
  spec: ModelSpec,
  { epochs = 1, ...options }: Partial<OneModelOptions> & { readonly epochs?: number },
): Promise<{ readonly before: SessionState; readonly after: SessionState }> {
  await using model = await subject.open(spec, { ...optionsFor(spec), ...options });
  const before = structuredClone(await model.state());
  await trainEpochs(model, dataFor(spec), Array.from({ length: epochs }, (_, epoch) => epoch));
  return { before, after: await model.state() };
}

async function trainEpochs(model: OneModel, data: TestData, epochs: readonly number[]) {
  for (const epoch of epochs) await model.runEpoch({ data, order: allRows(SAMPLES), epoch });
}

/** The first step's gradient does not depend on the decay, so the weights differ by the decay alone. */
async function checkDecay(subject: Subject, spec: ModelSpec): Promise<void> {
  const [learningRate, weightDecay] = [0.01, 0.2];
  const options = { batchSize: SAMPLES, learningRate };
  const plain = await trainSome(subject, spec, options);
  const decayed = await trainSome(subject, spec, { ...options, weightDecay });
  const seen = new Set<string>();
  for (const [i, { name }] of weightShapes(spec).entries()) {
    const factor = name.endsWith("kernel") ? learningRate * weightDecay : 0;
    seen.add(name);
    for (const [k, before] of plain.before.weights[i]!.entries()) {
      const wanted = plain.after.weights[i]![k]! - factor * before;
      const apart = Math.abs(decayed.after.weights[i]![k]! - wanted);
      ok(
        apart <= 1e-5 * learningRate + 1e-6 * Math.abs(before),
        `${name}: ${apart} from ${wanted}`,
      );
    }
  }
  ok(seen.size >= 3, [...seen].join(", "));
}

async function checkResume(subject: Subject, spec: ModelSpec): Promise<void> {
  const data = dataFor(spec);
  const options = {
    ...optionsFor(spec),
    schedule: { type: "cosine", warmUp: 0.3 } as const,
    totalSteps: 9,
    weightDecay: 0.1,
    frozen: [0],
  };
  const weights = (state: SessionState) => state.weights;
  await using whole = await subject.open(spec, options);
  await trainEpochs(whole, data, [0]);
  const state = structuredClone(await whole.state());
  await trainEpochs(whole, data, [1, 2]);
  await using resumed = await subject.open(spec, options);
  await resumed.restore(state);
  await trainEpochs(resumed, data, [1]);
  const request = { data, order: allRows(SAMPLES), epoch: 2 };
  await resumed.runEpoch({ ...request, end: 6 });
  await resumed.runEpoch({ ...request, start: 6 });
  deepStrictEqual(await resumed.state(), await whole.state());
  ok(largestDifference(weights(state)[1]!, (await whole.weights())[1]!) > 0);
}

/** Sets of trainable weights to freeze: the first half, such as encoders; the second half, such as a head; each other. */
function setsToFreeze(spec: ModelSpec): readonly (readonly number[])[] {
  const shapes = weightShapes(spec);
  const trainable = [...shapes.entries()].filter(([, { trainable }]) => trainable);
  const recurrent = new Set(
    shapes.flatMap(({ name, layer }) => name.endsWith("recurrent_kernel") ? layer! : []),
  );
  const whole = (set: readonly number[]) => {
    // Weights of a recurrent layer stay together.
    const layers = new Set(set.map((index) => shapes[index]!.layer));
    const others = [...shapes.keys()].filter((index) => {
      const { layer } = shapes[index]!;
      return layer !== undefined && recurrent.has(layer) && layers.has(layer);
    });
    return [...new Set([...set, ...others])].sort((a, b) => a - b);
  };
  const indices = trainable.map(([index]) => index);
  const half = Math.floor(indices.length / 2);
  return [
    whole(indices.slice(0, half)),
    whole(indices.slice(half)),
    whole(indices.filter((_, i) => i % 2 === 1)),
    indices,
  ];
}

async function checkFrozen(subject: Subject, spec: ModelSpec): Promise<void> {
  const shapes = weightShapes(spec);
  const trainable = [...shapes.entries()].filter(([, { trainable }]) => trainable)
    .map(([index]) => index);
  const options = { weightDecay: 0.1 };
  // The first step has the same gradients, whatever is frozen.
  const free = await trainSome(subject, spec, { ...options, batchSize: SAMPLES });
  for (const frozen of setsToFreeze(spec)) {
    const first = await trainSome(subject, spec, { ...options, frozen, batchSize: SAMPLES });
    const later = await trainSome(subject, spec, { ...options, frozen, epochs: 2 });
    strictEqual(later.after.step, 6);
    for (const [i, index] of trainable.entries()) {
      const { name } = shapes[index]!;
      const what = `weight ${index} (${name}), frozen ${frozen.join(", ")}`;
      if (frozen.includes(index)) {
        for (const { before, after } of [first, later]) {
          deepStrictEqual(after.weights[index], before.weights[index], what);
          ok(after.firstMoments[i]!.every((moment) => moment === 0), what);
          ok(after.secondMoments[i]!.every((moment) => moment === 0), what);
        }
        continue;
      }
      const apart = largestDifference(first.after.weights[index]!, free.after.weights[index]!);
      ok(apart <= 1e-6, `${what}: ${apart} from where it would be`);
      ok(largestDifference(later.after.weights[index]!, later.before.weights[index]!) > 0, what);
    }
  }
}

async function checkRefusals(subject: Subject): Promise<void> {
  const spec = ODD;
  const own = { weights: initialWeights(spec, 1), seed: 1, batchSize: 4, learningRate: 0.01 };
  const refuse = (options: Partial<MemberOptions>, message: RegExp) =>
    rejects(subject.open(spec, { ...own, ...options }), (error) => {
      ok(error instanceof RangeError, `${error}`);
      ok(message.test(error.message), error.message);
      return true;
    });
  for (const weightDecay of [-0.1, NaN, Infinity]) {
    await refuse({ weightDecay }, /weightDecay is .*, expected a number >= 0/);
  }
  const schedule = { type: "oneCycle" } as const;
  await refuse({ schedule }, /a schedule of type oneCycle needs totalSteps/);
  for (const totalSteps of [0, 1.5, NaN]) {
    await refuse({ schedule, totalSteps }, /totalSteps is .*, expected an integer >= 1/);
  }
  await refuse(
    { schedule: { type: "cosine", warmUp: 1 }, totalSteps: 4 },
    /schedule\.warmUp is 1/,
  );
  const count = weightShapes(spec).length;
  for (const index of [-1, count, 0.5, NaN]) {
    await refuse({ frozen: [index] }, /Cannot freeze weight .*: the model has \d+ weights/);
  }
  const moving = weightShapes(spec).findIndex(({ name }) => name === "moving_mean");
  await refuse({ frozen: [moving] }, /it is a moving_mean, expected one that training moves/);
  if (!subject.engine.supports(ODD_RECURRENT).supported) return;
  const recurrent = weightShapes(ODD_RECURRENT).findIndex(({ name }) => name.includes("_gru/"));
  const weights = initialWeights(ODD_RECURRENT, 1);
  await rejects(
    subject.open(ODD_RECURRENT, { ...own, weights, frozen: [recurrent] }),
    /expected all weights of a recurrent layer or none/,
  );
}
