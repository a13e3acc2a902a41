/** What an engine refuses of a user's own source, as which it would otherwise read other memory or lose its threads. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { runInNewContext } from "node:vm";
import type { PackedArray } from "../../src/base/arrays.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import {
  entrySize,
  NO_ENTRY,
  type SampleBatch,
  type SampleSource,
} from "../../src/engine/sample_source.ts";
import { ContractError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { BRANCHED, branchedSource, parseBranched } from "../helpers/branched.ts";
import { allRows } from "../helpers/engine_runs.ts";
import type { Subject } from "../helpers/one_model.ts";
import type { Test } from "./conformance.ts";

const SAMPLES = 10;
const ROWS = allRows(SAMPLES);
const SOURCE = branchedSource(BRANCHED, SAMPLES);

/** Mistakes in what was gathered, and what the refusal says. */
const MISTAKES: readonly (readonly [RegExp, (batch: SampleBatch) => void])[] = [
  [/found 0 samples, expected 4/, (batch) => batch.samples = 0],
  [/found 99 samples, expected 4/, (batch) => batch.samples = 99],
  [/found NaN entries of summary, expected an integer from 0 to/, (batch) => {
    batch.input("summary").entries = NaN;
  }],
  [/found 1000000000 entries of summary/, (batch) => {
    batch.input("summary").entries = 1e9;
  }],
  [/found entry 4000 of summary for sample 1, expected one below 4/, (batch) => {
    batch.input("summary").entryOf[1] = 4000;
  }],
  [/found entry 4294967295 of context for sample 0/, (batch) => {
    batch.input("context").entryOf[0] = NO_ENTRY;
  }],
  [/found code 5 in the sequence, expected an integer from 0 to 4/, (batch) => {
    batch.input("sequence").values[3] = 5;
  }],
  [/found code NaN in the sequence/, (batch) => batch.input("sequence").values.fill(NaN)],
  [/references and referenceLabels of sample 1 with different ones missing/, (batch) => {
    batch.input("references").entryOf[5] = NO_ENTRY;
  }],
];

/** The source, but for a mistake in each batch. */
function spoil(mistake: (batch: SampleBatch) => void): SampleSource {
  const { samples, inputs, labels } = SOURCE;
  return {
    samples,
    inputs,
    labels,
    async gather(rows, into) {
      await SOURCE.gather(rows, into);
      mistake(into);
    },
  };
}

