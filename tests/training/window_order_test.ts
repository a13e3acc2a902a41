import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { windowOrder } from "../../src/training/_window_order.ts";

/** Chunks of different sizes, one of them empty. */
const CHUNK_STARTS = Uint32Array.of(0, 7, 19, 19, 30, 41, 60, 61, 80, 100);
const OPTIONS = { seed: 3, epoch: 0, window: 24 };

/** The number of a row's chunk, found the slow way. */
function chunkOf(row: number): number {
  return CHUNK_STARTS.findLastIndex((start) => start <= row);
}

function sorted(rows: Uint32Array): number[] {
  return [...rows].sort((a, b) => a - b);
}

/** Fold-like rows, in an order that is not that of the columns, one of them twice. */
const SOME = Uint32Array.from({ length: 66 }, (_, i) => (7 * i + 3) % 100);
const ROWS = Uint32Array.of(...SOME, SOME[5]!);

Deno.test("a windowed order has every row as often as the samples do", () => {
  for (let epoch = 0; epoch < 20; epoch++) {
    const order = windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, epoch });
    deepStrictEqual(sorted(order), sorted(ROWS));
  }
});

Deno.test("a windowed order is a function of seed, epoch, window, rows and chunks", () => {
  const order = windowOrder(ROWS, CHUNK_STARTS, OPTIONS);
  deepStrictEqual(windowOrder(ROWS.slice(), CHUNK_STARTS.slice(), OPTIONS), order);
  const others = [
    windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, seed: 4 }),
    windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, epoch: 1 }),
    windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, window: 25 }),
    windowOrder(ROWS, Uint32Array.of(0, 50, 100), OPTIONS),
  ];
  for (const other of others) notDeepStrictEqual(other, order);
});

Deno.test("the windows of an order are filled by whole chunks in random order", () => {
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 50; epoch++) {
    const order = windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, epoch });
    // A chunk is in windows that follow each other, and only those at the ends of a window are in two.
    const windows = [0, 24, 48].map((start) => order.subarray(start, start + 24));
    const chunks = windows.map((rows) => new Set([...rows].map(chunkOf)));
    for (const [i, own] of chunks.slice(1).entries()) {
      const shared = [...own].filter((chunk) => chunks[i]!.has(chunk));
      ok(shared.length <= 1, `windows ${i} and ${i + 1} share chunks ${shared}`);
    }
    ok(![...chunks[2]!].some((chunk) => chunks[0]!.has(chunk) && !chunks[1]!.has(chunk)));
    seen.add([...chunks[0]!].sort().join());
  }
  ok(seen.size > 20, `the first window had ${seen.size} sets of chunks`);
});

Deno.test("samples of a window are in random order, each place as likely as another", () => {
  const rows = Uint32Array.from({ length: 8 }, (_, row) => row);
  const counts = new Float64Array(64);
  const epochs = 4000;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = windowOrder(rows, Uint32Array.of(0, 4, 8), { seed: 1, epoch, window: 8 });
    for (const [place, row] of order.entries()) counts[8 * place + row]!++;
  }
  // Chi-squared of 64 cells with 49 degrees of freedom: 95 is exceeded once in 10,000 tries.
  const expected = epochs / 8;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  ok(chi < 95, `chi-squared is ${chi}`);
});

Deno.test("windows of one sample and windows larger than the data are orders too", () => {
  const whole = windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, window: 1000 });
  deepStrictEqual(sorted(whole), sorted(ROWS));
  const single = windowOrder(ROWS, CHUNK_STARTS, { ...OPTIONS, window: 1 });
  // Nothing is shuffled within chunks then.
  const chunks = [...new Set([...single].map(chunkOf))];
  deepStrictEqual(
    [...single],
    chunks.flatMap((chunk) => [...ROWS].filter((row) => chunkOf(row) === chunk)),
  );
  strictEqual(windowOrder(new Uint32Array(0), CHUNK_STARTS, OPTIONS).length, 0);
});
