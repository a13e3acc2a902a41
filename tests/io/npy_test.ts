import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import { decodeNpyData, formatNpyHeader, parseNpyHeader, readNpy } from "../../src/io/npy.ts";
import type { NpyDtype } from "../../src/io/npy_types.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { withDirectory } from "./_npz_helpers.ts";

const DTYPES: NpyDtype[] = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "float32",
  "float64",
];

/** A version 1 header around any text. */
function headerOf(text: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(`${text}\n`);
  const prefix = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, body.length & 255, body.length >> 8];
  return new Uint8Array([...prefix, ...body]);
}

Deno.test("a formatted npy header parses to its dtype and shape, and is aligned to 64 bytes", () => {
  for (const dtype of DTYPES) {
    for (const shape of [[], [0], [5], [16000, 100, 7], new Array(64).fill(1)]) {
      const bytes = formatNpyHeader(dtype, shape);
      strictEqual(bytes.length % 64, 0);
      deepStrictEqual(parseNpyHeader(bytes), {
        dtype,
        littleEndian: true,
        fortranOrder: false,
        shape,
        dataOffset: bytes.length,
      });
    }
  }
});

Deno.test("an npy header may be in any of Python's spellings: key order, quotes, spaces, long integers", () => {
  const spellings = [
    `{"shape":(2L,3L),"fortran_order":True,"descr":">i2"}`,
    `{ 'descr' : '>i2' , 'fortran_order' : True , 'shape' : ( 2 , 3 , ) , }   `,
  ];
  for (const text of spellings) {
    const { dtype, littleEndian, fortranOrder, shape } = parseNpyHeader(headerOf(text));
    deepStrictEqual([dtype, littleEndian, fortranOrder, shape], ["int16", false, true, [2, 3]]);
  }
});

Deno.test("an npy header that is not a plain dictionary is refused with the place", () => {
  const bad: [string, RegExp][] = [
    ["    ", /found the end, expected "{"/],
    ["{'descr': '<f8', 'fortran_order': False, }", /key "shape" is missing/],
    ["{'descr': '<f8', 'descr': '<f8'}", /key "descr" is unknown or repeated/],
    ["{'evil': 1}", /key "evil" is unknown/],
    ["{'descr': '<f8', 'fortran_order': maybe, 'shape': ()}", /expected True or False/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", /expected an integer >= 0/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}", /expected "\)"/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999,)}", /beyond 2\^53/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", /2\^53 bytes/],
    [`{'descr': '<f8', 'fortran_order': False, 'shape': (${"1,".repeat(65)})}`, /64 dimensions/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': ()} + exit()", /expected the end/],
    ["{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", /expected a string/],
    ["{'descr': [('a', '<f8'), 'fortran_order'", /a list does not end/],
  ];
  for (const [text, message] of bad) {
    throws(() => parseNpyHeader(headerOf(text), { file: "bad.npy" }), (error: Error) => {
      strictEqual(error.name, "FormatError");
      return message.test(error.message) && /bad\.npy, byte \d+/.test(error.message);
    }, text);
  }
});

