import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Summariser } from "../../src/panel/summariser.ts";
import { toByte } from "../../src/panel/summary.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

/** Bins that windows divide unevenly, and marks of which the summary wants some, in another order. */
const BINS = 47;
const MARKS = 3;
const PLACES = [2, -1, 0];
const ROWS = 9;

const stream = new RandomStream(deriveKey(1, "summaries"));
const COUNTS = Uint16Array.from(
  { length: ROWS * BINS * MARKS },
  () => stream.uniform() < 0.5 ? 0 : Math.floor(stream.uniform() ** 8 * 65536),
);

function summaries(signal: Uint8Array | Uint16Array | Uint32Array | Float32Array): number[] {
  const options = { bins: BINS, signalMarks: MARKS, places: PLACES, transform: "none" } as const;
  const summariser = new Summariser(options, signal);
  const { values: size } = summariser.shape;
  const values = new Float64Array(2 * ROWS * size);
  for (let row = 0; row < ROWS; row++) {
    for (const [turn, isTurned] of [false, true].entries()) {
      summariser.summarise(signal, row, { values, start: (2 * row + turn) * size, isTurned });
    }
  }
  return [...values];
}

Deno.test("counts whose logarithms are looked up have the same summaries as those in other types", () => {
  const found = summaries(COUNTS);
  deepStrictEqual(found, summaries(Uint32Array.from(COUNTS)));
  deepStrictEqual(found, summaries(Float32Array.from(COUNTS)));
  ok(new Set(found).size > ROWS * 2 * 20, "hardly any values differ");
  const small = COUNTS.map((count) => count % 256);
  deepStrictEqual(summaries(Uint8Array.from(small)), summaries(Float32Array.from(small)));
});

Deno.test("a value is kept as the nearest byte, the larger one of two that are as near, and clipped", () => {
  const scale = 0.25;
  for (let byte = 0; byte <= 255; byte++) {
    strictEqual(toByte(byte * scale, scale), byte);
    strictEqual(toByte((byte + 0.49) * scale, scale), byte);
    strictEqual(toByte((byte + 0.5) * scale, scale), Math.min(255, byte + 1));
  }
  strictEqual(toByte(1e9, scale), 255);
  strictEqual(toByte(0, 0), 0);
  strictEqual(toByte(5, 0), 0);
});
