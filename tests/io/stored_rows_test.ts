import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import {
  chunkOfRow,
  placesByChunk,
  signalOfRow,
  signalSpans,
  visitRows,
} from "../../src/io/stored_rows.ts";
import { inMemory, isStored, type StoredSignal } from "../../src/io/stored_signal.ts";
import { ArraySignal } from "../helpers/stored.ts";

const VALUES = Uint8Array.from({ length: 23 * 3 }, (_, i) => 7 * i);

Deno.test("samples of a stored signal are those of the array that it was made of", () => {
  const stored = new ArraySignal(VALUES, 3, { chunkRows: 5 });
  for (let row = 0; row < 23; row++) {
    deepStrictEqual(signalOfRow(stored, row, 3), signalOfRow(VALUES, row, 3).slice());
    strictEqual(chunkOfRow(stored, row), Math.floor(row / 5));
  }
});

Deno.test("spans follow each other and read each chunk once", () => {
  const stored = new ArraySignal(VALUES, 3, { chunkRows: 5 });
  const spans = [...signalSpans(stored, 3)];
  deepStrictEqual(spans.map(({ first, end }) => [first, end]), [[0, 5], [5, 10], [10, 15], [
    15,
    20,
  ], [20, 23]]);
  deepStrictEqual(spans.flatMap(({ values }) => [...values]), [...VALUES]);
  deepStrictEqual([...stored.reads], [1, 1, 1, 1, 1]);
  const [whole, ...others] = signalSpans(VALUES, 3);
  deepStrictEqual([whole, others], [{ values: VALUES, first: 0, end: 23 }, []]);
});

Deno.test("rows in any order are visited chunk by chunk, each chunk read once, each row at its place", async () => {
  const rows = fc.array(fc.nat(22), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 30 }), async (rows, chunkRows) => {
      const stored = new ArraySignal(VALUES, 3, { chunkRows });
      const found: number[][] = rows.map(() => []);
      const order: number[] = [];
      const visit = (values: ArrayLike<number>, place: number) => {
        found[place] = Array.from(values);
        order.push(rows[place]!);
      };
      await visitRows(stored, rows, { visit });
      deepStrictEqual(found, rows.map((row) => [...signalOfRow(VALUES, row, 3)]));
      const chunks = order.map((row) => Math.floor(row / chunkRows));
      deepStrictEqual(chunks, chunks.toSorted((a, b) => a - b));
      ok(stored.reads.every((reads) => reads <= 1));
    }),
  );
});

Deno.test("the order by chunk keeps the order within one, and changes nothing of a signal in memory", () => {
  const stored = new ArraySignal(VALUES, 3, { chunkRows: 10 });
  const rows = [12, 3, 22, 11, 3, 20];
  deepStrictEqual([...placesByChunk(stored, rows)], [1, 4, 0, 3, 2, 5]);
  deepStrictEqual([...placesByChunk(VALUES, rows)], [0, 1, 2, 3, 4, 5]);
});

Deno.test("chunks are kept up to a limit, those used last", () => {
  // Chunks of 24 MB: two of them fit.
  const values = new Uint8Array(4 * 24e6);
  const stored = new ArraySignal(values, 24e6, { chunkRows: 1 });
  for (const row of [0, 1, 0, 2, 0, 1, 3]) signalOfRow(stored, row, 24e6);
  deepStrictEqual([...stored.reads], [1, 2, 1, 1]);
});

Deno.test("those who ask for a chunk while it is read share it", async () => {
  const stored = new ArraySignal(VALUES, 3, { chunkRows: 23 });
  const visits = [0, 0];
  await Promise.all(visits.map((_, i) => visitRows(stored, [1, 2], { visit: () => visits[i]!++ })));
  deepStrictEqual([visits, ...stored.reads], [[2, 2], 1]);
});

Deno.test("a damaged chunk is not kept, so that it is tried again", async () => {
  const stored: StoredSignal = new ArraySignal(VALUES, 3, { chunkRows: 23 });
  let tries = 0;
  stored.readChunk = () =>
    ++tries === 1 ? Promise.reject(new Error("lost")) : Promise.resolve(VALUES);
  const visit = () => {};
  await rejects(visitRows(stored, [1], { visit }), /lost/);
  await visitRows(stored, [1], { visit });
  strictEqual(tries, 2);
});

Deno.test("what needs an array refuses a stored signal, and says what to do", () => {
  const stored = new ArraySignal(VALUES, 3);
  strictEqual(inMemory(VALUES, "do it"), VALUES);
  deepStrictEqual([isStored(stored), isStored(VALUES)], [true, false]);
  throws(() => inMemory(stored, "do it"), {
    name: "ContractError",
    message:
      "Cannot do it: found a signal of 69 bytes that stays on disk, expected one in memory. " +
      "Lend more memory (--memory SIZE), or take fewer samples",
  });
});