/** Registers the tests of users' own sources. */
export function testSources(subject: Subject, test: Test): void {
  const options = { weights: initialWeights(BRANCHED, 1), seed: 1, learningRate: 0.01 };
  test(`${subject.name} refuses what a source gathered wrongly, and is right again afterwards`, async () => {
    await using model = await subject.open(BRANCHED, { ...options, batchSize: 4 });
    const few = ROWS.subarray(0, 4);
    const before = await model.state();
    const wanted = await model.predict(SOURCE, ROWS);
    for (const [message, mistake] of MISTAKES) {
      const data = spoil(mistake);
      const refusal = (error: Error) =>
        error instanceof ContractError && message.test(error.message);
      await rejects(model.predict(data, few), refusal, `${message}`);
      await rejects(model.inputGradients(data, few), refusal, `${message}`);
      await rejects(model.runEpoch({ data, order: few, epoch: 0 }), refusal, `${message}`);
    }
    const forgetful = { ...spoil(() => undefined), gather: () => undefined };
    await rejects(model.predict(forgetful, few), /found 0 samples, expected 4/);
    const failing = spoil(() => {
      throw new Error("the gene is unknown");
    });
    await rejects(model.predict(failing, few), /the gene is unknown/);
    await rejects(model.runEpoch({ data: failing, order: ROWS, epoch: 0 }), /the gene is unknown/);
    deepStrictEqual(await model.state(), before);
    deepStrictEqual(await model.predict(SOURCE, ROWS), wanted);
  });
  test(`${subject.name} sees the letters that a source changes in those of another`, async () => {
    await using model = await subject.open(BRANCHED, { ...options, batchSize: 4 });
    const complement = spoil((batch) => {
      const { values, entries, spec } = batch.input("sequence");
      const letters = values.subarray(0, entries * entrySize(spec));
      for (const [i, code] of letters.entries()) if (code < 4) letters[i] = 3 - code;
    });
    const plain = await model.predict(SOURCE, ROWS);
    const changed = await model.predict(complement, ROWS);
    ok(changed.some((value, i) => value !== plain[i]));
    deepStrictEqual(await model.predict(SOURCE, ROWS), plain);
    deepStrictEqual(await model.predict(complement, ROWS), changed);
    const unchanged = spoil(() => undefined);
    deepStrictEqual(await model.predict(unchanged, ROWS), plain);
  });
  test(`${subject.name} reads arrays of another context of JavaScript as its own`, async () => {
    const spec = presetSpec("experiment1", { bins: 46 });
    const flat = { ...options, weights: initialWeights(spec, 1), batchSize: 4 };
    await using model = await subject.open(spec, flat);
    const values = Array.from({ length: SAMPLES * 46 * 5 }, (_, i) => i % 200);
    const shape = { labels: undefined, bins: 46, marks: 5, transform: "log1p" } as const;
    for (const Type of [Uint8Array, Uint16Array, Uint32Array, Float32Array, Float64Array]) {
      const signal: PackedArray = Type.from(values);
      const foreign: PackedArray = runInNewContext(`${Type.name}.from(values)`, { values });
      strictEqual(foreign instanceof Type, false);
      const wanted = await model.predict(memorySource({ ...shape, signal }), ROWS);
      const found = await model.predict(memorySource({ ...shape, signal: foreign }), ROWS);
      deepStrictEqual(found, wanted, Type.name);
    }
  });
  test(`${subject.name} refuses a resident signal that is not that of all samples`, async () => {
    const spec = presetSpec("experiment1", { bins: 46 });
    const flat = { ...options, weights: initialWeights(spec, 1), batchSize: 4 };
    await using model = await subject.open(spec, flat);
    const signal = new Uint8Array(SAMPLES * 46 * 5);
    const columns = { signal, labels: undefined, bins: 46, marks: 5, transform: "none" } as const;
    const source = memorySource(columns);
    const { samples, inputs, labels, resident } = source;
    const gather: SampleSource["gather"] = (rows, into) => source.gather(rows, into);
    const short = { signal: signal.subarray(1), transform: "none" } as const;
    await rejects(
      model.predict({ samples, inputs, labels, resident: short, gather }, ROWS),
      /2299 values of a resident signal, expected 2300/,
    );
    const more = [...inputs, { name: "context", values: 1 }] as const;
    await rejects(
      model.predict({ samples, inputs: more, labels, resident, gather }, ROWS),
      /a resident signal and 2 inputs, expected 1/,
    );
    await rejects(
      model.predict({ samples: NaN, inputs, labels, resident: undefined, gather }, ROWS),
      RangeError,
    );
  });
  test(`${subject.name} refuses rows, labels and sources that are no typed arrays and no sources`, async () => {
    await using model = await subject.open(BRANCHED, { ...options, batchSize: 4 });
    const before = await model.state();
    for (const rows of [[0, 1], Int32Array.of(0, 1), "01", undefined]) {
      const order = rows as unknown as Uint32Array<ArrayBuffer>;
      const refusal = {
        name: "TypeError",
        message: /rows of model \d is .+, expected a Uint32Array/,
      };
      const orders = Array.from({ length: model.session.members }, () => order);
      await rejects(model.session.predict(SOURCE, orders), refusal);
      await rejects(model.session.runEpoch({ source: SOURCE, orders, epoch: 0 }), refusal);
    }
    const { samples, inputs } = SOURCE;
    const gather: SampleSource["gather"] = (rows, into) => SOURCE.gather(rows, into);
    for (const labels of [Array.from(ROWS), BigInt64Array.from(Array.from(ROWS, BigInt))]) {
      const data = { samples, inputs, gather, labels: labels as unknown as Float64Array };
      const refusal = { name: "TypeError", message: /labels is a.+, expected a Float64Array/ };
      await rejects(model.runEpoch({ data, order: ROWS, epoch: 0 }), refusal);
    }
    const none = { ...SOURCE, gather: undefined } as unknown as SampleSource;
    await rejects(model.predict(none, ROWS), /source is an? \w+, expected a source of samples/);
    deepStrictEqual(await model.state(), before);
  });
  test(`${subject.name} answers no rows with nothing, and is right again afterwards`, async () => {
    await using model = await subject.open(BRANCHED, { ...options, batchSize: 4 });
    const none = new Uint32Array(0);
    const wanted = await model.predict(SOURCE, ROWS);
    strictEqual((await model.predict(SOURCE, none)).length, 0);
    const gradients = await model.inputGradients(SOURCE, none);
    deepStrictEqual(
      Object.entries(gradients).map(([name, { length }]) => [name, length]),
      BRANCHED.inputs.map(({ name }) => [name, 0]),
    );
    ok(Number.isNaN(await model.runEpoch({ data: SOURCE, order: none, epoch: 0 })));
    deepStrictEqual(await model.predict(SOURCE, ROWS), wanted);
  });
  test(`${subject.name} measures the loss of a model without weights`, async () => {
    const spec = parseBranched({
      name: "weightless",
      inputs: [{ name: "context", values: 1 }],
      branches: [{ name: "known", input: "context", layers: [] }],
      head: { join: [{ type: "output", branch: "known" }], layers: [] },
      loss: "meanSquaredError",
    });
    await using model = await subject.open(spec, { ...options, weights: [], batchSize: 4 });
    const data = branchedSource(spec, SAMPLES);
    const predicted = await model.predict(data, ROWS);
    const wanted = predicted.reduce((sum, value, i) => sum + (value - data.labels![i]!) ** 2, 0);
    const loss = await model.runEpoch({ data, order: ROWS, epoch: 0 });
    ok(Math.abs(loss - wanted / SAMPLES) < 1e-5 * loss, `${loss}`);
  });
  test(`${subject.name} refuses an epoch or a step that is no integer, and calls stopped before they begin`, async () => {
    await using model = await subject.open(BRANCHED, { ...options, batchSize: 4 });
    const state = await model.state();
    for (const epoch of [-1, 0.5, NaN, Infinity]) {
      await rejects(model.runEpoch({ data: SOURCE, order: ROWS, epoch }), RangeError);
    }
    for (const step of [-1, 0.5, NaN]) {
      await rejects(model.restore({ ...state, step }), ContractError);
    }
    const signal = AbortSignal.abort(new Error("stopped"));
    for (const rows of [ROWS, new Uint32Array(0)]) {
      await rejects(model.predict(SOURCE, rows, { signal }), /stopped/);
      await rejects(model.runEpoch({ data: SOURCE, order: rows, epoch: 0, signal }), /stopped/);
    }
    deepStrictEqual(await model.state(), state);
  });
}
