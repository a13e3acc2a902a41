import { deepStrictEqual, strictEqual, throws } from "node:assert";
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
