import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { deferred } from "../../src/base/platform.ts";
import { gatherBatch } from "../../src/engine/gather_batch.ts";
import { PathSource } from "../../src/engine/path_source.ts";
import { SampleBatch, type SampleSource } from "../../src/engine/sample_source.ts";
import { stackSources } from "../../src/engine/stacked_source.ts";
import { storedSource } from "../../src/engine/stored_source.ts";

const SHAPE = { bins: 1, marks: 1 } as const;
const FIRST = Uint32Array.of(0);

/** A source of one value, which may wait before it writes it. */
function sourceOf(value: number, wait: () => void | Promise<void> = () => {}): SampleSource {
  return {
    samples: 1,
    inputs: [{ name: "signal", ...SHAPE }],
    labels: undefined,
    async gather(_, into) {
      await wait();
      const input = into.input("signal");
      input.values[0] = value;
      input.entryOf[0] = 0;
      input.entries = into.samples = 1;
    },
  };
}

Deno.test("a batch is not used again before a source that was given up has ended", async () => {
  const { promise, resolve } = deferred();
  const late = sourceOf(13, () => promise);
  const batch = new SampleBatch(late.inputs, 1);
  await rejects(gatherBatch(late, FIRST, batch, { signal: AbortSignal.abort("now") }), /now/);
  let isDone = false;
  const next = gatherBatch(sourceOf(7), FIRST, batch).then(() => isDone = true);
  await new Promise((turn) => setTimeout(turn));
  strictEqual(isDone, false);
  const impatient = { signal: AbortSignal.timeout(1) };
  await rejects(gatherBatch(sourceOf(8), FIRST, batch, impatient), { name: "TimeoutError" });
  resolve();
  await next;
  deepStrictEqual([...batch.input("signal").values], [7]);
});

Deno.test("a source that is made of others ends with the signal of the call, and so does what it reads", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const stored = storedSource({
    samples: 1,
    labels: undefined,
    ...SHAPE,
    transform: "none",
    visitRows: (_rows, _visit, options) => {
      signals.push(options?.signal);
      return new Promise(() => {});
    },
  });
  const paths = new PathSource({
    source: stored,
    rows: FIRST,
    baselines: {},
    baselineOf: FIRST,
    fractions: Float64Array.of(1),
    weights: Float64Array.of(1),
  });
  const { signal } = new AbortController();
  for (const source of [stored, paths, stackSources([stored, sourceOf(1)]).source]) {
    void gatherBatch(source, FIRST, new SampleBatch(source.inputs, 1), { signal });
  }
  await new Promise((turn) => setTimeout(turn));
  deepStrictEqual(signals, [signal, signal, signal]);
});

Deno.test("a source is waited for if it answers with something that can be waited for, and else not", async () => {
  const batch = new SampleBatch(sourceOf(0).inputs, 1);
  for (const answer of [undefined, null, 3, "done", {}]) {
    const source: SampleSource = {
      ...sourceOf(5),
      gather(_, into) {
        const input = into.input("signal");
        input.values[0] = 5;
        input.entryOf[0] = 0;
        input.entries = into.samples = 1;
        return answer as unknown as void;
      },
    };
    await gatherBatch(source, FIRST, batch);
    strictEqual(batch.input("signal").values[0], 5);
  }
});
