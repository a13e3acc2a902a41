/** Steps whose batches are gathered while the step before is taken; nobody may notice, however one of them ends. */

import { deepStrictEqual, match, rejects } from "node:assert";
import type { SampleSource } from "../../../src/engine/sample_source.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { DivergedError } from "../../../src/errors.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { BRANCHED, branchedSource } from "../../helpers/branched.ts";
import { openOne } from "../../helpers/one_model.ts";

const wasm = createWasmEngine();
const SAMPLES = 60;
const BATCH = 8;
const order = Uint32Array.from({ length: SAMPLES }, (_, i) => i);
const source = branchedSource(BRANCHED, SAMPLES);
const weights = initialWeights(BRANCHED, 3);

function open(threads: number) {
  return openOne(wasm, BRANCHED, {
    seed: 5,
    batchSize: BATCH,
    learningRate: 0.003,
    weights,
    threads,
  });
}

/** The source with other labels, or with something done before each batch is gathered. */
function changed(
  { labels = source.labels, before }: {
    readonly labels?: Float64Array | undefined;
    readonly before?: (rows: Uint32Array) => void | Promise<void>;
  },
): SampleSource {
  const { samples, inputs } = source;
  return {
    samples,
    inputs,
    labels,
    async gather(rows, into) {
      await before?.(rows);
      await source.gather(rows, into);
    },
  };
}

/** The state after an epoch of a session that did nothing before. */
async function trainAfresh(threads: number) {
  await using model = await open(threads);
  await model.runEpoch({ data: source, order, epoch: 0 });
  return await model.state();
}

for (const threads of [1, 2, 3]) {
  Deno.test(`on ${threads} threads, a source that answers later trains to the same bits`, async () => {
    let delay = 0;
    const before = () => new Promise<void>((resolve) => setTimeout(resolve, delay++ % 3));
    await using model = await open(threads);
    await model.runEpoch({ data: changed({ before }), order, epoch: 0 });
    deepStrictEqual(await model.state(), await trainAfresh(threads));
  });

  Deno.test(`on ${threads} threads, a loss that is not finite ends the epoch at its step, and leaves the state before`, async () => {
    // The fourth batch.
    const labels = source.labels!.map((label, sample) => sample === 3 * BATCH + 2 ? NaN : label);
    await using model = await open(threads);
    const seen: number[] = [];
    const epoch = model.runEpoch({
      data: changed({ labels }),
      order,
      epoch: 0,
      onProgress: ({ done }) => seen.push(done),
    });
    await rejects(epoch, (error: Error) => {
      match(error.message, /step 4\b/);
      return error instanceof DivergedError;
    });
    deepStrictEqual(seen, [8, 16, 24, 32]);
    await model.runEpoch({ data: source, order, epoch: 0 });
    deepStrictEqual(await model.state(), await trainAfresh(threads));
  });

  Deno.test(`on ${threads} threads, an epoch that is stopped or loses its data leaves the state before`, async () => {
    await using model = await open(threads);
    const controller = new AbortController();
    const stopped = model.runEpoch({
      data: source,
      order,
      epoch: 0,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 2 * BATCH) controller.abort(new Error("enough"));
      },
    });
    await rejects(stopped, /enough/);
    const before = (rows: Uint32Array) => {
      if (rows.includes(3 * BATCH)) throw new Error("the disk is gone");
    };
    await rejects(model.runEpoch({ data: changed({ before }), order, epoch: 0 }), /disk is gone/);
    const failing = model.runEpoch({
      data: source,
      order,
      epoch: 0,
      onProgress: () => {
        throw new Error("nobody listens");
      },
    });
    await rejects(failing, /nobody listens/);
    await model.runEpoch({ data: source, order, epoch: 0 });
    deepStrictEqual(await model.state(), await trainAfresh(threads));
  });
}
