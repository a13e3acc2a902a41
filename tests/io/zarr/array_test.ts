import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { writeArray, writeScalar, ZarrArray, type ZarrType } from "../../../src/io/zarr/array.ts";
import { readArray, readAttributes, type Store } from "../../helpers/zarrita.ts";

const EXAMPLES = {
  bool: [Uint8Array.of(1, 0, 1), [true, false, true]],
  int32: [Int32Array.of(-1, 2 ** 31 - 1, 0), [-1, 2 ** 31 - 1, 0]],
  int64: [BigInt64Array.of(-1n, 2n ** 62n, 0n), [-1n, 2n ** 62n, 0n]],
  float32: [Float32Array.of(NaN, -Infinity, 0.1), [NaN, -Infinity, Math.fround(0.1)]],
  float64: [Float64Array.of(NaN, -Infinity, 0.1), [NaN, -Infinity, 0.1]],
  string: [["", "α", "a\0b\n"], ["", "α", "a\0b\n"]],
} as const;

Deno.test("arrays of every type are read back equal by zarrita, with their attributes", async () => {
  const store: Store = new Map();
  for (const [type, [values, wanted]] of Object.entries(EXAMPLES)) {
    const attributes = { "encoding-type": "α" };
    const path = `/a/${type}` as const;
    await writeArray(store, path, { type: type as ZarrType, values, attributes });
    const read = await readArray(store, path);
    deepStrictEqual(read.values, wanted, type);
    deepStrictEqual([read.shape, read.chunks], [[3], [3]]);
    deepStrictEqual(await readAttributes(store, path), attributes);
    await writeScalar(store, `${path}_one`, {
      type: type as ZarrType,
      value: values.slice(1, 2) as Uint8Array,
      attributes,
    });
    const one = await readArray(store, `${path}_one`);
    deepStrictEqual([one.shape, one.values], [[], [wanted[1]]], type);
  }
});

Deno.test("rows appended in any pieces make the same array, whatever its chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 7 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (pieces, chunkRows, width) => {
        const store: Store = new Map();
        const layout = { type: "int32", rowShape: [width], chunkRows, attributes: {} } as const;
        const array = new ZarrArray(store, "/a", layout);
        let next = 0;
        const piece = new Int32Array(7 * width);
        for (const rows of pieces) {
          const values = piece.subarray(0, rows * width);
          for (let i = 0; i < values.length; i++) values[i] = ++next;
          // What was appended is copied: the next piece is written over it.
          await array.append(values);
        }
        await array.finish();
        const read = await readArray(store, "/a");
        deepStrictEqual(read.shape, [next / width, width]);
        deepStrictEqual(read.values, Array.from({ length: next }, (_, i) => i + 1));
      },
    ),
  );
});

Deno.test("texts that fill several chunks are read back equal", async () => {
  const texts = Array.from({ length: 11 }, (_, i) => "x".repeat(i));
  const store: Store = new Map();
  const array = new ZarrArray(store, "/t", { type: "string", chunkRows: 4, attributes: {} });
  for (const text of texts) await array.append([text]);
  await array.finish();
  deepStrictEqual((await readArray(store, "/t")).values, texts);
  deepStrictEqual([...store.keys()], ["/t/c/0", "/t/c/1", "/t/c/2", "/t/zarr.json"]);
});

Deno.test("an array without rows has no chunks", async () => {
  const store: Store = new Map();
  await writeArray(store, "/e", { type: "string", values: [], attributes: {} });
  const read = await readArray(store, "/e");
  deepStrictEqual([read.shape, read.chunks, read.values], [[0], [1], []]);
  strictEqual(store.size, 1);
});
