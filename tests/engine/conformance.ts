/** One suite that every engine passes. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { dropoutKey, fillDropoutMask } from "../../src/engine/dropout.ts";
import type { Engine, SessionState } from "../../src/engine/engine.ts";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { allRows, lossAndGradients, randomData } from "../helpers/engine_runs.ts";
import { GOLDEN_NAMES, type GoldenName } from "../helpers/golden.ts";
import {
  ODD,
  ODD_BINARY,
  ODD_HUBER,
  ODD_RANKED,
  ODD_RECURRENT,
  ODD_SEQUENCES,
  withoutBatchNorm,
} from "../helpers/odd_specs.ts";
import { type OneModel, type Subject, subjectOf } from "../helpers/one_model.ts";
import { DERIVATIVE_TOLERANCE, largestDifference, magnitude } from "../helpers/tolerances.ts";
import { testBranches } from "./conformance_branches.ts";
import { testEndings, testRefusals } from "./conformance_endings.ts";
import { testGoldenRuns } from "./conformance_golden.ts";
import { testBidirectionalGru } from "./conformance_gru.ts";
import { testLosses } from "./conformance_losses.ts";
import { testOutputs } from "./conformance_outputs.ts";
import { testCalls, testMembers } from "./conformance_session.ts";
import { testRecurrent } from "./conformance_recurrent.ts";
import { testSequences } from "./conformance_sequences.ts";
import { testSources } from "./conformance_sources.ts";
import { testWaiting } from "./conformance_waiting.ts";
import { testSteps } from "./conformance_steps.ts";
import { testUpdates } from "./conformance_updates.ts";

/** How a test is registered. */
export type Test = (name: string, body: () => Promise<void>) => void;

/**
 * Registers the suite for one engine, with sessions of one member, and of three where it is about sessions; `test` is
 * `Deno.test` or a `testWith` of what the engine needs. `golden` names the runs of PyTorch that are followed here, all by
 * default.
 */
export function testConformance(
  engine: Engine,
  test: Test,
  { golden = GOLDEN_NAMES }: { readonly golden?: readonly GoldenName[] } = {},
): void {
  testMembers(engine, test);
  const alone = subjectOf(engine, 1);
  testGoldenRuns(alone, test, golden);
  testModel(alone, test);
  for (const subject of [alone, subjectOf(engine, 3)]) testSession(subject, test);
}

/** Registers what a model computes between two others, which take as long again. */
export function testBetweenOthers(engine: Engine, test: Test): void {
  testModel(subjectOf(engine, 3), test);
}

/** What a session does, whatever it computes. */
function testSession(subject: Subject, test: Test): void {
  testCalls(subject, test);
  testPrediction(subject, test);
  testEndings(subject, test);
  testRefusals(subject, test);
  testSources(subject, test);
  testWaiting(subject, test);
}

/** What a model computes. */
function testModel(subject: Subject, test: Test): void {
  testGradients(subject, test);
  testBidirectionalGru(subject, test);
  testRecurrent(subject, test);
  testDropout(subject, test);
  const supported = (spec: ModelSpec) => subject.engine.supports(spec).supported;
  testSteps(subject, [ODD_SEQUENCES, ODD_RECURRENT, ODD].find(supported)!, test);
  testOutputs(subject, test);
  testReproducibility(subject, test);
  testBranches(subject, test);
  testSequences(subject, test);
  testLosses(subject, test);
  testUpdates(subject, test);
}

