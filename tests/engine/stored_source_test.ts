import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import type { PackedArray } from "../../src/base/arrays.ts";
import { joinInputs, memorySource, SampleBatch, storedSource } from "../../src/engine/mod.ts";

const SIGNAL = Uint16Array.from({ length: 6 * 4 }, (_, i) => i * i); // [sample, bin, mark]
const SHAPE = { bins: 2, marks: 2, transform: "log1p" } as const;

/** Gives rows from the last to the first, after a while. */
async function visitRows(
  rows: Uint32Array,
  visit: (values: PackedArray, place: number) => void,
): Promise<void> {
  for (let place = rows.length - 1; place >= 0; place--) {
    await Promise.resolve();
    visit(SIGNAL.subarray(rows[place]! * 4, rows[place]! * 4 + 4), place);
  }
}

Deno.test("a batch of a stored source is that of the signal in memory, whatever the order of reading", async () => {
  const labels = Float64Array.of(1, 2, 3, 4, 5, 6);
  const stored = storedSource({ samples: 6, labels, ...SHAPE, visitRows });
  const packed = memorySource({ signal: SIGNAL, labels, ...SHAPE });
  deepStrictEqual([stored.samples, stored.labels, stored.inputs], [6, labels, packed.inputs]);
  strictEqual(stored.resident, undefined);
  const rows = Uint32Array.of(5, 0, 3, 3);
  const [ours, theirs] = [new SampleBatch(stored.inputs, 5), new SampleBatch(packed.inputs, 5)];
  await stored.gather(rows, ours);
  await packed.gather(rows, theirs);
  deepStrictEqual(ours, theirs);
});

Deno.test("a stored source gathers its other inputs beside the signal", async () => {
  const others = joinInputs({
    samples: 6,
    columns: [{ input: { name: "summary", values: 1 }, table: Float32Array.of(6, 5, 4, 3, 2, 1) }],
  });
  const stored = storedSource({ samples: 6, labels: undefined, ...SHAPE, visitRows, others });
  const batch = new SampleBatch(stored.inputs, 3);
  await stored.gather(Uint32Array.of(4, 1), batch);
  const { entries, values } = batch.input("summary");
  deepStrictEqual([batch.samples, entries, ...values.subarray(0, 2)], [2, 2, 2, 5]);
  strictEqual(batch.input("signal").values[4], Math.fround(Math.log1p(16)));
});

Deno.test("a stored source refuses a transform that is not known", () => {
  const transform = "square" as "none";
  throws(
    () => storedSource({ samples: 6, labels: undefined, ...SHAPE, transform, visitRows }),
    RangeError,
  );
});

Deno.test("a batch that visitRows gives wrongly is refused: it would have the numbers of other samples", async () => {
  type Visit = Parameters<typeof visitRows>[1];
  const own = SIGNAL.subarray(0, 4);
  const mistakes: readonly (readonly [RegExp, (visit: Visit) => void])[] = [
    [/found 0 samples when it ended, expected all 3/, () => undefined],
    [/found 1 samples when it ended, expected all 3/, (visit) => {
      for (let time = 0; time < 3; time++) visit(own, 1);
    }],
    [/found 3 values of the sample at place 0, expected 4/, (visit) => visit(own.subarray(1), 0)],
    [/found 8 values of the sample/, (visit) => visit(SIGNAL.subarray(0, 8), 0)],
    [/found a sample at place 3, expected an integer from 0 to 2/, (visit) => visit(own, 3)],
    [/found a sample at place NaN/, (visit) => visit(own, NaN)],
    [/the signal at place 0 is an Array, expected a Uint8Array/, (visit) => {
      visit([1, 2, 3, 4] as unknown as PackedArray, 0);
    }],
  ];
  for (const [message, mistake] of mistakes) {
    const visitRows = (_: Uint32Array, visit: Visit) =>
      Promise.resolve().then(() => mistake(visit));
    const stored = storedSource({ samples: 6, labels: undefined, ...SHAPE, visitRows });
    const batch = new SampleBatch(stored.inputs, 5);
    await rejects(async () => await stored.gather(Uint32Array.of(0, 1, 2), batch), message);
  }
});

Deno.test("a stored source of no function, or of another number of samples, is refused", () => {
  const make = (change: object) => () =>
    storedSource({ samples: 6, labels: undefined, ...SHAPE, visitRows, ...change });
  throws(make({ visitRows: undefined }), /visitRows is undefined, expected a function/);
  throws(make({ samples: "6" }), /samples is "6", expected an integer >= 0/);
  throws(make({ bins: 0.5 }), RangeError);
  throws(make({ labels: [1, 2, 3, 4, 5, 6] }), /labels is an Array, expected a Float64Array/);
  throws(make({ labels: new Float64Array(5) }), /5 labels were given, expected 6/);
});
