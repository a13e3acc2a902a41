/** How calls end: stopped, diverged, refused. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { ContractError, DivergedError } from "../../src/errors.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import type { Transform } from "../../src/record.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { ODD, withoutBatchNorm } from "../helpers/odd_specs.ts";
import { type OneModelOptions, sourceOf, type Subject } from "../helpers/one_model.ts";
import type { Test } from "./conformance.ts";
import type { Progress } from "../../src/progress.ts";

/** Registers the tests of calls that are stopped or diverge. */
export function testEndings(subject: Subject, test: Test): void {
  const data = randomData(ODD, 20);
  const options = { weights: initialWeights(ODD, 3), seed: 0, batchSize: 5, learningRate: 0.01 };
  test(`${subject.name} stops between steps when asked to, with the reason`, async () => {
    await using session = await subject.open(ODD, options);
    const controller = new AbortController();
    const reason = new Error("enough");
    const epoch = session.runEpoch({
      data,
      order: allRows(20),
      epoch: 0,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await rejects(epoch, (error) => error === reason);
  });
  test(`${subject.name} ends a run whose loss is not finite, naming the epoch`, async () => {
    const spec = withoutBatchNorm(ODD);
    const weights = initialWeights(spec, 3);
    const wild = { ...options, weights, learningRate: 1e30 };
    await using session = await subject.open(spec, wild);
    await rejects(async () => {
      for (let epoch = 0; epoch < 5; epoch++) {
        await session.runEpoch({ data, order: allRows(20), epoch });
      }
    }, (error) => error instanceof DivergedError && /epoch \d/.test(error.message));
  });
  test(`${subject.name} trains on after a loss that is not finite as if it had not been`, () =>
    checkAfterDivergence(subject, ODD, sourceOf(data)));
  test(`${subject.name} reports progress up to the last sample`, async () => {
    await using session = await subject.open(ODD, options);
    const seen: number[] = [];
    const onProgress = ({ done }: Progress) => seen.push(done);
    await session.runEpoch({ data, order: allRows(18), epoch: 0, onProgress });
    // The one that diverges may say less.
    if (subject.members === 1) strictEqual(seen.at(-1), 18);
    else ok(seen.at(-1)! >= 18, `${seen}`);
  });
}

/** Registers the tests of requests that are refused. */
export function testRefusals(subject: Subject, test: Test): void {
  const data = randomData(ODD, 20);
  const options = { weights: initialWeights(ODD, 3), seed: 0, batchSize: 5, learningRate: 0.01 };
  test(`${subject.name} refuses rows and data that do not exist, and stays as it was`, async () => {
    await using session = await subject.open(ODD, options);
    const before = structuredClone(await session.state());
    const train = (data: SignalColumns, order = allRows(20)) =>
      session.runEpoch({ data, order, epoch: 0 });
    const beyond = Uint32Array.of(3, 20);
    await rejects(train(data, beyond), RangeError);
    await rejects(session.predict(data, beyond), RangeError);
    // As many values, but cut otherwise.
    const otherwise = { ...data, bins: ODD.marks, marks: ODD.bins };
    await rejects(train(otherwise), ContractError);
    await rejects(session.predict(otherwise, allRows(20)), ContractError);
    const transform = "log2" as unknown as Transform;
    await rejects(train({ ...data, transform }), RangeError);
    await rejects(session.predict({ ...data, transform }, allRows(20)), RangeError);
    for (
      const piece of [{ start: 7 }, { end: 7 }, { start: -5 }, { end: 2.5 }, { start: NaN }, {
        start: 10,
        end: 5,
      }]
    ) {
      await rejects(
        session.runEpoch({ ...piece, data, order: allRows(20), epoch: 0 }),
        RangeError,
      );
    }
    for (const firstPosition of [7, -5, 2.5, NaN]) {
      const part = { data, order: allRows(20), epoch: 0, firstPosition };
      await rejects(session.runEpoch(part), RangeError);
    }
    await rejects(train({ ...data, labels: undefined }), TypeError);
    await rejects(train({ ...data, labels: data.labels!.subarray(1) }), TypeError);
    deepStrictEqual(await session.state(), before);
  });
  test(`${subject.name} makes no session of settings out of range`, async () => {
    const wrong: Partial<OneModelOptions>[] = [
      { batchSize: 0 },
      { batchSize: 1.5 },
      { batchSize: NaN },
      { seed: NaN },
      { seed: -1 },
      { learningRate: NaN },
      { learningRate: Infinity },
    ];
    for (const settings of wrong) {
      await rejects(subject.open(ODD, { ...options, ...settings }), RangeError);
    }
    const weights = options.weights.slice(1);
    await rejects(subject.open(ODD, { ...options, weights }), ContractError);
  });
  test(`${subject.name} has a loss of NaN where there are no samples, and stays as it was`, async () => {
    await using session = await subject.open(ODD, options);
    const before = structuredClone(await session.state());
    const none = { data, epoch: 0 };
    strictEqual(await session.runEpoch({ ...none, order: allRows(0) }), NaN);
    strictEqual(await session.runEpoch({ ...none, order: allRows(20), start: 20 }), NaN);
    deepStrictEqual(await session.state(), before);
  });
}

/** After an epoch whose third batch has a label that is no number, a model trains as if there had been none: gaps in memory hold zeros. */
export async function checkAfterDivergence(
  subject: Subject,
  spec: ModelSpec,
  source: SampleSource,
): Promise<void> {
  const order = allRows(source.samples);
  const labels = source.labels!.map((label, row) => row === 12 ? NaN : label);
  const broken: SampleSource = {
    ...source,
    samples: source.samples,
    inputs: source.inputs,
    labels,
    gather: (rows, into) => source.gather(rows, into),
  };
  const weights = initialWeights(spec, 3);
  const states = [];
  for (const first of [[], [broken]]) {
    await using model = await subject.open(spec, {
      weights,
      seed: 0,
      batchSize: 5,
      learningRate: 0.003,
    });
    for (const data of first) {
      await rejects(model.runEpoch({ data, order, epoch: 0 }), DivergedError);
    }
    await model.runEpoch({ data: source, order, epoch: 0 });
    states.push(await model.state());
  }
  deepStrictEqual(states[1], states[0]);
}