/** Gradients of models of odd shapes, against differences of the loss. */
export function testGradients(
  subject: Subject,
  test: Test,
  specs: readonly ModelSpec[] = [ODD, ODD_BINARY, ODD_RECURRENT, ODD_SEQUENCES],
): void {
  for (const spec of specs.filter((spec) => subject.engine.supports(spec).supported)) {
    for (const batchSize of [1, 7, 64]) {
      test(`${subject.name} has the gradient of "${spec.name}" at batch ${batchSize}`, async () => {
        // Batch normalisation over one position of one sample has no variance to speak of; 37 are enough.
        const data = randomData(spec, batchSize);
        const weights = initialWeights(spec, 3);
        const { loss, gradients } = await lossAndGradients(subject, spec, { data, weights });
        ok(Number.isFinite(loss));
        await checkDerivative(subject, spec, { data, weights, gradients });
      });
    }
  }
  for (const spec of [ODD_HUBER, ODD_RANKED]) {
    test(`${subject.name} has the gradient of "${spec.name}"`, async () => {
      const data = randomData(spec, 37);
      const weights = initialWeights(spec, 3);
      const { gradients } = await lossAndGradients(subject, spec, { data, weights });
      await checkDerivative(subject, spec, { data, weights, gradients });
    });
  }
  test(`${subject.name} weighs a partial last batch by its samples`, async () => {
    const spec = withoutBatchNorm(ODD);
    const data = randomData(spec, 17);
    // A learning rate too small to move a weight: the epoch's loss is the mean over all samples.
    const options = { weights: initialWeights(spec, 3), seed: 1, learningRate: 1e-30 };
    const run = async (batchSize: number) => {
      await using session = await subject.open(spec, { ...options, batchSize });
      return await session.runEpoch({ data, order: allRows(17), epoch: 0 });
    };
    const [whole, parts] = [await run(17), await run(7)];
    ok(Math.abs(whole - parts) < 1e-5 * whole, `${whole} and ${parts}`);
  });
}

/** Compares gradient · direction with a central difference of the loss along a random direction. */
async function checkDerivative(
  subject: Subject,
  spec: ModelSpec,
  parts: { data: SignalColumns; weights: SessionState["weights"]; gradients: Float64Array[] },
): Promise<void> {
  const { data, weights, gradients } = parts;
  const trainable = weightShapes(spec).map((shape) => shape.trainable);
  const gradientOf = trainable.map((trained, i) =>
    trained ? gradients[trainable.slice(0, i).filter(Boolean).length] : undefined
  );
  const norm = Math.hypot(...gradients.map((gradient) => Math.hypot(...gradient)));
  ok(norm > 0, "the gradient is zero everywhere");
  // Along the gradient itself the derivative is its length, so nothing cancels.
  const step = 2e-3 / Math.max(1, norm);
  const lossAt = async (sign: number) => {
    const moved = weights.map((values, i) =>
      values.map((value, k) => value + sign * step * (gradientOf[i]?.[k] ?? 0) / norm)
    );
    return (await lossAndGradients(subject, spec, { data, weights: moved })).loss;
  };
  const derivative = (await lossAt(1) - await lossAt(-1)) / (2 * step);
  const apart = Math.abs(derivative - norm) / norm;
  ok(apart < DERIVATIVE_TOLERANCE, `derivative ${derivative}, gradient's length ${norm}`);
}

function testDropout(subject: Subject, test: Test): void {
  test(`${subject.name} drops the units that the shared generator names`, async () => {
    const spec = parseSpec({
      name: "dropout",
      bins: 5,
      marks: 3,
      layers: [{ type: "flatten" }, { type: "dropout", rate: 0.3 }, { type: "dense", units: 1 }],
      loss: "meanSquaredError",
    });
    const samples = 6;
    const data = randomData(spec, samples);
    const weights = initialWeights(spec, 8);
    const order = Uint32Array.of(5, 3, 1, 0, 2, 4);
    const options = { weights, seed: 21, batchSize: 4, learningRate: 1e-30 };
    await using session = await subject.open(spec, options);
    const loss = await session.runEpoch({ data, order, epoch: 7 });

    const factors = new Float32Array(samples * 15);
    const key = dropoutKey(21, 1, 7);
    fillDropoutMask(factors, { key, rate: 0.3, firstPosition: 0, units: 15 });
    ok(factors.includes(0) && factors.some((factor) => factor > 1));
    const errors = [...order].map((row, position) => {
      let output = weights[1]![0]!;
      for (let unit = 0; unit < 15; unit++) {
        output += data.signal[row * 15 + unit]! * factors[position * 15 + unit]! *
          weights[0]![unit]!;
      }
      return (output - data.labels![row]!) ** 2;
    });
    const wanted = errors.reduce((sum, error) => sum + error, 0) / samples;
    ok(Math.abs(loss - wanted) < 1e-5 * wanted, `loss ${loss}, expected ${wanted}`);
  });
}

