/** Predictions keep what they have encoded until the weights move; nobody may notice. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { SampleSource } from "../../../src/engine/sample_source.ts";
import { ArrangedBatch } from "../../../src/engine/wasm/arranged_batch.ts";
import { BatchArranger } from "../../../src/engine/wasm/batch_arranger.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { BRANCHED, BRANCHED_PLAIN, branchedSource } from "../../helpers/branched.ts";
import { openOne } from "../../helpers/one_model.ts";

const wasm = createWasmEngine();
const SAMPLES = 150;
const ROWS = Uint32Array.from({ length: SAMPLES }, (_, i) => i);
const OPTIONS = { seed: 5, batchSize: 25, learningRate: 0.003 };

for (const spec of [BRANCHED_PLAIN, BRANCHED]) {
  const source = branchedSource(spec, SAMPLES);
  const open = (seed = 3, threads = 1) =>
    openOne(wasm, spec, { ...OPTIONS, weights: initialWeights(spec, seed), threads });

  /** Predictions by a session of their own. */
  const predictAfresh = async (seed: number) => {
    await using model = await open(seed);
    return await model.predict(source, ROWS);
  };

  Deno.test(`predictions of "${spec.name}" are the same bits in any order of calls and on any number of threads`, async () => {
    const wanted = await predictAfresh(3);
    for (const threads of [1, 2]) {
      await using model = await open(3, threads);
      deepStrictEqual(await model.predict(source, ROWS.toReversed()), wanted.toReversed());
      deepStrictEqual(await model.predict(source, ROWS), wanted);
      await model.inputGradients(source, ROWS.subarray(0, 30));
      for (const row of [140, 3, 77]) {
        deepStrictEqual(
          await model.predict(source, Uint32Array.of(row)),
          wanted.slice(row, row + 1),
        );
      }
      deepStrictEqual(await model.predict(source, ROWS), wanted);
    }
  });

  Deno.test(`predictions of "${spec.name}" follow weights that are set, and those that are trained`, async () => {
    await using model = await open();
    const before = await model.predict(source, ROWS);
    const state = await model.state();
    await model.restore({ ...state, weights: initialWeights(spec, 4) });
    deepStrictEqual(await model.predict(source, ROWS), await predictAfresh(4));
    await model.restore(state);
    deepStrictEqual(await model.predict(source, ROWS), before);
    await model.runEpoch({ data: source, order: ROWS, epoch: 0 });
    const after = await model.predict(source, ROWS);
    notDeepStrictEqual(after, before);
    await using other = await open();
    await other.restore(await model.state());
    deepStrictEqual(await other.predict(source, ROWS), after);
  });

  Deno.test(`predictions of "${spec.name}" that fail or are ended leave nothing that was not computed`, async () => {
    const wanted = await predictAfresh(3);
    await using model = await open();
    const failing: SampleSource = {
      ...source,
      samples: source.samples,
      inputs: source.inputs,
      labels: source.labels,
      gather: (rows, into) => {
        if (rows.includes(100)) throw new Error("the disk is gone");
        return source.gather(rows, into);
      },
    };
    await rejects(model.predict(failing, ROWS), /the disk is gone/);
    deepStrictEqual(await model.predict(source, ROWS), wanted);
    const ended = new AbortController();
    await using another = await open();
    const predicting = another.predict(source, ROWS, {
      signal: ended.signal,
      onProgress: () => ended.abort(new Error("enough")),
    });
    await rejects(predicting, /enough/);
    deepStrictEqual(await another.predict(source, ROWS), wanted);
  });
}

Deno.test("of a batch that was predicted before nothing is encoded, and full memory is used again", async () => {
  const size = 10;
  const planned = planModel(BRANCHED_PLAIN, { batchSize: size, threads: 1 });
  const encoder = planned.encoders.findIndex(({ kept }) => kept?.inputs !== undefined);
  const { capacity } = planned.encoders[encoder]!.kept!;
  ok(capacity > 100_000, `${capacity} entries are kept`);
  // Less than what 150 samples and their references take.
  const encoders = planned.encoders.map((chain) =>
    chain.kept === undefined ? chain : { ...chain, kept: { ...chain.kept, capacity: 150 } }
  );
  const arranged = new ArrangedBatch({ ...planned, encoders }, modelInputs(BRANCHED_PLAIN));
  const arranger = new BatchArranger({ ...planned, encoders }, arranged);
  const source = branchedSource(BRANCHED_PLAIN, SAMPLES);
  const words = new Int32Array(16384 * planned.pages);
  const floats = new Float32Array(words.buffer);
  const arrange = async (first: number) => {
    await source.gather(ROWS.subarray(first, first + size), arranged.batch);
    arranged.mode = "predict";
    arranger.arrange();
    const { entries, firstKept, entryOf, inputOf } = arranged.chains[encoder]!;
    const { kept } = encoders[encoder]!;
    ok(firstKept + entries <= 150, `${firstKept + entries} entries`);
    for (let entry = 0; entry < entries; entry++) {
      const { values } = arranged.batch.inputs[inputOf[entry]!]!;
      const from = 7 * entryOf[entry]!;
      const { address, sampleStride } = kept!.inputs!;
      const to = (address + (firstKept + entry) * sampleStride) / 4;
      floats.set(values.subarray(from, from + 7), to);
    }
    arranger.noteWritten(words);
    return entries;
  };
  const first = await arrange(0);
  ok(first > 0);
  strictEqual(await arrange(0), 0);
  const others: number[] = [];
  for (let start = 10; start < SAMPLES; start += size) others.push(await arrange(start));
  // Each sample's own summary is new; where the memory is full, so are the references of the genes.
  deepStrictEqual(new Set(others), new Set([10, first]));
  // The summaries of the first have been forgotten since.
  strictEqual(await arrange(0), 10);
  arranger.forget();
  strictEqual(await arrange(0), first);
});
