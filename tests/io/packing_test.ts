import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import type { PackedArray, PackedType } from "../../src/base/arrays.ts";
import { PackedBuilder } from "../../src/io/packing.ts";

const TYPES: Record<PackedType, { from(values: Iterable<number>): ArrayLike<number> }> = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

function pack(...pieces: number[][]): { type: PackedType; values: number[] } {
  const builder = new PackedBuilder(pieces.flat().length);
  for (const piece of pieces) builder.append(Float64Array.from(piece));
  const packed = builder.finish();
  return { type: typeOf(packed), values: [...packed] };
}

function typeOf(packed: PackedArray): PackedType {
  return packed.constructor.name.replace("Array", "").toLowerCase() as PackedType;
}

/** The first type, from narrow to wide, that gives every value back. */
function narrowest(values: number[]): PackedType {
  const types = Object.keys(TYPES) as PackedType[];
  return types.find((type) =>
    Array.from(TYPES[type].from(values)).every((packed, i) =>
      packed === values[i] || (Number.isNaN(packed) && Number.isNaN(values[i]))
    )
  ) ?? "float64";
}

Deno.test("each type is widened exactly at its limit", () => {
  const cases: [number[], PackedType][] = [
    [[], "uint8"],
    [[0, 255], "uint8"],
    [[256], "uint16"],
    [[65535], "uint16"],
    [[65536], "uint32"],
    [[2 ** 32 - 1], "uint32"],
    [[2 ** 32], "float32"],
    [[2 ** 32 + 1], "float64"],
    [[-1], "float32"],
    [[0.5], "float32"],
    [[0.1], "float64"],
    [[NaN, Infinity], "float32"],
  ];
  for (const [values, type] of cases) deepStrictEqual(pack(values), { type, values });
});

Deno.test("earlier values survive each widening, and affect it", () => {
  deepStrictEqual(pack([7], [300], [70_000], [0.5], [0.1]), {
    type: "float64",
    values: [7, 300, 70_000, 0.5, 0.1],
  });
  strictEqual(pack([2 ** 24 + 1], [0.5]).type, "float64");
  strictEqual(pack([2 ** 24], [0.5]).type, "float32");
  strictEqual(pack([0.5], [2 ** 24 + 1]).type, "float64");
  strictEqual(pack([0.1], [1]).type, "float64");
});

Deno.test("any values in any pieces come back from the narrowest type that holds them", () => {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 300 }) },
    fc.nat({ max: 70_000 }),
    fc.integer({ min: 2 ** 24 - 3, max: 2 ** 24 + 3 }),
    fc.integer({ min: -3, max: 2 ** 31 - 1 }),
    fc.float(),
    fc.double(),
  ).map((number) => number + 0);
  fc.assert(fc.property(fc.array(fc.array(value, { maxLength: 6 }), { maxLength: 5 }), (pieces) => {
    const values = pieces.flat();
    const packed = pack(...pieces);
    strictEqual(packed.type, narrowest(values));
    ok(
      packed.values.every((number, i) =>
        number === values[i] || (Number.isNaN(number) && Number.isNaN(values[i]))
      ),
    );
  }));
});

Deno.test("parts in any order and of any types are packed as the whole is", () => {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 300 }) },
    fc.integer({ min: 2 ** 24 - 3, max: 2 ** 24 + 3 }),
    fc.constantFrom(70_000, 0.5, 0.1, -3),
  );
  const parts = fc.array(fc.tuple(fc.array(value, { maxLength: 6 }), fc.nat()), { maxLength: 5 });
  fc.assert(fc.property(parts, (shuffled) => {
    const values = shuffled.flatMap(([part]) => part);
    const builder = new PackedBuilder(values.length, { shared: false });
    const starts = shuffled.map((_, i) => shuffled.slice(0, i).flatMap(([part]) => part).length);
    const order = [...shuffled.keys()].sort((a, b) => shuffled[a]![1] - shuffled[b]![1]);
    // Each part is already in its narrowest type, as a worker sends it.
    for (const i of order) {
      const part = new PackedBuilder(shuffled[i]![0].length);
      part.append(Float64Array.from(shuffled[i]![0]));
      builder.place(part.finish(), starts[i]!);
    }
    const packed = builder.finish();
    ok(packed.buffer instanceof ArrayBuffer);
    deepStrictEqual([...packed], values);
    strictEqual(typeOf(packed), pack(values).type);
  }));
});

Deno.test("packed values are in memory that workers can share", () => {
  ok(new PackedBuilder(0).finish().buffer instanceof SharedArrayBuffer);
});

Deno.test("too many values, too few values, and an impossible number of values are refused", () => {
  throws(() => pack([1]) && new PackedBuilder(1).append(new Float64Array(2)), /made for 1/);
  throws(() => new PackedBuilder(1).finish(), /0 values were added, expected 1/);
  for (const length of [-1, 0.5, NaN]) throws(() => new PackedBuilder(length), RangeError);
});

Deno.test("many bytes are widened where they are, whichever part of them is there", () => {
  const length = 2 ** 24 + 3;
  for (const shared of [true, false]) {
    const builder = new PackedBuilder(length, { shared });
    const piece = Uint8Array.from({ length: 2 ** 22 }, (_, i) => i * 37 % 251);
    builder.place(piece, 3);
    builder.place(piece, length - piece.length);
    const large = Uint16Array.of(7, 300, 65_535);
    builder.place(large, 0);
    for (let start = piece.length + 3; start < length - piece.length; start += piece.length) {
      builder.place(piece, start);
    }
    const packed = builder.finish();
    ok(packed instanceof Uint16Array && packed.length === length);
    const expected = (i: number) => i < 3 ? large[i] : piece[(i - 3) % piece.length];
    strictEqual(packed.findIndex((value, i) => value !== expected(i)), -1);
  }
  const bytes = new PackedBuilder(length);
  bytes.place(new Uint8Array(length).fill(9), 0);
  const packed = bytes.finish();
  ok(packed instanceof Uint8Array && packed.length === length && packed.every((x) => x === 9));
});
