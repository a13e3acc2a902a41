/** What an engine does with a source that answers late, or never. */

import { deepStrictEqual, rejects } from "node:assert";
import { deferred } from "../../src/base/platform.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { SessionDisposedError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { BRANCHED, branchedSource } from "../helpers/branched.ts";
import { allRows } from "../helpers/engine_runs.ts";
import type { OneModel, Subject } from "../helpers/one_model.ts";
import type { Test } from "./conformance.ts";

const SAMPLES = 10;
const ROWS = allRows(SAMPLES);
const SOURCE = branchedSource(BRANCHED, SAMPLES);
const OPTIONS = { weights: initialWeights(BRANCHED, 1), seed: 1, learningRate: 0.01, batchSize: 4 };

/** A source that writes other numbers once it may, and says when it is asked for the first time. */
function heldSource() {
  const { samples, inputs, labels } = SOURCE;
  const [asked, goes] = [deferred(), deferred()];
  const source: SampleSource = {
    samples,
    inputs,
    labels,
    async gather(rows, into) {
      asked.resolve();
      await goes.promise;
      await SOURCE.gather(rows, into);
      for (const { values } of into.inputs) values.fill(1);
    },
  };
  return { source, asked: asked.promise, answer: goes.resolve };
}

/** The calls of a session that gather samples. */
const CALLS: Readonly<
  Record<string, (model: OneModel, data: SampleSource, signal: AbortSignal) => Promise<unknown>>
> = {
  predict: (model, source, signal) => model.predict(source, ROWS, { signal }),
  inputGradients: ({ session }, source, signal) =>
    session.inputGradients(source, Array.from({ length: session.members }, () => ROWS), { signal }),
  runEpoch: (model, data, signal) => model.runEpoch({ data, order: ROWS, epoch: 0, signal }),
};

/** Registers the tests of sources that do not answer. */
export function testWaiting(subject: Subject, test: Test): void {
  for (const [name, call] of Object.entries(CALLS)) {
    test(`${subject.name} ends ${name} of a source that does not answer, and is right again once it has`, async () => {
      await using model = await subject.open(BRANCHED, OPTIONS);
      const before = await model.state();
      const wanted = await model.predict(SOURCE, ROWS);
      const { source, asked, answer } = heldSource();
      const controller = new AbortController();
      const ended = call(model, source, controller.signal);
      const reason = new Error("enough");
      await Promise.race([asked, ended]);
      controller.abort(reason);
      await rejects(ended, (error) => error === reason);
      deepStrictEqual(await model.state(), before);
      const next = model.predict(SOURCE, ROWS);
      answer();
      deepStrictEqual(await next, wanted);
    });
  }
  test(`${subject.name} is disposed of though a source never answers`, async () => {
    const model = await subject.open(BRANCHED, OPTIONS);
    const { source, asked } = heldSource();
    const refused = rejects(model.predict(source, ROWS), SessionDisposedError);
    await asked;
    await model[Symbol.asyncDispose]();
    await refused;
  });
}