Deno.test("a dtype that is not read is named", () => {
  for (
    const [descr, named] of [
      ["'|O'", '"|O" (Python objects)'],
      ["'<U7'", '"<U7" (strings)'],
      ["'|S3'", '"|S3" (byte strings)'],
      ["'<c16'", '"<c16" (complex numbers)'],
      ["'<M8[ns]'", '"<M8[ns]" (dates)'],
      ["'<f16'", '"<f16"'],
      ["'|f8'", '"|f8"'],
      ["[('a', '<f8'), ('b', '<i4', (2,))]", "structured (named fields)"],
    ]
  ) {
    const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (1,)}`;
    throws(
      () => parseNpyHeader(headerOf(text), { member: "E003" }),
      (error: Error) => error.message.includes(`npz member "E003": dtype is ${named}, expected`),
    );
  }
});

Deno.test("a file that is not npy, or has another version or an endless header, is refused", () => {
  const good = formatNpyHeader("uint8", [1]);
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(values, at);
    return copy;
  };
  throws(() => parseNpyHeader(changed(0, 0x50, 0x4b)), /starts with bytes 50 4b 55 .*byte 0/);
  throws(() => parseNpyHeader(new Uint8Array(0)), /starts with bytes \(none\)/);
  throws(() => parseNpyHeader(changed(6, 4)), /npy version 4\.0, expected 1\.0, 2\.0 or 3\.0/);
  throws(() => parseNpyHeader(changed(6, 2, 0, 0, 0, 0, 9)), /header is 150994944 bytes/);
  throws(() => parseNpyHeader(good.subarray(0, 11)), /ends after 11 bytes/);
  throws(() => parseNpyHeader(good.subarray(0, 100)), /ends after 100 bytes.*byte 100/);
});

Deno.test("a header that claims more or fewer bytes than the file has is refused", async () => {
  const header = formatNpyHeader("float32", [2, 2]);
  for (const extra of [15, 17]) {
    const bytes = new Uint8Array([...header, ...new Array(extra).fill(0)]);
    await rejects(
      readNpy(bytesSource(bytes, "a.npy")),
      /claims \[2,2\] float32, 16 bytes, but it holds 1[57] \(a\.npy, byte 128\)/,
    );
    throws(() => decodeNpyData(parseNpyHeader(bytes), bytes.slice(128)), /but it holds/);
  }
});

Deno.test("a shape with a bad length or too many axes is not written", () => {
  for (const shape of [[-1], [1.5], [NaN], [2 ** 53], new Array(65).fill(1)]) {
    throws(() => formatNpyHeader("uint8", shape), RangeError);
  }
});

Deno.test("big-endian and misaligned items are decoded, and the given bytes are unchanged", () => {
  const bytes = new Uint8Array([9, 0, 1, 0, 2]);
  const header = { dtype: "uint16", fortranOrder: false, shape: [2], dataOffset: 0 } as const;
  const big = decodeNpyData({ ...header, littleEndian: false }, bytes.subarray(1));
  const little = decodeNpyData({ ...header, littleEndian: true }, bytes.subarray(1));
  deepStrictEqual([[...big], [...little]], [[1, 2], [256, 512]]);
  deepStrictEqual([...bytes], [9, 0, 1, 0, 2]);
});

testWith(
  "numpy",
  "numpy's own npy files read equal, for every dtype, order and version",
  async () => {
    await withDirectory(async (directory) => {
      const list = await runNumpy(
        `
import json, sys
import numpy as np
out = []
def put(name, array, version=None):
    path = sys.argv[1] + "/" + name + ".npy"
    with open(path, "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    text = (lambda v: repr(float(v))) if array.dtype.kind == "f" else (lambda v: str(int(v)))
    out.append([path, array.dtype.name, list(array.shape), [text(v) for v in array.ravel()]])
for name in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split():
    base = np.arange(24).reshape(2, 3, 4)
    if name == "bool": base = base % 2
    elif name[0] == "f": base = base / 8 - 1
    elif name[0] == "i": base = base - 12
    for order in "<>":
        array = base.astype(np.dtype(name).newbyteorder(order))
        put(name + ("be" if order == ">" else "le"), array)
        put(name + ("be" if order == ">" else "le") + "F", np.asfortranarray(array))
put("scalar", np.float64(2.5)[()].reshape(()))
put("empty", np.zeros((3, 0, 2), dtype="f4"))
put("v2", np.arange(3.0), (2, 0))
put("v3", np.arange(3.0), (3, 0))
put("big", np.array([2**63 - 1, -2**63]))
put("half", np.array([6e-8, 65504, -0.0, 1/3], dtype="f2"))
print(json.dumps(out))
`,
        [directory],
      );
      const files = JSON.parse(list) as [string, NpyDtype, number[], string[]][];
      strictEqual(files.length, 12 * 4 + 6);
      for (const [path, dtype, shape, values] of files) {
        const array = await readNpy(path);
        deepStrictEqual([array.dtype, array.shape], [dtype, shape], path);
        // Integers beyond 2^53 compare as bigints, since their texts would round as numbers.
        const parse: (text: string) => bigint | number = typeof array.data[0] === "bigint"
          ? BigInt
          : Number;
        deepStrictEqual([...array.data], values.map((text) => parse(text)), path);
      }
    });
  },
);
