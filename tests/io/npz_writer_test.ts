import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { writeFileAtomic } from "../../src/files/file.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { npzBytes, openBytes, withDirectory } from "./_npz_helpers.ts";

const TINY = { name: "x", dtype: "uint8", shape: [2], data: new Uint8Array([1, 2]) } as const;

const EVERY_DTYPE: NpzMemberData[] = [
  { name: "bool", dtype: "bool", shape: [2], data: new Uint8Array([0, 1]) },
  { name: "int8", dtype: "int8", shape: [2], data: new Int8Array([-128, 127]) },
  { name: "int16", dtype: "int16", shape: [1, 2], data: new Int16Array([-32768, 32767]) },
  { name: "int32", dtype: "int32", shape: [2, 1], data: new Int32Array([-(2 ** 31), 2 ** 31 - 1]) },
  { name: "int64", dtype: "int64", shape: [2], data: new BigInt64Array([-(2n ** 63n), 1n]) },
  { name: "uint8", dtype: "uint8", shape: [2], data: new Uint8Array([0, 255]) },
  { name: "uint16", dtype: "uint16", shape: [2], data: new Uint16Array([0, 65535]) },
  { name: "uint32", dtype: "uint32", shape: [2], data: new Uint32Array([0, 2 ** 32 - 1]) },
  { name: "uint64", dtype: "uint64", shape: [2], data: new BigUint64Array([0n, 2n ** 64n - 1n]) },
  { name: "float16", dtype: "float16", shape: [2], data: new Float32Array([0.5, 1 / 3]) },
  { name: "float32", dtype: "float32", shape: [2], data: new Float32Array([1e-45, 3e38]) },
  { name: "float64", dtype: "float64", shape: [2], data: new Float64Array([5e-324, 1.7e308]) },
  { name: "scalar", dtype: "float64", shape: [], data: new Float64Array([2.5]) },
  { name: "empty", dtype: "float32", shape: [3, 0, 2], data: new Float32Array(0) },
];

testWith(
  "numpy",
  "numpy.load reads what was written, every dtype, stored and deflated",
  async () => {
    await withDirectory(async (directory) => {
      for (const compress of [false, true]) {
        const path = `${directory}/${compress}.npz`;
        await writeFileAtomic(path, (sink) => writeNpz(sink, EVERY_DTYPE, { compress }));
        const printed = await runNumpy(
          `
import json, sys
import numpy as np
file = np.load(sys.argv[1])
print(json.dumps([[name, file[name].dtype.str, file[name].shape, [repr(v.item()) for v in file[name].ravel()]] for name in file.files]))
`,
          [path],
        );
        deepStrictEqual(JSON.parse(printed), [
          ["bool", "|b1", [2], ["False", "True"]],
          ["int8", "|i1", [2], ["-128", "127"]],
          ["int16", "<i2", [1, 2], ["-32768", "32767"]],
          ["int32", "<i4", [2, 1], ["-2147483648", "2147483647"]],
          ["int64", "<i8", [2], ["-9223372036854775808", "1"]],
          ["uint8", "|u1", [2], ["0", "255"]],
          ["uint16", "<u2", [2], ["0", "65535"]],
          ["uint32", "<u4", [2], ["0", "4294967295"]],
          ["uint64", "<u8", [2], ["0", "18446744073709551615"]],
          ["float16", "<f2", [2], ["0.5", "0.333251953125"]],
          ["float32", "<f4", [2], ["1.401298464324817e-45", "3.0000000054977558e+38"]],
          ["float64", "<f8", [2], ["5e-324", "1.7e+308"]],
          ["scalar", "<f8", [], ["2.5"]],
          ["empty", "<f4", [3, 0, 2], []],
        ]);
      }
    });
  },
);

Deno.test("values may arrive in pieces, in one array that is filled repeatedly", async () => {
  async function* pieces(): AsyncGenerator<Float64Array> {
    const piece = new Float64Array(1000);
    for (let i = 0; i < 300; i++) {
      await Promise.resolve();
      yield piece.fill(i);
    }
  }
  for (const compress of [false, true]) {
    const member: NpzMemberData = {
      name: "x",
      dtype: "float64",
      shape: [300, 1000],
      data: pieces(),
    };
    const { data } = await (await openBytes(await npzBytes([member], { compress }))).read("x");
    strictEqual(data.length, 300_000);
    strictEqual(data.findIndex((value, i) => value !== Math.floor(i / 1000)), -1);
  }
});

Deno.test("the same arrays give the same bytes", async () => {
  deepStrictEqual(await npzBytes([TINY]), await npzBytes([TINY]));
});

Deno.test("a file without members is a valid one", async () => {
  deepStrictEqual((await openBytes(await npzBytes([]))).members, []);
});

Deno.test("values that do not fit dtype or shape are refused, and the sink is aborted", async () => {
  const bad: [NpzMemberData, RegExp][] = [
    [
      { ...TINY, data: new Float64Array(2) },
      /^TypeError: .*"x": values are Float64Array, expected/,
    ],
    [{ ...TINY, shape: [3] }, /^TypeError: .*"x": 2 values, expected 3 for \[3\]/],
    [{ ...TINY, shape: [] }, /^TypeError: .*2 or more values, expected 1/],
    [{ ...TINY, shape: [2, 2], data: [TINY.data] }, /2 values, expected 4/],
    [{ ...TINY, shape: [-1] }, /^RangeError: .*shape is \[-1\]/],
    [{ ...TINY, dtype: "bool" }, /^RangeError: .*neither 0 nor 1/],
    [{ ...TINY, name: "" }, /^RangeError: .*not usable as a path/],
    [{ ...TINY, name: "../x" }, /not usable as a path/],
    [{ ...TINY, name: "/x" }, /not usable as a path/],
  ];
  for (const [member, message] of bad) {
    let reason: unknown;
    const sink = new WritableStream<Uint8Array>({ abort: (error) => void (reason = error) });
    await rejects(writeNpz(sink, [member]), message);
    strictEqual(message.test(String(reason)), true, "the sink knows why");
  }
});

Deno.test("a repeated name and an endless comment are refused", async () => {
  await rejects(npzWithoutReader([TINY, TINY]), /another member has that name/);
  await rejects(npzWithoutReader([TINY], "µ".repeat(32768)), /comment is 65536 bytes/);
});

Deno.test("an error of the values is passed on", async () => {
  // deno-lint-ignore require-yield
  function* failing(): Generator<Uint8Array> {
    throw new Error("no more values");
  }
  await rejects(npzWithoutReader([{ ...TINY, data: failing() }]), /^Error: no more values$/);
});

function npzWithoutReader(members: NpzMemberData[], comment?: string): Promise<void> {
  return writeNpz(new WritableStream(), members, { comment });
}