function testReproducibility(subject: Subject, test: Test): void {
  const data = randomData(ODD, 23);
  const options = { weights: initialWeights(ODD, 3), seed: 4, batchSize: 7, learningRate: 0.01 };
  const train = async (session: OneModel, epochs: readonly number[]) => {
    for (const epoch of epochs) await session.runEpoch({ data, order: allRows(23), epoch });
  };
  test(`${subject.name} gives the same bits for the same seed, others for another`, async () => {
    const run = async (seed: number) => {
      await using session = await subject.open(ODD, { ...options, seed });
      await train(session, [0, 1, 2]);
      return await session.weights();
    };
    const first = await run(4);
    deepStrictEqual(await run(4), first);
    ok(largestDifference((await run(5))[0]!, first[0]!) > 0);
  });
  test(`${subject.name} trains an epoch in pieces as it does whole`, async () => {
    await using whole = await subject.open(ODD, options);
    await using pieces = await subject.open(ODD, options);
    await train(whole, [0]);
    const request = { data, order: allRows(23), epoch: 0 };
    await pieces.runEpoch({ ...request, end: 14 });
    await pieces.runEpoch({ ...request, start: 14 });
    deepStrictEqual(await pieces.state(), await whole.state());
  });
  test(`${subject.name} trains an epoch from a source for each part of it as from one`, async () => {
    await using whole = await subject.open(ODD, options);
    await using parts = await subject.open(ODD, options);
    await train(whole, [0, 1]);
    for (const epoch of [0, 1]) {
      for (const [firstPosition, count] of [[0, 14], [14, 9]] as const) {
        const part = { data: samplesOf(data, firstPosition, count), order: allRows(count) };
        await parts.runEpoch({ ...part, epoch, firstPosition });
      }
    }
    deepStrictEqual(await parts.state(), await whole.state());
    // Pieces of a part count from the part's beginning.
    const part = { data: samplesOf(data, 7, 16), order: allRows(16), epoch: 2 };
    await whole.runEpoch({ data, order: allRows(23), epoch: 2, start: 14 });
    await parts.runEpoch({ ...part, firstPosition: 7, start: 7 });
    deepStrictEqual(await parts.state(), await whole.state());
  });
  const specs = [ODD, ODD_RECURRENT, ODD_SEQUENCES];
  for (const spec of specs.filter((spec) => subject.engine.supports(spec).supported)) {
    test(`${subject.name} resumes from a state of "${spec.name}" as if it had never stopped`, async () => {
      const settings = { ...options, weights: initialWeights(spec, 3) };
      await using whole = await subject.open(spec, settings);
      await train(whole, [0]);
      const state = structuredClone(await whole.state());
      await train(whole, [1, 2]);
      await using resumed = await subject.open(spec, settings);
      await resumed.restore(state);
      await train(resumed, [1, 2]);
      deepStrictEqual(await resumed.state(), await whole.state());
    });
  }
}

/** Some consecutive samples by themselves. */
function samplesOf(data: SignalColumns, first: number, count: number): SignalColumns {
  const { signal, labels, bins, marks } = data;
  const size = bins * marks;
  return {
    ...data,
    signal: signal.slice(first * size, (first + count) * size),
    labels: labels!.slice(first, first + count),
  };
}

function testPrediction(subject: Subject, test: Test): void {
  test(`${subject.name} predicts each row by itself, in the order asked for`, async () => {
    const data = randomData(ODD, 300);
    const options = { weights: initialWeights(ODD, 3), seed: 0, batchSize: 7, learningRate: 0.01 };
    await using session = await subject.open(ODD, options);
    const all = await session.predict(data, allRows(300));
    const some = await session.predict(data, Uint32Array.of(299, 0, 150));
    strictEqual(all.length, 300);
    const wanted = [299, 0, 150].map((row) => all[row]!);
    ok(largestDifference(some, wanted) <= 1e-6 * magnitude(all));
    strictEqual((await session.predict(data, new Uint32Array(0))).length, 0);
  });
  test(`${subject.name} applies the transform and takes every packed type`, async () => {
    const spec = withoutBatchNorm(ODD);
    const counts = randomData(spec, 5);
    const options = { weights: initialWeights(spec, 3), seed: 0, batchSize: 5, learningRate: 1 };
    await using session = await subject.open(spec, options);
    const logged = Float32Array.from(counts.signal, Math.log1p);
    const wanted = await session.predict({ ...counts, signal: logged }, allRows(5));
    for (const Type of [Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array]) {
      const data: SignalColumns = {
        ...counts,
        signal: Type.from(counts.signal),
        transform: "log1p",
      };
      const found = await session.predict(data, allRows(5));
      ok(largestDifference(found, wanted) <= 1e-5 * magnitude(wanted), Type.name);
    }
  });
}
