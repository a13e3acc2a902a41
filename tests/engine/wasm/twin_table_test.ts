import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { TwinTable } from "../../../src/engine/wasm/twin_table.ts";

function bitsOf(values: readonly number[]): Int32Array {
  return new Int32Array(Float32Array.from(values).buffer);
}

/** Adds vectors one after another; returns the number that each has become. */
function addAll(vectors: readonly (readonly number[])[], capacity: number): number[] {
  const table = new TwinTable(vectors[0]!.length, capacity);
  let entries = 0;
  return vectors.map((vector) => {
    const entry = table.add(entries, bitsOf([NaN, ...vector]), 1);
    if (entry === entries) entries++;
    return entry;
  });
}

Deno.test("vectors get the number of the first of the same values, or a new one", () => {
  const value = fc.constantFrom(0, -0, 1, NaN, Infinity, 1e-45);
  const vectors = fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc.array(fc.array(value, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 60 })
  );
  fc.assert(fc.property(vectors, (all) => {
    const firsts: number[][] = [];
    for (const [i, entry] of addAll(all, all.length).entries()) {
      // A number is new or that of the same values, never another's.
      if (entry === firsts.length) firsts.push(all[i]!);
      else deepStrictEqual(bitsOf(all[i]!), bitsOf(firsts[entry]!));
    }
  }));
});

Deno.test("all copies are found where the table is half empty and values are random", () => {
  const vectors = Array.from(
    { length: 200 },
    (_, i) => Array.from({ length: 25 }, (_, j) => Math.sin(25 * (i % 100) + j)),
  );
  deepStrictEqual(addAll(vectors, 1000), vectors.map((_, i) => i % 100));
});

Deno.test("vectors that differ only where nothing is hashed are kept apart", () => {
  const vectors = Array.from({ length: 10 }, (_, i) => {
    const vector = new Array(125).fill(0);
    vector[1] = i;
    return vector;
  });
  // Of those, only eight find a place; the others are new each time, which costs time alone.
  const places = [0, 1, 2, 3, 4, 5, 6, 7];
  deepStrictEqual(addAll([...vectors, ...vectors], 100), [...places, 8, 9, ...places, 10, 11]);
});

Deno.test("values may move, and a table that was cleared knows none", () => {
  const table = new TwinTable(3, 4);
  const first = bitsOf([1, 2, 3]);
  strictEqual(table.add(0, first, 0), 0);
  table.move(0, bitsOf([0, 1, 2, 3]), 1);
  first.fill(0);
  strictEqual(table.add(1, bitsOf([1, 2, 3]), 0), 0);
  table.clear();
  strictEqual(table.add(0, bitsOf([4, 5, 6]), 0), 0);
  strictEqual(table.add(1, bitsOf([1, 2, 3]), 0), 1);
});

Deno.test("what is looked for is not added", () => {
  const table = new TwinTable(3, 4);
  strictEqual(table.find(bitsOf([1, 2, 3]), 0), -1);
  strictEqual(table.find(bitsOf([1, 2, 3]), 0), -1);
  strictEqual(table.add(0, bitsOf([1, 2, 3]), 0), 0);
  strictEqual(table.find(bitsOf([0, 1, 2, 3]), 1), 0);
  strictEqual(table.find(bitsOf([1, 2, 4]), 0), -1);
  strictEqual(table.add(1, bitsOf([1, 2, 5]), 0), 1);
});
